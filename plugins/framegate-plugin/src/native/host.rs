//! Played by the harness: what every plugin may ask.

pub use crate::bindings::imports::framegate::plugin::host::Level;

use super::world::current;

/// One line into the test's log.
pub fn log(level: Level, message: &str) {
    current(|world| world.log.push((level, message[..message.floor_char_boundary(1024)].to_owned())));
}

/// Publishes an event.
///
/// # Panics
///
/// Where the host would drop it since it is malformed: a test should know.
pub fn emit(kind: &str, data: &str) {
    let is_kind = (1..=64).contains(&kind.len())
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    assert!(is_kind, "an event's kind is a-z, 0-9 and `-`, at most 64 characters, got {kind:?}");
    assert!(data.len() <= 8 * 1024, "an event's data has at most 8 kB, got {} bytes", data.len());
    let data = serde_json::from_str(data).unwrap_or_else(|error| panic!("an event's data is JSON: {error}: {data}"));
    current(|world| world.emitted.push((kind.to_owned(), data)));
}

/// The stream's name.
pub fn stream_name() -> String {
    current(|world| world.stream.clone())
}

/// The plugin's name.
pub fn plugin_name() -> String {
    current(|world| world.plugin.clone())
}
