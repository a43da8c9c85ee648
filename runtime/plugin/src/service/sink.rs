use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use config::SinkUse;
use journal::{Event, Journal};
use media::StreamName;

use super::upkeep::Upkeep;
use crate::bindings::exports::framegate::plugin::event_receiver::Failure;
use crate::guest::Told;
use crate::words::printable;

/// What a sink is told of, and how much may wait.
pub(super) struct Wants {
    pub(super) stream: StreamName,
    pub(super) used: SinkUse,
    pub(super) capacity: usize,
    /// The event behind which it begins: the newest when it was started, so that nothing is missed until its task runs.
    pub(super) behind: u64,
}

/// How often an event is tried at most: with waits that double from 1 s to a minute, over some four minutes.
const ATTEMPTS: u32 = 8;
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(60);
/// The longest that a sink may ask for: a service that wants a longer rest gets what is newer then.
const LONGEST_ASKED: Duration = Duration::from_secs(600);
/// The events that wait for one sink. When it is full the oldest goes.
struct Queue {
    events: VecDeque<Event>,
    capacity: usize,
}

/// What became of one try.
enum Tried {
    Taken,
    Refused(String),
    /// Again, after this long.
    Again(Duration),
    /// Never again, until it is loaded anew.
    Broken,
}

/// Tells a sink what happens on its stream, in order.
pub(super) async fn run(upkeep: Upkeep, wants: Wants, journal: Journal) {
    let mut newest = journal.watch();
    newest.mark_changed();
    let mut last = wants.behind;
    let stats = Arc::clone(&upkeep.stats);
    let mut queue = Queue { events: VecDeque::new(), capacity: wants.capacity };
    // The instance is here, or with the try that is on its way.
    let mut free = Some(upkeep);
    let mut trying = None;
    let mut on_its_way = last;
    loop {
        if trying.is_none()
            && let Some(event) = queue.events.pop_front()
        {
            stats.queued(queue.events.len());
            let upkeep = free.take().expect("no try is on its way");
            on_its_way = event.id;
            trying = Some(Box::pin(deliver(
                upkeep,
                Told { event: Arc::new(event), still: None, attempt: 1 },
                journal.clone(),
            )));
        }
        tokio::select! {
            changed = newest.changed() => {
                if changed.is_err() {
                    return;
                }
                newest.borrow_and_update();
                for event in journal.since(last) {
                    last = event.id;
                    if is_wanted(&event, &wants) && queue.push(event) {
                        stats.dropped();
                    }
                }
                stats.queued(queue.events.len());
            }
            upkeep = async { trying.as_mut().expect("looked at below").as_mut().await }, if trying.is_some() => {
                free = Some(upkeep);
                trying = None;
                stats.is_done_with(on_its_way);
            }
        }
    }
}

/// An event of its stream, of the kinds that it wants, and not its own: a sink that tells of its failures would never end.
fn is_wanted(event: &Event, wants: &Wants) -> bool {
    event.stream.as_ref() == Some(&wants.stream)
        && event.plugin.as_deref() != Some(&*wants.used.plugin)
        && wants.used.wants(&event.kind)
}

/// Tries until the event is taken, refused or given up.
async fn deliver(mut upkeep: Upkeep, mut told: Told, journal: Journal) -> Upkeep {
    loop {
        // Anew for each try: what a filter hides meanwhile is forgotten there.
        told.still = journal.still(told.event.id);
        match once(&mut upkeep, &told).await {
            Tried::Taken => {
                upkeep.stats.succeeded();
                return upkeep;
            }
            Tried::Refused(words) => {
                upkeep.stats.refused(&words);
                upkeep.stats.dropped();
                let (stream, id) = (told.event.stream.as_ref().map(ToString::to_string), told.event.id);
                tracing::warn!(target: "plugin", stream, id, kind = told.event.kind, "an event was refused: {words}");
                return upkeep;
            }
            Tried::Broken => {
                upkeep.stats.dropped();
                return upkeep;
            }
            Tried::Again(_) if told.attempt == ATTEMPTS => {
                upkeep.stats.dropped();
                let (stream, id) = (told.event.stream.as_ref().map(ToString::to_string), told.event.id);
                tracing::warn!(target: "plugin", stream, id, kind = told.event.kind, "an event was given up after {ATTEMPTS} tries");
                return upkeep;
            }
            Tried::Again(wait) => {
                upkeep.stats.retried();
                told.attempt += 1;
                tokio::time::sleep(wait).await;
            }
        }
    }
}

async fn once(upkeep: &mut Upkeep, told: &Told) -> Tried {
    let own = (FIRST_RETRY * 2u32.saturating_pow(told.attempt - 1)).min(LONGEST_RETRY);
    let told = told.clone();
    match upkeep.call(async |service| service.deliver(told).await).await {
        Some(Ok(())) => Tried::Taken,
        Some(Err(Failure::Refused(words))) => Tried::Refused(printable(&words[..words.floor_char_boundary(1024)])),
        Some(Err(Failure::Again(0))) => Tried::Again(own),
        Some(Err(Failure::Again(ms))) => Tried::Again(Duration::from_millis(ms.into()).min(LONGEST_ASKED)),
        None => upkeep.wait().map_or(Tried::Broken, |wait| Tried::Again(wait.max(own))),
    }
}

impl Queue {
    /// True if the oldest had to go.
    fn push(&mut self, event: Event) -> bool {
        let full = self.events.len() == self.capacity;
        if full {
            self.events.pop_front();
        }
        self.events.push_back(event);
        full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(kinds: &[&str]) -> Wants {
        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let used = SinkUse { plugin: "alert".into(), options: serde_json::Value::Null, kinds };
        Wants { stream: "lobby".parse().unwrap(), used, capacity: 3, behind: 0 }
    }

    #[test]
    fn a_sink_is_told_of_its_stream_and_kinds_and_not_of_itself() {
        let journal = Journal::default();
        let (lobby, yard) = ("lobby".parse().unwrap(), "yard".parse().unwrap());
        for (kind, stream, plugin) in [
            ("gate-opened", Some(&lobby), Some("motion")),
            ("gate-opened", Some(&yard), Some("motion")),
            ("plugin-failed", Some(&lobby), Some("alert")),
            ("stream-live", Some(&lobby), None),
            ("configuration-loaded", None, None),
        ] {
            journal.write(kind, stream, plugin, serde_json::Value::Null);
        }
        let told = |kinds: &[&str]| {
            let events = journal.since(0);
            let told = events.iter().filter(|event| is_wanted(event, &wants(kinds)));
            told.map(|event| event.kind.clone()).collect::<Vec<_>>()
        };
        assert_eq!(told(&[]), ["gate-opened", "stream-live"]);
        assert_eq!(told(&["gate-*"]), ["gate-opened"]);
    }

    #[test]
    fn a_full_queue_drops_its_oldest() {
        let journal = Journal::default();
        let mut queue = Queue { events: VecDeque::new(), capacity: 3 };
        for n in 0..5 {
            journal.write("seen", None, None, serde_json::Value::Null);
            let event = journal.since(n).pop().unwrap();
            assert_eq!(queue.push(event), n >= 3, "{n}");
        }
        assert_eq!(queue.events.iter().map(|event| event.id).collect::<Vec<_>>(), [3, 4, 5]);
    }
}
