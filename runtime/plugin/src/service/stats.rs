use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{Health, Kind, Role};

/// One service of a stream at one moment, counted since it was started.
#[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
#[schemars(rename = "Service")]
pub struct ServiceSnapshot {
    /// The plugin's name.
    pub plugin: String,
    /// `poller`, `event-sink` or `access-policy`.
    pub role: Role,
    /// How it is.
    pub health: Health,
    /// Calls, failed ones included.
    pub calls: u64,
    /// Calls that gave what was wanted: a tick without an error, an event that was taken, a decision.
    pub succeeded: u64,
    /// Calls that were tried again, later.
    pub retried: u64,
    /// Events that were given up: refused by the sink, tried too often, or pushed out of a full queue.
    pub dropped: u64,
    /// Events that wait.
    pub queued: u64,
    /// Wall time of all calls, in microseconds.
    pub wall_us: u64,
    /// Instances that were replaced since they had grown to the most of their memory, or been called as often as they may.
    pub recycled: u64,
    /// Bytes of its memories, as of its last call.
    pub memory: u64,
    /// Failures by kind; those that did not occur are left out.
    pub faults: BTreeMap<Kind, u64>,
    /// What the last failure or refusal said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_fault: Option<String>,
}

/// The counters of one service; its task writes, anybody reads.
#[derive(Debug)]
pub(super) struct ServiceStats {
    snapshot: Mutex<ServiceSnapshot>,
    /// The newest event that a sink is done with: whoever takes its place goes on behind it.
    done: AtomicU64,
}

impl ServiceStats {
    pub(super) fn new(plugin: &str, role: Role) -> Arc<Self> {
        let snapshot = Mutex::new(ServiceSnapshot {
            plugin: plugin.to_owned(),
            role,
            health: Health::Idle,
            calls: 0,
            succeeded: 0,
            retried: 0,
            dropped: 0,
            queued: 0,
            wall_us: 0,
            recycled: 0,
            memory: 0,
            faults: BTreeMap::new(),
            last_fault: None,
        });
        Arc::new(Self { snapshot, done: AtomicU64::new(0) })
    }

    /// The newest event that a sink is done with.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    pub(super) fn is_done_with(&self, event: u64) {
        self.done.store(event, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, ServiceSnapshot> {
        self.snapshot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn snapshot(&self) -> ServiceSnapshot {
        self.lock().clone()
    }

    pub(super) fn called(&self, took: Duration) {
        let mut stats = self.lock();
        stats.calls += 1;
        stats.wall_us += took.as_micros() as u64;
    }

    pub(super) fn succeeded(&self) {
        let mut stats = self.lock();
        (stats.succeeded, stats.health) = (stats.succeeded + 1, Health::Ok);
    }

    /// It answered that it could not, in words.
    pub(super) fn refused(&self, words: &str) {
        let mut stats = self.lock();
        (stats.health, stats.last_fault) = (Health::Ok, Some(words.to_owned()));
    }

    pub(super) fn failed(&self, kind: Kind, words: &str, health: Health) {
        let mut stats = self.lock();
        *stats.faults.entry(kind).or_default() += 1;
        (stats.health, stats.last_fault) = (health, Some(words.to_owned()));
    }

    pub(super) fn recycled(&self) {
        self.lock().recycled += 1;
    }

    pub(super) fn has_memory(&self, bytes: u64) {
        self.lock().memory = bytes;
    }

    pub(super) fn retried(&self) {
        self.lock().retried += 1;
    }

    pub(super) fn dropped(&self) {
        self.lock().dropped += 1;
    }

    pub(super) fn queued(&self, events: usize) {
        self.lock().queued = events as u64;
    }
}
