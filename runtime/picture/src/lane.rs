//! One way of making stills of one stream: the renditions that want the same image (and differ in rate only) share it.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use codec::encode::StillEncoder;
use codec::{Picture, Pool};
use media::{Annotation, Still, StillFormat};

use crate::Step;
use crate::measure::{Measure, count};
use crate::outlet::{Outlet, Shown};

/// How many pictures wait for an encoder at most: enough for the burst behind a key frame that took long to decode. When full the oldest goes.
const WAITING: usize = 2;

/// What is made of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Make {
    pub(crate) format: StillFormat,
    pub(crate) quality: u8,
    pub(crate) width: Option<u32>,
}

/// A picture and who gets its still.
pub(crate) struct Job {
    pub(crate) picture: Picture,
    pub(crate) outlets: Vec<Arc<Outlet>>,
    pub(crate) since: Instant,
    /// There are newer pictures already.
    pub(crate) superseded: bool,
    /// What plugins found in it.
    pub(crate) found: Arc<[Annotation]>,
    pub(crate) generation: u64,
}

/// A still and who gets it.
type Made = (Shown, Vec<Arc<Outlet>>);

/// A job that an encoder has, and its place in the order.
pub(crate) struct Ticket {
    job: Job,
    number: u64,
}

pub(crate) struct Lane {
    make: Make,
    pool: Pool,
    measure: Arc<Measure>,
    order: Mutex<Order>,
}

/// Pictures are taken in order, may be done in any, and are delivered in order.
#[derive(Default)]
struct Order {
    waiting: VecDeque<Job>,
    /// The pool knows that there is work.
    offered: bool,
    taken: u64,
    delivered: u64,
    /// Done out of turn; none where nothing could be made.
    done: BTreeMap<u64, Option<Made>>,
}

impl Lane {
    pub(crate) fn new(make: Make, pool: Pool, measure: Arc<Measure>) -> Self {
        Self { make, pool, measure, order: Mutex::default() }
    }

    pub(crate) fn what(&self) -> Make {
        self.make
    }

    fn lock(&self) -> MutexGuard<'_, Order> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a picture in. True if the pool must be told.
    #[must_use]
    pub(crate) fn push(&self, job: Job) -> bool {
        let mut order = self.lock();
        if order.waiting.len() == WAITING {
            order.waiting.pop_front();
            count(&self.measure.unencoded);
        }
        order.waiting.push_back(job);
        !std::mem::replace(&mut order.offered, true)
    }

    /// Hands on a still that needs no encoder, behind those that are being made; what still waits is older and goes.
    pub(crate) fn pass(&self, shown: Shown, outlets: Vec<Arc<Outlet>>) {
        let mut order = self.lock();
        for _ in order.waiting.drain(..) {
            count(&self.measure.unencoded);
        }
        let number = order.taken;
        order.taken += 1;
        self.finish(&mut order, number, Some((shown, outlets)));
    }

    /// The oldest waiting picture, and whether more wait behind it.
    pub(crate) fn take(&self) -> (Option<Ticket>, bool) {
        let mut order = self.lock();
        let ticket = order.waiting.pop_front().map(|job| {
            let number = order.taken;
            order.taken += 1;
            Ticket { job, number }
        });
        order.offered = !order.waiting.is_empty();
        (ticket, order.offered)
    }

    /// Makes the still and delivers it when its turn comes. On an encoder's thread.
    pub(crate) fn make(&self, ticket: Ticket, encoder: &mut StillEncoder) {
        let Ticket { job, number } = ticket;
        // A panic must not stop the lane: those behind wait for this number.
        let made = catch_unwind(AssertUnwindSafe(|| self.encode(&job.picture, encoder))).unwrap_or_else(|_| {
            *encoder = StillEncoder::new();
            count(&self.measure.unencoded);
            None
        });
        self.measure.record(Step::Encode, job.since.elapsed());
        let Job { outlets, superseded, found, generation, .. } = job;
        let made = made.map(|still| (Shown { still, superseded, found, generation }, outlets));
        self.finish(&mut self.lock(), number, made);
    }

    fn encode(&self, picture: &Picture, encoder: &mut StillEncoder) -> Option<Still> {
        let scaled = match self.make.width {
            Some(width) if width < picture.size().width => Some(codec::scale::to_width(picture, width, &self.pool)),
            _ => None,
        };
        let picture = scaled.as_ref().unwrap_or(picture);
        let data = match encoder.encode(picture, self.make.format, self.make.quality) {
            Ok(data) => data,
            Err(error) => {
                count(&self.measure.unencoded);
                tracing::debug!(%error, format = %self.make.format, "a still could not be made");
                return None;
            }
        };
        let stamp = picture.stamp();
        Some(Still {
            format: self.make.format,
            data,
            size: picture.size(),
            pts: stamp.pts,
            sequence: stamp.sequence,
            received: stamp.received,
            captured: stamp.captured,
        })
    }

    /// Delivers all whose turn has come. The lock is held meanwhile: that is what keeps the order.
    fn finish(&self, order: &mut Order, number: u64, made: Option<Made>) {
        order.done.insert(number, made);
        while let Some(made) = order.done.remove(&order.delivered) {
            order.delivered += 1;
            if let Some((shown, outlets)) = made {
                count(&self.measure.stills);
                self.measure.record(Step::Whole, shown.still.received.steady.elapsed());
                for outlet in outlets {
                    outlet.put(shown.clone());
                }
            }
        }
    }
}
