//! From what a request says to who it is.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use access::{Admits, Attempts, BadToken, Client, Jwt, Link, Person, Quota, Rules, Sessions};
use issuer::{Issuer, NotIn};
use secrecy::ExposeSecret;

use crate::credentials::Credential;
use crate::passwords;
use crate::problem::Problem;

/// What is kept of those who were let in, and of those who were not.
pub(crate) struct Identities {
    passwords: passwords::Handle,
    issuer: Issuer,
    sessions: Mutex<Sessions>,
    attempts: Mutex<Attempts>,
    quota: Mutex<Quota>,
}

/// Why nobody knows who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Nobody {
    /// What was sent is nobody's.
    Wrong,
    /// Too many wrong ones came from this address: it has to wait so long.
    TooOften(Duration),
    /// Too many passwords wait.
    Busy,
    /// It was somebody's token until a moment ago.
    Expired,
    /// The keys that tokens are checked by are not to be had.
    NoKeys,
}

impl Identities {
    pub(crate) fn new(passwords: passwords::Handle, issuer: Issuer) -> Self {
        Self { passwords, issuer, sessions: Mutex::default(), attempts: Mutex::default(), quota: Mutex::default() }
    }

    /// Who it is by these rules.
    pub(crate) async fn find(&self, rules: &Rules, credential: Credential, from: IpAddr) -> Result<Person, Nobody> {
        if rules.admits() != Admits::Known {
            return Ok(rules.nobody());
        }
        match credential {
            Credential::None => Ok(rules.nobody()),
            Credential::Unreadable => Err(Nobody::Wrong),
            Credential::Token(token) => self.token(rules, token.expose_secret(), from).await,
            Credential::Basic { user, password } => {
                let claim = rules.claim(&user, password);
                if let Some(person) = self.passwords.recall(&claim, from) {
                    return Ok(person);
                }
                self.begin(from)?;
                let checked = self.passwords.check(claim, from).await;
                let person = checked.map_err(|passwords::Busy| Nobody::Busy)?.ok_or(Nobody::Wrong)?;
                self.was_right(from);
                Ok(person)
            }
            // One that is over is none, and no attempt at anything.
            Credential::Session(value) => {
                let found = with(&self.sessions, |sessions| sessions.find(value.expose_secret(), Instant::now()));
                let user = found.and_then(|(name, mark)| {
                    let (person, now) = rules.user(&name)?;
                    (now == mark).then_some(person)
                });
                Ok(user.unwrap_or_else(|| rules.nobody()))
            }
        }
    }

    async fn token(&self, rules: &Rules, token: &str, from: IpAddr) -> Result<Person, Nobody> {
        // Nobody guesses a signature: links are not counted, and one that is over keeps nobody out.
        match rules.links().read(token, SystemTime::now()) {
            Some(Link::Good(person)) => return Ok(person),
            Some(Link::Forged) => return Err(Nobody::Wrong),
            Some(Link::Over) => return Err(Nobody::Expired),
            None => {}
        }
        // One that the file has is that, whatever it looks like.
        if let Some(jwt) = rules.jwt().filter(|_| Jwt::is_shaped(token) && rules.token(token).is_none())
            && let Some(found) = self.signed(jwt, token, from).await
        {
            return found;
        }
        let is_known = self.passwords.remembered().knows_token(token, from, Instant::now());
        if !is_known {
            self.begin(from)?;
        }
        let person = rules.token(token).ok_or(Nobody::Wrong)?;
        if !is_known {
            self.was_right(from);
            self.passwords.remembered().remember_token(token, from, Instant::now());
        }
        Ok(person)
    }

    /// Whose token it is by its provider's signature, or why it is nobody's; none if it may be another one, or a guess, and is to be counted as those are. A
    /// good one is let in also where others guess.
    async fn signed(&self, jwt: &Jwt, token: &str, from: IpAddr) -> Option<Result<Person, Nobody>> {
        let why = match self.issuer.bearer(jwt, token).await {
            Ok(person) => return Some(Ok(person)),
            Err(why) => why,
        };
        tracing::debug!(peer = %from, %why, "a signed token lets nobody in");
        match why {
            NotIn::NoKeys => Some(Err(Nobody::NoKeys)),
            NotIn::Token(BadToken::Expired) => Some(Err(Nobody::Expired)),
            // Nobody guesses the name of a key; and a key may be newer than what was fetched.
            NotIn::Token(why) => (why.is_signed() || why.wants_keys()).then_some(Err(Nobody::Wrong)),
        }
    }

    /// Counts a request to the API.
    pub(crate) fn count(&self, person: &Person, from: IpAddr) -> Result<(), Duration> {
        let client = Client::new(person.name(), from);
        with(&self.quota, |quota| quota.take(client, Instant::now()))
    }

    fn begin(&self, from: IpAddr) -> Result<(), Nobody> {
        with(&self.attempts, |attempts| attempts.begin(from, Instant::now())).map_err(Nobody::TooOften)
    }

    fn was_right(&self, from: IpAddr) {
        with(&self.attempts, |attempts| attempts.was_right(from, Instant::now()));
    }

    /// Begins a session for a user who was just let in: the cookie's value.
    pub(crate) fn open(&self, rules: &Rules, user: &str) -> Option<String> {
        let (_, mark) = rules.user(user)?;
        Some(with(&self.sessions, |sessions| sessions.open(user, mark, Instant::now())))
    }

    /// Ends one.
    pub(crate) fn close(&self, value: &str) {
        with(&self.sessions, |sessions| sessions.close(value));
    }
}

fn with<T, R>(table: &Mutex<T>, act: impl FnOnce(&mut T) -> R) -> R {
    act(&mut table.lock().unwrap_or_else(PoisonError::into_inner))
}

impl From<Nobody> for Problem {
    fn from(why: Nobody) -> Self {
        match why {
            Nobody::Wrong => Self::wrong_credentials(),
            Nobody::TooOften(wait) => Self::too_often("too many wrong credentials came from this address", wait),
            Nobody::Busy => Self::busy("too many passwords wait to be checked"),
            Nobody::Expired => Self::expired(),
            Nobody::NoKeys => {
                Self::busy("the keys that tokens are signed with cannot be had from the identity provider")
            }
        }
    }
}
