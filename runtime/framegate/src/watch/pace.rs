use std::time::{Duration, Instant};

use super::folders::Told;
use super::looks::Found;

/// Between two looks while something changes, and where the system tells nothing. With the second look that finds the same, a change is told within twice
/// this: a fifth of the second that a reload may take.
const INTERVAL: Duration = Duration::from_millis(100);
/// Between two looks where the system tells.
const SLOW: Duration = Duration::from_secs(2);

/// When files are looked at. Pure: time is passed in.
#[derive(Debug)]
pub(super) struct Pace {
    looked: Instant,
    due: Instant,
}

impl Pace {
    /// The first look is due at once.
    pub(super) fn new(now: Instant) -> Self {
        Self { looked: now, due: now }
    }

    /// When the next look is due.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Something happened where the files are.
    pub(super) fn woken(&mut self, now: Instant) {
        self.due = self.due.min(now.max(self.looked + INTERVAL));
    }

    /// A look is over.
    pub(super) fn looked(&mut self, now: Instant, found: Found, told: Told) {
        let wait = match (found, told) {
            (Found::Moving, _) | (_, Told::Nothing) => INTERVAL,
            (Found::Same | Found::Settled, Told::All) => SLOW,
        };
        (self.looked, self.due) = (now, now + wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds from a look to the next one.
    fn wait(found: Found, told: Told) -> u128 {
        let begin = Instant::now();
        let mut pace = Pace::new(begin);
        pace.looked(begin, found, told);
        pace.due().duration_since(begin).as_millis()
    }

    #[test]
    fn looks_are_slow_where_the_system_tells_and_nothing_moves() {
        assert_eq!(wait(Found::Same, Told::All), 2_000);
        assert_eq!(wait(Found::Settled, Told::All), 2_000);
        assert_eq!(wait(Found::Moving, Told::All), 100);
        for found in [Found::Same, Found::Moving, Found::Settled] {
            assert_eq!(wait(found, Told::Nothing), 100, "{found:?}");
        }
    }

    #[test]
    fn who_is_awoken_looks_at_once_but_no_more_than_ten_times_a_second() {
        let begin = Instant::now();
        let after = |ms: u64| begin + Duration::from_millis(ms);
        let mut pace = Pace::new(begin);
        pace.looked(begin, Found::Same, Told::All);
        pace.woken(after(500));
        assert_eq!(pace.due(), after(500));
        pace.looked(after(500), Found::Same, Told::All);
        for ms in [510, 550, 599] {
            pace.woken(after(ms));
            assert_eq!(pace.due(), after(600));
        }
        // Nothing puts a look off.
        pace.woken(after(700));
        assert_eq!(pace.due(), after(600));
    }
}
