//! Totals over streams, for a line of figures.

use std::collections::BTreeMap;
use std::sync::Arc;

use hub::{Entry, Hub, ViewerCounts};
use serde::Serialize;
use stream::State;

use crate::process;

/// `GET /api/stats`. Counts are since the start of the process.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Stats {
    /// Seconds since the start.
    pub uptime: u64,
    /// Resident memory in bytes, where the system tells.
    pub memory: Option<u64>,
    /// Seconds of CPU time of all threads.
    pub cpu_seconds: f64,
    /// Streams by state.
    pub streams: BTreeMap<&'static str, u32>,
    /// Who watches.
    pub viewers: ViewerCounts,
    /// Access units a second from all sources.
    pub rate: f64,
    /// Bits a second from all sources.
    pub bitrate: u64,
    /// Bytes from sources.
    pub received: u64,
    /// Bytes of media that were handed to viewers.
    pub sent: u64,
    /// Pictures that were decoded.
    pub decoded: u64,
    /// Stills that were made.
    pub stills: u64,
    /// Connections to sources that brought media, after the first of each.
    pub reconnects: u64,
}

impl Stats {
    /// Of these streams, as they are now. Reads `/proc`.
    pub fn now(hub: &Hub, entries: &[Arc<Entry>]) -> Self {
        let mut stats = Self {
            uptime: hub.started().steady.elapsed().as_secs(),
            memory: process::resident(),
            cpu_seconds: process::cpu_seconds(),
            streams: State::ALL.iter().map(|state| (state.word(), 0)).collect(),
            viewers: ViewerCounts::default(),
            rate: 0.0,
            bitrate: 0,
            received: 0,
            sent: 0,
            decoded: 0,
            stills: 0,
            reconnects: 0,
        };
        for entry in entries {
            let (counted, measure, viewers) =
                (entry.stream().snapshot(), entry.pictures().snapshot().measure.counts, entry.viewers());
            *stats.streams.entry(entry.stream().status().state.word()).or_default() += 1;
            stats.viewers += viewers;
            stats.rate += f64::from(counted.rate);
            stats.bitrate += counted.bits_per_second;
            stats.received += counted.bytes;
            stats.sent += entry.sent();
            stats.decoded += measure.decoded;
            stats.stills += measure.stills;
            stats.reconnects += counted.sessions.saturating_sub(1);
        }
        stats.rate = (stats.rate * 100.0).round() / 100.0;
        stats
    }
}
