//! How busy a pool of threads is. Pure: time is passed in.

use std::time::{Duration, Instant};

/// Whole seconds that are looked back on: longer than one heavy picture, short enough to follow viewers who come and go.
const WINDOW: u64 = 4;
/// One more for the second that has begun.
const BUCKETS: usize = WINDOW as usize + 1;

/// Time that threads spent at work, by the second in which the work ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Busy {
    origin: Instant,
    /// Which second since `origin`, and the work that ended in it.
    buckets: [(u64, Duration); BUCKETS],
}

impl Busy {
    pub(crate) fn new(now: Instant) -> Self {
        Self { origin: now, buckets: [(0, Duration::ZERO); BUCKETS] }
    }

    /// A piece of work that took so long ended now.
    pub(crate) fn add(&mut self, took: Duration, now: Instant) {
        let second = self.second(now);
        let (of, work) = &mut self.buckets[(second % BUCKETS as u64) as usize];
        if *of != second {
            (*of, *work) = (second, Duration::ZERO);
        }
        *work += took;
    }

    /// The share of the time, 0 to 1, in which so many threads were at work: over the last whole seconds, or the part that has passed of the first.
    pub(crate) fn share(&self, threads: usize, now: Instant) -> f32 {
        let current = self.second(now);
        let (from, to, span) = match current {
            0 => (0, 1, now.saturating_duration_since(self.origin).max(Duration::from_millis(500))),
            _ => (current.saturating_sub(WINDOW), current, Duration::from_secs(current.min(WINDOW))),
        };
        let work: Duration = self.buckets.iter().filter(|(of, _)| (from..to).contains(of)).map(|(_, work)| *work).sum();
        (work.as_secs_f32() / (span.as_secs_f32() * threads.max(1) as f32)).min(1.0)
    }

    fn second(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.origin).as_secs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_works_half_the_time_is_half_busy() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut busy = Busy::new(start);
        assert_eq!(busy.share(1, start), 0.0);
        for n in 1..=100 {
            busy.add(Duration::from_millis(50), at(n * 100));
        }
        assert!((busy.share(1, at(10_000)) - 0.5).abs() < 0.02, "{}", busy.share(1, at(10_000)));
        assert!((busy.share(2, at(10_000)) - 0.25).abs() < 0.02);
        // Two seconds after the last: half of what is looked back on.
        assert!((busy.share(1, at(12_500)) - 0.25).abs() < 0.03, "{}", busy.share(1, at(12_500)));
        assert_eq!(busy.share(1, at(20_000)), 0.0);
        busy.add(Duration::from_secs(60), at(20_100));
        assert_eq!(busy.share(1, at(21_000)), 1.0);
    }
}
