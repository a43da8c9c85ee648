use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use journal::Journal;
use media::{Moment, StreamName};
use source::push::Inlet;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::demand::Command;
use crate::history::History;
use crate::supervisor::{self, Supervisor};
use crate::work::{ByConfiguration, Sources};
use crate::{Feed, Limit, Snapshot, Start, State, Status, Step, Subscription, Tracks};

/// What a stream needs of the program round it.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Where its events go.
    pub journal: Journal,
    /// Waits for its task when the program ends.
    pub tracker: TaskTracker,
    /// Cancelled when the program ends: the camera is told, subscribers get `None`.
    pub stop: CancellationToken,
    /// How many streams may run at once.
    pub limit: Limit,
}

/// A handle of one stream. Cloning gives another handle of the same stream; it lives until [`Stream::close`], or until [`Parts::stop`].
#[derive(Clone, Debug)]
pub struct Stream(Arc<Shared>);

/// What the handles, the subscriptions and the supervisor of a stream share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) name: StreamName,
    pub(crate) config: watch::Sender<Arc<config::Stream>>,
    pub(crate) feed: Arc<Feed>,
    status: watch::Receiver<Status>,
    history: Mutex<History>,
    inlet: Mutex<Option<Inlet>>,
    stop: CancellationToken,
}

impl Shared {
    pub(crate) fn history(&self) -> MutexGuard<'_, History> {
        // A list that is whole between any two statements that could panic.
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn inlet(&self) -> MutexGuard<'_, Option<Inlet>> {
        // A handle, or none: whole at any moment.
        self.inlet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream {
    /// Starts the stream's task. Must be called in a tokio runtime.
    pub fn spawn(config: Arc<config::Stream>, parts: &Parts) -> Self {
        Self::spawn_with(config, Box::new(ByConfiguration), parts)
    }

    pub(crate) fn spawn_with(config: Arc<config::Stream>, sources: Box<dyn Sources>, parts: &Parts) -> Self {
        let (inlet, source) = sources.of(&config);
        let (sender, status) = watch::channel(Status {
            state: State::Idle,
            reason: None,
            since: Moment { wall: std::time::SystemTime::now(), steady: supervisor::now() },
            retry_at: None,
            parameters: None,
            sound: None,
            transport: "",
            server: None,
        });
        let stop = parts.stop.child_token();
        let (name, config, feed) = (config.name.clone(), watch::Sender::new(config), Feed::new());
        let (history, inlet) = (Mutex::default(), Mutex::new(inlet));
        let shared = Arc::new(Shared { name, config, feed, status, history, inlet, stop: stop.clone() });
        // What a source or a library says in it is said of this stream.
        let span = tracing::error_span!("stream", stream = %shared.name);
        parts
            .tracker
            .spawn(Supervisor::new(shared.clone(), sources, source, sender, parts, stop).run().instrument(span));
        Self(shared)
    }

    /// Its name.
    pub fn name(&self) -> &StreamName {
        &self.0.name
    }

    /// What is configured.
    pub fn config(&self) -> Arc<config::Stream> {
        self.0.config.borrow().clone()
    }

    /// Something else is configured. Another source is connected at once in place of the one before, if somebody wants it; who has subscribed stays.
    pub fn configure(&self, config: Arc<config::Stream>) {
        self.0.config.send_replace(config);
    }

    /// Demand for its access units: the camera is connected while somebody holds a subscription.
    pub fn subscribe(&self, start: Start) -> Subscription {
        self.0.feed.subscribe(start, Tracks::Video)
    }

    /// Its access units and its sound as they came. Subscriptions of it are demand too.
    pub fn feed(&self) -> &Arc<Feed> {
        &self.0.feed
    }

    /// What is known of it now.
    pub fn status(&self) -> Status {
        self.0.status.borrow().clone()
    }

    /// What is known of it, to be awoken when it changes. Ends when the stream is gone.
    pub fn watch(&self) -> watch::Receiver<Status> {
        self.0.status.clone()
    }

    /// Its counters now.
    pub fn snapshot(&self) -> Snapshot {
        let (counters, rate, kept_bytes) = self.0.feed.fanout.measure(supervisor::now());
        let status = self.0.status.borrow();
        Snapshot {
            units: counters.units,
            bytes: counters.bytes,
            lost: counters.lost,
            skipped: counters.skipped,
            sessions: counters.sessions,
            failures: counters.failures,
            rate: rate.units,
            bits_per_second: rate.bits,
            kept_bytes,
            subscribers: self.0.feed.demand.subscribers(),
            live_since: (status.state == State::Live).then_some(status.since),
        }
    }

    /// Its newest changes of state, the oldest first.
    pub fn history(&self) -> Vec<Step> {
        self.0.history().steps()
    }

    /// Where stills are pushed in, if its source is `push`.
    pub fn inlet(&self) -> Option<Inlet> {
        self.0.inlet().clone()
    }

    /// Pins the connection: it is kept without viewers too, until [`Stream::stop`]. Enables a stream that was stopped; an attempt is made at once.
    pub fn start(&self) {
        self.0.feed.demand.command(Command::Start);
    }

    /// Closes the session and disables the stream until it is started.
    pub fn stop(&self) {
        self.0.feed.demand.command(Command::Stop);
    }

    /// A new session at once if somebody wants it; enables a stream that was stopped, without pinning it.
    pub fn restart(&self) {
        self.0.feed.demand.command(Command::Restart);
    }

    /// Drops everything that is kept for subscribers. Who had not received all of it goes on at the next key frame, as does who comes later.
    pub fn purge(&self) {
        self.0.feed.fanout.clear();
    }

    /// Tells the camera, and waits until the stream is gone. Subscribers get `None`.
    pub async fn close(self) {
        self.0.stop.cancel();
        let mut status = self.0.status.clone();
        // The supervisor holds the sender to its end.
        while status.changed().await.is_ok() {}
    }
}
