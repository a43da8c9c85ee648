//! One stream: its state machine, its supervisor, the fan-out of its access units, demand, and what is known of it.
//!
//! Owns when a camera is connected, for how long, and when it is tried again; what a viewer who comes late or reads slowly gets; timestamps
//! that are continuous over reconnects; the words for why there is no picture. Does not own how a camera is spoken to (`source`), what is
//! done with access units (`picture`, `egress`), nor who may watch (`access`, and the tickets of `hub`).
//!
//! Architecture invariant: nothing here waits for a subscriber. What is kept for subscribers is bounded in bytes, whatever they do.
#![forbid(unsafe_code)]

mod alarm;
mod demand;
mod fanout;
mod feed;
mod history;
mod limit;
mod meter;
mod report;
mod ring;
mod snapshot;
mod state;
mod status;
mod stream;
mod subscription;
mod supervisor;
mod timeline;
mod work;

pub use feed::{Feed, Gop};
pub use history::Step;
pub use limit::Limit;
pub use snapshot::Snapshot;
pub use status::{Reason, ReasonKind, State, Status};
pub use stream::{Parts, Stream};
pub use subscription::{Lag, Received, Start, Subscription, Tracks};
