use std::sync::Arc;
use std::time::{Duration, Instant};

use codec::{Picture, Stamp};
use config::resolved::OnError;
use journal::Journal;
use media::{Pace, StreamName, Timestamp};
use serde_json::json;

use super::{Keep, Link};
use crate::Role;
use crate::bindings::exports::framegate::plugin::processor::Verdict;
use crate::deadline::thread_cpu;
use crate::fault::Fault;
use crate::fault::backoff::Backoff;
use crate::guest::{Emitted, Frame, Identity};
use crate::instance::Instance;
use crate::rate::Rate;
use crate::state::State;
use crate::stats::{Health, LinkStats};

/// One plugin of a chain as it runs, or does not: its instance, its failures, and what becomes of pictures meanwhile.
pub(super) struct Running {
    pub(super) link: Link,
    identity: Identity,
    state: State,
    journal: Journal,
    instance: Option<Instance>,
    backoff: Backoff,
    /// Which pictures it sees.
    pace: Pace,
    /// It failed and has not taken a picture since.
    is_down: bool,
    /// For `on_error = "last"`: the last picture as the plugin left it.
    last_good: Option<Picture>,
    gate: Gate,
    /// What happened since the chain asked last: it is told when it is known what becomes of the picture.
    told: Vec<(Arc<str>, Emitted)>,
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
    pub(super) fn new(link: Link, stream: &StreamName, keep: &Keep) -> Self {
        let plugin = &link.plugin;
        let role = plugin.picture_role().unwrap_or(Role::Analyzer);
        Self {
            identity: plugin.identity(Some(stream)),
            stats: Arc::new(LinkStats::new(Arc::clone(&plugin.name), role)),
            state: keep.states.of(&plugin.name),
            journal: keep.journal.clone(),
            instance: None,
            backoff: Backoff::new(plugin.breaker()),
            pace: pace(&link),
            is_down: false,
            last_good: None,
            gate: Gate::Open,
            told: Vec::new(),
            fault_log: Rate::new(1),
            gate_events: Rate::new(10),
            link,
        }
    }

    /// Puts other code, options or both in the place of what runs: `instance` took them already. What was counted goes on; failures are forgotten.
    pub(super) fn renew(&mut self, link: Link, instance: Instance) {
        self.backoff = Backoff::new(link.plugin.breaker());
        self.backoff.started(Instant::now());
        self.stats.started();
        self.stats.renewed();
        (self.is_down, self.gate) = (false, Gate::Open);
        self.last_good = None;
        (self.instance, self.pace, self.link) = (Some(instance), pace(&link), link);
    }

    /// Gives the running instance new options. One that does not take them, although `instance` did, is replaced by that one.
    pub(super) fn reconfigure(&mut self, link: Link, instance: Instance) {
        let answer = self.instance.as_mut().map(|running| running.configure(&link.options.to_string()));
        match answer {
            Some(Ok(Ok(()))) => {
                self.last_good = None;
                self.keep(link);
            }
            Some(Err(fault)) => {
                // Counted and told; the other instance makes good for it.
                self.failed(&fault, Instant::now());
                self.renew(link, instance);
            }
            Some(Ok(Err(_))) | None => self.renew(link, instance),
        }
    }

    /// The same plugin and options, at another rate perhaps.
    pub(super) fn keep(&mut self, link: Link) {
        if link.fps != self.link.fps {
            self.pace = pace(&link);
        }
        self.link = link;
    }

    /// Forgets the picture that it would show again: other filters have not seen it.
    pub(super) fn forget(&mut self) {
        self.last_good = None;
    }

    pub(super) fn name(&self) -> &str {
        self.link.plugin.name()
    }

    pub(super) fn role(&self) -> Role {
        self.link.plugin.picture_role().unwrap_or(Role::Analyzer)
    }

    pub(super) fn stats(&self) -> Arc<LinkStats> {
        Arc::clone(&self.stats)
    }

    /// Whether it is to see a picture of this time.
    pub(super) fn is_due(&self, at: Timestamp) -> bool {
        self.pace.is_due(at)
    }

    /// 90 kHz ticks between two pictures that it sees; 0 if it sees all.
    pub(super) fn interval(&self) -> i64 {
        self.pace.interval()
    }

