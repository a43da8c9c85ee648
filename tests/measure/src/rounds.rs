//! What is compared is measured in rounds, one after the other, so that what else the machine does meets all of it: medians count.

use std::time::Duration;

/// How often each is measured.
pub(crate) const ROUNDS: u64 = 5;

/// A round's share of the seconds that were asked for; less than three are mostly noise.
pub(crate) fn window(seconds: u64) -> Duration {
    Duration::from_secs((seconds / ROUNDS).max(3))
}

/// The middle one of some values.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
