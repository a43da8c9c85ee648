use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use journal::Journal;
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;

use super::stats::ServiceStats;
use super::upkeep::Upkeep;
use super::{ServiceSnapshot, Services};
use crate::access::{Applicant, Decision, is_credential};
use crate::state::States;
use crate::{Plugin, Role};

/// The plugin that is asked about every request. Cloning gives another handle.
#[derive(Clone)]
pub struct AccessPolicy(Arc<Desk>);

struct Desk {
    services: Services,
    stop: CancellationToken,
    timeout: Duration,
    stats: Arc<ServiceStats>,
    /// Instances that nobody uses now; as many as the semaphore has permits.
    free: Mutex<Vec<Upkeep>>,
    turn: Semaphore,
    /// Places to wait for a turn: held until the plugin has answered, however long who asked waited for that.
    places: Arc<Semaphore>,
    remembered: Mutex<HashMap<Key, (Instant, Decision)>>,
}

/// The hash of whom an answer holds for: the same action, stream and credentials, from the same address.
type Key = [u8; 32];

/// Requests that are decided at once: a policy that waits for its own server does not hold up those whose answer is known.
const AT_ONCE: usize = 4;
/// Requests that wait for their turn at most; more are refused.
const WAITING: usize = 256;
/// Answers that are remembered; when it is full all that are over go, and if none is, all.
const REMEMBERED: usize = 10_000;

impl AccessPolicy {
    /// The policy with its options. It is asked from the first request on.
    pub fn new(services: &Services, plugin: &Arc<Plugin>, options: &serde_json::Value, journal: &Journal) -> Self {
        let stats = ServiceStats::new(plugin.name(), Role::AccessPolicy);
        let (states, identity) = (States::default(), plugin.identity(None));
        let upkeep = || {
            let (state, stats) = (states.of(plugin.name()), Arc::clone(&stats));
            Upkeep::new(plugin, options, identity.clone(), state, journal.clone(), stats, Role::AccessPolicy)
        };
        Self(Arc::new(Desk {
            services: services.clone(),
            stop: CancellationToken::new(),
            timeout: plugin.limits.timeout,
            free: Mutex::new((0..AT_ONCE).map(|_| upkeep()).collect()),
            turn: Semaphore::new(AT_ONCE),
            places: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            remembered: Mutex::default(),
            stats,
        }))
    }

    /// What becomes of a request. A policy that fails, or does not answer in time, refuses.
    pub async fn decide(&self, applicant: Applicant) -> Decision {
        let key = key(&applicant);
        if let Some(decision) = self.0.recall(&key, Instant::now()) {
            return decision;
        }
        let Ok(place) = self.0.places.clone().try_acquire_owned() else {
            return Decision::Refuse("too many requests wait for the access policy".into());
        };
        let (answer, answered) = oneshot::channel();
        let desk = Arc::clone(&self.0);
        self.0.services.spawn(&self.0.stop, async move {
            let _place = place;
            let Ok(_turn) = desk.turn.acquire().await else { return };
            // Who went away is not asked about: a policy that was slow for a moment is not kept busy with the past.
            if !answer.is_closed() {
                _ = answer.send(desk.ask(applicant).await);
            }
        });
        let decision = match tokio::time::timeout(self.0.timeout, answered).await {
            Ok(Ok(Some((decision, holds)))) => {
                self.0.remember(key, &decision, Instant::now() + holds);
                return decision;
            }
            Ok(Ok(None) | Err(_)) => "the access policy failed",
            Err(_) => "the access policy did not answer in time",
        };
        Decision::Refuse(decision.into())
    }

    /// Its counters.
    pub fn snapshot(&self) -> ServiceSnapshot {
        self.0.stats.snapshot()
    }
}

impl Desk {
    async fn ask(&self, applicant: Applicant) -> Option<(Decision, Duration)> {
        let mut upkeep = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
        let answer = upkeep.call(async |service| service.decide(applicant).await).await;
        if answer.is_some() {
            upkeep.stats.succeeded();
        }
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(upkeep);
        answer
    }

    fn recall(&self, key: &Key, now: Instant) -> Option<Decision> {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.get(key).filter(|(until, _)| *until > now).map(|(_, decision)| decision.clone())
    }

    fn remember(&self, key: Key, decision: &Decision, until: Instant) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED {
            let now = Instant::now();
            remembered.retain(|_, (until, _)| *until > now);
            if remembered.len() >= REMEMBERED {
                remembered.clear();
            }
        }
        remembered.insert(key, (until, decision.clone()));
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn key(applicant: &Applicant) -> Key {
    let mut hash = Sha256::new();
    let mut add = |part: Option<&str>| {
        // With its length before it, so that no two lists of parts read alike.
        hash.update(part.map_or(u64::MAX, |part| part.len() as u64).to_le_bytes());
        hash.update(part.unwrap_or_default());
    };
    for part in
        [Some(applicant.action), applicant.stream.as_deref(), applicant.token.as_deref(), applicant.user.as_deref()]
    {
        add(part);
    }
    add(Some(&applicant.address.to_string()));
    for (name, value) in applicant.headers.iter().filter(|(name, _)| is_credential(name)) {
        add(Some(name));
        add(Some(value));
    }
    hash.finalize().into()
}
