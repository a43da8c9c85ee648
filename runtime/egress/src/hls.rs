//! HTTP Live Streaming: segments, parts and playlists of a stream's video (RFC 8216, second edition: draft-pantos-hls-rfc8216bis, cited by its sections),
//! without HTTP.
//!
//! The core is pure: [`segmenter`] takes units and gives what is made of them, [`window`] keeps it, [`playlist`] renders it, [`reload`] reads what a
//! client asks for; none of them knows a clock or a task. [`output`] is what runs them for a stream: on demand, for as long as somebody watches.
//!
//! Architecture invariant: a segment is the bytes that the stream keeps for late viewers, with headers between them: media is in memory once.

pub mod body;
pub mod multivariant;
mod muxer;
pub mod output;
pub mod outputs;
pub mod packager;
pub mod playlist;
pub mod reload;
pub mod rules;
pub mod segmenter;
mod sessions;
pub mod window;
