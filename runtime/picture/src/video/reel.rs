//! One variant as it is made: the pictures that wait for its encoder, the encoder, and the feed that its access units go to.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use codec::h264::{self, Encoder, Settings};
use codec::{Picture, Pool};
use config::VideoVariant;
use media::{AccessUnit, AudioUnit, Codec, Parameters, Timestamp};
use stream::Feed;

use super::{VariantSnapshot, plan};
use crate::Step;
use crate::measure::{Measure, count};

/// How many pictures wait for the encoder at most: enough for the burst behind a key frame that took long to decode. When full the oldest that is no key
/// frame goes, so that the variants of a ladder have theirs at the same pictures.
const WAITING: usize = 2;
/// How many pieces of sound wait behind those pictures at most: more than a second of AAC. When full the oldest goes.
const WAITING_SOUND: usize = 64;

pub(crate) struct Reel {
    variant: VideoVariant,
    feed: Arc<Feed>,
    pool: Pool,
    measure: Arc<Measure>,
    queue: Mutex<Queue>,
    /// One picture is in it at a time.
    coder: Mutex<Option<Coder>>,
    encoded: AtomicU64,
    left_out: AtomicU64,
    forced: AtomicU64,
}

/// A picture for the encoder.
pub(crate) struct Job {
    pub(crate) picture: Picture,
    /// It is to be a key frame.
    pub(crate) key: bool,
    /// Pictures a second that the source brings.
    pub(crate) fps: u32,
    pub(crate) since: Instant,
}

enum Waiting {
    Picture(Job),
    Sound(AudioUnit),
}

/// What waits, in order of arrival. Whatever goes into the feed goes there under its lock.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    pictures: usize,
    sounds: usize,
    /// The encoder pool knows that there is work, or is at it.
    offered: bool,
    /// Counts purges: what was begun before one goes nowhere.
    epoch: u64,
    /// The first picture that was handed over since sound may be heard: sound of before is dropped.
    audible_from: Option<Timestamp>,
    /// A session of the feed runs: its key frame is in it.
    running: bool,
    /// What comes next is to be a key frame, since one could not be made.
    owes_key: bool,
    /// What the encoder was told last.
    settings: Option<Settings>,
    closed: bool,
}

struct Coder {
    encoder: Encoder,
    settings: Settings,
    parameters: Arc<Parameters>,
    epoch: u64,
}

