//! Who watches, one by one.

use std::net::IpAddr;
use std::sync::Arc;

use hub::{Entry, Output};
use media::StreamName;
use media::since::milliseconds;
use serde::Serialize;

/// `GET /api/viewers`, `GET /api/streams/{name}/viewers`.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "ViewerList")]
pub struct List {
    /// By stream, each in the order in which they came.
    pub viewers: Vec<Viewer>,
}

/// One who watches.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Viewer {
    /// Of this viewer alone, while the program runs.
    pub id: u64,
    /// What it watches.
    pub stream: StreamName,
    /// How: `websocket`, `mjpeg` or `hls`.
    pub output: Output,
    /// Where it comes from.
    pub address: IpAddr,
    /// What its program calls itself.
    pub agent: Option<String>,
    /// When it came: milliseconds since 1970.
    pub since: u64,
}

impl List {
    /// Of these streams.
    pub fn now(entries: &[Arc<Entry>]) -> Self {
        let viewers = entries.iter().flat_map(|entry| {
            entry.each_viewer().into_iter().map(|viewer| Viewer {
                id: viewer.id,
                stream: entry.name().clone(),
                output: viewer.who.output,
                address: viewer.who.peer,
                agent: viewer.who.agent,
                since: milliseconds(viewer.since),
            })
        });
        Self { viewers: viewers.collect() }
    }
}
