//! The room as its neighbours see it: real components, loaded, run and failing.
#![allow(clippy::unwrap_used, reason = "a test's own helpers fail like the test")]

extern crate framegate_plugin_host as plugin; // as every room calls it

#[path = "sandbox/bundled.rs"]
mod bundled;
#[path = "sandbox/grants.rs"]
mod grants;
#[path = "sandbox/guests.rs"]
mod guests;
#[path = "sandbox/loading.rs"]
mod loading;
#[path = "sandbox/presets.rs"]
mod presets;
#[path = "sandbox/refused.rs"]
mod refused;
#[path = "sandbox/rig.rs"]
mod rig;
#[path = "sandbox/scenes.rs"]
mod scenes;
#[path = "sandbox/services.rs"]
mod services;
#[path = "sandbox/survivors.rs"]
mod survivors;
#[path = "sandbox/wasi_http.rs"]
mod wasi_http;
