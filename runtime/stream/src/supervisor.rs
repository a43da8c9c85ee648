//! The one task of a stream: waits for whatever happens, asks the state machine, does what it says, and shows what came of it.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::{Duration, Instant};

use journal::Journal;
use media::{AccessUnit, AudioUnit, Moment, Unit};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::alarm::Alarm;
use crate::limit::{Limit, Place};
use crate::report::{self, Report};
use crate::state::{Action, Event, Machine, Rules};
use crate::stream::Shared;
use crate::timeline::Timeline;
use crate::work::{Open, Outcome, Sources, Work};
use crate::{Parts, Reason, State, Status, Step};

/// How long the camera may take to be told that the program ends.
const LAST_WORDS: Duration = Duration::from_secs(1);

pub(crate) struct Supervisor {
    shared: Arc<Shared>,
    sources: Box<dyn Sources>,
    source: Box<dyn Open>,
    /// What `source` is of.
    config: watch::Receiver<Arc<config::Stream>>,
    of: Arc<config::Stream>,
    status: watch::Sender<Status>,
    journal: Journal,
    stop: CancellationToken,
    limit: Limit,
    /// Held while the stream is more than idle.
    place: Option<Place>,
    /// There was no place: the bound.
    refused: Option<u32>,
    work: Work,
    /// The running session has brought its first key frame.
    begun: bool,
    timeline: Timeline,
    report: Report,
    /// When it began to be more than idle.
    began: Option<Instant>,
}

impl Supervisor {
    pub(crate) fn new(
        shared: Arc<Shared>,
        sources: Box<dyn Sources>,
        source: Box<dyn Open>,
        status: watch::Sender<Status>,
        parts: &Parts,
        stop: CancellationToken,
    ) -> Self {
        let (journal, limit) = (parts.journal.clone(), parts.limit.clone());
        let mut config = shared.config.subscribe();
        let of = config.borrow_and_update().clone();
        let (work, timeline, report) = (Work::None, Timeline::default(), Report::default());
        Self {
            shared,
            sources,
            source,
            config,
            of,
            status,
            journal,
            stop,
            limit,
            place: None,
            refused: None,
            work,
            begun: false,
            timeline,
            report,
            began: None,
        }
    }

    /// Runs until it is stopped.
    pub(crate) async fn run(mut self) {
        let mut alarm = Alarm::default();
        let (mut machine, mut actions) = Machine::new(Rules::from(&*self.of), now());
        loop {
            self.obey(actions);
            self.show(&machine);
            alarm.set(machine.deadline());
            if let Some(max) = self.refused.take() {
                let (reason, mending) = (Reason::too_many(max), source::Mending::Retry);
                (machine, actions) = machine.next(Event::Over { reason, mending, random: random() }, now());
                continue;
            }
            let event = tokio::select! {
                biased;
                () = self.stop.cancelled() => break,
                // `shared` has the other end: there is no error.
                Ok(()) = self.config.changed() => self.configured(),
                change = self.shared.feed.demand.changed() => Event::Demand(change),
                () = alarm.ring() => Event::Deadline { random: random() },
                outcome = self.work.next() => match outcome {
                    Outcome::Opened(description) => self.opened(description),
                    Outcome::Unit(Unit::Access(unit)) => self.hand_on(unit),
                    Outcome::Unit(Unit::Audio(unit)) => { self.hand_sound_on(unit); actions = vec![]; continue }
                    Outcome::Over(error) => self.over(&error),
                    Outcome::Closed => { actions = vec![]; continue }
                },
            };
            (machine, actions) = machine.next(event, now());
        }
        self.end().await;
    }

    /// Something else is configured.
    fn configured(&mut self) -> Event {
        let config = self.config.borrow_and_update().clone();
        let anew = !is_same_source(&self.of, &config);
        let rules = Rules::from(&*config);
        if anew {
            let (inlet, source) = self.sources.of(&config);
            self.source = source;
            *self.shared.inlet() = inlet;
        }
        self.of = config;
        Event::Configured { rules, anew }
    }

    fn opened(&mut self, description: source::Description) -> Event {
        self.begun = false;
        self.status.send_if_modified(|status| {
            status.sound = description.sound;
            status.transport = description.transport;
            status.server = description.server.map(Into::into);
            true
        });
        Event::Opened
    }

    /// Gives an access unit to whoever watches, in the stream's own time. What comes before a session's first key frame nobody can use.
    fn hand_on(&mut self, mut unit: AccessUnit) -> Event {
        let key = unit.key;
        self.shared.feed.fanout.count_lost(unit.lost);
        if !self.begun && key {
            self.begun = true;
            self.timeline.begin_session();
            self.shared.feed.fanout.begin_session();
        }
        if self.begun {
            self.status.send_if_modified(|status| {
                let news = !status.parameters.as_ref().is_some_and(|known| Arc::ptr_eq(known, &unit.parameters));
                if news {
                    status.parameters = Some(unit.parameters.clone());
                }
                news
            });
            unit.pts = self.timeline.place(unit.pts, unit.received.steady);
            self.shared.feed.fanout.push(unit.into(), now());
        }
        Event::Media { key }
    }

