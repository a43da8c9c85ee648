//! All that hangs on one name: stream, pictures, viewers' tickets; and the registry of names.
//!
//! Owns which streams exist and who watches them, and puts another configuration in force while they run. Does not own what a stream does, nor who may watch (`access`), nor how viewers are served (`egress`, `web`).
#![forbid(unsafe_code)]

mod apply;
mod difference;
mod entry;
mod hub;
mod offer;
mod template;
mod ticket;

pub use apply::{Applied, NotApplied};
pub use difference::{Chain, Change, Difference, Template};
pub use entry::{Entry, Refused};
pub use hub::{Held, Hub, InForce, NotThere, Parts, Plugins};
pub use offer::{Offer, Variant};
pub use ticket::{Full, Output, Refusals, Ticket, Viewer, ViewerCounts, Who};
