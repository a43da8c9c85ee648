//! How long pictures take, in few numbers.

use picture::{Counts, HistogramSnapshot, MeasureSnapshot};
use serde::Serialize;

/// Times of one step in microseconds. The quantiles are upper bounds of the buckets that they lie in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Times {
    /// How many were measured.
    pub count: u64,
    /// Their mean.
    pub mean_us: Option<u64>,
    /// Half of them took at most this; none when there were none, or when it is beyond all bounds.
    pub p50_us: Option<u64>,
    /// 99 % of them took at most this.
    pub p99_us: Option<u64>,
}

impl Times {
    /// From a histogram.
    pub fn of(histogram: &HistogramSnapshot) -> Self {
        let quantile = |share| histogram.quantile_us(share).filter(|us| *us != u64::MAX);
        Self {
            count: histogram.count,
            mean_us: histogram.sum_us.checked_div(histogram.count),
            p50_us: quantile(0.5),
            p99_us: quantile(0.99),
        }
    }
}

/// The way of a stream's pictures: times of its steps, and what was left out on it. All counts are since the start of the process.
#[derive(Clone, Copy, Debug, Serialize, schemars::JsonSchema)]
pub struct Measure {
    /// From the last byte of an access unit to the begin of its decoding.
    pub wait: Times,
    /// Decoding.
    pub decode: Times,
    /// All plugins.
    pub plugins: Times,
    /// From a picture's hand-over to the encoders to its still's delivery.
    pub encode: Times,
    /// From the last byte of an access unit to the delivery of its still.
    pub whole: Times,
    /// From a picture's hand-over to the encoder of a video variant to its access unit.
    pub video: Times,
    /// From the last byte of an access unit to the delivery of the re-encoded one.
    pub video_whole: Times,
    /// What became of its access units and pictures.
    #[serde(flatten)]
    pub counts: Counts,
}

impl Measure {
    /// From what the picture room measured.
    pub fn of(measure: &MeasureSnapshot) -> Self {
        Self {
            wait: Times::of(&measure.wait),
            decode: Times::of(&measure.decode),
            plugins: Times::of(&measure.plugins),
            encode: Times::of(&measure.encode),
            whole: Times::of(&measure.whole),
            video: Times::of(&measure.video),
            video_whole: Times::of(&measure.video_whole),
            counts: measure.counts,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn few_numbers_say_how_long_it_took() {
        let histogram = picture::Histogram::default();
        let nothing = Times { count: 0, mean_us: None, p50_us: None, p99_us: None };
        assert_eq!(Times::of(&histogram.snapshot()), nothing);
        for _ in 0..9 {
            histogram.record(Duration::from_millis(1));
        }
        histogram.record(Duration::from_secs(100));
        let times = Times::of(&histogram.snapshot());
        assert_eq!(times, Times { count: 10, mean_us: Some(10_000_900), p50_us: Some(1_000), p99_us: None });
    }
}
