//! Where log lines go, and which: for people, as JSON, to the system's journal, to files that are put away, and to a ring that operators read over HTTP.
//!
//! Owns the process's one subscriber of `tracing`. What is said is each room's own; nothing secret is among it.
#![forbid(unsafe_code)]

mod begin;
mod capture;
mod files;
mod filter;
mod kept;
mod line;
mod ring;
mod text;

pub use begin::{Logs, NotConfigured, begin, silent};
pub use filter::{BadFilter, VARIABLE};
pub use line::{Fields, Level, Line};
pub use ring::{Lines, Wanted};
