use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The time zones that an instance asked for: the system's database first, the one in the program where there is none.
#[derive(Debug, Default)]
pub(crate) struct Zones(HashMap<String, TimeZone>);

/// A plugin that asks for more zones than this has them looked up again.
const MAX_ZONES: usize = 32;
/// The longest pattern in bytes: each directive gives at most some dozen.
const MAX_PATTERN: usize = 256;

impl Zones {
    /// A moment (nanoseconds since 1970) in a zone: an IANA name, or empty for the machine's own.
    pub(crate) fn civil(&mut self, at: u64, zone: &str) -> Result<jiff::Zoned, String> {
        let at = Timestamp::from_nanosecond(at.into()).expect("64 bits of nanoseconds end in 2554");
        if let Some(known) = self.0.get(zone) {
            return Ok(at.to_zoned(known.clone()));
        }
        let found = match zone {
            "" => TimeZone::try_system().unwrap_or(TimeZone::UTC),
            name if name.len() > 128 => return Err("a time zone's name has at most 128 bytes".into()),
            name => TimeZone::get(name)
                .map_err(|_| format!("must be an IANA time zone such as \"Europe/Berlin\", got {name:?}"))?,
        };
        if self.0.len() == MAX_ZONES {
            self.0.clear();
        }
        self.0.insert(zone.to_owned(), found.clone());
        Ok(at.to_zoned(found))
    }

    /// The same as text, by a strftime pattern.
    pub(crate) fn format(&mut self, at: u64, zone: &str, pattern: &str) -> Result<String, String> {
        if pattern.len() > MAX_PATTERN {
            return Err(format!("a pattern has at most {MAX_PATTERN} bytes, got {}", pattern.len()));
        }
        let civil = self.civil(at, zone)?;
        jiff::fmt::strtime::format(pattern, &civil)
            .map_err(|error| format!("the pattern {pattern:?} is not understood: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summer_time_and_wrong_zones() {
        let mut zones = Zones::default();
        let at = 1_783_000_000_000_000_000;
        assert_eq!(zones.format(at, "Europe/Berlin", "%Y-%m-%d %H:%M:%S %z").unwrap(), "2026-07-02 15:46:40 +0200");
        assert_eq!(zones.format(at, "UTC", "%H:%M").unwrap(), "13:46");
        assert!(zones.format(at, "Europe/Belrin", "%H").unwrap_err().contains("Europe/Belrin"));
        assert!(zones.format(at, "UTC", "%H %").is_err());
        assert!(zones.format(u64::MAX, "Pacific/Auckland", "%Y").is_ok());
        assert!(zones.format(0, "", "%Y").is_ok());
    }
}
