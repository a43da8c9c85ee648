//! The room as its neighbours see it: real components, loaded, run and failing.
#![allow(clippy::unwrap_used, reason = "a test's own helpers fail like the test")]

extern crate framegate_plugin_host as plugin; // as every room calls it

#[path = "sandbox/bundled.rs"]
mod bundled;
#[path = "sandbox/guests.rs"]
mod guests;
#[path = "sandbox/loading.rs"]
mod loading;
#[path = "sandbox/rig.rs"]
mod rig;
