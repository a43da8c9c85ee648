//! The picture worker of a stream: decode ▶ plugins ▶ encode, the renditions that viewers of stills share, and video re-encoded behind filters.
//!
//! Owns when pictures are made (only while somebody wants them), which of them are left out when there is not time for all, and the pool of
//! encoder threads. Owns neither codecs (`codec`) nor what a plugin does (`plugin`) nor how a still reaches a viewer (`egress`).
//!
//! Architecture invariant: nothing here runs on an async thread but waiting; pictures are made on a named thread per stream, stills on a pool of one
//! thread per core.
#![forbid(unsafe_code)]

mod chosen;
mod condition;
mod delivery;
mod demand;
mod encoders;
mod generation;
mod histogram;
mod keys;
mod lane;
mod load;
mod measure;
mod outlet;
mod pictures;
mod rendition;
mod shed;
mod succession;
mod switch;
mod video;
mod worker;

pub use chosen::Bounds;
pub use condition::Condition;
pub use delivery::{Delivery, Stills};
pub use encoders::Encoders;
pub use histogram::{Histogram, HistogramSnapshot};
pub use measure::{Counts, MeasureSnapshot, Step};
pub use pictures::{Parts, Pictures, RenditionSnapshot, Snapshot};
pub use rendition::{Format, Rendition, Want};
pub use video::{Variant, VariantSnapshot};
