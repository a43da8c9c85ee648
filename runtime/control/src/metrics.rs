//! What is counted anywhere, for Prometheus: read from each room's snapshots when somebody asks, so that a picture pays for nothing here.
//!
//! Owns names, labels and helps, and both ways of writing them down ([Prometheus text 0.0.4] and [OpenMetrics 1.0]). Does not own the counters, nor how it is
//! asked for (`web`). `docs/metrics.md` lists every metric; `tests/tests/metrics.rs` holds it to what is written here.
//!
//! Architecture invariant: labels are names of the configuration, words of ours and small numbers: nothing of a viewer, an address or a message. How many series
//! there are is bounded by streams (those of a template too), their plugins and variants.
//!
//! [Prometheus text 0.0.4]: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
//! [OpenMetrics 1.0]: https://prometheus.io/docs/specs/om/open_metrics_spec/

mod exposition;
mod pictures;
mod plugins;
mod process;
mod streams;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::SystemTime;

use hub::Hub;
use media::StreamName;
use plugin::{ServiceSnapshot, policy};

use exposition::Sheet;
pub use exposition::{Format, render};
use process::Process;

/// What the rest of the program says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its version.
    pub version: &'static str,
    /// Until when the certificate of HTTPS lasts, where it is served.
    pub certificate_ends: Option<SystemTime>,
}

/// Everything at one moment: a family's samples stand together, so that all is read before the first is written.
pub struct Scrape {
    process: Process,
    streams: Vec<Stream>,
    access_policy: Option<ServiceSnapshot>,
    /// How busy the encoder threads are, where there is a stream to ask.
    encoders: Option<f32>,
}

/// One stream at that moment.
struct Stream {
    name: StreamName,
    state: stream::State,
    counts: stream::Snapshot,
    pictures: picture::Snapshot,
    viewers: hub::ViewerCounts,
    refusals: hub::Refusals,
    sent: u64,
    services: Vec<ServiceSnapshot>,
    format_policy: Option<(String, policy::Snapshot)>,
}

impl Scrape {
    /// As it is now. Reads `/proc`, and takes a lock of each stream's for as long as copying its counters takes: not for an async thread.
    pub fn now(hub: &Hub, program: Program) -> Self {
        let entries = hub.entries();
        Self {
            process: Process::now(hub.started().wall, program),
            encoders: entries.first().map(|entry| entry.pictures().encoder_load()),
            streams: entries.iter().map(|entry| Stream::now(entry)).collect(),
            access_policy: hub.access_policy().map(|policy| policy.snapshot()),
        }
    }

    fn write(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        self.process.write(sheet)?;
        streams::write(&self.streams, sheet)?;
        pictures::write(&self.streams, self.encoders, sheet)?;
        plugins::write(self, sheet)
    }
}

impl Stream {
    fn now(entry: &hub::Entry) -> Self {
        Self {
            name: entry.name().clone(),
            state: entry.stream().status().state,
            counts: entry.stream().snapshot(),
            pictures: entry.pictures().snapshot(),
            viewers: entry.viewers(),
            refusals: entry.refusals(),
            sent: entry.sent(),
            services: entry.service_snapshots(),
            format_policy: entry.policy_snapshot(),
        }
    }
}
