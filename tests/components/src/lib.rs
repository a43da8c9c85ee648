//! The plugins that come with the program and the guests of `tests/guests`, as bytes and as files, for tests.
#![forbid(unsafe_code)]

use std::path::Path;

include!(concat!(env!("OUT_DIR"), "/list.rs"));

/// The bytes of a plugin or guest.
///
/// # Panics
///
/// When there is none of this name.
pub fn bytes(name: &str) -> &'static [u8] {
    find(name).1
}

/// The file of a plugin or guest.
///
/// # Panics
///
/// When there is none of this name.
pub fn file(name: &str) -> &'static Path {
    Path::new(find(name).2)
}

fn find(name: &str) -> (&'static str, &'static [u8], &'static str) {
    let found = PLUGINS.iter().chain(GUESTS).find(|(of, ..)| *of == name);
    *found.unwrap_or_else(|| panic!("there is no component {name:?}"))
}
