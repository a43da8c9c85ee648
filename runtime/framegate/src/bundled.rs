//! The plugins that come with the program; the build script built them and wrote the table.

use plugin::Bundled;

/// All of them, by name.
pub(crate) const ALL: &[Bundled] = include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// Their names, as `use = "…"` says them.
pub(crate) fn names() -> Vec<&'static str> {
    ALL.iter().map(|bundled| bundled.name).collect()
}
