use std::time::{Duration, Instant};

/// What happens per packet or per picture, told at most once a second with its count.
#[derive(Debug)]
pub(crate) struct Noise {
    what: &'static str,
    /// When it was told last.
    told: Option<Instant>,
    /// Since then.
    count: u64,
    total: u64,
}

/// The least time between two lines.
const EVERY: Duration = Duration::from_secs(1);

impl Noise {
    /// `what` in the plural: `damaged packets`.
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, told: None, count: 0, total: 0 }
    }

    /// One more. `words` are asked for only when a line is due.
    pub(crate) fn note(&mut self, now: Instant, words: impl FnOnce() -> String) {
        self.count += 1;
        self.total += 1;
        if let Some(count) = self.due(now) {
            tracing::warn!(count, total = self.total, last = words(), "{} were left out", self.what);
        }
    }

    fn due(&mut self, now: Instant) -> Option<u64> {
        if self.told.is_some_and(|told| now.saturating_duration_since(told) < EVERY) {
            return None;
        }
        self.told = Some(now);
        Some(std::mem::take(&mut self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_one_line_a_second() {
        let mut noise = Noise::new("things");
        let start = Instant::now();
        let mut lines = 0;
        for ms in 0..2_500 {
            noise.note(start + Duration::from_millis(ms), || {
                lines += 1;
                String::new()
            });
        }
        // Words are only made where the log takes them; what is due is counted apart.
        assert!(lines <= 3);
        assert_eq!(noise.total, 2_500);
        assert_eq!(noise.due(start + Duration::from_secs(9)), Some(2_500 - 2_001));
    }
}
