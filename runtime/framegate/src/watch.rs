//! Tells when files changed: awoken by the system, and by a look now and then.
//!
//! The system tells of changes in the folders in which the files are, not of the files: an editor replaces a file by renaming another one over it, and a
//! file may come that is not there yet. What it told is only a reason to look; what counts is what a look at the files' metadata finds, which takes some
//! microseconds. A change is told when two looks in a row saw the same: whoever writes is done then.
//!
//! ```text
//! notify ──(something in these folders)──▶ look ──(as known)──▶ wait to be awoken, 2 s at most
//!                                           ▲ └──(another)────▶ 100 ms ──▶ look ──(the same again)──▶ changed
//!                                           └───────────────────(another again)─────┘
//! ```
//!
//! A look every two seconds finds what the system does not tell: changes on a disk of another machine, and behind several links. Where it tells nothing at all
//! (the folder is not there, its limit is reached) files are looked at ten times a second.

mod folders;
mod looks;
mod pace;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::Notify;

use folders::Folders;
use looks::{Found, Looks};
use pace::Pace;

/// A thread that looks. It ends when this is dropped.
pub(crate) struct Watch {
    shared: Arc<Shared>,
    wakes: SyncSender<Wake>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    looks: Mutex<Looks>,
    /// Remembers one change that nobody waited for: all files are read then anyway.
    changed: Notify,
}

/// Why the thread is awoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wake {
    /// Something happened in a folder, or other files are looked at.
    Look,
    End,
}

/// Reasons to look that wait: one, since a look finds all there is. When it waits already another one is dropped.
const WAKES: usize = 1;

impl Watch {
    /// From here on changes of these files are told.
    pub(crate) fn begin(files: BTreeSet<PathBuf>) -> std::io::Result<Self> {
        let mut looks = Looks::default();
        looks.set(files);
        let shared = Arc::new(Shared { looks: Mutex::new(looks), changed: Notify::new() });
        let (wakes, woken) = sync_channel(WAKES);
        let (looking, told) = (shared.clone(), wakes.clone());
        let thread = std::thread::Builder::new().name("watch".into()).spawn(move || {
            // On this thread, which the program's start does not wait for.
            let folders = Folders::new(move || _ = told.try_send(Wake::Look));
            run(&looking, folders, &woken);
        })?;
        Ok(Self { shared, wakes, thread: Some(thread) })
    }

    /// Looks at these files from here on. Those that are new are as they are now: what is read behind this call is what was looked at or newer.
    pub(crate) fn set(&self, files: BTreeSet<PathBuf>) {
        self.shared.lock().set(files);
        // A thread that is gone panicked, which was logged.
        _ = self.wakes.try_send(Wake::Look);
    }

    /// Waits until a file changed. Cancel-safe.
    pub(crate) async fn changed(&self) {
        self.shared.changed.notified().await;
    }
}

fn run(shared: &Shared, mut folders: Folders, woken: &Receiver<Wake>) {
    let mut pace = Pace::new(Instant::now());
    loop {
        match woken.recv_timeout(pace.due().saturating_duration_since(Instant::now())) {
            Ok(Wake::Look) => {
                pace.woken(Instant::now());
                // What happens until then is seen with it: a folder in which much happens is not looked at all the time.
                std::thread::sleep(pace.due().saturating_duration_since(Instant::now()));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Wake::End) | Err(RecvTimeoutError::Disconnected) => return,
        }
        let mut looks = shared.lock();
        // Before the look, so that nothing happens in between that neither finds.
        let told = folders.follow(looks.files());
        let found = looks.look();
        drop(looks);
        pace.looked(Instant::now(), found, told);
        if found == Found::Settled {
            shared.changed.notify_one();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Looks> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Without a thread there is nobody to be told.
        _ = self.wakes.send(Wake::End);
        if let Some(thread) = self.thread.take() {
            // A panic there was logged by the panic hook.
            _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_file_that_another_is_renamed_over_is_told_long_before_the_slow_look() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("a.toml"), folder.path().join("a.toml.new"));
        fs::write(&file, "1").unwrap();
        let watch = Watch::begin(BTreeSet::from([file.clone()])).unwrap();
        let mut least = Duration::MAX;
        // The quickest of some: the machine may have other work.
        for n in 0..5 {
            // Behind the looks of the change before.
            tokio::time::sleep(Duration::from_millis(300)).await;
            let begin = Instant::now();
            fs::write(&other, format!("{n}")).unwrap();
            fs::rename(&other, &file).unwrap();
            tokio::time::timeout(Duration::from_secs(20), watch.changed()).await.unwrap();
            least = least.min(begin.elapsed());
        }
        assert!(least < Duration::from_secs(1), "{least:?}");
    }

    #[tokio::test]
    async fn other_files_are_followed_into_their_folders() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let watch = Watch::begin(BTreeSet::from([one.path().join("a")])).unwrap();
        watch.set(BTreeSet::from([other.path().join("b")]));
        fs::write(other.path().join("b"), "1").unwrap();
        tokio::time::timeout(Duration::from_secs(20), watch.changed()).await.unwrap();
        fs::write(one.path().join("a"), "1").unwrap();
        let told = tokio::time::timeout(Duration::from_millis(2_500), watch.changed()).await;
        assert!(told.is_err(), "nobody looks at the first any more");
    }
}
