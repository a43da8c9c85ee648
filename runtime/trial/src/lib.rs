//! A plugin tried on pictures, without a server: what it does, what it costs, and whether that is what was expected.
//!
//! Owns the way of pictures from a clip, a folder or the test scene through a chain of one, what is kept of it (PNGs, JSON lines, a table), what is
//! expected of it, and the measuring of calls. Does not own the sandbox: the plugin runs as it does on a stream, under the same limits.
#![forbid(unsafe_code)]

pub mod bench;
mod error;
pub mod expect;
mod folder;
mod input;
mod report;
mod run;
mod services;
mod timing;

pub use error::Error;
pub use expect::Expectations;
pub use folder::Folder;
pub use input::Input;
pub use report::{Report, Seen, Verdict};
pub use run::{Subject, run, time};
pub use services::deliver;
pub use timing::Timing;
