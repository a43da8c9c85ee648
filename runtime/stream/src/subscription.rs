use std::sync::Arc;
use std::time::Duration;

use media::{AccessUnit, AudioUnit, Timestamp};

use crate::Feed;
use crate::fanout::Taken;
use crate::ring::Place;

/// Where a subscription begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the newest key frame that is kept, and on through the GOP behind it; at the next one if none is kept.
    Gop,
    /// At the next key frame.
    KeyFrame,
}

/// What a subscription is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracks {
    /// Access units alone.
    Video,
    /// Access units, and the sound between them.
    All,
}

/// What a subscription gives.
#[derive(Clone, Debug)]
pub enum Received {
    /// The next access unit. The first one, and the first behind `Skipped` and `Discontinuity`, is a key frame.
    Unit(AccessUnit),
    /// The next piece of sound: never the first thing, nor the first behind `Skipped` and `Discontinuity`.
    Sound(AudioUnit),
    /// The subscriber was too slow, or what was kept for it was purged: so many access units are left out, and a key frame is next.
    Skipped {
        /// How many.
        units: u64,
    },
    /// A new session of the source is next: nothing behind this refers to anything before it. Timestamps go on.
    Discontinuity,
}

/// How far a subscription is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// Access units that wait to be received.
    pub units: u64,
    /// How much earlier the first of them arrived than the newest.
    pub time: Duration,
    /// Presentation time of the newest access unit.
    pub newest: Option<Timestamp>,
}

/// One subscriber's place in what a feed gives. Holding it is demand; dropping it ends that.
#[derive(Debug)]
pub struct Subscription {
    feed: Arc<Feed>,
    place: Place,
}

impl Subscription {
    pub(crate) fn new(feed: Arc<Feed>, start: Start, tracks: Tracks) -> Self {
        feed.demand.add();
        let place = feed.fanout.place(start, tracks);
        Self { feed, place }
    }

    /// The next thing, when there is one; `None` when the stream is closed and everything was received. Cancel-safe.
    pub async fn recv(&mut self) -> Option<Received> {
        self.feed.fanout.take(&mut self.place).await
    }

    /// The next thing, if there is one now.
    pub fn try_recv(&mut self) -> Option<Received> {
        match self.feed.fanout.try_take(&mut self.place) {
            Taken::Some(received) => Some(received),
            Taken::NotYet | Taken::Closed => None,
        }
    }

    /// Whether the stream is closed and everything was received.
    pub fn is_closed(&self) -> bool {
        self.feed.fanout.is_over(&self.place)
    }

    /// From here on it is of these tracks.
    pub fn set_tracks(&mut self, tracks: Tracks) {
        self.place.set_tracks(tracks);
    }

    /// How far this subscription is behind.
    pub fn lag(&self) -> Lag {
        self.feed.fanout.lag(&self.place)
    }

    /// Leaves out what comes before the newest key frame that is kept. What is left out is told as `Skipped`. False if there is none ahead.
    pub fn skip_to_newest_key(&mut self) -> bool {
        self.feed.fanout.skip_to_newest_key(&mut self.place)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.feed.demand.remove();
    }
}
