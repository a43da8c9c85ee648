//! Events: what happened, as data, and a bounded ring of them.
//!
//! Every room writes; control reads. Owns neither where events go (sinks) nor how they look (pages, API).
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use media::StreamName;
use tokio::sync::watch;

/// Something that happened.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Event {
    /// Grows by one per event of this process, from 1.
    pub id: u64,
    /// When.
    #[serde(serialize_with = "milliseconds")]
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
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    pub data: serde_json::Value,
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
}

impl Journal {
    /// How many events a process remembers: some minutes of a busy one, about a megabyte.
    pub const CAPACITY: usize = 4096;

    /// A ring of so many events.
    pub fn new(capacity: usize) -> Self {
        let ring = Ring { events: VecDeque::new(), capacity: capacity.max(1), last_id: 0 };
        Self { ring: Arc::new(Mutex::new(ring)), newest: watch::Sender::new(0) }
    }

    /// Writes one event, now.
    pub fn write(&self, kind: &str, stream: Option<&StreamName>, plugin: Option<&str>, data: serde_json::Value) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.last_id += 1;
        let id = ring.last_id;
        if ring.events.len() == ring.capacity {
            ring.events.pop_front();
        }
        ring.events.push_back(Arc::new(Event {
            id,
            time: SystemTime::now(),
            kind: kind.into(),
            stream: stream.cloned(),
            plugin: plugin.map(Into::into),
            data,
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

/// RFC 3339 needs a calendar; milliseconds since 1970 need none and every language reads them.
fn milliseconds<S: serde::Serializer>(time: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64))
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
    fn an_event_is_small_json() {
        let journal = Journal::default();
        journal.write("stream-live", Some(&"lobby".parse().unwrap()), None, json!({"codec": "H.264"}));
        let text = serde_json::to_value(&*journal.since(0)[0]).unwrap();
        assert_eq!(text["stream"], "lobby");
        assert!(text.get("plugin").is_none());
    }
}
