//! How long to wait before the next attempt. Pure: time is passed in.

use std::time::{Duration, Instant};

/// The first wait when something failed; each one behind it is twice as long.
const FIRST: Duration = Duration::from_millis(250);
/// The longest: a disk that is there again is noticed within a few segments.
const LONGEST: Duration = Duration::from_secs(10);

/// Counts failed attempts since the last success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Patience(Option<(u32, Instant)>);

impl Patience {
    pub(crate) fn failed(&mut self, now: Instant) {
        let failed = self.0.map_or(0, |(failed, _)| failed);
        let wait = FIRST.saturating_mul(1_u32.checked_shl(failed).unwrap_or(u32::MAX)).min(LONGEST);
        self.0 = Some((failed.saturating_add(1), now + wait));
    }

    pub(crate) fn succeeded(&mut self) {
        self.0 = None;
    }

    /// Something failed since the last success.
    pub(crate) fn is_failing(self) -> bool {
        self.0.is_some()
    }

    /// When there may be the next attempt; none if that is now.
    pub(crate) fn until(self, now: Instant) -> Option<Instant> {
        self.0.map(|(_, until)| until).filter(|until| now < *until)
    }

    /// The next attempt may be made at once.
    pub(crate) fn hurry(&mut self, now: Instant) {
        self.0 = self.0.map(|(failed, _)| (failed, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_ten_seconds_and_begin_again_behind_a_success() {
        let now = Instant::now();
        let mut patience = Patience::default();
        let mut wait = || {
            patience.failed(now);
            patience.until(now).map(|until| (until - now).as_millis())
        };
        let waits: Vec<_> = (0..8).filter_map(|_| wait()).collect();
        assert_eq!(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
        (0..100).for_each(|_| patience.failed(now));
        patience.succeeded();
        assert_eq!(patience.until(now), None);
        patience.failed(now);
        assert_eq!(patience.until(now), Some(now + FIRST));
        assert_eq!(patience.until(now + FIRST), None);
    }
}
