//! Stored files of what may no longer be shown, where no window is there that would remove them: of another process, or of before a filter came.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use config::HlsStorage;
use hub::{Entry, Offer, Variant};
use media::StreamName;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::index::INDEX;
use super::kept::PLAYLIST;
use super::places::Places;

/// Behind a store that did not do it.
const AGAIN: Duration = Duration::from_secs(10);

/// The offers for which it was done.
#[derive(Debug, Default)]
pub(super) struct Hidden(Mutex<BTreeMap<StreamName, Arc<Offer>>>);

impl Hidden {
    /// Removes the files of streams that have others to show, or nothing: once for each offer of theirs.
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
            if storage == HlsStorage::Memory {
                continue;
            }
            let offer = entry.offer().borrow().clone();
            let shows_camera = offer.variants().iter().any(Variant::is_camera);
            if shows_camera {
                self.lock().remove(entry.name());
                continue;
            }
            let before = self.lock().insert(entry.name().clone(), offer.clone());
            if before.is_some_and(|before| Arc::ptr_eq(&before, &offer)) {
                continue;
            }
            let variants = offer.variants().iter().map(|variant| variant.name.clone());
            let variants: Vec<String> = variants.collect();
            let (hidden, places, name, stop) = (self.clone(), places.clone(), entry.name().clone(), stop.clone());
            tracker.spawn(async move {
                if let Err(error) = erase(&storage, &name, &variants, &places).await {
                    tracing::error!(stream = %name, %error, "stored segments that may no longer be shown are still there; tried again");
                    let _ = stop.run_until_cancelled(tokio::time::sleep(AGAIN)).await;
                    hidden.lock().remove(&name);
                }
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<StreamName, Arc<Offer>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn erase(
    storage: &HlsStorage,
    stream: &StreamName,
    variants: &[String],
    places: &Places,
) -> Result<(), store::Error> {
    if variants.is_empty()
        && let Some(store) = store::open(storage, stream, None)?
    {
        store.remove(INDEX).await?;
    }
    for variant in variants.iter().map(String::as_str).chain([Variant::CAMERA]) {
        // A window that is there removed them when it began, and will when its offer is revoked.
        let Some(_place) = places.try_enter(stream, variant) else { continue };
        let Ok(variant) = variant.parse::<StreamName>() else { continue };
        if let Some(store) = store::open(storage, stream, Some(&variant))? {
            store::erase(&*store, PLAYLIST).await?;
        }
    }
    Ok(())
}
