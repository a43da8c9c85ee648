//! What viewers are sent, without HTTP: WebSocket frames and messages, the parts of multipart MJPEG, HLS of running streams, the words for how a stream
//! stands, and the meter that counts what a viewer got; who asks a stream's format policy about it.
//!
//! Owns the bytes on the wire behind the handshake, and the loop of a WebSocket viewer. Does not own how a viewer came here (`web`), whether it may
//! (`access`), nor how stills are made and kept (`picture`).
//!
//! Architecture invariant: the bytes of a still are never copied for a viewer. A viewer holds its place in the stills of its rendition and, while it
//! is being written to, one still.
#![forbid(unsafe_code)]

pub mod chooser;
mod climb;
pub mod hls;
pub mod live;
pub mod message;
pub mod meter;
pub mod multipart;
pub mod standing;
pub mod websocket;
