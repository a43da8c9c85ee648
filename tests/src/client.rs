//! Viewers and producers as they are out there: a WebSocket, an `<img>` with MJPEG, a poll of a still, a poster of stills.

pub mod footage;
pub mod hls;
mod ingest;
mod multipart;
mod player;
mod problem;
mod throttled;
mod viewer;

pub use ingest::{Producer, Protocol};
pub use multipart::{Multipart, Part};
pub use player::Player;
pub use problem::Problem;
pub use throttled::{Throttle, Throttled};
pub use viewer::{Message, Viewer};
