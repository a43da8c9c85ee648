//! The keys of the identity provider whose tokens are believed (`[access.jwt]`): fetched when it is time, and held for whoever checks a token.
//!
//! Owns the one task that fetches them, over `outward` or from a file, with a bound on bytes and time. When that is, and which keys are in force, says
//! [`access::Keyring`]. Does not own what a token is worth (`access`).
//!
//! Architecture invariant: a request waits for keys only while they are being fetched and it cannot be answered without; all others are answered by those
//! in force.
#![forbid(unsafe_code)]

mod fetch;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use access::{BadToken, Jwt, Keyring, Keys, News, Person};
use config::Jwks;
use journal::Journal;
use serde_json::json;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::fetch::{Fetcher, NotFetched};

/// How long a request waits for keys that are being fetched: a little longer than that may take, so that it is answered by what came of it.
const PATIENCE: Duration = Duration::from_secs(6);

/// Why a token lets nobody in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotIn {
    /// It is the token.
    #[error("{0}")]
    Token(BadToken),
    /// There are no keys to check it by: none could be fetched yet, or not for a day.
    #[error("there are no keys to check it by")]
    NoKeys,
}

/// The keys that are in force. Cloning gives another handle.
#[derive(Clone, Debug)]
pub struct Issuer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    held: Mutex<Option<Held>>,
    /// What is to be fetched, or when, may be another.
    changed: Notify,
    /// Counts attempts that came to an end.
    tried: watch::Sender<u64>,
}

#[derive(Debug)]
struct Held {
    jwks: Jwks,
    ring: Keyring,
}

impl Default for Issuer {
    fn default() -> Self {
        let (held, changed, tried) = (Mutex::default(), Notify::new(), watch::Sender::new(0));
        Self(Arc::new(Shared { held, changed, tried }))
    }
}

impl Issuer {
    /// Whose keys are wanted: those of the same place stay.
    pub fn configure(&self, jwt: Option<&config::Jwt>) {
        let mut held = self.lock();
        match (&mut *held, jwt) {
            (Some(held), Some(jwt)) if held.jwks == jwt.jwks => held.ring.refresh_every(jwt.refresh),
            (held, jwt) => {
                *held = jwt.map(|jwt| Held { jwks: jwt.jwks.clone(), ring: Keyring::new(jwt.refresh) });
            }
        }
        drop(held);
        self.0.changed.notify_one();
    }

    /// Who bears a token, by the keys in force; where these have not its key, by those that can be had now.
    pub async fn bearer(&self, jwt: &Jwt, token: &str) -> Result<Person, NotIn> {
        // Seen before the keys are looked at, so that no attempt between the two is missed.
        let mut tried = self.0.tried.subscribe();
        match self.check(jwt, token) {
            Err(NotIn::Token(why)) if !why.wants_keys() => return Err(NotIn::Token(why)),
            Err(why) if !self.ask(jwt) => return Err(why),
            Err(_) => {}
            Ok(person) => return Ok(person),
        }
        // Whatever became of it: the keys that are in force then say.
        _ = timeout(PATIENCE, tried.changed()).await;
        self.check(jwt, token)
    }

    fn check(&self, jwt: &Jwt, token: &str) -> Result<Person, NotIn> {
        let keys = self.keys(jwt).ok_or(NotIn::NoKeys)?;
        jwt.check(token, &keys, SystemTime::now()).map_err(NotIn::Token)
    }

    /// Those of the place that these rules name.
    fn keys(&self, jwt: &Jwt) -> Option<Arc<Keys>> {
        let held = self.lock();
        held.as_ref().filter(|held| held.jwks == *jwt.jwks())?.ring.keys(Instant::now())
    }

    /// Whether newer ones are being fetched, or are from now on.
    fn ask(&self, jwt: &Jwt) -> bool {
        let mut held = self.lock();
        let held = held.as_mut().filter(|held| held.jwks == *jwt.jwks());
        let is_fetched = held.is_some_and(|held| held.ring.ask(Instant::now()));
        self.0.changed.notify_one();
        is_fetched
    }

    /// Fetches keys when it is time, until it is stopped.
    pub async fn run(self, journal: Journal, stop: CancellationToken) {
        let fetching = async {
            let mut fetcher = Fetcher::default();
            loop {
                let due = self.lock().as_ref().and_then(|held| held.ring.due(Instant::now()));
                let sleeping = async {
                    match due {
                        Some(due) => sleep_until(due.into()).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = self.0.changed.notified() => {}
                    () = sleeping => self.run_once(&mut fetcher, &journal).await,
                }
            }
        };
        stop.run_until_cancelled(fetching).await;
    }

    /// One attempt.
    async fn run_once(&self, fetcher: &mut Fetcher, journal: &Journal) {
        let Some(jwks) = self.lock().as_mut().map(|held| {
            held.ring.begin(Instant::now());
            held.jwks.clone()
        }) else {
            return;
        };
        let fetched = fetcher.fetch(&jwks).await;
        // Where another place is configured meanwhile, nobody wants to know.
        if let Some(held) = self.lock().as_mut().filter(|held| held.jwks == jwks) {
            put(held, fetched, journal);
            self.0.tried.send_modify(|tried| *tried += 1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Held>> {
        // Nothing between two statements that could panic leaves it half done.
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts what was fetched in force, and tells what is new.
fn put(held: &mut Held, fetched: Result<Keys, NotFetched>, journal: &Journal) {
    let jwks = held.jwks.to_string();
    match fetched {
        Ok(keys) => {
            let (count, names) = (keys.len(), keys.names());
            match held.ring.got(keys, Instant::now()) {
                News::Changed if count == 0 => {
                    tracing::warn!(jwks, "the identity provider has no key that checks a signature: no token is taken");
                    journal.write("jwks-fetched", None, None, json!({ "jwks": jwks, "keys": names, "count": count }));
                }
                News::Changed | News::Back => {
                    tracing::info!(jwks, keys = count, "the identity provider's keys were fetched");
                    journal.write("jwks-fetched", None, None, json!({ "jwks": jwks, "keys": names, "count": count }));
                }
                News::Lost | News::Same => tracing::debug!(jwks, keys = count, "keys were fetched, and are as before"),
            }
        }
        Err(why) => {
            let in_force = held.ring.keys(Instant::now()).map_or(0, |keys| keys.len());
            match held.ring.failed() {
                News::Lost => {
                    tracing::warn!(jwks, %why, in_force, "the identity provider's keys cannot be fetched; those of before stay, for a day at most");
                    let data = json!({ "jwks": jwks, "reason": why.to_string(), "in_force": in_force });
                    journal.write("jwks-failed", None, None, data);
                }
                _ => tracing::debug!(jwks, %why, in_force, "keys cannot be fetched"),
            }
        }
    }
}

#[cfg(test)]
mod tests;
