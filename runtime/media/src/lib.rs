//! The pure words of media that every room shares: names, timestamps, access units, codec parameters, stills.
//!
//! Owns the types that travel between rooms and the parsers of the bytes in them (Annex B, SPS, the headers of JPEG, WebP
//! and PNG). Owns no I/O, no clock and no thread: time is passed in.
#![forbid(unsafe_code)]

pub mod annexb;
mod annotation;
mod audio;
mod codec;
pub mod h264;
pub mod h265;
pub mod image;
pub mod nal;
mod name;
mod pace;
mod parameters;
pub mod since;
mod size;
mod still;
mod time;
mod unit;

pub use annotation::{Annotation, Share};
pub use audio::{AudioCodec, AudioParameters, AudioUnit};
pub use codec::Codec;
pub use name::{BadName, StreamName};
pub use pace::Pace;
pub use parameters::{Color, Matrix, Parameters, Range};
pub use size::Size;
pub use still::{Still, StillFormat};
pub use time::{Moment, Timestamp};
pub use unit::{AccessUnit, Unit};
