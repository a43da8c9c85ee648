//! How long to wait before the next attempt. Pure: random numbers are passed in, and nothing here waits.

use std::time::Duration;

/// The first wait, and the shortest.
pub const FIRST: Duration = Duration::from_secs(1);
/// The longest wait for what may mend itself: a camera that comes back is noticed within half a minute.
pub const LONGEST: Duration = Duration::from_secs(30);
/// The first wait for what a person must mend (a wrong password: some cameras lock an account after five attempts).
pub const FIRST_SLOW: Duration = Duration::from_secs(30);
/// The longest wait for what a person must mend.
pub const LONGEST_SLOW: Duration = Duration::from_secs(300);

/// Counts failed attempts since the last success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failed: u32,
    failed_slow: u32,
}

impl Backoff {
    /// Nothing failed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The wait after one more failure: 1 s, 2 s, 4 s … 30 s, each up to a quarter shorter by `random`, so that a hundred cameras behind one
    /// switch do not come back in one moment. Never shorter than [`FIRST`].
    pub fn next(&mut self, random: u32) -> Duration {
        let wait = doubled(FIRST, self.failed, LONGEST);
        self.failed = self.failed.saturating_add(1);
        jittered(wait, random).max(FIRST)
    }

    /// The wait after a failure that a person must mend: 30 s, 1 min … 5 min, each up to a quarter shorter. Never shorter than [`FIRST_SLOW`].
    pub fn slow(&mut self, random: u32) -> Duration {
        let wait = doubled(FIRST_SLOW, self.failed_slow, LONGEST_SLOW);
        self.failed_slow = self.failed_slow.saturating_add(1);
        jittered(wait, random).max(FIRST_SLOW)
    }

    /// Media came: the next failure is the first again.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    first.saturating_mul(1_u32.checked_shl(times).unwrap_or(u32::MAX)).min(longest)
}

fn jittered(wait: Duration, random: u32) -> Duration {
    wait - wait.mul_f64(0.25 * f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(waits: impl IntoIterator<Item = Duration>) -> Vec<f64> {
        waits.into_iter().map(|wait| wait.as_secs_f64()).collect()
    }

    #[test]
    fn waits_double_up_to_half_a_minute() {
        let mut backoff = Backoff::new();
        assert_eq!(seconds((0..8).map(|_| backoff.next(0))), [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]);
        backoff.reset();
        assert_eq!(backoff.next(0), FIRST);
    }

    #[test]
    fn what_a_person_must_mend_waits_longer() {
        let mut backoff = Backoff::new();
        assert_eq!(seconds((0..6).map(|_| backoff.slow(0))), [30.0, 60.0, 120.0, 240.0, 300.0, 300.0]);
    }

    #[test]
    fn jitter_takes_at_most_a_quarter_and_never_goes_below_the_first() {
        let mut backoff = Backoff::new();
        assert_eq!(seconds((0..6).map(|_| backoff.next(u32::MAX))), [1.0, 1.5, 3.0, 6.0, 12.0, 22.5]);
        let mut backoff = Backoff::new();
        assert_eq!(seconds((0..5).map(|_| backoff.slow(u32::MAX))), [30.0, 45.0, 90.0, 180.0, 225.0]);
        let mut backoff = Backoff::new();
        backoff.next(0);
        assert_eq!(
            backoff.next(u32::MAX / 2),
            Duration::from_secs_f64(2.0 - 0.25 * 2.0 * f64::from(u32::MAX / 2) / f64::from(u32::MAX))
        );
    }

    #[test]
    fn a_hundred_failures_do_not_overflow() {
        let mut backoff = Backoff::new();
        for _ in 0..100 {
            backoff.next(7);
            backoff.slow(7);
        }
        assert!(backoff.next(0) == LONGEST && backoff.slow(0) == LONGEST_SLOW);
    }
}
