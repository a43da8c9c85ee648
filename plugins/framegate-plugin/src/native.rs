//! On the host there is no host: what a plugin imports is played here, with the names and types of the generated bindings, so that the same
//! plugin runs in a plain `cargo test`. [`harness`](crate::harness) is the way in.

pub use crate::bindings::imports::framegate::plugin::types;

pub(crate) mod admission;
pub mod calendar;
pub(crate) mod canvas;
pub mod drawing;
pub(crate) mod events;
pub mod host;
pub(crate) mod http;
pub(crate) mod pictures;
pub mod state;
pub(crate) mod viewers;
pub(crate) mod world;
