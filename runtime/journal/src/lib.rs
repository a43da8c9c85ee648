//! Events: what happened, as data, and a bounded ring of them.
//!
//! Every room writes; control reads. Owns neither where events go (sinks) nor how they look (pages, API).
#![forbid(unsafe_code)]

mod data;
mod remembered;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use media::{Annotation, StreamName};
use records::{Bounds, Record, Records};
use tokio::sync::watch;

pub use data::Data;
pub use remembered::Remembered;

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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}

/// The picture that belongs to an event.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// What was found in it.
    pub annotations: Arc<[Annotation]>,
    /// The picture as viewers see it, a JPEG; none where it was kept back, or nobody asked for stills.
    pub still: Option<Bytes>,
}

/// The ring of events. Cloning gives another handle of the same ring; when it is full the oldest event goes.
#[derive(Clone, Debug)]
pub struct Journal {
    ring: Arc<Mutex<Ring>>,
    newest: watch::Sender<u64>,
}

#[derive(Debug)]
struct Ring {
    events: Records,
    /// The stills of the newest events that have one, by the event's id.
    stills: VecDeque<(u64, Option<StreamName>, Bytes)>,
    still_bytes: usize,
}

impl Journal {
    /// How many events a process remembers: some minutes of a busy one, about half a megabyte.
    pub const CAPACITY: usize = 4096;

    /// How many bytes of events' stills a process remembers: a hundred of 1280 pixels. When it is full the oldest goes, and its event stays
    /// without one.
    pub const STILL_BYTES: usize = 16 << 20;

    /// How many bytes of events: a plugin may say 8 KiB in each.
    const BYTES: usize = 8 << 20;

    /// A ring of so many events.
    pub fn new(capacity: usize) -> Self {
        Self::behind(capacity, 0)
    }

    fn behind(capacity: usize, id: u64) -> Self {
        let events = Records::new(Bounds { records: capacity, bytes: Self::BYTES }, id);
        let ring = Ring { events, stills: VecDeque::new(), still_bytes: 0 };
        Self { ring: Arc::new(Mutex::new(ring)), newest: watch::Sender::new(id) }
    }

    /// The ring of a process that starts now. Ids begin with a thousand times the milliseconds since 1970, so that those of an earlier process are smaller,
    /// and what somebody missed over a restart shows as a gap; every language has such integers.
    pub fn since_start(now: SystemTime) -> Self {
        Self::behind(Self::CAPACITY, media::since::milliseconds(now) * 1_000)
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
        let text = (!data.is_null()).then(|| data.to_string());
        let event = Remembered::now(kind, stream, plugin, text.as_deref(), &scene.annotations);
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let id = ring.events.push(&event);
        if let Some(still) = scene.still {
            ring.still_bytes += still.len();
            ring.stills.push_back((id, stream.cloned(), still));
            while ring.still_bytes > Self::STILL_BYTES
                && let Some((.., oldest)) = ring.stills.pop_front()
            {
                ring.still_bytes -= oldest.len();
            }
        }
        drop(ring);
        self.newest.send_replace(id);
    }

    /// The events behind this id (0: all that are remembered), oldest first. A first id above `id + 1` tells that some were forgotten.
    pub fn since(&self, id: u64) -> Vec<Event> {
        self.records(id).iter().map(|record| record.read::<Remembered<'_>>().event(record.id)).collect()
    }

    /// Those behind this id that are wanted, oldest first: the newest so many.
    pub fn newest(&self, id: u64, most: usize, wanted: impl Fn(&Remembered<'_>) -> bool) -> Vec<Event> {
        let records = self.records(id);
        records::newest(&records, most, wanted).into_iter().map(|(id, event)| event.event(id)).collect()
    }

    /// How many of those that are remembered are such.
    pub fn count(&self, such: impl Fn(&Remembered<'_>) -> bool) -> usize {
        self.records(0).iter().filter(|record| such(&record.read())).count()
    }

    /// To be read outside of the lock: who writes does not wait for it.
    fn records(&self, behind: u64) -> Vec<Record> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).events.since(behind)
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
    fn of_those_that_are_wanted_the_newest_come() {
        let (journal, lobby) = (Journal::default(), "lobby".parse().unwrap());
        for (kind, stream) in [("a", None), ("b", Some(&lobby)), ("a", Some(&lobby)), ("a", None), ("a", Some(&lobby))]
        {
            journal.write(kind, stream, None, Value::Null);
        }
        let ids = |behind, most| {
            let events =
                journal.newest(behind, most, |event| event.kind == "a" && event.stream().as_ref() == Some(&lobby));
            events.iter().map(|event| event.id).collect::<Vec<_>>()
        };
        assert_eq!((ids(0, 9), ids(0, 1), ids(3, 9), ids(0, 0)), (vec![3, 5], vec![5], vec![5], vec![]));
        assert_eq!(journal.count(|event| event.kind == "a"), 4);
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
    fn what_was_written_comes_back() {
        let area = media::Share { x: -0.1, y: f32::MIN_POSITIVE, width: 1.0, height: 2.5 };
        let attributes = vec![("plate".to_owned(), "B \u{1f697} 1".to_owned()), (String::new(), String::new())];
        let car = Annotation { label: "car".into(), score: 1.0 / 3.0, area, track: Some(u64::MAX), attributes };
        let person = Annotation { label: "person".into(), track: None, attributes: vec![], ..car };
        let (journal, lobby) = (Journal::default(), "lobby".parse().unwrap());
        let found = vec![car, person];
        let scene = Scene { annotations: found.clone().into(), still: None };
        let before = SystemTime::now();
        journal.write_scene("seen", Some(&lobby), Some("cars"), json!({ "n": [1, null, "\"x\""] }), scene);
        journal.write_scene("", None, None, Value::Null, Scene::default());
        let [seen, nothing] = &journal.since(0)[..] else { panic!("two events") };
        assert_eq!(
            (seen.id, &*seen.kind, &seen.stream, seen.plugin.as_deref()),
            (1, "seen", &Some(lobby), Some("cars"))
        );
        assert!((before..=SystemTime::now()).contains(&seen.time));
        assert_eq!((seen.data.value(), &seen.annotations), (json!({ "n": [1, null, "\"x\""] }), &found));
        assert_eq!((nothing.id, &*nothing.kind, &nothing.stream, &nothing.plugin), (2, "", &None, &None));
        assert!(nothing.data.is_null() && nothing.annotations.is_empty() && nothing.time >= seen.time);
        assert_eq!(journal.count(|event| event.has_annotations()), 1);
    }

    #[test]
    fn an_event_is_small_json() {
        let journal = Journal::default();
        journal.write("stream-live", Some(&"lobby".parse().unwrap()), None, json!({"codec": "H.264"}));
        let text = serde_json::to_value(&journal.since(0)[0]).unwrap();
        assert_eq!(text["stream"], "lobby");
        assert!(text.get("plugin").is_none());
    }
}
