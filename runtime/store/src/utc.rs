//! EXT-X-PROGRAM-DATE-TIME as the playlist's renderer writes it (section 4.4.4.6). Pure.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// `2026-11-30T23:59:59.999Z`, with any number of digits behind the point; none if it is anything else.
pub(crate) fn read(text: &str) -> Option<SystemTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(time, ':')?;
    let is_date = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_date || hour > 23 || minute > 59 || second > 60 || fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let nanos = number(fraction)? * 10_u64.pow(9 - u32::try_from(fraction.len()).ok()?);
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds) + Duration::from_nanos(nanos))
}

fn numbers(text: &str, between: char) -> Option<[u64; 3]> {
    let mut parts = text.split(between).map(number);
    let all = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(all)
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Days from 1970 to a date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`).
fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year / 400, year % 400);
    let shifted = (month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_written() {
        let ms = |text| read(text).map(|at| at.duration_since(UNIX_EPOCH).unwrap().as_millis());
        assert_eq!(ms("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(ms("2000-02-29T00:00:00.001Z"), Some(951_782_400_001));
        assert_eq!(ms("2026-11-30T23:59:59.999Z"), Some(1_796_083_199_999));
        assert_eq!(ms("2026-11-30T23:59:59Z"), Some(1_796_083_199_000));
        for bad in [
            "",
            "Z",
            "2026-11-30",
            "2026-11-30T23:59:59.999",
            "2026-13-30T00:00:00Z",
            "1969-01-01T00:00:00Z",
            "2026-11-30T24:00:00Z",
            "2026-11-30T00:00:00.Z",
            "2026-11--3T00:00:00Z",
            "99999-01-01T00:00:00Z",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
