//! Events as somebody far away is told of them: what is remembered, what comes, and what is left out.
//!
//! Nothing is queued for a listener: it reads the journal where it left off, and is told where that has forgotten something meanwhile.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hub::Hub;
use journal::{Event, Journal};
use media::StreamName;
use media::since::milliseconds;
use serde::Serialize;
use serde_json::{Value, json};
use stream::State;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// How often what streams bring is told.
const UPDATE: Duration = Duration::from_secs(1);
/// What is told of streams that bring pictures, each [`UPDATE`], and not remembered.
const UPDATES: [&str; 2] = ["frame-update", "bitrate-update"];
/// A kind of its own: the journal has forgotten what was between the last event and the next one.
const SKIPPED: &str = "skipped";

/// Which events somebody wants. Empty lists are all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Names of streams, or the begin of some with a `*` behind it.
    pub streams: Vec<String>,
    /// Kinds of events, likewise.
    pub kinds: Vec<String>,
}

/// What a listener is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// For [`Listener::new`], after a break; none for what is not remembered.
    pub id: Option<u64>,
    /// Its kind.
    pub kind: String,
    /// The whole event, a JSON object in one line.
    pub json: String,
}

/// Whether somebody may be told of this kind of event, of a stream or of what is about none.
pub type Allowed = Box<dyn Fn(&str, Option<&StreamName>) -> bool + Send + Sync>;

/// Whether an event of a stream is for those who may control it, not for all who may view it: it has words of this machine, of other machines that it talks
/// to, of a file, of who operates it, or of who watches.
pub fn is_for_operators(kind: &str) -> bool {
    const KINDS: [&str; 9] = [
        "link-made",
        "plugin-request-refused",
        "plugin-tick-failed",
        "push-connected",
        "push-failed",
        "storage-failed",
        "storage-recovered",
        "stream-left-out",
        "viewer-kicked",
    ];
    KINDS.contains(&kind)
}

/// One who listens.
pub struct Listener {
    hub: Arc<Hub>,
    filter: Filter,
    allowed: Allowed,
    /// The last event that it was told, or that it did not want.
    last: u64,
    newest: watch::Receiver<u64>,
    updates: Option<Interval>,
}

/// An update, in the shape of an event.
#[derive(Serialize)]
struct Update<'a> {
    time: u64,
    kind: &'a str,
    stream: &'a StreamName,
    data: Value,
}

impl Filter {
    /// Whether an event is wanted.
    pub fn takes(&self, kind: &str, stream: Option<&StreamName>) -> bool {
        let of_streams = self.streams.is_empty() || stream.is_some_and(|name| is_one(&self.streams, name.as_str()));
        of_streams && (self.kinds.is_empty() || is_one(&self.kinds, kind))
    }
}

/// Whether a word is one of these, or begins as one does that has a `*` behind it.
fn is_one(patterns: &[String], word: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(begin) => word.starts_with(begin),
        None => pattern == word,
    })
}

/// What is remembered behind an event, the oldest first, and as much of it as is wanted: the newest.
pub fn remembered(journal: &Journal, filter: &Filter, allowed: &Allowed, after: u64, most: usize) -> Vec<Event> {
    journal.newest(after, most, |event| {
        let stream = event.stream();
        filter.takes(event.kind, stream.as_ref()) && allowed(event.kind, stream.as_ref())
    })
}

/// What is to be told behind an event, which becomes the last one that was told, or not wanted.
fn told_since(journal: &Journal, filter: &Filter, allowed: &Allowed, last: &mut u64) -> Vec<Told> {
    let events = journal.since(*last);
    let (Some(first), Some(newest)) = (events.first(), events.last()) else { return Vec::new() };
    let mut told = Vec::new();
    if first.id > *last + 1 {
        let data = json!({ "after": *last, "next": first.id });
        let json = json!({ "time": milliseconds(SystemTime::now()), "kind": SKIPPED, "data": data }).to_string();
        told.push(Told { id: None, kind: SKIPPED.into(), json });
    }
    *last = newest.id;
    let wanted = events.iter().filter(|event| {
        let stream = event.stream.as_ref();
        filter.takes(&event.kind, stream) && allowed(&event.kind, stream)
    });
    told.extend(wanted.map(|event| Told {
        id: Some(event.id),
        kind: event.kind.clone(),
        json: serde_json::to_string(event).unwrap_or_default(),
    }));
    told
}

impl Listener {
    /// One who wants what comes from now on, or what came behind this event too.
    pub fn new(hub: Arc<Hub>, filter: Filter, allowed: Allowed, after: Option<u64>) -> Self {
        let newest = hub.journal().watch();
        let last = after.unwrap_or_else(|| *newest.borrow());
        let updates = UPDATES.iter().any(|kind| filter.kinds.is_empty() || is_one(&filter.kinds, kind));
        let updates = updates.then(|| {
            let mut updates = interval_at(Instant::now() + UPDATE, UPDATE);
            // Who is slow is told what is so now, once.
            updates.set_missed_tick_behavior(MissedTickBehavior::Skip);
            updates
        });
        Self { hub, filter, allowed, last, newest, updates }
    }

