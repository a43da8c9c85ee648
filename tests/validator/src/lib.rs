//! A strict reader of HLS playlists, independent of the code that makes them.
//!
//! Pure: no I/O, no clock.
#![forbid(unsafe_code)]

mod bytes;
pub mod finding;
pub mod fmp4;
pub mod playlist;
pub mod rule;
pub mod rules;
pub mod succession;
pub mod ts;
pub mod uri;
