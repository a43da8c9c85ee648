use crate::Timestamp;

/// Lets pictures through at a rate at most, by their presentation times, as evenly as the source allows. Pure.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// 90 kHz ticks between two; 0 lets all through.
    interval: i64,
    /// When the next is due.
    due: Option<Timestamp>,
}

impl Pace {
    /// At most so many a second (at least 1); all if none.
    pub fn new(fps: Option<u32>) -> Self {
        Self { interval: fps.map_or(0, |fps| Timestamp::CLOCK_RATE / i64::from(fps.max(1))), due: None }
    }

    /// Whether the picture of this time is due.
    pub fn is_due(&self, at: Timestamp) -> bool {
        let due = self.due.map_or(at.ticks(), Timestamp::ticks);
        // Cameras jitter: a picture that is early by up to a quarter of the interval is the one that was meant. One that is early by several
        // intervals comes behind a jump back of time.
        self.interval == 0 || at.ticks() >= due - self.interval / 4 || at.ticks() <= due - 4 * self.interval
    }

    /// Says that a picture that was due is shown.
    pub fn take(&mut self, at: Timestamp) {
        let due = self.due.map_or(at.ticks(), Timestamp::ticks);
        // On the grid while the source keeps up; from here on after a gap or a jump.
        let next = due + self.interval;
        let on_grid = (at.ticks()..=at.ticks() + self.interval + self.interval / 4).contains(&next);
        self.due = Some(Timestamp::from_ticks(if on_grid { next } else { at.ticks() + self.interval }));
    }

    /// 90 kHz ticks between two.
    pub fn interval(&self) -> i64 {
        self.interval
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(fps: u32, times_ms: impl Iterator<Item = i64>) -> usize {
        let mut pace = Pace::new(Some(fps));
        let due = times_ms.map(|ms| Timestamp::from_ticks(ms * 90)).filter(|at| {
            let due = pace.is_due(*at);
            if due {
                pace.take(*at);
            }
            due
        });
        due.count()
    }

    #[test]
    fn rates_are_held_over_ten_seconds() {
        for (source_ms, fps, expected) in
            [(33, 30, 300), (40, 15, 150), (40, 10, 100), (100, 30, 100), (66, 5, 50), (40, 1, 10), (40, 2, 20)]
        {
            let n = taken(fps, (0..10_000 / source_ms).map(|i| i * source_ms));
            assert!(n.abs_diff(expected) <= 1, "{source_ms} ms at {fps}/s: {n}, not {expected}");
        }
    }

    #[test]
    fn jitter_loses_nothing() {
        let n = taken(30, (0..300).map(|i| i * 1000 / 30 + [0, 7, -6, 3][i as usize % 4]));
        assert!(n >= 297, "{n}");
    }

    #[test]
    fn a_jump_back_does_not_stop_pictures() {
        assert_eq!(taken(1, [0, 1000, 2000, 500_000, 501_000, 3, 1003].into_iter()), 7);
    }

    #[test]
    fn without_a_rate_everything_is_due() {
        let mut pace = Pace::new(None);
        for ticks in [0, 0, 1, 90_000, 5, 5] {
            assert!(pace.is_due(Timestamp::from_ticks(ticks)));
            pace.take(Timestamp::from_ticks(ticks));
        }
    }
}
