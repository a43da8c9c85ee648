//! Video and sound as the files and playlists that players read: fragmented mp4, MPEG transport streams, HTTP Live Streaming.
//!
//! Owns bytes, names, and when a segment begins. Does not own tasks, viewers or HTTP (`egress`, `web`), nor where segments are kept.
//!
//! Architecture invariant: this room is pure, and the compiler holds it to that: it is built on `media` alone, with no tokio, no configuration, no files.
//! Units, times and queries of any kind, in any order, neither panic nor give what cannot be read (`fuzz/fuzz_targets`).
#![forbid(unsafe_code)]

pub mod decode_time;
pub mod hls;
pub mod mp4;
pub mod sound;
pub mod ts;
