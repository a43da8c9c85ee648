//! The sandbox: components, instances, host functions, limits.
//!
//! Owns everything between a `.wasm` file and a verdict on a picture: admission of components, compiling and its cache, one instance for
//! each stream and plugin, what a guest may ask of the host, its limits, and what becomes of a picture when a guest fails. Owns neither
//! pictures (they live in `codec`) nor the thread that a chain runs on (that is the picture worker's).
//!
//! Architecture invariant: no other room names wasmtime, and in this one only `compiled.rs` has `unsafe`.
#![deny(unsafe_code)]

mod access;
mod admission;
#[doc(hidden)]
pub mod bench;
mod bindings;
mod calendar;
mod chain;
mod compile;
mod compiled;
mod deadline;
mod engine;
mod error;
mod exports;
mod fault;
mod functions;
mod grants;
mod guest;
mod host;
mod http;
mod instance;
mod memory;
mod plugin;
pub mod policy;
mod rate;
mod service;
mod state;
mod stats;
mod ticker;
mod wasi;
mod words;

pub use access::{Applicant, Decision};
pub use admission::{Admitted, Language, Refusal, admit};
pub use chain::{Chain, Clock, EventStills, Keep, Link, Mode, Outcome, Refused, Succession};
pub use compile::{Compiler, compile_command};
pub use deadline::thread_cpu;
pub use error::Error;
pub use fault::Kind;
pub use grants::{Missing, Wanted};
pub use host::{Bundled, Host, Settings};
pub use plugin::{Description, Mistake, Plugin, Role};
pub use service::{AccessPolicy, ServiceSnapshot, Services, SinkLink, StreamServices};
pub use state::States;
pub use stats::{ChainStats, Health, LinkSnapshot};
