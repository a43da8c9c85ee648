//! Plugins as operators see them.

use std::collections::BTreeMap;

use picture::HistogramSnapshot;
use plugin::{Health, Kind, LinkSnapshot, Role};
use serde::Serialize;

use crate::measure::Times;

/// One plugin on one stream, counted since the start of the process.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "PluginInChain")]
pub struct Plugin {
    /// Its name in `streams.toml`.
    pub name: String,
    /// `analyzer` or `filter`.
    pub role: Role,
    /// `idle`, `ok`, `backing-off` or `failed`.
    pub health: Health,
    /// What its last failure said.
    pub last_fault: Option<String>,
    /// Pictures that it was called for.
    pub calls: u64,
    /// CPU time of the calls that succeeded.
    pub took: Times,
    /// Their CPU time together in microseconds.
    pub cpu_us: u64,
    /// Pictures that it dropped.
    pub gated: u64,
    /// Pictures that `on_error` was applied to.
    pub uncovered: u64,
    /// Failures by kind.
    pub faults: BTreeMap<Kind, u64>,
    /// How often it was started anew.
    pub restarts: u64,
    /// How often its instance was replaced unseen, since it had grown or was called as often as it may be.
    pub recycled: u64,
    /// Bytes of its memory.
    pub memory: u64,
}

impl Plugin {
    /// From what the plugin room counted.
    pub fn of(link: LinkSnapshot) -> Self {
        let histogram = HistogramSnapshot {
            count: link.calls_by_cpu_us.iter().map(|(_, n)| n).sum(),
            sum_us: link.cpu_us,
            buckets: link.calls_by_cpu_us,
        };
        Self {
            name: link.plugin,
            role: link.role,
            health: link.health,
            last_fault: link.last_fault,
            calls: link.calls,
            took: Times::of(&histogram),
            cpu_us: link.cpu_us,
            gated: link.gated,
            uncovered: link.uncovered,
            faults: link.faults,
            restarts: link.restarts,
            recycled: link.recycled,
            memory: link.memory,
        }
    }
}
