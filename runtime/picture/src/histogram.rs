use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets in microseconds: 1, 2, 5 steps from 50 µs to 10 s.
const BOUNDS_US: [u64; 17] = [
    50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 33_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
    2_000_000, 10_000_000,
];

/// How long something took, counted in buckets; any thread may record.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS_US.len() + 1],
    sum_us: AtomicU64,
}

/// A histogram at one moment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct HistogramSnapshot {
    /// How many were recorded.
    pub count: u64,
    /// Their sum in microseconds.
    pub sum_us: u64,
    /// Upper bound in microseconds (none for the last) and how many lie in the bucket.
    pub buckets: Vec<(Option<u64>, u64)>,
}

impl Histogram {
    /// Counts one.
    pub fn record(&self, took: Duration) {
        let us = took.as_micros().min(u128::from(u64::MAX)) as u64;
        let bucket = BOUNDS_US.partition_point(|bound| *bound < us);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(us, Ordering::Relaxed);
    }

    /// What was counted so far.
    pub fn snapshot(&self) -> HistogramSnapshot {
        let bounds = BOUNDS_US.iter().copied().map(Some).chain([None]);
        let buckets: Vec<_> = bounds.zip(self.buckets.iter().map(|b| b.load(Ordering::Relaxed))).collect();
        HistogramSnapshot {
            count: buckets.iter().map(|(_, n)| n).sum(),
            sum_us: self.sum_us.load(Ordering::Relaxed),
            buckets,
        }
    }
}

impl HistogramSnapshot {
    /// The upper bound of the bucket that holds this share (0 to 1) of all, in microseconds; none if nothing was recorded.
    pub fn quantile_us(&self, share: f64) -> Option<u64> {
        let rank = (self.count as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        let found = self.buckets.iter().find(|(_, n)| {
            seen += n;
            seen >= rank
        })?;
        Some(found.0.unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_the_bounds_of_their_buckets() {
        let histogram = Histogram::default();
        assert_eq!(histogram.snapshot().quantile_us(0.5), None);
        for ms in [1, 1, 1, 30] {
            histogram.record(Duration::from_millis(ms));
        }
        histogram.record(Duration::from_secs(60));
        let snapshot = histogram.snapshot();
        assert_eq!((snapshot.count, snapshot.sum_us), (5, 60_033_000));
        assert_eq!(snapshot.quantile_us(0.5), Some(1_000));
        assert_eq!(snapshot.quantile_us(0.8), Some(33_000));
        assert_eq!(snapshot.quantile_us(1.0), Some(u64::MAX));
    }
}
