//! Times as every language reads them: milliseconds since 1970 need no calendar.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serializer;

/// Milliseconds since 1970; 0 before that.
pub fn milliseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// The same for a field: `#[serde(serialize_with = "media::since::serialize")]`.
pub fn serialize<S: Serializer>(time: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(milliseconds(*time))
}
