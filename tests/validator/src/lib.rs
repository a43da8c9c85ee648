//! A strict reader of HLS playlists, independent of the code that makes them.
//!
//! Pure: no I/O, no clock.
#![forbid(unsafe_code)]

pub mod finding;
pub mod playlist;
pub mod rule;
pub mod rules;
pub mod succession;
pub mod uri;
