use std::sync::Arc;
use std::time::Instant;

use media::Unit;

use crate::demand::Demand;
use crate::fanout::Fanout;
use crate::{Start, Subscription, Tracks};

/// From one key frame to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gop {
    /// How far apart they are, in ticks of 90 kHz; more than 0.
    pub ticks: i64,
    /// Pictures from the first of them on, without the second; at least one.
    pub pictures: u64,
}

impl Gop {
    /// What lies between two pictures, in ticks.
    pub fn interval(self) -> i64 {
        self.ticks / i64::try_from(self.pictures).unwrap_or(i64::MAX)
    }
}

/// What one producer makes for any number of subscribers: a camera's media as it came, or what was made of it. Subscriptions are its demand; a late
/// subscriber begins with the key frame of the GOP that runs, a slow one goes on at the newest.
#[derive(Debug)]
pub struct Feed {
    pub(crate) fanout: Fanout,
    pub(crate) demand: Demand,
}

impl Feed {
    /// Nothing is in it yet.
    pub fn new() -> Arc<Self> {
        Arc::new(Self { fanout: Fanout::new(), demand: Demand::default() })
    }

    /// A place for one more.
    pub fn subscribe(self: &Arc<Self>, start: Start, tracks: Tracks) -> Subscription {
        Subscription::new(self.clone(), start, tracks)
    }

    /// Hands one unit to everybody.
    pub fn push(&self, unit: Unit, now: Instant) {
        self.fanout.push(unit, now);
    }

    /// A key frame comes next, and nothing from it on refers to what was before: subscribers are told by [`crate::Received::Discontinuity`].
    pub fn begin_session(&self) {
        self.fanout.begin_session();
    }

    /// What was pushed so far is the present no longer: who comes from now on waits for what comes next.
    pub fn end_session(&self) {
        self.fanout.end_session();
    }

    /// Drops everything that is kept. Who had not received all of it goes on at the next key frame, as does who comes later.
    pub fn purge(&self) {
        self.fanout.clear();
    }

    /// Nothing comes any more: subscribers get what is left, then `None`.
    pub fn close(&self) {
        self.fanout.close();
    }

    /// Subscriptions that are held.
    pub fn subscribers(&self) -> usize {
        self.demand.subscribers()
    }

    /// Bits a second that were pushed, over the last seconds of the session that runs.
    pub fn bits_per_second(&self, now: Instant) -> u64 {
        self.fanout.measure(now).1.bits
    }

    /// Bytes that were pushed since it came into being.
    pub fn bytes(&self) -> u64 {
        self.fanout.counters().bytes
    }

    /// Access units that subscribers did not get because they read too slowly, summed over them.
    pub fn skipped(&self) -> u64 {
        self.fanout.counters().skipped
    }

    /// The last whole GOP of the session that runs, or ran last.
    pub fn gop(&self) -> Option<Gop> {
        self.fanout.gop()
    }

    /// Bytes that are kept for subscribers.
    pub fn kept_bytes(&self) -> usize {
        self.fanout.kept_bytes()
    }

    /// Waits until somebody subscribes, or the last one leaves; whether anybody came since it was asked last. Cancel-safe.
    pub async fn changed(&self) -> bool {
        self.demand.changed().await.arrived
    }
}
