use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use journal::Journal;
use serde_json::json;

use super::format::Counts;
use super::{Choice, Viewer};
use crate::Health;
use crate::fault::Fault;
use crate::fault::backoff::{Backoff, Breaker};
use crate::guest::Identity;
use crate::rate::Rate;

/// Asks an instance, and says what becomes of it then.
pub(super) type Ask = Box<dyn FnMut(&Viewer) -> (Result<Choice, Fault>, Then) + Send>;
/// Makes an instance, on the policies' thread.
pub(super) type Make = Box<dyn Fn() -> Result<Ask, Fault> + Send>;

/// What becomes of an instance that answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Kept,
    /// It is worn: the next question finds a new one.
    Replaced,
}

/// A policy as it runs, or does not.
pub(super) struct Running {
    instance: Option<Ask>,
    identity: Identity,
    journal: Journal,
    backoff: Backoff,
    /// It failed and has not answered since.
    is_down: bool,
    fault_log: Rate,
}

impl Running {
    pub(super) fn new(identity: Identity, journal: Journal, breaker: Breaker) -> Self {
        Self {
            instance: None,
            identity,
            journal,
            backoff: Backoff::new(breaker),
            is_down: false,
            fault_log: Rate::new(1),
        }
    }

    /// Its answer. None if it fails, or failed and is not started again yet.
    pub(super) fn ask(&mut self, viewer: &Viewer, make: &Make, now: Instant, counts: &Counts) -> Option<Choice> {
        if self.instance.is_none() {
            if !self.backoff.may_start(now) {
                return None;
            }
            match make() {
                Ok(instance) => {
                    self.backoff.started(now);
                    self.instance = Some(instance);
                }
                Err(fault) => {
                    self.failed(&fault, now, counts);
                    return None;
                }
            }
        }
        let instance = self.instance.as_mut().expect("it was made above");
        counts.asked.fetch_add(1, Relaxed);
        let (answer, then) = instance(viewer);
        if answer.is_err() || then == Then::Replaced {
            self.instance = None;
        }
        match answer {
            Ok(choice) => {
                self.recovered();
                Some(choice)
            }
            Err(fault) => {
                self.failed(&fault, now, counts);
                None
            }
        }
    }

    fn failed(&mut self, fault: &Fault, now: Instant, counts: &Counts) {
        self.backoff.failed(now);
        self.is_down = true;
        counts.faults.fetch_add(1, Relaxed);
        let suppressed = match self.fault_log.take(now) {
            Some(suppressed) => suppressed,
            // That it is not tried again must be told.
            None if self.backoff.is_broken() => 0,
            None => return,
        };
        let (stream, plugin, kind) = (self.identity.stream(), &*self.identity.plugin, fault.kind.as_str());
        let health = if self.backoff.is_broken() { Health::Failed } else { Health::BackingOff };
        match health {
            Health::Failed => tracing::error!(
                stream,
                plugin,
                kind,
                suppressed,
                "plugin failed again and again, viewers get what is configured until it is loaded anew: {fault}"
            ),
            _ => tracing::warn!(
                stream,
                plugin,
                kind,
                suppressed,
                "plugin failed, viewers get what is configured until it is started again: {fault}"
            ),
        }
        let data = json!({ "kind": kind, "message": fault.message, "health": health });
        self.journal.write("plugin-failed", self.identity.stream.as_ref(), Some(plugin), data);
    }

    fn recovered(&mut self) {
        if !std::mem::take(&mut self.is_down) {
            return;
        }
        let (stream, plugin) = (self.identity.stream(), &*self.identity.plugin);
        tracing::info!(stream, plugin, "plugin runs again");
        self.journal.write("plugin-recovered", self.identity.stream.as_ref(), Some(plugin), serde_json::Value::Null);
    }
}
