//! HTTP Live Streaming: segments, parts and playlists of a stream's video (RFC 8216, second edition: draft-pantos-hls-rfc8216bis, cited by its sections).
//!
//! [`segmenter`] takes units and gives what is made of them, [`window`] keeps it, [`playlist`] and [`multivariant`] render it, [`reload`] reads what a client
//! asks for.
//!
//! Architecture invariant: the segment that runs is the bytes that the stream keeps for late viewers, with headers between them. When it is complete, and
//! the stream has dropped these, it is one piece that its parts share: media is in memory once.

pub mod body;
pub mod multivariant;
pub mod packager;
pub mod playlist;
pub mod reload;
pub mod rules;
pub mod segmenter;
pub mod window;
