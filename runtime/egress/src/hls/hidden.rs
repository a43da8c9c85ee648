//! Stored files of what may no longer be shown, where no window is there that would remove them: of another process, of before a filter came, of variants
//! that there are no more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use config::{HlsStorage, Video};
use hub::{Entry, Offer};
use media::StreamName;
use store::Error;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::index::INDEX;
use super::kept::PLAYLIST;
use super::places::Places;

/// Before what was not done is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// So often the place of a variant that is offered is looked at: who has it then is the window of this offer, which removed what was there when it began.
const ROUNDS: u32 = 6;
/// How long a store may take for one variant; what it has removed by then is removed.
const WITHIN: Duration = Duration::from_secs(30);

/// What was done for the streams that have a filter.
#[derive(Debug, Default)]
pub(super) struct Hidden(Mutex<BTreeMap<StreamName, Done>>);

#[derive(Debug)]
struct Done {
    /// For which offer: another one has other filters.
    offer: Arc<Offer>,
    /// A task is about it.
    busy: bool,
    /// Variants whose files of before are gone.
    variants: BTreeSet<String>,
    /// And all that there were.
    complete: bool,
    /// How often it was tried.
    rounds: u32,
}

impl Hidden {
    /// Removes, for each offer of a stream with a filter, what was stored before it.
    pub(super) fn sweep(
        self: &Arc<Self>,
        entries: &[Arc<Entry>],
        places: &Arc<Places>,
        tracker: &TaskTracker,
        stop: &CancellationToken,
    ) {
        self.lock().retain(|name, _| entries.iter().any(|entry| entry.name() == name));
        for entry in entries {
            let storage = entry.config().hls.storage.clone();
            if storage == HlsStorage::Memory || !entry.is_filtered() {
                self.lock().remove(entry.name());
                continue;
            }
            let offer = entry.offer().borrow().clone();
            if !self.begin(entry.name(), &offer) {
                continue;
            }
            let work = Work { storage, stream: entry.name().clone(), offer, places: places.clone() };
            let (hidden, stop) = (self.clone(), stop.clone());
            tracker.spawn(async move {
                let _ = stop.run_until_cancelled(hidden.run(work)).await;
            });
        }
    }

    /// Whether there is something to do for this offer that nobody does yet.
    fn begin(&self, stream: &StreamName, offer: &Arc<Offer>) -> bool {
        let mut all = self.lock();
        let new = || Done { offer: offer.clone(), busy: false, variants: BTreeSet::new(), complete: false, rounds: 0 };
        let done = all.entry(stream.clone()).or_insert_with(new);
        if done.busy || done.complete && Arc::ptr_eq(&done.offer, offer) {
            return false;
        }
        if !Arc::ptr_eq(&done.offer, offer) {
            *done = new();
        }
        (done.busy, done.rounds) = (true, done.rounds + 1);
        true
    }

    async fn run(&self, work: Work) {
        let mut complete = true;
        match work.variants().await {
            Ok(variants) => {
                for variant in variants {
                    let (is_done, rounds) = match self.lock().get(&work.stream) {
                        Some(done) => (done.variants.contains(&variant), done.rounds),
                        None => return,
                    };
                    if is_done {
                        continue;
                    }
                    let is_offered = work.offer.variants().iter().any(|offered| offered.name == variant);
                    match work.erase(&variant).await {
                        Ok(false) if is_offered && rounds >= ROUNDS => {}
                        Ok(true) => {
                            if let Some(done) = self.lock().get_mut(&work.stream) {
                                done.variants.insert(variant);
                            }
                        }
                        Ok(false) => complete = false,
                        Err(error) => complete = work.fails(&error.to_string()),
                    }
                }
            }
            Err(error) => complete = work.fails(&error.to_string()),
        }
        if !complete {
            tokio::time::sleep(AGAIN).await;
        }
        if let Some(done) = self.lock().get_mut(&work.stream) {
            (done.busy, done.complete) = (false, complete);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<StreamName, Done>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is to be removed of a stream.
struct Work {
    storage: HlsStorage,
    stream: StreamName,
    offer: Arc<Offer>,
    places: Arc<Places>,
}

impl Work {
    /// All that have a folder, whatever wrote it.
    async fn variants(&self) -> Result<Vec<String>, Error> {
        let Some(store) = store::open(&self.storage, &self.stream, None)? else { return Ok(Vec::new()) };
        let late = |_| Error::TooLate { file: self.stream.to_string(), done: "listed", after: WITHIN };
        let variants = timeout(WITHIN, store.folders()).await.map_err(late)??;
        let index = timeout(WITHIN, store.get(INDEX)).await.map_err(late)??;
        let leads_to_camera = format!("{}/{PLAYLIST}", Video::CAMERA);
        if index.is_some_and(|text| String::from_utf8_lossy(&text).contains(&leads_to_camera)) {
            timeout(WITHIN, store.remove(INDEX)).await.map_err(late)??;
        }
        Ok(variants)
    }

    /// False where somebody has the place who does not do it.
    async fn erase(&self, variant: &str) -> Result<bool, Error> {
        let Some(_place) = self.places.try_enter(&self.stream, variant) else {
            // The window of another offer ends soon.
            return Ok(false);
        };
        let Ok(name) = variant.parse::<StreamName>() else { return Ok(true) };
        if let Some(store) = store::open(&self.storage, &self.stream, Some(&name))? {
            let late = |_| Error::TooLate { file: variant.to_owned(), done: "removed", after: WITHIN };
            timeout(WITHIN, store::erase(&*store, PLAYLIST)).await.map_err(late)??;
        }
        Ok(true)
    }

    fn fails(&self, error: &str) -> bool {
        let stream = self.stream.as_str();
        tracing::error!(stream, error, "stored segments that may no longer be shown are still there; tried again");
        false
    }
}
