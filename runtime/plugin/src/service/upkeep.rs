use std::sync::Arc;
use std::time::Instant;

use journal::Journal;
use serde_json::json;

use super::instance::Service;
use super::stats::ServiceStats;
use crate::fault::Fault;
use crate::fault::backoff::Backoff;
use crate::guest::Identity;
use crate::plugin::Plugin;
use crate::rate::Rate;
use crate::state::State;
use crate::{Health, Role};

/// A service as it runs, or does not: its instance and its failures.
pub(super) struct Upkeep {
    plugin: Arc<Plugin>,
    options: serde_json::Value,
    identity: Identity,
    state: State,
    journal: Journal,
    instance: Option<Service>,
    backoff: Backoff,
    pub(super) stats: Arc<ServiceStats>,
    role: Role,
    is_down: bool,
    fault_log: Rate,
}

impl Upkeep {
    pub(super) fn new(
        plugin: &Arc<Plugin>,
        options: &serde_json::Value,
        identity: Identity,
        state: State,
        journal: Journal,
        stats: Arc<ServiceStats>,
        role: Role,
    ) -> Self {
        Self {
            plugin: Arc::clone(plugin),
            options: options.clone(),
            identity,
            state,
            journal,
            instance: None,
            backoff: Backoff::new(plugin.breaker()),
            stats,
            role,
            is_down: false,
            fault_log: Rate::new(1),
        }
    }

    /// Calls its instance, which is made if there is none. None where it could not be made, may not be made yet, or failed.
    pub(super) async fn call<T>(&mut self, call: impl AsyncFnOnce(&mut Service) -> Result<T, Fault>) -> Option<T> {
        if self.instance.is_none() {
            self.start().await;
        }
        let instance = self.instance.as_mut()?;
        let begin = Instant::now();
        let answer = call(instance).await;
        self.stats.called(begin.elapsed());
        match answer {
            Ok(answer) => {
                let is_worn = instance.is_worn_by_a_call();
                self.stats.has_memory(instance.memory());
                if is_worn {
                    self.instance = None;
                    self.stats.recycled();
                }
                self.recovered();
                Some(answer)
            }
            Err(fault) => {
                self.instance = None;
                self.failed(&fault);
                None
            }
        }
    }

    /// How long until it may be called again; none if never, until it is loaded anew.
    pub(super) fn wait(&self) -> Option<std::time::Duration> {
        match self.instance {
            Some(_) => Some(std::time::Duration::ZERO),
            None => self.backoff.wait(Instant::now()),
        }
    }

    async fn start(&mut self) {
        if !self.backoff.may_start(Instant::now()) {
            return;
        }
        let (identity, state, journal) = (self.identity.clone(), self.state.clone(), self.journal.clone());
        match Service::configured(&self.plugin, identity, &self.options, state, journal).await {
            Ok(instance) => {
                self.backoff.started(Instant::now());
                self.instance = Some(instance);
            }
            Err(refusal) => self.failed(&refusal.into_fault()),
        }
    }

    fn failed(&mut self, fault: &Fault) {
        let now = Instant::now();
        self.backoff.failed(now);
        self.is_down = true;
        let health = if self.backoff.is_broken() { Health::Failed } else { Health::BackingOff };
        self.stats.failed(fault.kind, &fault.message, health);
        let suppressed = match self.fault_log.take(now) {
            Some(suppressed) => suppressed,
            None if health == Health::Failed => 0,
            None => return,
        };
        let (stream, plugin, kind) = (self.identity.stream(), self.plugin.name(), fault.kind.as_str());
        let role = self.role.as_str();
        match health {
            Health::Failed => {
                tracing::error!(
                    stream,
                    plugin,
                    kind,
                    suppressed,
                    "{role} failed again and again, it rests until it is loaded anew: {fault}"
                );
            }
            _ => tracing::warn!(stream, plugin, kind, suppressed, "{role} failed, it will be started again: {fault}"),
        }
        let data = json!({ "kind": kind, "message": fault.message, "health": health, "role": self.role });
        self.tell("plugin-failed", data);
    }

    /// Writes an event about its plugin.
    pub(super) fn tell(&self, kind: &str, data: serde_json::Value) {
        self.journal.write(kind, self.identity.stream.as_ref(), Some(self.plugin.name()), data);
    }

    fn recovered(&mut self) {
        if std::mem::take(&mut self.is_down) {
            let (stream, plugin, role) = (self.identity.stream(), self.plugin.name(), self.role.as_str());
            tracing::info!(stream, plugin, "{role} runs again");
            let data = json!({ "role": self.role });
            self.tell("plugin-recovered", data);
        }
    }
}
