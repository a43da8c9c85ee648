//! How the process is.

use hub::Hub;
use serde::Serialize;
use stream::State;

use crate::process;

/// `GET /api/health`.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Health {
    /// `ok`: it answers.
    pub status: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// Streams that have a connection to their source, or are making one.
    pub active_streams: usize,
    /// All streams.
    pub streams: usize,
    /// Viewers of all streams.
    pub viewers: u32,
    /// Seconds since the start.
    pub uptime: u64,
    /// Resident memory in bytes, where the system tells (`VmRSS` of `/proc/self/status`, proc(5)).
    pub memory: Option<u64>,
}

impl Health {
    /// As it is now. Reads `/proc`.
    pub fn now(hub: &Hub, version: &'static str) -> Self {
        let entries = hub.entries();
        let active = |state| matches!(state, State::Connecting | State::Live | State::Stalled);
        Self {
            status: "ok",
            version,
            active_streams: entries.iter().filter(|entry| active(entry.stream().status().state)).count(),
            streams: entries.len(),
            viewers: entries.iter().map(|entry| entry.viewers().total).sum(),
            uptime: hub.started().steady.elapsed().as_secs(),
            memory: process::resident(),
        }
    }
}
