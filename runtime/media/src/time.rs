use std::fmt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A presentation time: 90 kHz ticks since the stream's first access unit, continuous over reconnects.
///
/// 90 kHz is the clock of RTP video (RFC 6184, section 8.2.1) and MPEG-TS; 64 bits of it last three million years, so there is no wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Ticks in a second.
    pub const CLOCK_RATE: i64 = 90_000;
    /// The stream's first access unit.
    pub const ZERO: Self = Self(0);

    /// From 90 kHz ticks.
    pub const fn from_ticks(ticks: i64) -> Self {
        Self(ticks)
    }

    /// 90 kHz ticks.
    pub const fn ticks(self) -> i64 {
        self.0
    }

    /// From the time since the stream's first access unit.
    pub fn from_duration(since_start: Duration) -> Self {
        Self((since_start.as_nanos() * 9 / 100_000) as i64)
    }

    /// Nanoseconds since the stream's first access unit; what lies before it is 0.
    pub fn nanos(self) -> u64 {
        (i128::from(self.0.max(0)) * 100_000 / 9) as u64
    }

    /// This much later; stays at the end of time when there is no later.
    pub fn saturating_add(self, by: Duration) -> Self {
        Self(self.0.saturating_add(Self::from_duration(by).0))
    }

    /// The time from `earlier` to this one; zero if it is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        let ticks = self.0.saturating_sub(earlier.0).max(0) as u64;
        Duration::from_nanos((u128::from(ticks) * 100_000 / 9) as u64)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ticks = self.0;
        write!(f, "{}{}.{:05}s", if ticks < 0 { "-" } else { "" }, ticks.abs() / 90_000, ticks.abs() % 90_000)
    }
}

/// One moment on both clocks: the one that people read and the one that only goes forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// By the clock on the wall; may jump.
    pub wall: SystemTime,
    /// By the clock that never goes back: for durations.
    pub steady: Instant,
}

impl Moment {
    /// Both clocks read now. The core takes a `Moment` as an argument; this is for the rooms that read sockets.
    pub fn now() -> Self {
        Self { wall: SystemTime::now(), steady: Instant::now() }
    }

    /// Nanoseconds since 1970 by the wall clock.
    pub fn unix_nanos(self) -> u64 {
        unix_nanos(self.wall)
    }
}

/// Nanoseconds since 1970; what lies before is 0.
pub(crate) fn unix_nanos(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_and_durations_agree() {
        for (ticks, nanos) in [(0, 0), (90_000, 1_000_000_000), (3_000, 33_333_333), (9, 100_000), (-5, 0)] {
            assert_eq!(Timestamp::from_ticks(ticks).nanos(), nanos, "{ticks}");
        }
        assert_eq!(Timestamp::from_duration(Duration::from_millis(40)).ticks(), 3_600);
        assert_eq!(Timestamp::from_ticks(7_200).since(Timestamp::from_ticks(3_600)), Duration::from_millis(40));
        assert_eq!(Timestamp::from_ticks(1).since(Timestamp::from_ticks(2)), Duration::ZERO);
    }
}
