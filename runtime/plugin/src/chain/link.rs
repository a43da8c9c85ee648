use std::sync::Arc;
use std::time::{Duration, Instant};

use codec::{Picture, Stamp};
use config::resolved::OnError;
use journal::Journal;
use media::StreamName;
use serde_json::json;

use super::Link;
use crate::bindings::exports::framegate::plugin::processor::Verdict;
use crate::deadline::thread_cpu;
use crate::fault::Fault;
use crate::fault::backoff::Backoff;
use crate::guest::{Frame, Identity};
use crate::instance::Instance;
use crate::rate::Rate;
use crate::state::State;
use crate::stats::{Health, LinkStats};
use crate::{Plugin, Role};

/// One plugin of a chain as it runs, or does not: its instance, its failures, and what becomes of pictures meanwhile.
pub(super) struct Running {
    plugin: Arc<Plugin>,
    options: serde_json::Value,
    identity: Identity,
    state: State,
    journal: Journal,
    instance: Option<Instance>,
    backoff: Backoff,
    /// It failed and has not taken a picture since.
    is_down: bool,
    /// For `on_error = "last"`: the last picture as the plugin left it.
    last_good: Option<Picture>,
    gate: Gate,
    stats: Arc<LinkStats>,
    fault_log: Rate,
    gate_events: Rate,
}

/// What a plugin's last verdict was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Open,
    Closed,
}

/// What one plugin made of a picture.
pub(super) enum Answer {
    Kept(Frame),
    Dropped(Frame),
    Withheld,
}

impl Running {
    pub(super) fn new(link: Link, stream: &StreamName, state: State, journal: Journal) -> Self {
        let Link { plugin, options } = link;
        Self {
            identity: plugin.identity(Some(stream)),
            stats: Arc::new(LinkStats::new(Arc::clone(&plugin.name), plugin.role)),
            plugin,
            options,
            state,
            journal,
            instance: None,
            backoff: Backoff::new(),
            is_down: false,
            last_good: None,
            gate: Gate::Open,
            fault_log: Rate::new(1),
            gate_events: Rate::new(10),
        }
    }

    pub(super) fn name(&self) -> &str {
        self.plugin.name()
    }

    pub(super) fn role(&self) -> Role {
        self.plugin.role
    }

    pub(super) fn stats(&self) -> Arc<LinkStats> {
        Arc::clone(&self.stats)
    }

    /// Counts a picture that is not shown since this plugin said so, and gives its name.
    pub(super) fn gated(&self) -> String {
        self.stats.gated();
        self.name().to_owned()
    }

    /// A picture that it is not asked about: what it said last still holds.
    pub(super) fn skip(&self, frame: Frame) -> Answer {
        match self.gate {
            Gate::Open => Answer::Kept(frame),
            Gate::Closed => Answer::Dropped(frame),
        }
    }

    /// Shows it a picture. `cpu` is the CPU time of this thread, read once between two plugins; `fresh` tells that the picture is shown
    /// whatever it says.
    pub(super) fn process(&mut self, frame: Frame, cpu: &mut Duration, fresh: bool) -> Answer {
        let now = Instant::now();
        let stamp = frame.picture.stamp();
        let on_error = self.plugin.on_error;
        let Some(instance) = self.running(now) else {
            return self.uncovered(Some(frame), stamp);
        };
        // Shares its planes until the plugin writes: then that costs a copy, the price of `pass` on a filter.
        let before = (on_error == OnError::Pass).then(|| frame.clone());
        let answer = instance.process(frame);
        let begun = std::mem::replace(cpu, thread_cpu());
        self.stats.called();
        match answer {
            Ok((frame, verdict)) => {
                self.stats.succeeded(cpu.saturating_sub(begun));
                self.recovered();
                self.judge(frame, verdict, fresh)
            }
            Err(fault) => {
                self.instance = None;
                self.failed(&fault, now);
                self.uncovered(before, stamp)
            }
        }
    }

    /// The instance, made anew if there is none and the time has come.
    fn running(&mut self, now: Instant) -> Option<&mut Instance> {
        if self.instance.is_none() {
            if !self.backoff.may_start(now) {
                return None;
            }
            let journal = Some(self.journal.clone());
            match self.plugin.configured(self.identity.clone(), &self.options, self.state.clone(), journal) {
                Ok(instance) => {
                    self.stats.started();
                    self.backoff.started(now);
                    self.instance = Some(instance);
                }
                Err(refusal) => {
                    self.failed(&refusal.into_fault(), now);
                    return None;
                }
            }
        }
        self.instance.as_mut()
    }

    fn judge(&mut self, frame: Frame, verdict: Verdict, fresh: bool) -> Answer {
        let gate = match verdict {
            Verdict::Drop if !fresh => Gate::Closed,
            _ => Gate::Open,
        };
        if gate != self.gate {
            self.gate = gate;
            if self.gate_events.take(Instant::now()).is_some() {
                let kind = if gate == Gate::Open { "gate-opened" } else { "gate-closed" };
                let pts_ms = frame.picture.stamp().pts.nanos() / 1_000_000;
                self.journal.write(
                    kind,
                    self.identity.stream.as_ref(),
                    Some(&self.plugin.name),
                    json!({ "pts_ms": pts_ms }),
                );
            }
        }
        if gate == Gate::Closed {
            return Answer::Dropped(frame);
        }
        if self.plugin.on_error == OnError::Last {
            self.last_good = Some(frame.picture.clone());
        }
        Answer::Kept(frame)
    }

    /// What `on_error` makes of a picture that the plugin did not take; `before` is the picture as it came, where that was kept.
    fn uncovered(&self, before: Option<Frame>, stamp: Stamp) -> Answer {
        self.stats.uncovered();
        match self.plugin.on_error {
            OnError::Drop => Answer::Withheld,
            OnError::Pass => before.map_or(Answer::Withheld, Answer::Kept),
            OnError::Last => self.last_good.as_ref().map_or(Answer::Withheld, |last| {
                Answer::Kept(Frame { picture: last.clone().with_stamp(stamp), annotations: Vec::new() })
            }),
        }
    }

    fn failed(&mut self, fault: &Fault, now: Instant) {
        self.backoff.failed(now);
        self.is_down = true;
        let health = if self.backoff.is_exhausted() { Health::Failed } else { Health::BackingOff };
        self.stats.failed(fault.kind, &fault.message, health);
        let Some(suppressed) = self.fault_log.take(now) else {
            return;
        };
        let (stream, plugin, kind) = (self.identity.stream(), self.plugin.name(), fault.kind.as_str());
        let on_error = match self.plugin.on_error {
            OnError::Pass => "pictures pass without it",
            OnError::Drop => "pictures are withheld",
            OnError::Last => "the last good picture is shown",
        };
        match health {
            Health::Failed => {
                tracing::error!(stream, plugin, kind, suppressed, "plugin failed again and again, {on_error}: {fault}")
            }
            _ => tracing::warn!(
                stream,
                plugin,
                kind,
                suppressed,
                "plugin failed, {on_error} until it is started again: {fault}"
            ),
        }
        let data = json!({ "kind": kind, "message": fault.message });
        self.journal.write("plugin-failed", self.identity.stream.as_ref(), Some(plugin), data);
    }

    fn recovered(&mut self) {
        if !std::mem::take(&mut self.is_down) {
            return;
        }
        let (stream, plugin) = (self.identity.stream(), self.plugin.name());
        tracing::info!(stream, plugin, "plugin runs again");
        self.journal.write("plugin-recovered", self.identity.stream.as_ref(), Some(plugin), serde_json::Value::Null);
    }
}
