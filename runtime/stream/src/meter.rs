//! How much came over the last seconds. Pure: time is passed in.

use std::time::Instant;

/// Whole seconds that are looked back on: long enough for a steady figure, short enough to show a change.
const WINDOW: u64 = 4;
/// One more for the second that has begun.
const BUCKETS: usize = WINDOW as usize + 1;

/// Counts per second, for the last few.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    origin: Instant,
    buckets: [Bucket; BUCKETS],
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    /// Which second since `origin`.
    second: u64,
    units: u32,
    bytes: u64,
}

/// What a [`Meter`] shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rate {
    /// Units a second.
    pub(crate) units: f32,
    /// Bits a second.
    pub(crate) bits: u64,
}

impl Meter {
    /// Begins to count.
    pub(crate) fn new(now: Instant) -> Self {
        Self { origin: now, buckets: [Bucket::default(); BUCKETS] }
    }

    /// So many units of so many bytes came.
    pub(crate) fn add(&mut self, units: u32, bytes: usize, now: Instant) {
        let second = self.second(now);
        let bucket = &mut self.buckets[(second % BUCKETS as u64) as usize];
        if bucket.second != second {
            *bucket = Bucket { second, ..Bucket::default() };
        }
        bucket.units += units;
        bucket.bytes += bytes as u64;
    }

    /// What came a second: over the last whole seconds; over the part that has passed while the first is not over.
    pub(crate) fn rate(&self, now: Instant) -> Rate {
        let passed = now.saturating_duration_since(self.origin);
        let current = self.second(now);
        let (from, to, seconds) = match current {
            // A first picture alone is no rate of thousands.
            0 => (0, 1, passed.as_secs_f32().max(0.5)),
            _ => (current.saturating_sub(WINDOW), current, current.min(WINDOW) as f32),
        };
        let counted = self.buckets.iter().filter(|bucket| (from..to).contains(&bucket.second));
        let (units, bytes) = counted.fold((0, 0), |(units, bytes), b| (units + b.units, bytes + b.bytes));
        Rate { units: units as f32 / seconds, bits: (bytes as f64 * 8.0 / f64::from(seconds)) as u64 }
    }

    fn second(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.origin).as_secs()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn after(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn a_steady_stream_shows_its_rate_from_the_first_second_on() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        for n in 0..250 {
            meter.add(1, 1_000, after(start, n * 40));
            if n >= 25 {
                assert_eq!(meter.rate(after(start, n * 40)), Rate { units: 25.0, bits: 200_000 }, "{n}");
            }
        }
    }

    #[test]
    fn a_stream_that_stopped_goes_down_to_nothing() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        for n in 0..100 {
            meter.add(1, 100, after(start, n * 40));
        }
        assert_eq!(meter.rate(after(start, 6_000)).units, 12.5);
        assert_eq!(meter.rate(after(start, 8_500)), Rate::default());
        meter.add(1, 100, after(start, 100_000));
        assert_eq!(meter.rate(after(start, 101_000)).units, 0.25);
    }

    #[test]
    fn one_picture_is_no_flood() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        meter.add(1, 100, start);
        assert_eq!(meter.rate(after(start, 1)).units, 2.0);
    }
}
