use std::time::Instant;

use jiff::civil::Weekday;
use wasmtime::Result;

use crate::bindings::framegate::plugin::calendar::{self, CivilTime};
use crate::bindings::framegate::plugin::host::{self, Level};
use crate::bindings::framegate::plugin::state;
use crate::fault::Forbidden;
use crate::guest::{Emitted, Guest};
use crate::words::printable;

/// Bytes of a line in the log; the rest is cut.
const MAX_LINE: usize = 1024;
/// Bytes of an event's kind, and of its data.
const MAX_KIND: usize = 64;
const MAX_DATA: usize = 8 * 1024;

impl host::Host for Guest {
    fn log(&mut self, level: Level, message: String) -> Result<()> {
        let Some(suppressed) = self.log_rate.take(Instant::now()) else {
            return Ok(());
        };
        let (stream, plugin) = (self.identity.stream(), &*self.identity.plugin);
        if suppressed > 0 {
            tracing::warn!(target: "plugin", stream, plugin, "{suppressed} lines of its log were left out");
        }
        let message = printable(&message[..message.floor_char_boundary(MAX_LINE)]);
        match level {
            Level::Trace => tracing::trace!(target: "plugin", stream, plugin, "{message}"),
            Level::Debug => tracing::debug!(target: "plugin", stream, plugin, "{message}"),
            Level::Info => tracing::info!(target: "plugin", stream, plugin, "{message}"),
            Level::Warn => tracing::warn!(target: "plugin", stream, plugin, "{message}"),
            Level::Error => tracing::error!(target: "plugin", stream, plugin, "{message}"),
        }
        Ok(())
    }

    fn emit(&mut self, kind: String, data: String) -> Result<()> {
        // Bad ones count too: parsing costs.
        let Some(suppressed) = self.event_rate.take(self.frame.as_ref().map_or_else(Instant::now, |frame| frame.now))
        else {
            return Ok(());
        };
        let (stream, plugin) = (self.identity.stream(), &*self.identity.plugin);
        if suppressed > 0 {
            tracing::warn!(target: "plugin", stream, plugin, "{suppressed} events were left out: at most 10 a second");
        }
        let Some(journal) = self.journal.as_ref() else {
            return Ok(());
        };
        let parsed = if data.len() <= MAX_DATA { serde_json::from_str(&data).ok() } else { None };
        match parsed {
            // What becomes of the picture at hand is not known yet: the chain tells of it then.
            Some(data) if is_kind(&kind) && self.frame.is_some() => self.emitted.push(Emitted { kind, data }),
            Some(data) if is_kind(&kind) => journal.write(&kind, self.identity.stream.as_ref(), Some(plugin), data),
            _ => {
                let kind = printable(&kind[..kind.floor_char_boundary(MAX_KIND)]);
                let bytes = data.len();
                tracing::warn!(target: "plugin", stream, plugin, kind, bytes, "no event: its kind is a-z, 0-9 and -, its data JSON of at most 8 kB");
            }
        }
        Ok(())
    }

    fn stream_name(&mut self) -> Result<String> {
        Ok(self.identity.stream.as_ref().ok_or(Forbidden::NoStream)?.to_string())
    }

    fn plugin_name(&mut self) -> Result<String> {
        Ok(self.identity.plugin.to_string())
    }
}

/// Lower case, digits, `-`, at most 64 characters.
fn is_kind(kind: &str) -> bool {
    (1..=MAX_KIND).contains(&kind.len())
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl calendar::Host for Guest {
    fn civil(&mut self, at: u64, zone: String) -> Result<Result<CivilTime, String>> {
        Ok(self.zones.civil(at, &zone).map(|civil| CivilTime {
            year: civil.year().into(),
            month: civil.month().unsigned_abs(),
            day: civil.day().unsigned_abs(),
            weekday: Weekday::to_monday_one_offset(civil.weekday()).unsigned_abs(),
            hour: civil.hour().unsigned_abs(),
            minute: civil.minute().unsigned_abs(),
            second: civil.second().unsigned_abs(),
            nanosecond: civil.subsec_nanosecond().unsigned_abs(),
            utc_offset: civil.offset().seconds(),
        }))
    }

    fn format(&mut self, at: u64, zone: String, pattern: String) -> Result<Result<String, String>> {
        Ok(self.zones.format(at, &zone, &pattern))
    }
}

impl state::Host for Guest {
    fn get(&mut self, key: String) -> Result<Option<Vec<u8>>> {
        Ok(self.state.lock().get(&key))
    }

    fn set(&mut self, key: String, value: Vec<u8>) -> Result<Result<(), String>> {
        Ok(self.state.lock().set(key, value))
    }

    fn remove(&mut self, key: String) -> Result<()> {
        self.state.lock().remove(&key);
        Ok(())
    }

    fn keys(&mut self) -> Result<Vec<String>> {
        Ok(self.state.lock().keys())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_lower_case_words() {
        assert!(is_kind("gate-opened") && is_kind("a1"));
        for bad in ["", "Gate", "a b", "a_b", "ä", &"x".repeat(65)] {
            assert!(!is_kind(bad), "{bad}");
        }
    }
}
