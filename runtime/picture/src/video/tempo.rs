//! How many pictures a second a source brings, for an encoder that shares its bits out among them. Pure.

use std::collections::VecDeque;

use config::Defaults;
use media::Timestamp;

/// How many intervals the middle one is taken of: half a second at 30/s, so that the second key frame is made by the measured rate.
const INTERVALS: usize = 15;
/// A measured rate wavers; what differs by no more than this share is the same rate, since an encoder that is told another one begins anew.
const WAVERS: f64 = 0.1;

/// The rate of a source.
#[derive(Debug)]
pub(crate) struct Tempo {
    intervals: VecDeque<i64>,
    last: Option<Timestamp>,
    fps: u32,
}

impl Tempo {
    /// Of a source that seems to bring so many; nothing is known of it if that is 0.
    pub(crate) fn new(seems: f32) -> Self {
        let fps = if seems >= 1.0 { seems.round() as u32 } else { Defaults::FPS };
        Self { intervals: VecDeque::with_capacity(INTERVALS), last: None, fps }
    }

    /// A picture of this time came.
    pub(crate) fn seen(&mut self, at: Timestamp) {
        let interval = self.last.replace(at).map(|last| at.ticks() - last.ticks());
        let Some(interval) = interval.filter(|interval| *interval > 0) else { return };
        if self.intervals.len() == INTERVALS {
            self.intervals.pop_front();
        }
        self.intervals.push_back(interval);
        if self.intervals.len() == INTERVALS {
            // The middle one: a gap or a picture that was left out says nothing of the rate.
            let mut sorted: Vec<i64> = self.intervals.iter().copied().collect();
            sorted.sort_unstable();
            let measured = Timestamp::CLOCK_RATE as f64 / sorted[INTERVALS / 2] as f64;
            if (measured - f64::from(self.fps)).abs() > WAVERS * f64::from(self.fps) {
                self.fps = measured.round().clamp(1.0, 120.0) as u32;
            }
        }
    }

    /// Pictures a second, 1 to 120.
    pub(crate) fn fps(&self) -> u32 {
        self.fps.clamp(1, 120)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seems: f32, times_ms: impl Iterator<Item = i64>) -> u32 {
        let mut tempo = Tempo::new(seems);
        times_ms.for_each(|ms| tempo.seen(Timestamp::from_ticks(ms * 90)));
        tempo.fps()
    }

    #[test]
    fn a_rate_is_measured_within_a_second() {
        assert_eq!(after(0.0, 0..0), 30, "as fast as cameras mostly are, before anything is known");
        assert_eq!(after(12.4, 0..0), 12);
        assert_eq!(after(0.0, (0..17).map(|n| n * 66)), 15);
        assert_eq!(after(0.0, (0..17).map(|n| n * 40)), 25);
        assert_eq!(after(0.0, (0..17).map(|n| n * 5_000)), 1);
    }

    #[test]
    fn jitter_and_gaps_change_nothing() {
        assert_eq!(after(25.0, (0..200).map(|n| n * 40 + [0, 9, -8, 3, 0][n as usize % 5])), 25);
        assert_eq!(after(25.0, (0..200).map(|n| n * 40 + n / 50 * 700)), 25);
    }
}
