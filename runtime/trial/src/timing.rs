use std::time::Duration;

/// What calls took, of CPU time of their thread.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Timing {
    /// How many were measured.
    pub calls: usize,
    /// Half of them took no longer, in microseconds.
    pub p50_us: f64,
    /// 99 of a hundred took no longer.
    pub p99_us: f64,
    /// The longest.
    pub max_us: f64,
}

impl Timing {
    /// Of measured times in microseconds, in any order.
    pub(crate) fn of_us(times: impl Iterator<Item = f64>) -> Self {
        Self::of(times.map(|us| Duration::from_nanos((us * 1000.0).round() as u64)).collect())
    }

    /// Of measured times, in any order; the percentile is the nearest rank.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let us = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_nanos() as f64 / 1000.0);
        let rank = |percent: usize| us(times.get((times.len() * percent).div_ceil(100).saturating_sub(1)));
        Self { calls: times.len(), p50_us: rank(50), p99_us: rank(99), max_us: us(times.last()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let timing = Timing::of((1..=200).rev().map(Duration::from_micros).collect());
        assert_eq!(timing, Timing { calls: 200, p50_us: 100.0, p99_us: 198.0, max_us: 200.0 });
        assert_eq!(Timing::of(vec![Duration::from_micros(7)]).p50_us, 7.0);
        assert_eq!(Timing::of(Vec::new()), Timing::default());
    }
}
