//! Stored files of what may no longer be shown, where no window is there that would remove them: of another process, of before a filter came, of variants
//! that there are no more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use config::HlsStorage;
use hub::{Entry, Offer};
use media::StreamName;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::places::Places;
use super::stored::Stored;

/// Before what was not done is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// So often the place of a variant that is offered is looked at: who has it then is the window of this offer, which removed what was there when it began.
const ROUNDS: u32 = 6;

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
            let stored = Stored { storage, stream: entry.name().clone() };
            let (hidden, places, stop) = (self.clone(), places.clone(), stop.clone());
            tracker.spawn(async move {
                let _ = stop.run_until_cancelled(hidden.run(stored, &offer, &places)).await;
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

    async fn run(&self, stored: Stored, offer: &Offer, places: &Places) {
        let stream = &stored.stream;
        let mut complete = true;
        if let Err(error) = stored.erase_index_of_camera().await {
            complete = fails(stream, &error.to_string());
        }
        match stored.variants().await {
            Ok(variants) => {
                for variant in variants {
                    let (is_done, rounds) = match self.lock().get(stream) {
                        Some(done) => (done.variants.contains(&variant), done.rounds),
                        None => return,
                    };
                    if is_done {
                        continue;
                    }
                    let is_offered = offer.variants().iter().any(|offered| offered.name == variant);
                    match stored.erase(&variant, places).await {
                        Ok(false) if is_offered && rounds >= ROUNDS => {}
                        Ok(true) => {
                            if let Some(done) = self.lock().get_mut(stream) {
                                done.variants.insert(variant);
                            }
                        }
                        Ok(false) => complete = false,
                        Err(error) => complete = fails(stream, &error.to_string()),
                    }
                }
            }
            Err(error) => complete = fails(stream, &error.to_string()),
        }
        if !complete {
            tokio::time::sleep(AGAIN).await;
        }
        if let Some(done) = self.lock().get_mut(stream) {
            (done.busy, done.complete) = (false, complete);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<StreamName, Done>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fails(stream: &StreamName, error: &str) -> bool {
    let stream = stream.as_str();
    tracing::error!(stream, error, "stored segments that may no longer be shown are still there; tried again");
    false
}
