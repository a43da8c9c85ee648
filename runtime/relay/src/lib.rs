//! Stills of a stream out to another Framegate's `/ingest` (`[[streams.x.push]]`): from a private network, which nobody can connect to, to a public one.
//!
//! Each push is a task: it is demand for the stream as a viewer is, keeps one HTTP/2 connection, has two stills on the way at most, and takes the newest when
//! there is room. Nothing waits for it. Owns neither what is pushed (`picture`) nor how it is taken there (`web`).
#![forbid(unsafe_code)]

mod client;
mod push;
mod relays;
mod status;

pub use relays::Relays;
pub use status::{Condition, Pushed};
