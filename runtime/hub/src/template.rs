//! Streams that the file does not name: made from `[streams."*"]` on first use, gone when unused.

use std::time::Duration;

/// How many streams a template makes at most: names come from outside, and each costs memory.
pub(crate) const MAX_STREAMS: usize = 1_000;
/// How long one stays when nobody watches it and nothing is pushed to it.
pub(crate) const UNUSED_AFTER: Duration = Duration::from_secs(60);
/// How often is looked.
pub(crate) const SWEEP: Duration = Duration::from_secs(10);
