use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::{Kind, Role};

/// How a plugin is on its stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// No picture came yet.
    #[default]
    Idle,
    /// It runs.
    Ok,
    /// It failed and will be started again; `on_error` is in force.
    BackingOff,
    /// It failed as often as it may: it is not started again until it is loaded anew, and `on_error` is in force.
    Failed,
}

impl Health {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Idle, Self::Ok, Self::BackingOff, Self::Failed];

    /// The word of the API and of metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Ok => "ok",
            Self::BackingOff => "backing-off",
            Self::Failed => "failed",
        }
    }
}

/// One plugin of a chain, counted since the chain was made.
#[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct LinkSnapshot {
    /// The plugin's name.
    pub plugin: String,
    /// What it does.
    pub role: Role,
    /// How it is.
    pub health: Health,
    /// Calls of `process`, failed ones included.
    pub calls: u64,
    /// Pictures that it dropped, those that it was not asked about since its last verdict still held included.
    pub gated: u64,
    /// Pictures that `on_error` was applied to, with or without a call.
    pub uncovered: u64,
    /// Failures by kind; those that did not occur are left out.
    pub faults: BTreeMap<Kind, u64>,
    /// Instances that were made after the first, since one failed or was loaded anew.
    pub restarts: u64,
    /// Instances that were replaced since they had grown to the most of their memory, or been called as often as they may.
    pub recycled: u64,
    /// Bytes of its memories, as of its last call.
    pub memory: u64,
    /// CPU time of all calls that succeeded, in microseconds.
    pub cpu_us: u64,
    /// How many of them took at most so many microseconds of CPU time, and more than the bound before; the last has no bound.
    pub calls_by_cpu_us: Vec<(Option<u64>, u64)>,
    /// What the last failure said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_fault: Option<String>,
}

/// The counters of a chain; its own thread writes, anybody reads.
#[derive(Debug, Default)]
pub struct ChainStats {
    links: Vec<Arc<LinkStats>>,
}

impl ChainStats {
    pub(crate) fn new(links: Vec<Arc<LinkStats>>) -> Self {
        Self { links }
    }

    /// All plugins, in the order of the chain.
    pub fn snapshot(&self) -> Vec<LinkSnapshot> {
        self.links.iter().map(|link| link.snapshot()).collect()
    }

    /// CPU time of all calls that succeeded: what it grew by is what a picture took.
    pub fn cpu(&self) -> Duration {
        Duration::from_nanos(self.links.iter().map(|link| link.cpu_ns.load(Relaxed)).sum())
    }
}

/// Upper bounds of the buckets in microseconds: from an empty call to a deadline of 250 ms.
const BOUNDS: [u64; 12] = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 250_000];

/// The counters of one plugin on one stream.
#[derive(Debug)]
pub(crate) struct LinkStats {
    plugin: Arc<str>,
    role: Role,
    health: AtomicU8,
    calls: AtomicU64,
    gated: AtomicU64,
    uncovered: AtomicU64,
    faults: [AtomicU64; Kind::ALL.len()],
    instances: AtomicU64,
    recycled: AtomicU64,
    memory: AtomicU64,
    cpu_ns: AtomicU64,
    by_cpu: [AtomicU64; BOUNDS.len() + 1],
    last_fault: Mutex<Option<String>>,
}

impl LinkStats {
    /// It goes on as another: with new code or new options.
    pub(crate) fn renewed(&self) {
        self.health.store(Health::Idle as u8, Relaxed);
        *self.last_fault.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn new(plugin: Arc<str>, role: Role) -> Self {
        Self {
            plugin,
            role,
            health: AtomicU8::new(Health::Idle as u8),
            calls: AtomicU64::new(0),
            gated: AtomicU64::new(0),
            uncovered: AtomicU64::new(0),
            faults: Default::default(),
            instances: AtomicU64::new(0),
            recycled: AtomicU64::new(0),
            memory: AtomicU64::new(0),
            cpu_ns: AtomicU64::new(0),
            by_cpu: Default::default(),
            last_fault: Mutex::default(),
        }
    }

    pub(crate) fn started(&self) {
        self.instances.fetch_add(1, Relaxed);
    }

    pub(crate) fn called(&self) {
        self.calls.fetch_add(1, Relaxed);
    }

    pub(crate) fn succeeded(&self, cpu: Duration) {
        self.health.store(Health::Ok as u8, Relaxed);
        self.cpu_ns.fetch_add(cpu.as_nanos() as u64, Relaxed);
        let bucket = BOUNDS.partition_point(|&bound| u128::from(bound) < cpu.as_micros());
        self.by_cpu[bucket].fetch_add(1, Relaxed);
    }

    pub(crate) fn recycled(&self) {
        self.recycled.fetch_add(1, Relaxed);
    }

    pub(crate) fn has_memory(&self, bytes: u64) {
        self.memory.store(bytes, Relaxed);
    }

    pub(crate) fn gated(&self) {
        self.gated.fetch_add(1, Relaxed);
    }

    pub(crate) fn uncovered(&self) {
        self.uncovered.fetch_add(1, Relaxed);
    }

    pub(crate) fn failed(&self, kind: Kind, message: &str, health: Health) {
        self.health.store(health as u8, Relaxed);
        self.faults[kind as usize].fetch_add(1, Relaxed);
        *self.last_fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(message.to_owned());
    }

    fn snapshot(&self) -> LinkSnapshot {
        let faults = Kind::ALL
            .iter()
            .map(|&kind| (kind, self.faults[kind as usize].load(Relaxed)))
            .filter(|&(_, count)| count > 0);
        let bounds = BOUNDS.iter().copied().map(Some).chain([None]);
        LinkSnapshot {
            plugin: self.plugin.to_string(),
            role: self.role,
            health: Health::ALL[usize::from(self.health.load(Relaxed))],
            calls: self.calls.load(Relaxed),
            gated: self.gated.load(Relaxed),
            uncovered: self.uncovered.load(Relaxed),
            faults: faults.collect(),
            restarts: self.instances.load(Relaxed).saturating_sub(1 + self.recycled.load(Relaxed)),
            recycled: self.recycled.load(Relaxed),
            memory: self.memory.load(Relaxed),
            cpu_us: self.cpu_ns.load(Relaxed) / 1000,
            calls_by_cpu_us: bounds.zip(self.by_cpu.iter().map(|count| count.load(Relaxed))).collect(),
            last_fault: self.last_fault.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_become_a_snapshot() {
        let link = LinkStats::new("clock".into(), Role::Filter);
        link.started();
        link.called();
        link.succeeded(Duration::from_micros(10));
        link.succeeded(Duration::from_micros(11));
        link.succeeded(Duration::from_secs(1));
        link.failed(Kind::Options, "no", Health::Failed);
        let snapshot = link.snapshot();
        assert_eq!((snapshot.restarts, snapshot.cpu_us, snapshot.health), (0, 1_000_021, Health::Failed));
        assert_eq!(snapshot.faults, BTreeMap::from([(Kind::Options, 1)]));
        assert_eq!(snapshot.calls_by_cpu_us[..2], [(Some(10), 1), (Some(20), 1)]);
        assert_eq!(snapshot.calls_by_cpu_us.last(), Some(&(None, 1)));
    }
}
