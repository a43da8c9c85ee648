//! Stills that are pushed in (`POST /ingest/{stream}`): a bounded queue between who posts and the session of the stream.
//!
//! The [`Inlet`] is with the hub, the [`Outlet`] with the stream. While no session is open only the newest still is kept, so that a producer never
//! waits for a viewer; the next session begins with it. While one is open every still is kept, in order and with its bytes untouched, up to
//! [`CAPACITY`] and [`CAPACITY_BYTES`]; beyond them who pushes waits, at most [`PATIENCE`], and is then told that it is full.

mod session;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use media::Moment;
use media::image::Image;
use tokio::sync::Notify;

pub(crate) use session::{Session, still_parameters};

/// Stills that may wait: two seconds at 30/s, more than any stream's task is ever behind.
pub const CAPACITY: usize = 64;
/// Bytes that may wait: two of the largest images that are taken.
pub const CAPACITY_BYTES: usize = 2 * media::image::MAX_BYTES;
/// How long a push waits for room before it is refused: less than a producer's own time-out, more than a hiccup.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// Why a still was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The queue has no room for it.
    #[error("the stream does not keep up with what is pushed")]
    Full,
    /// The stream is gone.
    #[error("the stream is closed")]
    Closed,
}

/// Where stills are pushed in. Cloning it gives another way into the same queue.
#[derive(Clone, Debug)]
pub struct Inlet(Arc<Queue>);

/// Where a session takes them out. One session at a time; dropping it closes the inlet.
#[derive(Debug)]
pub struct Outlet(Arc<Queue>);

/// A queue, empty.
pub fn channel() -> (Inlet, Outlet) {
    let queue = Arc::new(Queue::default());
    (Inlet(queue.clone()), Outlet(queue))
}

/// One still on its way.
#[derive(Clone, Debug)]
struct Pushed {
    body: Bytes,
    image: Image,
    received: Moment,
}

#[derive(Debug, Default)]
struct Queue {
    inner: Mutex<Inner>,
    /// Somebody pushed, or the end came.
    filled: Notify,
    /// A session took one, or the end came.
    drained: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: VecDeque<Pushed>,
    bytes: usize,
    /// The newest that was pushed, also when it was taken long ago: where the next session begins.
    newest: Option<Pushed>,
    /// Counts sessions: only the newest one takes.
    session: u64,
    open: bool,
    closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here can panic half-way: what a poisoned lock guards is whole.
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Inner {
    fn add(&mut self, pushed: Pushed) -> Result<(), Refused> {
        if self.closed {
            return Err(Refused::Closed);
        }
        if self.open {
            let room = self.waiting.len() < CAPACITY && self.bytes + pushed.body.len() <= CAPACITY_BYTES;
            // An empty queue takes anything: images are bounded where they come in.
            if !room && !self.waiting.is_empty() {
                return Err(Refused::Full);
            }
            self.bytes += pushed.body.len();
            self.waiting.push_back(pushed.clone());
        }
        self.newest = Some(pushed);
        Ok(())
    }

    fn take(&mut self) -> Option<Pushed> {
        let pushed = self.waiting.pop_front()?;
        self.bytes -= pushed.body.len();
        Some(pushed)
    }
}

impl Inlet {
    /// Puts a still in, without waiting. The body was checked by `media::image::check`, which told `image`.
    pub fn try_push(&self, body: Bytes, image: Image, received: Moment) -> Result<(), Refused> {
        self.0.lock().add(Pushed { body, image, received })?;
        self.0.filled.notify_one();
        Ok(())
    }

    /// Puts a still in; when the queue is full, waits for room, at most [`PATIENCE`]. Dropped while it waits, nothing was put in.
    ///
    /// Who pushes one after the other keeps the order; two that push at once are in the order in which they got room.
    pub async fn push(&self, body: Bytes, image: Image, received: Moment) -> Result<(), Refused> {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let drained = self.0.drained.notified();
                match self.try_push(body.clone(), image, received) {
                    Err(Refused::Full) => drained.await,
                    taken => return taken,
                }
            }
        });
        waited.await.unwrap_or(Err(Refused::Full))
    }

    /// What was pushed last and when: to be had also while no session is open.
    pub fn newest(&self) -> Option<(Bytes, Image, Moment)> {
        self.0.lock().newest.as_ref().map(|pushed| (pushed.body.clone(), pushed.image, pushed.received))
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        let mut inner = self.0.lock();
        inner.closed = true;
        drop(inner);
        // `notify_one` too: it is kept for a session that is about to wait.
        self.0.filled.notify_one();
        self.0.filled.notify_waiters();
        self.0.drained.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
