//! Numbers and dates as playlists write them (rfc8216bis 4.2, ISO 8601).

use std::time::Duration;

/// decimal-integer: digits alone, below 2^64, at most 20 of them.
pub(super) fn integer(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// More seconds than any playlist has: sums and products stay in range.
const MOST: u64 = 1_000_000_000;

/// decimal-floating-point: unsigned, digits on both sides of the point if there is one. Exact to the nanosecond, the rest is cut.
pub(super) fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos = fraction.bytes().chain([b'0'; 9]).take(9).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    Some(Duration::new(integer(whole).filter(|whole| *whole <= MOST)?, nanos))
}

/// A point of wall-clock time, in microseconds since 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub i64);

impl Date {
    /// How far it is past `other`, negative before it.
    pub fn since_us(self, other: Date) -> i64 {
        self.0 - other.0
    }

    /// That much later.
    pub fn after(self, duration: Duration) -> Date {
        Date(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}

/// A date, and whether it said its time zone.
pub(super) fn date(text: &str) -> Option<(Date, bool)> {
    let number = |range: std::ops::Range<usize>| integer(text.get(range)?).and_then(|n| i64::try_from(n).ok());
    let mark = |at: usize, byte: u8| text.as_bytes().get(at) == Some(&byte);
    if !(mark(4, b'-') && mark(7, b'-') && mark(10, b'T') && mark(13, b':') && mark(16, b':')) {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = text.get(19..)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(more) => more.split_at(more.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("0", rest),
    };
    let micros = seconds(&format!("0.{fraction}"))?.subsec_micros();
    let (offset, said) = zone_minutes(zone)?;
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset * 60;
    Some((Date(seconds * 1_000_000 + i64::from(micros)), said))
}

fn zone_minutes(zone: &str) -> Option<(i64, bool)> {
    if zone.is_empty() || zone == "Z" {
        return Some((0, zone == "Z"));
    }
    let sign = match zone.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    let well_formed = digits.len() == 4 && (zone.len() == 5 || zone.as_bytes().get(3) == Some(&b':'));
    let number = i64::try_from(integer(&digits)?).ok()?;
    well_formed.then_some((sign * (number / 100 * 60 + number % 100), true))
}

/// Days since 1970 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_and_nothing_else() {
        assert_eq!(integer("18446744073709551615"), Some(u64::MAX));
        for wrong in ["", "-1", "+1", "1 ", "0x1", "18446744073709551616", "1.0"] {
            assert_eq!(integer(wrong), None, "{wrong}");
        }
        assert_eq!(seconds("1.000000001"), Some(Duration::new(1, 1)));
        assert_eq!(seconds("0.2"), Some(Duration::from_millis(200)));
        for wrong in ["", ".5", "5.", "1e3", "-1.0", "1.2.3", "1000000001"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_are_points_in_time_whatever_their_zone() {
        let utc = date("2010-02-19T06:54:23.031Z");
        assert_eq!(utc, Some((Date(1_266_562_463_031_000), true)));
        assert_eq!(date("2010-02-19T14:54:23.031+08:00"), utc);
        assert_eq!(date("2010-02-19T14:54:23.031+0800"), utc);
        assert_eq!(date("1970-01-01T00:00:00"), Some((Date(0), false)));
        for wrong in ["2010-13-19T06:54:23Z", "2010-02-19 06:54:23Z", "2010-02-19T06:54:23+8", "2010-02-19T06:54Z", ""]
        {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }
}