    /// What is to be told next, at least one thing. Cancel-safe.
    pub async fn next(&mut self) -> Vec<Told> {
        loop {
            // Before the look: what comes behind it ends the wait.
            self.newest.borrow_and_update();
            let told = told_since(self.hub.journal(), &self.filter, &self.allowed, &mut self.last);
            if !told.is_empty() {
                return told;
            }
            let tick = async {
                match &mut self.updates {
                    Some(updates) => _ = updates.tick().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                changed = self.newest.changed() => if changed.is_err() {
                    // The journal is gone with the program.
                    std::future::pending::<()>().await;
                },
                () = tick => {
                    let told = self.updates();
                    if !told.is_empty() {
                        return told;
                    }
                }
            }
        }
    }

    fn updates(&self) -> Vec<Told> {
        let time = milliseconds(SystemTime::now());
        let mut told = Vec::new();
        for entry in self.hub.entries() {
            if entry.stream().status().state != State::Live
                || !UPDATES.iter().any(|kind| (self.allowed)(kind, Some(entry.name())))
            {
                continue;
            }
            let counted = entry.stream().snapshot();
            let all = [
                json!({ "frames": counted.units, "rate": (f64::from(counted.rate) * 100.0).round() / 100.0 }),
                json!({ "bitrate": counted.bits_per_second, "bytes": counted.bytes }),
            ];
            for (kind, data) in UPDATES.into_iter().zip(all) {
                if self.filter.takes(kind, Some(entry.name())) {
                    let update = Update { time, kind, stream: entry.name(), data };
                    let json = serde_json::to_string(&update).unwrap_or_default();
                    told.push(Told { id: None, kind: kind.into(), json });
                }
            }
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Allowed {
        Box::new(|_, _| true)
    }

    #[test]
    fn what_somebody_may_not_see_is_not_told() {
        let journal = Journal::default();
        let [lobby, yard] = ["lobby", "yard"].map(|name| name.parse::<StreamName>().unwrap());
        for stream in [Some(&lobby), Some(&yard), None] {
            journal.write("seen", stream, None, Value::Null);
        }
        let allowed: Allowed = Box::new(move |_, stream| stream == Some(&lobby));
        let told = told_since(&journal, &Filter::default(), &allowed, &mut 0);
        assert_eq!(told.iter().map(|told| told.id).collect::<Vec<_>>(), [Some(1)]);
        assert_eq!(remembered(&journal, &Filter::default(), &allowed, 0, 9).len(), 1);
    }

    #[test]
    fn streams_and_kinds_are_chosen_by_their_begin() {
        let filter = |streams: &[&str], kinds: &[&str]| Filter {
            streams: streams.iter().map(|name| (*name).to_owned()).collect(),
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        };
        let name: StreamName = "lobby-1".parse().unwrap();
        for (filter, kind, stream, takes) in [
            (filter(&[], &[]), "stream-live", None, true),
            (filter(&["lobby-*"], &[]), "stream-live", Some(&name), true),
            (filter(&["lobby"], &[]), "stream-live", Some(&name), false),
            (filter(&["lobby-1"], &["stream-*"]), "stream-live", Some(&name), true),
            (filter(&[], &["plugin-failed", "stream-live"]), "stream-lively", Some(&name), false),
            (filter(&["*"], &[]), "configuration-loaded", None, false),
        ] {
            assert_eq!(filter.takes(kind, stream), takes, "{filter:?} {kind}");
        }
    }

    #[test]
    fn who_was_too_slow_is_told_so_and_goes_on_at_what_is_remembered() {
        let journal = Journal::new(3);
        let filter = Filter { kinds: vec!["seen".into()], ..Filter::default() };
        let mut last = 0;
        let kinds = |last: &mut u64| -> Vec<String> {
            told_since(&journal, &filter, &all(), last).into_iter().map(|told| told.kind).collect()
        };
        journal.write("seen", None, None, Value::Null);
        journal.write("other", None, None, Value::Null);
        assert_eq!((kinds(&mut last), kinds(&mut last), last), (vec!["seen".into()], vec![], 2));
        for _ in 0..4 {
            journal.write("seen", None, None, Value::Null);
        }
        assert_eq!((kinds(&mut last), last), (["skipped", "seen", "seen", "seen"].map(String::from).to_vec(), 6));
    }

    #[test]
    fn the_newest_of_what_is_remembered_is_given() {
        let journal = Journal::default();
        for kind in ["a", "b", "a", "a"] {
            journal.write(kind, None, None, Value::Null);
        }
        let first = journal.since(0)[0].id;
        let filter = Filter { kinds: vec!["a".into()], ..Filter::default() };
        let ids = |after, most| -> Vec<u64> {
            remembered(&journal, &filter, &all(), after, most).iter().map(|event| event.id - first).collect()
        };
        assert_eq!((ids(0, 9), ids(0, 2), ids(first, 9)), (vec![0, 2, 3], vec![2, 3], vec![2, 3]));
    }
}
