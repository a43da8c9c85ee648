//! Played by the harness: civil time. The empty zone is UTC, so that a test says the same on every machine.

pub use crate::bindings::imports::framegate::plugin::calendar::CivilTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

fn zoned(at: u64, zone: &str) -> Result<Zoned, String> {
    let at = Timestamp::from_nanosecond(at.into()).expect("64 bits of nanoseconds end in 2554");
    let found = if zone.is_empty() { Ok(TimeZone::UTC) } else { TimeZone::get(zone) };
    let found = found.map_err(|_| format!("must be an IANA time zone such as \"Europe/Berlin\", got {zone:?}"))?;
    Ok(at.to_zoned(found))
}

/// A moment in a time zone.
pub fn civil(at: u64, zone: &str) -> Result<CivilTime, String> {
    let civil = zoned(at, zone)?;
    Ok(CivilTime {
        year: civil.year().into(),
        month: civil.month().unsigned_abs(),
        day: civil.day().unsigned_abs(),
        weekday: civil.weekday().to_monday_one_offset().unsigned_abs(),
        hour: civil.hour().unsigned_abs(),
        minute: civil.minute().unsigned_abs(),
        second: civil.second().unsigned_abs(),
        nanosecond: civil.subsec_nanosecond().unsigned_abs(),
        utc_offset: civil.offset().seconds(),
    })
}

/// The same as text, by a strftime pattern.
pub fn format(at: u64, zone: &str, pattern: &str) -> Result<String, String> {
    if pattern.len() > 256 {
        return Err(format!("a pattern has at most 256 bytes, got {}", pattern.len()));
    }
    jiff::fmt::strtime::format(pattern, &zoned(at, zone)?)
        .map_err(|error| format!("the pattern {pattern:?} is not understood: {error}"))
}
