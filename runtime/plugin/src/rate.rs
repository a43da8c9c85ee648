use std::time::{Duration, Instant};

/// At most so many in a second; the rest is counted. Time is passed in.
#[derive(Debug)]
pub(crate) struct Rate {
    per_second: u32,
    began: Option<Instant>,
    taken: u32,
    suppressed: u64,
}

impl Rate {
    pub(crate) fn new(per_second: u32) -> Self {
        Self { per_second, began: None, taken: 0, suppressed: 0 }
    }

    /// Whether one more may pass now, and how many could not before it (told once).
    pub(crate) fn take(&mut self, now: Instant) -> Option<u64> {
        if self.began.is_none_or(|began| now.saturating_duration_since(began) >= Duration::from_secs(1)) {
            self.began = Some(now);
            self.taken = 0;
        }
        if self.taken == self.per_second {
            self.suppressed += 1;
            return None;
        }
        self.taken += 1;
        Some(std::mem::take(&mut self.suppressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_counted_and_told_with_the_next() {
        let start = Instant::now();
        let mut rate = Rate::new(2);
        assert_eq!(
            [rate.take(start), rate.take(start), rate.take(start), rate.take(start)],
            [Some(0), Some(0), None, None]
        );
        assert_eq!(rate.take(start + Duration::from_millis(999)), None);
        assert_eq!(rate.take(start + Duration::from_secs(1)), Some(3));
        assert_eq!(rate.take(start + Duration::from_secs(1)), Some(0));
    }
}
