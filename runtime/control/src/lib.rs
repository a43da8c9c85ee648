//! What operators see and do: streams and plugins as resources, reloads, health, metrics.
//!
//! Owns the shapes of the API's answers, made from each room's `snapshot()`. Does not own how they are asked for (`web`) nor who may (`access`).
//!
//! Architecture invariant: no secret and no address with one leaves here; what is shown of a source is made in [`source`].
#![forbid(unsafe_code)]

pub mod configured;
pub mod events;
pub mod health;
pub mod installed;
pub mod measure;
pub mod metrics;
pub mod plugins;
mod process;
pub mod reload;
pub mod source;
pub mod state;
pub mod stats;
pub mod streams;
pub mod viewers;