impl Reel {
    pub(crate) fn new(variant: VideoVariant, pool: Pool, measure: Arc<Measure>) -> Self {
        Self {
            variant,
            feed: Feed::new(),
            pool,
            measure,
            queue: Mutex::default(),
            coder: Mutex::new(None),
            encoded: AtomicU64::new(0),
            left_out: AtomicU64::new(0),
            forced: AtomicU64::new(0),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.variant.name
    }

    pub(crate) fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    /// The most pictures a second that are asked for.
    pub(crate) fn fps(&self) -> Option<u32> {
        self.variant.fps
    }

    pub(crate) fn is_watched(&self) -> bool {
        self.feed.subscribers() > 0
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A key frame that is asked for since somebody came.
    pub(crate) fn count_forced(&self) {
        count(&self.forced);
    }

    /// Takes a picture in. True if the pool must be told.
    #[must_use]
    pub(crate) fn push(&self, job: Job) -> bool {
        let mut queue = self.lock();
        if queue.closed {
            return false;
        }
        if queue.pictures == WAITING {
            self.leave_one_out(&mut queue);
        }
        queue.audible_from.get_or_insert(job.picture.stamp().pts);
        queue.waiting.push_back(Waiting::Picture(job));
        queue.pictures += 1;
        !std::mem::replace(&mut queue.offered, true)
    }

    fn leave_one_out(&self, queue: &mut Queue) {
        let is_picture = |waiting: &Waiting| matches!(waiting, Waiting::Picture(_));
        let is_key = |waiting: &Waiting| matches!(waiting, Waiting::Picture(Job { key: true, .. }));
        let spare = queue.waiting.iter().position(|waiting| is_picture(waiting) && !is_key(waiting));
        let oldest = || queue.waiting.iter().position(is_picture);
        if let Some(at) = spare.or_else(oldest) {
            queue.waiting.remove(at);
            queue.pictures -= 1;
            // The oldest goes only where all are key frames: the next one is one too.
            count(&self.left_out);
            count(&self.measure.unencoded);
        }
    }

    /// Hands sound on behind the pictures that came before it.
    pub(crate) fn sound(&self, unit: AudioUnit) {
        let mut queue = self.lock();
        if queue.closed || queue.audible_from.is_none_or(|from| unit.pts < from) {
            return;
        }
        if queue.offered {
            if queue.sounds == WAITING_SOUND
                && let Some(at) = queue.waiting.iter().position(|waiting| matches!(waiting, Waiting::Sound(_)))
            {
                queue.waiting.remove(at);
                queue.sounds -= 1;
            }
            queue.waiting.push_back(Waiting::Sound(unit));
            queue.sounds += 1;
        } else if queue.running {
            self.feed.push(unit.into(), Instant::now());
        }
    }

    /// What comes next refers to nothing before: the feed's session ends here.
    pub(crate) fn end_session(&self) {
        let mut queue = self.lock();
        queue.running = false;
        queue.audible_from = None;
        queue.waiting.clear();
        (queue.pictures, queue.sounds) = (0, 0);
        queue.epoch += 1;
        self.feed.end_session();
    }

    /// Drops everything that was made, is made and waits. When this returns nothing of it reaches anybody.
    pub(crate) fn purge(&self) {
        self.end_session();
        self.feed.purge();
        // Where a picture is in it at this moment, whoever encodes that drops it.
        if let Ok(mut coder) = self.coder.try_lock() {
            *coder = None;
        }
    }

    /// The same, for ever.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.purge();
        self.feed.close();
    }

    /// Encodes the oldest picture that waits. True if more wait. On an encoder's thread, one at a time.
    pub(crate) fn make(&self) -> bool {
        let Some((job, epoch)) = self.take() else { return false };
        let begin = job.since;
        // A panic (a mistake of ours, or of the library's) costs the encoder: the next picture begins anew.
        let made = catch_unwind(AssertUnwindSafe(|| self.encode(job, epoch))).unwrap_or_else(|_| {
            *self.coder() = None;
            None
        });
        self.measure.record(Step::Video, begin.elapsed());
        self.finish(made, epoch)
    }

    fn coder(&self) -> MutexGuard<'_, Option<Coder>> {
        // Whatever a panic left there is dropped by who caught it.
        self.coder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<(Job, u64)> {
        let mut queue = self.lock();
        loop {
            match queue.waiting.pop_front() {
                Some(Waiting::Picture(mut job)) => {
                    queue.pictures -= 1;
                    job.key |= !queue.running || std::mem::take(&mut queue.owes_key);
                    return Some((job, queue.epoch));
                }
                Some(Waiting::Sound(unit)) => self.hear(&mut queue, unit),
                None => {
                    queue.offered = false;
                    return None;
                }
            }
        }
    }

    fn hear(&self, queue: &mut Queue, unit: AudioUnit) {
        queue.sounds -= 1;
        // Its picture could perhaps not be encoded.
        if queue.running {
            self.feed.push(unit.into(), Instant::now());
        }
    }

    fn finish(&self, made: Option<AccessUnit>, epoch: u64) -> bool {
        if epoch != self.lock().epoch {
            // What purged it could not, since it was at work.
            *self.coder() = None;
        }
        let mut queue = self.lock();
        if epoch == queue.epoch {
            match made {
                Some(unit) => {
                    if !std::mem::replace(&mut queue.running, true) {
                        self.feed.begin_session();
                    }
                    count(&self.encoded);
                    self.measure.record(Step::VideoWhole, unit.received.steady.elapsed());
                    self.feed.push(unit.into(), Instant::now());
                }
                None => {
                    queue.owes_key = true;
                    count(&self.left_out);
                    count(&self.measure.unencoded);
                }
            }
        }
        while let Some(Waiting::Sound(_)) = queue.waiting.front() {
            if let Some(Waiting::Sound(unit)) = queue.waiting.pop_front() {
                self.hear(&mut queue, unit);
            }
        }
        queue.offered = queue.pictures > 0;
        queue.offered
    }

    fn encode(&self, job: Job, epoch: u64) -> Option<AccessUnit> {
        let Job { picture, mut key, fps, .. } = job;
        let settings = plan::settings(&self.variant, picture.size(), fps);
        let mut slot = self.coder();
        // Another rate waits for a key frame. Behind a purge nothing may refer to what was before.
        let goes_on = slot.as_ref().is_some_and(|coder| {
            coder.epoch == epoch && coder.settings.size == settings.size && (!key || coder.settings == settings)
        });
        if !goes_on {
            match Encoder::open(&settings) {
                Ok(encoder) => {
                    let parameters = match slot.take() {
                        Some(coder) => coder.parameters,
                        None => Arc::new(Parameters::bare(Codec::H264, settings.size)),
                    };
                    *slot = Some(Coder { encoder, settings, parameters, epoch });
                    self.lock().settings = Some(settings);
                    key = true;
                }
                Err(error) => {
                    self.failed(&error);
                    return None;
                }
            }
        }
        let coder = slot.as_mut()?;
        let scaled = codec::scale::to_size(&picture, settings.size, &self.pool);
        match coder.encoder.encode(&scaled, key) {
            Ok(Some(encoded)) => {
                let stamp = picture.stamp();
                let unit = AccessUnit::from_annexb(&encoded.data, &coder.parameters, stamp.pts, stamp.received);
                coder.parameters = unit.parameters.clone();
                Some(AccessUnit { captured: stamp.captured, ..unit })
            }
            Ok(None) => None,
            Err(error) => {
                *slot = None;
                self.failed(&error);
                None
            }
        }
    }

    fn failed(&self, error: &h264::Error) {
        tracing::debug!(variant = self.variant.name, %error, "a picture could not be encoded");
    }

    pub(crate) fn snapshot(&self) -> VariantSnapshot {
        let settings = self.lock().settings;
        VariantSnapshot {
            name: self.variant.name.clone(),
            subscribers: self.feed.subscribers(),
            size: settings.map(|settings| settings.size),
            fps: settings.map(|settings| settings.fps),
            bitrate_asked: settings.map(|settings| settings.bitrate_bps),
            bitrate: self.feed.bits_per_second(Instant::now()),
            bytes: self.feed.bytes(),
            encoded: self.encoded.load(Ordering::Relaxed),
            left_out: self.left_out.load(Ordering::Relaxed),
            skipped: self.feed.skipped(),
            keys_forced: self.forced.load(Ordering::Relaxed),
            kept_bytes: self.feed.kept_bytes(),
        }
    }
}

#[cfg(test)]
mod tests;
