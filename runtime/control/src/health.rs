//! How the process is.

use hub::Hub;
use serde::Serialize;
use stream::State;

/// `GET /api/health`.
#[derive(Clone, Debug, Serialize)]
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
            memory: std::fs::read_to_string("/proc/self/status").ok().and_then(|status| kilobytes(&status, "VmRSS:")),
        }
    }
}

/// Bytes of a line of `/proc/self/status`, such as `VmRSS:`, whose unit is always kB (proc(5)).
pub(crate) fn kilobytes(status: &str, key: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_proc() {
        assert_eq!(kilobytes("Name:\tframegate\nVmRSS:\t   12345 kB\nThreads:\t4\n", "VmRSS:"), Some(12_345 * 1024));
        assert_eq!(kilobytes("Name:\tframegate\n", "VmRSS:"), None);
    }
}
