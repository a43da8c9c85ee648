//! Counts what one viewer got. No clock: time is passed in.

use std::time::{Duration, Instant};

/// What a viewer got since the last reading.
#[derive(Clone, Debug)]
pub struct Meter {
    since: Instant,
    stills: u64,
    bytes: u64,
    skipped: u64,
    skipped_total: u64,
    waited: Duration,
}

/// A meter at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Stills a second.
    pub rate: f64,
    /// Bytes of stills a second.
    pub bytes_per_second: u64,
    /// Stills that were left out since the last reading because the viewer was slow.
    pub skipped: u64,
    /// The same a second.
    pub skip_rate: f64,
    /// The same since the viewer came.
    pub skipped_total: u64,
    /// The share of the time, 0 to 1, in which a write to it waited.
    pub write_wait: f64,
}

impl Meter {
    /// A meter for a viewer who came at `now`.
    pub fn new(now: Instant) -> Self {
        Self { since: now, stills: 0, bytes: 0, skipped: 0, skipped_total: 0, waited: Duration::ZERO }
    }

    /// Counts one still of so many bytes, before which so many were left out.
    pub fn count(&mut self, bytes: usize, skipped: u64) {
        self.stills += 1;
        self.bytes += bytes as u64;
        self.skipped += skipped;
        self.skipped_total += skipped;
    }

    /// Counts time in which a write waited for the viewer.
    pub fn wait(&mut self, time: Duration) {
        self.waited += time;
    }

    /// What came since the last reading, a second.
    pub fn read(&mut self, now: Instant) -> Reading {
        // A reading at the very moment of the one before would divide by nothing.
        let elapsed = now.saturating_duration_since(self.since).max(Duration::from_millis(1)).as_secs_f64();
        let reading = Reading {
            rate: self.stills as f64 / elapsed,
            bytes_per_second: (self.bytes as f64 / elapsed) as u64,
            skipped: self.skipped,
            skip_rate: self.skipped as f64 / elapsed,
            skipped_total: self.skipped_total,
            // A wait that began before the last reading is counted where it ends.
            write_wait: (self.waited.as_secs_f64() / elapsed).min(1.0),
        };
        *self = Self { skipped_total: self.skipped_total, ..Self::new(now) };
        reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_tells_of_the_time_since_the_last_one() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut meter = Meter::new(start);
        for n in 0..30 {
            meter.count(1_000, u64::from(n == 0) * 4);
        }
        meter.wait(Duration::from_millis(500));
        let expected = Reading {
            rate: 15.0,
            bytes_per_second: 15_000,
            skipped: 4,
            skip_rate: 2.0,
            skipped_total: 4,
            write_wait: 0.25,
        };
        assert_eq!(meter.read(at(2_000)), expected);
        meter.count(500, 1);
        let expected =
            Reading { rate: 1.0, bytes_per_second: 500, skipped: 1, skip_rate: 1.0, skipped_total: 5, write_wait: 0.0 };
        assert_eq!(meter.read(at(3_000)), expected);
        assert_eq!(meter.read(at(3_000)).rate, 0.0);
    }
}
