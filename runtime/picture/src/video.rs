//! The ways in which a stream's video is offered re-encoded, made of the pictures that its viewers of stills see: behind the whole chain, never before.
//!
//! ```text
//! plugins ─▶ director ─(due? key frame?)─▶ reels ─▶ encoder pool ─▶ feeds
//!                  sound ────────────────────▲
//! ```
//!
//! Architecture invariant: what is offered to a feed was [`plugin::Outcome::Shown`], or says in words that nothing is shown. When filters change, the feeds
//! are given up with everything in them, in encoders and on the way there; there are new ones.

mod cuts;
pub(crate) mod director;
mod plan;
pub(crate) mod reel;
pub(crate) mod slate;
mod tempo;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use media::Size;
use stream::{Feed, Start, State, Status};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::Pictures;
use crate::pictures::{self, Shared};
use reel::Reel;

/// One way a stream's video is offered, re-encoded.
#[derive(Clone, Debug)]
pub struct Variant {
    /// As addresses say it.
    pub name: String,
    /// Its access units, and the stream's sound between them. Subscriptions are demand. Closed when filters change: then there is another one.
    pub feed: Arc<Feed>,
}

/// A variant at one moment. Counts are since its feed came into being.
#[derive(Clone, Debug)]
pub struct VariantSnapshot {
    /// As addresses say it.
    pub name: String,
    /// Who gets its access units.
    pub subscribers: usize,
    /// Pixels, once a picture was encoded.
    pub size: Option<Size>,
    /// Pictures a second that the encoder was told of.
    pub fps: Option<u32>,
    /// Bits a second that were asked of the encoder.
    pub bitrate_asked: Option<u32>,
    /// Bits a second that were made, sound included, over the last seconds.
    pub bitrate: u64,
    /// Bytes that were made, sound included.
    pub bytes: u64,
    /// Pictures encoded.
    pub encoded: u64,
    /// Pictures that were due and not encoded, since the encoders were behind or failed.
    pub left_out: u64,
    /// Access units that subscribers did not get because they read too slowly, summed over them.
    pub skipped: u64,
    /// Key frames that were made since somebody came.
    pub keys_forced: u64,
    /// Bytes that are kept for its subscribers.
    pub kept_bytes: usize,
}

/// The variants of one stream until its filters change.
pub(crate) struct Video {
    reels: Vec<Arc<Reel>>,
    /// How far apart key frames are to be.
    gop: Duration,
    /// Somebody came since the worker looked.
    arrived: AtomicBool,
    watches: Vec<AbortHandle>,
}

impl Video {
    /// Nothing is made until somebody subscribes to a feed.
    fn open(shared: &Arc<Shared>) -> Arc<Self> {
        let config = shared.stream.config();
        let reel = |variant: &config::VideoVariant| {
            Arc::new(Reel::new(variant.clone(), shared.pool.clone(), shared.measure.clone()))
        };
        let reels: Vec<_> = config.video.variants.iter().map(reel).collect();
        let feeds: Vec<_> = reels.iter().map(|reel| reel.feed().clone()).collect();
        let watches = reels.iter().map(|reel| {
            let (feed, weak) = (reel.feed().clone(), Arc::downgrade(shared));
            let watch = async move {
                loop {
                    let arrived = feed.changed().await;
                    let Some(shared) = weak.upgrade() else { return };
                    shared.watched(&feed, arrived);
                }
            };
            shared.parts.runtime.spawn(watch).abort_handle()
        });
        let mut watches: Vec<_> = watches.collect();
        watches.push(shared.parts.runtime.spawn(end_with(shared.stream.watch(), feeds)).abort_handle());
        Arc::new(Self { watches, reels, gop: config.video.gop, arrived: AtomicBool::new(false) })
    }

    pub(crate) fn gop(&self) -> Duration {
        self.gop
    }

    pub(crate) fn reels(&self) -> &[Arc<Reel>] {
        &self.reels
    }

    /// Whether somebody subscribes to one of its feeds.
    pub(crate) fn is_watched(&self) -> bool {
        self.reels.iter().any(|reel| reel.is_watched())
    }

    /// Whether somebody came since this was asked last.
    pub(crate) fn take_arrived(&self) -> bool {
        self.arrived.swap(false, Ordering::AcqRel)
    }

    /// Drops everything that was made, also what encoders have at this moment; subscribers go on with what is made of the next picture.
    pub(crate) fn purge(&self) {
        self.reels.iter().for_each(|reel| reel.purge());
    }

    /// The same, and nothing comes any more.
    pub(crate) fn close(&self) {
        self.watches.iter().for_each(AbortHandle::abort);
        self.reels.iter().for_each(|reel| reel.close());
    }

    pub(crate) fn snapshot(&self) -> Vec<VariantSnapshot> {
        self.reels.iter().map(|reel| reel.snapshot()).collect()
    }
}

/// Ends the sessions of these feeds with those of the source: who comes during an outage is not shown what was before it.
async fn end_with(mut status: watch::Receiver<Status>, feeds: Vec<Arc<Feed>>) {
    let mut has_media = false;
    loop {
        // A pushed stream that stalls keeps its last picture.
        let has = matches!(status.borrow_and_update().state, State::Live | State::Stalled);
        if has_media && !has {
            feeds.iter().for_each(|feed| feed.end_session());
        }
        has_media = has;
        if status.changed().await.is_err() {
            return;
        }
    }
}

impl Drop for Video {
    fn drop(&mut self) {
        self.close();
    }
}

impl Pictures {
    /// The stream's video, re-encoded behind the plugins that are in force now: what the configuration says, the best first. The same feeds until filters
    /// change; they are closed and empty when [`Pictures::apply`] returns, and whoever wants to go on asks anew. Work is done while somebody subscribes.
    pub fn video(&self) -> Vec<Variant> {
        let mut state = self.shared.lock();
        let video = state.video.get_or_insert_with(|| Video::open(&self.shared)).clone();
        if state.closed {
            video.close();
        }
        drop(state);
        video.reels().iter().map(|reel| Variant { name: reel.name().to_owned(), feed: reel.feed().clone() }).collect()
    }

    /// Its video is to be encoded otherwise, as the configuration says now: the feeds of [`Self::video`] are closed, and there are others.
    pub fn video_anew(&self) {
        self.shared.lock().retire_video();
        self.shared.demand.notify_one();
    }
}

impl pictures::State {
    /// Gives the feeds up: nothing that was made for them, or is being made, reaches anybody.
    pub(crate) fn retire_video(&mut self) {
        if let Some(video) = self.video.take() {
            video.close();
        }
    }

    /// Nothing comes any more; who asks from now on is told so by feeds that are closed.
    pub(crate) fn close_video(&self) {
        if let Some(video) = &self.video {
            video.close();
        }
    }
}

impl Shared {
    /// Somebody subscribed to a feed, or the last one left it.
    fn watched(self: &Arc<Self>, feed: &Arc<Feed>, arrived: bool) {
        let mut state = self.lock();
        let Some(video) = &state.video else { return };
        if state.closed || !video.reels().iter().any(|reel| Arc::ptr_eq(reel.feed(), feed)) {
            return;
        }
        if arrived {
            video.arrived.store(true, Ordering::Release);
        }
        if state.working {
            if arrived {
                // The worker's own subscription is the demand; this one says that somebody came, which during back-off causes an attempt at once.
                drop(self.stream.subscribe(Start::KeyFrame));
            }
            drop(state);
            self.demand.notify_one();
        } else if video.is_watched() {
            Self::start(self, &mut state);
        }
    }
}
