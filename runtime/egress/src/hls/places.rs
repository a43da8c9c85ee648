//! Whose turn it is: in the folder that a store has for one variant of a stream, one window writes at a time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use media::StreamName;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// The folders in use.
#[derive(Debug, Default)]
pub(super) struct Places(Mutex<Turns>);

/// By stream and variant.
type Turns = BTreeMap<(StreamName, String), Arc<Turn<()>>>;

/// The right to write in a folder, until it is dropped.
pub(super) type Place = OwnedMutexGuard<()>;

impl Places {
    /// Waits until whoever has it is done: a window that ended may still be written.
    pub(super) async fn enter(&self, stream: &StreamName, variant: &str) -> Place {
        let turn = self.turn(stream, variant);
        turn.lock_owned().await
    }

    /// Unless somebody has it.
    pub(super) fn try_enter(&self, stream: &StreamName, variant: &str) -> Option<Place> {
        self.turn(stream, variant).try_lock_owned().ok()
    }

    fn turn(&self, stream: &StreamName, variant: &str) -> Arc<Turn<()>> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Folders of streams that are gone: nobody has them, and nobody waits.
        places.retain(|_, turn| Arc::strong_count(turn) > 1);
        places.entry((stream.clone(), variant.to_owned())).or_default().clone()
    }
}
