//! From what a request says to who it is.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use access::{Admits, Person, Rules, Sessions};
use secrecy::ExposeSecret;

use crate::credentials::Credential;
use crate::passwords;
use crate::problem::Problem;

/// What is kept of those who were let in.
pub(crate) struct Identities {
    passwords: passwords::Handle,
    sessions: Mutex<Sessions>,
}

/// Why nobody knows who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Nobody {
    /// What was sent is nobody's.
    Wrong,
    /// Too many passwords wait.
    Busy,
}

impl Identities {
    pub(crate) fn new(passwords: passwords::Handle) -> Self {
        Self { passwords, sessions: Mutex::default() }
    }

    /// Who it is by these rules.
    pub(crate) async fn find(&self, rules: &Rules, credential: Credential) -> Result<Person, Nobody> {
        if rules.admits() != Admits::Known {
            return Ok(rules.nobody());
        }
        match credential {
            Credential::None => Ok(rules.nobody()),
            Credential::Unreadable => Err(Nobody::Wrong),
            Credential::Token(token) => rules.token(token.expose_secret()).ok_or(Nobody::Wrong),
            Credential::Basic { user, password } => {
                let checked = self.passwords.check(rules.claim(&user, password)).await;
                checked.map_err(|passwords::Busy| Nobody::Busy)?.ok_or(Nobody::Wrong)
            }
            // One that is over is none, and no attempt at anything.
            Credential::Session(value) => {
                let found = self.with(|sessions| sessions.find(value.expose_secret(), Instant::now()));
                let user = found.and_then(|(name, mark)| {
                    let (person, now) = rules.user(&name)?;
                    (now == mark).then_some(person)
                });
                Ok(user.unwrap_or_else(|| rules.nobody()))
            }
        }
    }

    /// Begins a session for a user who was just let in: the cookie's value.
    pub(crate) fn open(&self, rules: &Rules, user: &str) -> Option<String> {
        let (_, mark) = rules.user(user)?;
        Some(self.with(|sessions| sessions.open(user, mark, Instant::now())))
    }

    /// Ends one.
    pub(crate) fn close(&self, value: &str) {
        self.with(|sessions| sessions.close(value));
    }

    fn with<T>(&self, act: impl FnOnce(&mut Sessions) -> T) -> T {
        act(&mut self.sessions.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl From<Nobody> for Problem {
    fn from(why: Nobody) -> Self {
        match why {
            Nobody::Wrong => Self::wrong_credentials(),
            Nobody::Busy => Self::busy("too many passwords wait to be checked"),
        }
    }
}
