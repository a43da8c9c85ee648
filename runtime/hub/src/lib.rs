//! All that hangs on one name: stream, pictures, viewers' tickets; and the registry of names.
//!
//! Owns which streams exist and who watches them. Does not own what a stream does, nor who may watch (`access`), nor how viewers are served (`egress`, `web`).
#![forbid(unsafe_code)]

mod entry;
mod hub;
mod template;
mod ticket;

pub use entry::{Entry, Refused};
pub use hub::{Hub, NotThere, Parts};
pub use ticket::{Full, Output, Ticket, ViewerCounts};
