//! What writes a window into a store, beside the muxer that makes it: one task, and a backlog that says what it does next.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use journal::Journal;
use media::StreamName;
use serde_json::json;
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::Recovered;
use crate::backlog::{Backlog, Counts, Limits, Step};
use crate::job::{File, Job, Kind};
use crate::store::Store;
use crate::telling::{Line, Telling};

/// How a window is kept.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the log says that it is of: `lobby/main`.
    pub of: String,
    /// What the stored playlist is called.
    pub playlist: String,
    /// How much waits at most.
    pub limits: Limits,
    /// How long the store may take for one file.
    pub within: Duration,
    /// How long what is left is written when the window ends.
    pub end_within: Duration,
    /// Where it is told that segments are not stored, and of which stream; none: in the log alone.
    pub journal: Option<(Journal, StreamName)>,
}

impl Settings {
    /// With the usual limits: a file may take 10 s, of which a disk that spins up takes most, and the end 3 s: less than the program takes to stop.
    pub fn new(of: impl Into<String>, playlist: impl Into<String>) -> Self {
        let (within, end_within) = (Duration::from_secs(10), Duration::from_secs(3));
        Self { of: of.into(), playlist: playlist.into(), limits: Limits::default(), within, end_within, journal: None }
    }
}

/// Takes orders, which never wait. When it is dropped, what is left is written for as long as [`Settings::end_within`] says.
///
/// There is one keeper for a folder at a time: who begins another one waits for [`Self::finish`] of the one before.
#[derive(Debug)]
pub struct Keeper {
    shared: Arc<Shared>,
    ended: oneshot::Receiver<()>,
    _open: DropGuard,
}

#[derive(Debug)]
struct Shared {
    backlog: Mutex<Backlog>,
    news: Notify,
}

impl Keeper {
    /// Goes on from what was found in the store. The task is one of `tracker`'s, on the runtime that this is called in.
    pub fn spawn(store: Arc<dyn Store>, settings: Settings, found: &Recovered, tracker: &TaskTracker) -> Self {
        let mut backlog = Backlog::new(settings.playlist.clone(), settings.limits);
        let held: BTreeMap<String, u64> = found.files().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
        backlog.found(held, found.playlist.clone(), found.rubbish.clone());
        let shared = Arc::new(Shared { backlog: Mutex::new(backlog), news: Notify::new() });
        let (end, ended) = oneshot::channel();
        let closing = CancellationToken::new();
        let task = Task {
            shared: shared.clone(),
            store,
            settings,
            closing: closing.clone(),
            end: None,
            telling: Telling::default(),
        };
        tracker.spawn(async move {
            task.run().await;
            // Who waits for it may have gone.
            let _ = end.send(());
        });
        Self { shared, ended, _open: closing.drop_guard() }
    }

    /// Writes a segment, before any playlist that names it.
    pub fn put_segment(&self, name: impl Into<String>, pieces: Vec<Bytes>) {
        self.order(|backlog| backlog.put(File { name: name.into(), pieces, kind: Kind::Segment }));
    }

    /// Writes an init segment, before any segment that needs it.
    pub fn put_init(&self, name: impl Into<String>, data: Bytes) {
        self.order(|backlog| backlog.put(File { name: name.into(), pieces: vec![data], kind: Kind::Init }));
    }

    /// The playlist as it is now: written with those of its segments that are, and again when more are. Only the newest counts.
    pub fn put_playlist(&self, text: impl Into<String>) {
        self.order(|backlog| backlog.playlist(text.into()));
    }

    /// Removes a segment or an init segment, as soon as the stored playlist names it no more.
    pub fn remove(&self, name: &str) {
        self.order(|backlog| backlog.remove(name));
    }

    /// Removes everything, the playlist first: what is there may no longer be shown.
    pub fn erase(&self) {
        self.order(Backlog::erase);
    }

    /// How many bytes a file has that is in the store to stay: those in memory are not needed any more.
    pub fn holds(&self, name: &str) -> Option<u64> {
        self.shared.lock().holds(name)
    }

    /// What became of it all so far.
    pub fn counts(&self) -> Counts {
        self.shared.lock().counts()
    }

    /// Takes nothing any more, and waits until what is left was written, or the time for that has passed.
    pub async fn finish(self) -> Counts {
        let Self { shared, ended, _open } = self;
        drop(_open);
        // A task that was ended by its runtime has ended too.
        let _ = ended.await;
        shared.lock().counts()
    }