    /// What happened since this was asked last, each with the plugin that it is about.
    pub(super) fn take_told(&mut self) -> Vec<(Arc<str>, Emitted)> {
        std::mem::take(&mut self.told)
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

    /// Shows it a picture, if it is due. `cpu` is the CPU time of this thread, read once between two plugins; `fresh` tells that the picture is
    /// shown whatever it says.
    pub(super) fn process(&mut self, frame: Frame, cpu: &mut Duration, fresh: bool) -> Answer {
        let (now, stamp) = (frame.now, frame.picture.stamp());
        if !self.is_due(stamp.pts) {
            return self.skip(frame);
        }
        self.pace.take(stamp.pts);
        let on_error = self.link.plugin.on_error;
        let Some(instance) = self.running(now) else {
            return self.uncovered(Some(frame), stamp, now);
        };
        // Shares its planes until the plugin writes: then that costs a copy, the price of `pass` on a filter.
        let before = (on_error == OnError::Pass).then(|| frame.clone());
        let answer = instance.process(frame);
        let emitted = instance.take_emitted();
        let (is_worn, memory) = (instance.is_worn(), instance.memory());
        let begun = std::mem::replace(cpu, thread_cpu());
        self.stats.called();
        let name = &self.link.plugin.name;
        self.told.extend(emitted.into_iter().map(|emitted| (Arc::clone(name), emitted)));
        match answer {
            Ok((frame, verdict)) => {
                self.stats.succeeded(cpu.saturating_sub(begun));
                self.stats.has_memory(memory);
                if is_worn {
                    // The next picture finds a new one.
                    self.stats.recycled();
                    self.instance = None;
                }
                self.recovered();
                self.judge(frame, verdict, fresh)
            }
            Err(fault) => {
                self.instance = None;
                self.failed(&fault, now);
                self.uncovered(before, stamp, now)
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
            let Link { plugin, options, .. } = &self.link;
            match plugin.configured(self.identity.clone(), options, self.state.clone(), journal) {
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
            if self.gate_events.take(frame.now).is_some() {
                let kind = if gate == Gate::Open { "gate-opened" } else { "gate-closed" };
                let pts_ms = frame.picture.stamp().pts.nanos() / 1_000_000;
                self.tell(kind, json!({ "pts_ms": pts_ms }));
            }
        }
        if gate == Gate::Closed {
            return Answer::Dropped(frame);
        }
        if self.link.plugin.on_error == OnError::Last {
            self.last_good = Some(frame.picture.clone());
        }
        Answer::Kept(frame)
    }

    /// What `on_error` makes of a picture that the plugin did not take; `before` is the picture as it came, where that was kept.
    fn uncovered(&self, before: Option<Frame>, stamp: Stamp, now: Instant) -> Answer {
        self.stats.uncovered();
        match self.link.plugin.on_error {
            OnError::Drop => Answer::Withheld,
            OnError::Pass => before.map_or(Answer::Withheld, Answer::Kept),
            OnError::Last => self.last_good.as_ref().map_or(Answer::Withheld, |last| {
                Answer::Kept(Frame { picture: last.clone().with_stamp(stamp), annotations: Vec::new(), now })
            }),
        }
    }

    fn tell(&mut self, kind: &str, data: serde_json::Value) {
        self.told.push((Arc::clone(&self.link.plugin.name), Emitted { kind: kind.to_owned(), data }));
    }

    fn failed(&mut self, fault: &Fault, now: Instant) {
        self.backoff.failed(now);
        self.is_down = true;
        let health = if self.backoff.is_broken() { Health::Failed } else { Health::BackingOff };
        self.stats.failed(fault.kind, &fault.message, health);
        let suppressed = match self.fault_log.take(now) {
            Some(suppressed) => suppressed,
            // That it is not tried again must be told.
            None if health == Health::Failed => 0,
            None => return,
        };
        let (stream, plugin, kind) = (self.identity.stream(), self.link.plugin.name(), fault.kind.as_str());
        let on_error = match self.link.plugin.on_error {
            OnError::Pass => "pictures pass without it",
            OnError::Drop => "pictures are withheld",
            OnError::Last => "the last good picture is shown",
        };
        match health {
            Health::Failed => tracing::error!(
                stream,
                plugin,
                kind,
                suppressed,
                "plugin failed again and again, {on_error} until it is loaded anew: {fault}"
            ),
            _ => tracing::warn!(
                stream,
                plugin,
                kind,
                suppressed,
                "plugin failed, {on_error} until it is started again: {fault}"
            ),
        }
        self.tell("plugin-failed", json!({ "kind": kind, "message": fault.message, "health": health }));
    }

    fn recovered(&mut self) {
        if !std::mem::take(&mut self.is_down) {
            return;
        }
        let (stream, plugin) = (self.identity.stream(), self.link.plugin.name());
        tracing::info!(stream, plugin, "plugin runs again");
        self.tell("plugin-recovered", serde_json::Value::Null);
    }
}

/// Filters see every picture.
fn pace(link: &Link) -> Pace {
    Pace::new(link.fps.filter(|_| link.plugin.picture_role() == Some(Role::Analyzer)))
}
