use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use media::Annotation;
use plugin::{Health, Kind, ServiceSnapshot};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timing;

/// What became of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It goes on. The first picture of a stream always does, unless the plugin fails.
    Shown,
    /// The plugin dropped it.
    Dropped,
    /// The plugin failed, and its `on_error` kept it back.
    Withheld,
}

/// One picture of a trial: a line of `pictures.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seen {
    /// Which, from 0.
    pub picture: u64,
    /// When it is shown, since the first one.
    pub pts_ms: f64,
    /// What became of it.
    pub verdict: Verdict,
    /// CPU time of the call; none where it failed or was not made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_us: Option<f64>,
    /// SHA-256 of its I420 samples as the plugin left it, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What was found in it.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub annotations: Vec<Annotation>,
}

/// One event: a line of `events.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// The picture that it happened in.
    pub picture: u64,
    /// When that is shown, since the first one.
    pub pts_ms: f64,
    /// What happened.
    pub kind: String,
    /// More about it.
    pub data: Value,
}

/// What came of a trial.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// The plugin's own name and version.
    pub plugin: String,
    /// All pictures. Their lines are not in `report.json` a second time.
    #[serde(skip)]
    pub seen: Vec<Seen>,
    /// All events, likewise.
    #[serde(skip)]
    pub told: Vec<Told>,
    /// How many pictures.
    pub pictures: usize,
    /// How many of them by what became of them.
    pub verdicts: BTreeMap<Verdict, usize>,
    /// How many events by kind.
    pub events: BTreeMap<String, usize>,
    /// How many annotations by label.
    pub annotations: BTreeMap<String, usize>,
    /// Access units that gave no picture, and why the last one did not.
    pub undecoded: u64,
    /// What the decoder said of the last of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undecoded_why: Option<String>,
    /// The first call, with start and options, in microseconds of CPU time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_us: Option<f64>,
    /// The calls behind it.
    pub calls: Timing,
    /// Bytes of the instance's memories at the end.
    pub memory: u64,
    /// Instances made in place of one that failed.
    pub restarts: u64,
    /// Instances made in place of one that was worn.
    pub recycled: u64,
    /// How the plugin is at the end.
    pub health: Health,
    /// Failures by kind.
    pub faults: BTreeMap<Kind, u64>,
    /// What the last one said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_fault: Option<String>,
    /// Events that a sink was given and did not take.
    pub undelivered: u64,
    /// Why not all of them were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_up: Option<String>,
    /// Its roles away from the pictures.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub services: Vec<ServiceSnapshot>,
}

impl Report {
    /// How many failures of all kinds.
    pub fn failures(&self) -> u64 {
        let services = self.services.iter().flat_map(|service| service.faults.values());
        self.faults.values().chain(services).sum()
    }

    /// A table, for people.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.plugin);
        let mut row = |what: &str, value: String| _ = writeln!(text, "  {what:<12}{value}");
        let counted = |what: &mut dyn Iterator<Item = (String, u64)>| {
            what.map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
        };
        if self.pictures > 0 {
            let verdicts = self.verdicts.iter().map(|(verdict, count)| (verdict.word().to_owned(), *count as u64));
            row("pictures", format!("{}: {}", self.pictures, counted(&mut { verdicts })));
            if let Some(why) = &self.undecoded_why {
                row("undecoded", format!("{} more could not be decoded: {why}", self.undecoded));
            }
            if let Some(first) = self.first_us {
                row("first call", format!("{} with start and options", micros(first)));
            }
            let Timing { calls, p50_us, p99_us, max_us } = self.calls;
            let [p50, p99, max] = [p50_us, p99_us, max_us].map(micros);
            match calls {
                0 => row("each call", "none behind the first succeeded".into()),
                _ => row("each call", format!("p50 {p50}, p99 {p99}, max {max} of CPU time, over {calls} calls")),
            }
            row("memory", bytes(self.memory));
            if self.restarts + self.recycled > 0 {
                row("instances", format!("{} after failures, {} since worn", self.restarts, self.recycled));
            }
        }
        for (what, counts) in [("annotations", &self.annotations), ("events", &self.events)] {
            if !counts.is_empty() {
                row(what, counted(&mut counts.iter().map(|(name, count)| (name.clone(), *count as u64))));
            }
        }
        if let Some(why) = &self.given_up {
            row("given up", why.clone());
        }
        for service in &self.services {
            let ServiceSnapshot { calls, succeeded, retried, dropped, wall_us, .. } = service;
            let each = micros(*wall_us as f64 / (*calls).max(1) as f64);
            let mut told = format!("{calls} calls, {succeeded} succeeded, {each} each by the clock");
            if *retried > 0 {
                told += &format!(", {retried} tried again");
            }
            if *dropped > 0 {
                told += &format!(", {dropped} events given up");
            }
            row(service.role.as_str(), told);
            if let Some(said) = &service.last_fault {
                row("", format!("last: {said}"));
            }
        }
        let mut faults = self.faults.clone();
        for (kind, count) in self.services.iter().flat_map(|service| &service.faults) {
            *faults.entry(*kind).or_default() += count;
        }
        match faults.is_empty() {
            true => row("faults", "none".into()),
            false => {
                let faults = faults.iter().map(|(kind, count)| (kind.as_str().to_owned(), *count));
                row("faults", counted(&mut { faults }));
                if let Some(said) = &self.last_fault {
                    row("", said.replace('\n', &format!("\n{:14}", "")));
                }
            }
        }
        text
    }
}

impl Verdict {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Dropped => "dropped",
            Self::Withheld => "withheld",
        }
    }
}

/// A time with three digits and its unit.
pub(crate) fn micros(us: f64) -> String {
    let (value, unit) = match us {
        us if us < 1_000.0 => (us, "µs"),
        us if us < 1_000_000.0 => (us / 1e3, "ms"),
        us => (us / 1e6, "s"),
    };
    let decimals = match value {
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}

/// A size with its unit.
pub(crate) fn bytes(bytes: u64) -> String {
    match bytes {
        0..=999_999 => format!("{:.1} kB", bytes as f64 / 1e3),
        bytes => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

pub(crate) fn as_us(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_for_people() {
        assert_eq!(
            [0.237, 24.8, 217.4, 1_240.0, 2_500_000.0].map(micros),
            ["0.24 µs", "24.8 µs", "217 µs", "1.24 ms", "2.50 s"]
        );
        assert_eq!([70_000, 11_600_000].map(bytes), ["70.0 kB", "11.6 MB"]);
    }
}