    fn order(&self, give: impl FnOnce(&mut Backlog)) {
        give(&mut self.shared.lock());
        self.shared.news.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Backlog> {
        // What it guards is whole between any two statements that could panic.
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Task {
    shared: Arc<Shared>,
    store: Arc<dyn Store>,
    settings: Settings,
    closing: CancellationToken,
    /// When what is left must be written; none while the window is open.
    end: Option<Instant>,
    telling: Telling,
}

impl Task {
    async fn run(mut self) {
        let mut lost = 0;
        loop {
            if self.closing.is_cancelled() {
                self.close();
            }
            if self.end.is_some_and(|end| end <= now()) {
                break;
            }
            let step = {
                let mut backlog = self.shared.lock();
                let all = backlog.counts().lost;
                self.telling.lost(all - std::mem::replace(&mut lost, all));
                backlog.next(now())
            };
            let line = self.telling.line(now());
            self.tell(line);
            let due = self.telling.due(now());
            match step {
                Step::Do(job) => self.run_once(job).await,
                Step::Idle if self.end.is_some() => break,
                Step::Idle => self.wait(due).await,
                Step::Wait(until) => self.wait(due.into_iter().chain([until]).min()).await,
            }
        }
        let left = self.shared.lock().give_up_all();
        if left > 0 {
            let of = &self.settings.of;
            tracing::error!(of, segments = left, "the store took too long: the last segments are not in it");
        }
    }

    /// The window has ended: from now on there is so much time, and attempts that wait are made.
    fn close(&mut self) {
        if self.end.is_none() {
            self.end = Some(now() + self.settings.end_within);
            self.shared.lock().hurry(now());
        }
    }

    async fn run_once(&mut self, job: Job) {
        let left = self.end.map(|end| end.saturating_duration_since(now()));
        let store = self.store.clone();
        let running = job.run(&*store, left.unwrap_or(Duration::MAX).min(self.settings.within));
        tokio::pin!(running);
        let result = tokio::select! {
            biased;
            result = &mut running => result,
            () = self.closing.cancelled(), if left.is_none() => {
                // What runs when the window ends has the time of the end, and no more.
                self.close();
                let ended = tokio::time::timeout(self.settings.end_within, running).await;
                ended.unwrap_or_else(|_| Err(job.too_late(self.settings.end_within)))
            }
        };
        self.shared.lock().done(result.as_ref(), now());
        match (result, &job) {
            (Err(error), _) => self.telling.failed(error, now()),
            (Ok(()), Job::Put(_) | Job::Playlist { .. }) => {
                let line = self.telling.written(now());
                self.tell(line);
            }
            (Ok(()), Job::Remove(_)) => {}
        }
    }

    async fn wait(&self, until: Option<Instant>) {
        let until = until.into_iter().chain(self.end).min();
        let time = async {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.shared.news.notified() => {}
            () = self.closing.cancelled(), if self.end.is_none() => {}
            () = time => {}
        }
    }

    fn tell(&self, line: Option<Line>) {
        let of = &self.settings.of;
        let event = |kind, data| {
            if let Some((journal, stream)) = &self.settings.journal {
                journal.write(kind, Some(stream), None, data);
            }
        };
        match line {
            None => {}
            Some(Line::Retried { error, attempts }) => {
                tracing::warn!(of, %error, attempts, "segments are not stored, and tried again");
                event("storage-failed", json!({ "of": of, "reason": error.to_string(), "lost": 0 }));
            }
            Some(Line::Bad { error: Some(error), attempts, lost }) => {
                tracing::error!(of, %error, attempts, lost, "segments are not stored");
                event("storage-failed", json!({ "of": of, "reason": error.to_string(), "lost": lost }));
            }
            Some(Line::Bad { error: None, lost, .. }) => {
                tracing::error!(of, lost, "segments came faster than the store takes them, and are not in it");
                event("storage-failed", json!({ "of": of, "reason": "it is too slow", "lost": lost }));
            }
            Some(Line::Well { after, lost }) => {
                tracing::info!(of, ?after, lost, "segments are stored again");
                event("storage-recovered", json!({ "of": of, "after_ms": after.as_millis() as u64, "lost": lost }));
            }
        }
    }
}

/// By the clock that tests may hold.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
