//! Files of streams that came by the API and were taken away again: they go too, where the folder is one that the operator has for such streams.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use config::HlsStorage;
use hub::Entry;
use media::StreamName;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::places::Places;
use super::stored::Stored;

/// Before what was not done is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// The streams that have, or had, files there.
#[derive(Debug, Default)]
pub(super) struct Scratch(Mutex<BTreeMap<StreamName, Left>>);

#[derive(Debug)]
struct Left {
    storage: HlsStorage,
    /// A task is about it.
    busy: bool,
}

impl Scratch {
    /// Removes what is left of streams that are gone, or have their segments elsewhere by now.
    pub(super) fn sweep(
        self: &Arc<Self>,
        entries: &[Arc<Entry>],
        places: &Arc<Places>,
        tracker: &TaskTracker,
        stop: &CancellationToken,
    ) {
        let mut all = self.lock();
        let there: BTreeMap<&StreamName, HlsStorage> = entries
            .iter()
            .map(|entry| (entry.name(), entry.config().hls.storage.clone()))
            .filter(|(_, storage)| matches!(storage, HlsStorage::Scratch(_)))
            .collect();
        for (name, left) in all.iter_mut().filter(|(name, left)| !left.busy && there.get(name) != Some(&left.storage)) {
            left.busy = true;
            let stored = Stored { storage: left.storage.clone(), stream: name.clone() };
            let (scratch, places, stop) = (self.clone(), places.clone(), stop.clone());
            tracker.spawn(async move {
                let _ = stop.run_until_cancelled(scratch.run(stored, &places)).await;
            });
        }
        for (name, storage) in there {
            all.entry(name.clone()).or_insert(Left { storage, busy: false });
        }
    }

    async fn run(&self, stored: Stored, places: &Places) {
        let is_done = match stored.erase_all(places).await {
            Ok(is_done) => is_done,
            Err(error) => {
                let (stream, error) = (stored.stream.as_str(), error.to_string());
                tracing::warn!(stream, error, "the files of a stream that is gone are still there; tried again");
                false
            }
        };
        if is_done {
            self.lock().remove(&stored.stream);
            return;
        }
        tokio::time::sleep(AGAIN).await;
        if let Some(left) = self.lock().get_mut(&stored.stream) {
            left.busy = false;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<StreamName, Left>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
