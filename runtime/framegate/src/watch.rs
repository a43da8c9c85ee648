//! Looks whether files changed, several times a second.
//!
//! Looking at a file's metadata costs some microseconds and finds what notifications of the system miss: a file that another one is renamed over, a link
//! that points elsewhere now (as Kubernetes swaps its ConfigMaps), a folder that is mounted from another machine, a file that is not there yet. A change
//! is told when two looks in a row saw the same: whoever writes is done then.

mod looks;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::Notify;

use looks::Looks;

/// Between two looks. With the second look that finds the same, a change is told within twice this: a fifth of the second that a reload may take.
const INTERVAL: Duration = Duration::from_millis(100);

/// A thread that looks. It ends when this is dropped.
pub(crate) struct Watch {
    shared: Arc<Shared>,
    /// Dropped to end the thread.
    end: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    looks: Mutex<Looks>,
    /// Remembers one change that nobody waited for: all files are read then anyway.
    changed: Notify,
}

impl Watch {
    /// From here on changes of these files are told.
    pub(crate) fn begin(files: BTreeSet<PathBuf>) -> std::io::Result<Self> {
        let mut looks = Looks::default();
        looks.set(files);
        let shared = Arc::new(Shared { looks: Mutex::new(looks), changed: Notify::new() });
        let (end, ended) = sync_channel(0);
        let looking = shared.clone();
        let thread = std::thread::Builder::new().name("watch".into()).spawn(move || {
            while ended.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                if looking.lock().settled() {
                    looking.changed.notify_one();
                }
            }
        })?;
        Ok(Self { shared, end: Some(end), thread: Some(thread) })
    }

    /// Looks at these files from here on. Those that are new are as they are now: what is read behind this call is what was looked at or newer.
    pub(crate) fn set(&self, files: BTreeSet<PathBuf>) {
        self.shared.lock().set(files);
    }

    /// Waits until a file changed. Cancel-safe.
    pub(crate) async fn changed(&self) {
        self.shared.changed.notified().await;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Looks> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic there was logged by the panic hook.
            _ = thread.join();
        }
    }
}
