//! Times as others read them: milliseconds since 1970 need no calendar, dates are for people and for players.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serializer;

/// The last millisecond of the year 9999: dates have four digits for it (RFC 3339, section 5.6).
const LAST_MILLIS: u128 = 253_402_300_799_999;

/// Milliseconds since 1970; 0 before that.
pub fn milliseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// The same for a field: `#[serde(serialize_with = "media::since::serialize")]`.
pub fn serialize<S: Serializer>(time: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(milliseconds(*time))
}

/// A moment as RFC 3339 writes it, in UTC and milliseconds.
pub fn date_time(at: SystemTime) -> String {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    // To the nearest, so that sums of durations stay beside each other.
    let millis = ((since.as_nanos() + 500_000) / 1_000_000).min(LAST_MILLIS);
    let (seconds, millis) = ((millis / 1_000) as i64, millis % 1_000);
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// The date of a day since 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn moments_are_written_as_dates() {
        let at = |ms: u64| date_time(UNIX_EPOCH + Duration::from_millis(ms));
        assert_eq!(at(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(at(951_782_400_001), "2000-02-29T00:00:00.001Z");
        assert_eq!(at(1_796_083_199_999), "2026-11-30T23:59:59.999Z");
        assert_eq!(at(1 << 60), "9999-12-31T23:59:59.999Z");
    }
}
