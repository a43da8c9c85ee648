//! Events: what happened, as data, and a bounded ring of them.
//!
//! Every room writes; control reads. Owns neither where events go (sinks) nor how they look (pages, API).
#![forbid(unsafe_code)]

mod data;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use media::{Annotation, StreamName};
use tokio::sync::watch;

pub use data::Data;

/// Something that happened.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Event {
    /// Grows by one per event, from what [`Journal::since_start`] says.
    pub id: u64,
    /// When.
    #[serde(serialize_with = "media::since::serialize")]
    #[schemars(with = "u64")]
    pub time: SystemTime,
    /// Such as `stream-live`, `plugin-failed`, or a plugin's own: lower case, digits, `-`.
    pub kind: String,
    /// The stream that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamName>,
    /// The plugin that it is about, or that emitted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// What else is to be said, an object mostly.
    #[serde(skip_serializing_if = "Data::is_null")]
    #[schemars(with = "serde_json::Value")]
    pub data: Data,
    /// What was found in the picture that belongs to it.
    #[serde(skip_serializing_if = "no_annotations")]
    pub annotations: Arc<[Annotation]>,
}

/// The picture that belongs to an event.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// What was found in it.
    pub annotations: Arc<[Annotation]>,
    /// The picture as viewers see it, a JPEG; none where it was kept back, or nobody asked for stills.
    pub still: Option<Bytes>,
}

fn no_annotations(annotations: &Arc<[Annotation]>) -> bool {
    annotations.is_empty()
}

/// The ring of events. Cloning gives another handle of the same ring; when it is full the oldest event goes.
#[derive(Clone, Debug)]
pub struct Journal {
    ring: Arc<Mutex<Ring>>,
    newest: watch::Sender<u64>,
}

#[derive(Debug)]
struct Ring {
    events: VecDeque<Arc<Event>>,
    capacity: usize,
    last_id: u64,
    /// The stills of the newest events that have one, by the event's id.
    stills: VecDeque<(u64, Option<StreamName>, Bytes)>,
    still_bytes: usize,
}

impl Journal {
    /// How many events a process remembers: some minutes of a busy one, about a megabyte.
    pub const CAPACITY: usize = 4096;

    /// How many bytes of events' stills a process remembers: a hundred of 1280 pixels. When it is full the oldest goes, and its event stays
    /// without one.
    pub const STILL_BYTES: usize = 16 << 20;

    /// A ring of so many events.
    pub fn new(capacity: usize) -> Self {
        let ring = Ring {
            events: VecDeque::new(),
            capacity: capacity.max(1),
            last_id: 0,
            stills: VecDeque::new(),
            still_bytes: 0,
        };
        Self { ring: Arc::new(Mutex::new(ring)), newest: watch::Sender::new(0) }
    }

    /// The ring of a process that starts now. Ids begin with a thousand times the milliseconds since 1970, so that those of an earlier process are smaller,
    /// and what somebody missed over a restart shows as a gap; every language has such integers.
    pub fn since_start(now: SystemTime) -> Self {
        let journal = Self::default();
        let first = media::since::milliseconds(now) * 1_000;
        journal.ring.lock().unwrap_or_else(PoisonError::into_inner).last_id = first;
        journal.newest.send_replace(first);
        journal
    }

    /// Writes one event, now.
    pub fn write(&self, kind: &str, stream: Option<&StreamName>, plugin: Option<&str>, data: serde_json::Value) {
        self.write_scene(kind, stream, plugin, data, Scene::default());
    }

    /// Writes one event, now, with the picture that belongs to it.
    pub fn write_scene(
        &self,
        kind: &str,
        stream: Option<&StreamName>,
        plugin: Option<&str>,
        data: serde_json::Value,
        scene: Scene,
    ) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.last_id += 1;
        let id = ring.last_id;
        if let Some(still) = scene.still {
            ring.still_bytes += still.len();
            ring.stills.push_back((id, stream.cloned(), still));
            while ring.still_bytes > Self::STILL_BYTES
                && let Some((.., oldest)) = ring.stills.pop_front()
            {
                ring.still_bytes -= oldest.len();
            }
        }
        if ring.events.len() == ring.capacity {
            ring.events.pop_front();
        }
        ring.events.push_back(Arc::new(Event {
            id,
            time: SystemTime::now(),
            kind: kind.into(),
            stream: stream.cloned(),
            plugin: plugin.map(Into::into),
            data: data.into(),
            annotations: scene.annotations,
        }));
        drop(ring);
        self.newest.send_replace(id);
    }

    /// The events behind this id (0: all that are remembered), oldest first. A first id above `id + 1` tells that some were forgotten.
    pub fn since(&self, id: u64) -> Vec<Arc<Event>> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let first = ring.events.partition_point(|event| event.id <= id);
        ring.events.range(first..).cloned().collect()
    }

    /// The still of an event, while it is remembered.
    pub fn still(&self, id: u64) -> Option<Bytes> {
        self.still_of(id).map(|(_, still)| still)
    }

    /// The same, with the stream that it is of.
    pub fn still_of(&self, id: u64) -> Option<(Option<StreamName>, Bytes)> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let at = ring.stills.binary_search_by_key(&id, |(of, ..)| *of).ok()?;
        let (_, stream, still) = &ring.stills[at];
        Some((stream.clone(), still.clone()))
    }

    /// Forgets the stills of a stream's events: a filter hides something now that they show.
    pub fn forget_stills(&self, stream: &StreamName) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.stills.retain(|(_, of, _)| of.as_ref() != Some(stream));
        ring.still_bytes = ring.stills.iter().map(|(.., still)| still.len()).sum();
    }

    /// The newest id, to be awoken when it changes.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self::new(Self::CAPACITY)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_full_ring_forgets_its_oldest_and_the_gap_shows() {
        let journal = Journal::new(2);
        for kind in ["a", "b", "c"] {
            journal.write(kind, None, None, Value::Null);
        }
        let events = journal.since(0);
        assert_eq!(events.iter().map(|e| (e.id, e.kind.as_str())).collect::<Vec<_>>(), [(2, "b"), (3, "c")]);
        assert_eq!(journal.since(2).len(), 1);
        assert!(journal.since(3).is_empty());
    }

    #[test]
    fn ids_of_another_start_are_greater() {
        let at = |ms| SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(ms);
        let ids = [at(1_764_000_000_000), at(1_764_000_000_001)].map(|start| {
            let journal = Journal::since_start(start);
            journal.write("a", None, None, Value::Null);
            journal.since(0)[0].id
        });
        assert_eq!(ids, [1_764_000_000_000_001, 1_764_000_000_001_001]);
    }

    #[test]
    fn stills_are_bounded_by_bytes_and_events_stay() {
        let journal = Journal::default();
        for _ in 0..5 {
            let still = Some(Bytes::from(vec![0; Journal::STILL_BYTES / 4]));
            journal.write_scene("seen", None, None, Value::Null, Scene { still, ..Scene::default() });
        }
        assert_eq!((1..=5).map(|id| journal.still(id).is_some()).collect::<Vec<_>>(), [false, true, true, true, true]);
        assert_eq!(journal.since(0).len(), 5);
    }

    #[test]
    fn an_event_is_small_json() {
        let journal = Journal::default();
        journal.write("stream-live", Some(&"lobby".parse().unwrap()), None, json!({"codec": "H.264"}));
        let text = serde_json::to_value(&*journal.since(0)[0]).unwrap();
        assert_eq!(text["stream"], "lobby");
        assert!(text.get("plugin").is_none());
    }
}