    /// Sound is no sign of life: a camera that sends nothing else stalls.
    fn hand_sound_on(&mut self, mut unit: AudioUnit) {
        if self.begun {
            let known = self.status.borrow().sound.as_ref().is_some_and(|known| Arc::ptr_eq(known, &unit.parameters));
            if !known {
                self.status.send_modify(|status| status.sound = Some(unit.parameters.clone()));
            }
            unit.pts = self.timeline.place_sound(unit.pts, unit.received.steady);
            self.shared.feed.fanout.push(unit.into(), now());
        }
    }

    fn over(&mut self, error: &source::Error) -> Event {
        if !self.begun {
            self.shared.feed.fanout.count_failure();
        }
        Event::Over { reason: Reason::from(error), mending: error.mending(), random: random() }
    }

    fn obey(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Open => self.open(),
                Action::Close => self.close(),
                Action::Forget => self.shared.feed.fanout.clear(),
                Action::KeepNewest => self.shared.feed.fanout.keep_newest(),
            }
        }
    }

    /// Opens a session, if one more stream may run. One that is pushed to costs nothing while nobody pushes.
    fn open(&mut self) {
        if self.place.is_none() && self.of.source != config::Source::Push {
            match self.limit.take() {
                Ok(place) => self.place = Some(place),
                Err(max) => {
                    self.refused = Some(max);
                    return;
                }
            }
        }
        self.work.open(&*self.source);
    }

    fn close(&mut self) {
        self.work.close();
        self.begun = false;
        self.shared.feed.fanout.end_session();
        self.status.send_if_modified(|status| {
            let was_open = !status.transport.is_empty();
            status.transport = "";
            status.server = None;
            was_open
        });
    }

    /// Publishes the state where it has changed, and tells what is worth telling.
    fn show(&mut self, machine: &Machine) {
        let to = machine.state();
        if matches!(to, State::Idle | State::Disabled) {
            self.place = None;
        }
        let from = self.status.borrow().state;
        // Media that flows changes nothing that is shown, thirty times a second.
        if from == State::Live && to == State::Live {
            return;
        }
        self.status.send_if_modified(|status| {
            let (reason, retry_at) = (machine.reason(), machine.retry_at());
            let news = from != to || status.reason != reason || status.retry_at.map(|at| at.steady) != retry_at;
            if from != to {
                status.since = moment(now());
            }
            if news {
                status.state = to;
                status.reason = reason;
                status.retry_at = retry_at.map(moment);
            }
            news
        });
        if from != to {
            self.tell(from);
        }
    }

    fn tell(&mut self, from: State) {
        let status = self.status.borrow();
        let (time, to, reason) = (status.since.wall, status.state, status.reason.clone());
        self.shared.history().push(Step { time, from, to, reason });
        let rests = |state| matches!(state, State::Idle | State::Disabled);
        if rests(from) {
            self.began = Some(status.since.steady);
        }
        let name = &self.shared.name;
        let reason = status.reason.as_ref().map(|reason| &*reason.text);
        let Some(told) = self.report.change(from, &status) else {
            tracing::debug!(stream = %name, state = %status.state, reason, "state");
            return;
        };
        match told.bad {
            true => tracing::warn!(stream = %name, state = %status.state, reason, "{}", told.kind),
            false => tracing::info!(stream = %name, state = %status.state, reason, "{}", told.kind),
        }
        let uptime = self.began.filter(|_| rests(to)).map(|began| status.since.steady.duration_since(began));
        self.journal.write(told.kind, Some(name), None, report::data(&status, uptime));
    }

    /// Tells the camera, and those who watch.
    async fn end(mut self) {
        self.close();
        self.shared.feed.fanout.close();
        let from = self.status.borrow().state;
        self.status.send_if_modified(|status| {
            let was = std::mem::replace(&mut status.state, State::Idle);
            (status.reason, status.retry_at, status.since) = (None, None, moment(now()));
            was != State::Idle
        });
        if from != State::Idle {
            self.tell(from);
        }
        if matches!(self.work, Work::Closing(_)) && timeout(LAST_WORDS, self.work.next()).await.is_err() {
            tracing::debug!(stream = %self.shared.name, "the camera was left without a word");
        }
    }
}

impl Drop for Supervisor {
    /// Nobody waits for a stream whose task is gone, however it went.
    fn drop(&mut self) {
        self.shared.feed.fanout.close();
    }
}

/// Whether two configurations are of one source, which is spoken to in the same way.
fn is_same_source(one: &config::Stream, other: &config::Stream) -> bool {
    one.source == other.source
        && one.credentials == other.credentials
        && one.transport == other.transport
        && one.sound == other.sound
}

/// By the runtime's clock, which tests can stop.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Both clocks at an instant near now.
fn moment(at: Instant) -> Moment {
    let here = Moment { wall: std::time::SystemTime::now(), steady: now() };
    Moment { wall: here.wall + at.saturating_duration_since(here.steady), steady: at }
}

/// Jitter for the back-off: not for secrets.
fn random() -> u32 {
    RandomState::new().hash_one(0) as u32
}

#[cfg(test)]
mod tests;
