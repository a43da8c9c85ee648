//! Where a stream's media comes from: one [`Session`] is one connection of a source, and gives access units until it is over.
//!
//! Owns the protocols (RTSP through retina, multipart MJPEG over HTTP, stills that are pushed, files, the test scene), their time-outs, the words
//! for what went wrong, and the arithmetic of back-off. Does not own when to connect, nor when to try again: that is the stream's.
//!
//! Timestamps of a session begin at zero with its first access unit; the stream room makes them continuous over sessions.
//!
//! Architecture invariant: credentials are in no error, no log line and no [`Description`].
#![forbid(unsafe_code)]

mod assembler;
pub mod backoff;
mod error;
pub mod file;
pub mod http;
mod noise;
pub mod push;
mod rtsp;
pub mod scene;
mod session;
mod threads;
mod timeouts;

pub use error::{Error, Mending};
pub use session::{Description, Session};
pub use timeouts::Timeouts;

/// What cameras read in their logs.
const USER_AGENT: &str = "framegate/0.1";
