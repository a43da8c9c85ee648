use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the purges of a stream. What was made from pictures of an earlier generation was not seen by the filters that are in force now, and reaches
/// nobody any more. Cloning gives another handle of the same count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Generation(Arc<AtomicU64>);

impl Generation {
    /// The one that pictures belong to now.
    pub(crate) fn now(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// From here on another one.
    pub(crate) fn next(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}
