//! What is left out when there is not time for all. Pure.

use std::time::Duration;

/// From here on plugins that only look are skipped: three pictures at 30/s.
const BUSY: Duration = Duration::from_millis(100);
/// From here on access units that no other refers to are not decoded.
const BEHIND: Duration = Duration::from_millis(250);
/// From here on everything up to the newest key frame is left out.
const LATE: Duration = Duration::from_millis(1_000);

/// How far a picture worker is behind its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Load {
    /// It keeps up.
    Easy,
    /// Analyzers are skipped.
    Busy,
    /// Access units that no other refers to are not decoded.
    Behind,
    /// Everything up to the newest key frame is left out.
    Late,
}

impl Load {
    /// Of the age of the access unit at hand.
    pub(crate) fn of(age: Duration) -> Self {
        match age {
            age if age < BUSY => Self::Easy,
            age if age < BEHIND => Self::Busy,
            age if age < LATE => Self::Behind,
            _ => Self::Late,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_is_shed_first_and_key_frames_last() {
        let loads = [0, 99, 100, 249, 250, 999, 1_000, 60_000].map(|ms| Load::of(Duration::from_millis(ms)));
        assert!(loads.is_sorted());
        assert_eq!(loads[1], Load::Easy);
        assert_eq!(loads[2], Load::Busy);
        assert_eq!(loads[4], Load::Behind);
        assert_eq!(loads[7], Load::Late);
    }
}
