//! One producer, any number of subscribers: the ring, the counters of what went through it, and who is to be awoken.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use media::Unit;
use tokio::sync::Notify;

use crate::meter::{Meter, Rate};
use crate::ring::{Place, Ring};
use crate::{Gop, Lag, Received, Start, Tracks};

/// Where access and audio units go from the producer to the subscribers.
#[derive(Debug)]
pub(crate) struct Fanout {
    inner: Mutex<Inner>,
    /// For those who want no sound: they are not awoken by it.
    pictures: Notify,
    /// For those who want all.
    all: Notify,
}

#[derive(Debug)]
struct Inner {
    ring: Ring,
    closed: bool,
    counters: Counters,
    /// Of the running session; boxed, since most streams of a large installation are idle.
    meter: Option<Box<Meter>>,
}

/// What went through, since the stream came into being.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    pub(crate) units: u64,
    pub(crate) bytes: u64,
    pub(crate) lost: u64,
    pub(crate) skipped: u64,
    pub(crate) sessions: u64,
    pub(crate) failures: u64,
}

/// What [`Fanout::try_take`] found.
#[derive(Debug)]
pub(crate) enum Taken {
    Some(Received),
    NotYet,
    Closed,
}

impl Fanout {
    pub(crate) fn new() -> Self {
        let inner = Inner { ring: Ring::default(), closed: false, counters: Counters::default(), meter: None };
        Self { inner: Mutex::new(inner), pictures: Notify::new(), all: Notify::new() }
    }

    /// Hands one unit of the running session to everybody.
    pub(crate) fn push(&self, unit: Unit, now: Instant) {
        let (pictures, bytes) = match &unit {
            Unit::Access(unit) => (1, unit.data.len()),
            Unit::Audio(unit) => (0, unit.data.len()),
        };
        let mut inner = self.lock();
        inner.counters.units += u64::from(pictures);
        inner.counters.bytes += bytes as u64;
        inner.meter.get_or_insert_with(|| Box::new(Meter::new(now))).add(pictures, bytes, now);
        inner.ring.push(unit);
        drop(inner);
        if pictures > 0 {
            self.pictures.notify_waiters();
        }
        self.all.notify_waiters();
    }

    /// A session brought its first key frame, which comes next.
    pub(crate) fn begin_session(&self) {
        let mut inner = self.lock();
        inner.counters.sessions += 1;
        inner.ring.begin_session();
        inner.meter = None;
    }

    /// The session is over.
    pub(crate) fn end_session(&self) {
        let mut inner = self.lock();
        inner.ring.end_session();
        inner.meter = None;
    }

    /// The source missed packets.
    pub(crate) fn count_lost(&self, packets: u32) {
        self.lock().counters.lost += u64::from(packets);
    }

    /// An attempt brought nothing.
    pub(crate) fn count_failure(&self) {
        self.lock().counters.failures += 1;
    }

    /// Keeps the newest access unit alone.
    pub(crate) fn keep_newest(&self) {
        self.lock().ring.keep_newest();
    }

    /// Keeps nothing.
    pub(crate) fn clear(&self) {
        self.lock().ring.clear();
    }

    /// Nothing comes any more: subscribers get what is left, then `None`.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.pictures.notify_waiters();
        self.all.notify_waiters();
    }

    /// Where who comes now begins.
    pub(crate) fn place(&self, start: Start, tracks: Tracks) -> Place {
        self.lock().ring.place(start, tracks)
    }

    /// The next thing for who is at `place`.
    pub(crate) fn try_take(&self, place: &mut Place) -> Taken {
        let mut inner = self.lock();
        match inner.ring.take(place) {
            Some(received) => {
                if let Received::Skipped { units } = received {
                    inner.counters.skipped += units;
                }
                Taken::Some(received)
            }
            None if inner.closed => Taken::Closed,
            None => Taken::NotYet,
        }
    }

    /// The next thing, as soon as there is one; `None` when there will be none. Nothing is taken unless it is returned.
    pub(crate) async fn take(&self, place: &mut Place) -> Option<Received> {
        loop {
            // Made before looking: what arrives after the look ends the wait all the same.
            let arrived = match place.tracks() {
                Tracks::Video => self.pictures.notified(),
                Tracks::All => self.all.notified(),
            };
            match self.try_take(place) {
                Taken::Some(received) => return Some(received),
                Taken::Closed => return None,
                Taken::NotYet => arrived.await,
            }
        }
    }

    /// Whether who is at `place` has nothing to wait for.
    pub(crate) fn is_over(&self, place: &Place) -> bool {
        let inner = self.lock();
        inner.closed && !inner.ring.has_more(place)
    }

    pub(crate) fn lag(&self, place: &Place) -> Lag {
        self.lock().ring.lag(place)
    }

    pub(crate) fn skip_to_newest_key(&self, place: &mut Place) -> bool {
        self.lock().ring.skip_to_newest_key(place)
    }

    /// Counters, the rate of the running session, and the bytes that are kept.
    pub(crate) fn measure(&self, now: Instant) -> (Counters, Rate, usize) {
        let inner = self.lock();
        let rate = inner.meter.as_ref().map_or_else(Rate::default, |meter| meter.rate(now));
        (inner.counters, rate, inner.ring.bytes())
    }

    pub(crate) fn gop(&self) -> Option<Gop> {
        self.lock().ring.gop()
    }

    pub(crate) fn counters(&self) -> Counters {
        self.lock().counters
    }

    pub(crate) fn kept_bytes(&self) -> usize {
        self.lock().ring.bytes()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // What it guards is whole between any two statements that could panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
