//! Pictures, their pool, decoding, encoding, scaling and drawing.
//!
//! Owns every foreign codec (openh264, libwebp, libjpeg-turbo) and all that reads or changes samples. Owns no thread and no clock: whoever
//! calls decides where the work is done. A picture is 8-bit I420 in memory of a [`Pool`], shared by its clones and copied when one of them
//! is changed.
//!
//! Architecture invariant: `unsafe` is in six files: calls into C libraries in `decode/openh264.rs`, `decode/webp.rs`, `encode/webp.rs`, `h264.rs`
//! (one option) and `capabilities.rs` (versions), and in `colors/conversion.rs` the choice of loops for the processor at hand.

mod capabilities;
mod colors;
pub mod decode;
pub mod draw;
pub mod encode;
pub mod h264;
mod picture;
pub mod pixels;
mod plane;
mod pool;
pub mod scale;

pub use capabilities::{Capabilities, capabilities};
pub use picture::{Picture, Stamp};
pub use plane::{Plane, PlaneMut};
pub use pool::Pool;
