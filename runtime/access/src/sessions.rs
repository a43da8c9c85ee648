use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ring::digest;

use crate::random::{hexadecimal, random};

/// How long a session lasts that nobody uses. A page asks every few seconds: this is a night's sleep and a day.
const IDLE: Duration = Duration::from_secs(36 * 3600);
/// How long one lasts that is used all the time: then the password is asked for once more.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);
/// Sessions at most, 200 bytes each: when there are more, the one that was not used for the longest ends.
const MOST: usize = 4_096;

/// The sessions of pages: a cookie's value → who logged in. What is kept is a hash of the value.
#[derive(Debug, Default)]
pub struct Sessions {
    open: HashMap<[u8; 32], Session>,
}

#[derive(Debug)]
struct Session {
    user: Arc<str>,
    mark: [u8; 32],
    opened: Instant,
    used: Instant,
}

impl Sessions {
    /// How long a browser should keep the cookie.
    pub const LONGEST: Duration = LONGEST;

    /// Begins one for a user who was just let in; gives the cookie's value. `mark` is what [`crate::Rules::user`] says of the user now.
    pub fn open(&mut self, user: &str, mark: [u8; 32], now: Instant) -> String {
        let value = hexadecimal(&random::<32>());
        if self.open.len() >= MOST {
            self.open.retain(|_, session| session.lasts(now));
        }
        if self.open.len() >= MOST
            && let Some(oldest) = self.open.iter().min_by_key(|(_, session)| session.used).map(|(key, _)| *key)
        {
            self.open.remove(&oldest);
        }
        self.open.insert(key(&value), Session { user: user.into(), mark, opened: now, used: now });
        value
    }

    /// The user of a session that lasts, and the user's mark when it began.
    pub fn find(&mut self, value: &str, now: Instant) -> Option<(Arc<str>, [u8; 32])> {
        let key = key(value);
        let session = self.open.get_mut(&key)?;
        if !session.lasts(now) {
            self.open.remove(&key);
            return None;
        }
        session.used = now;
        Some((session.user.clone(), session.mark))
    }

    /// Ends it.
    pub fn close(&mut self, value: &str) {
        self.open.remove(&key(value));
    }
}

impl Session {
    fn lasts(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.used) < IDLE && now.saturating_duration_since(self.opened) < LONGEST
    }
}

fn key(value: &str) -> [u8; 32] {
    digest::digest(&digest::SHA256, value.as_bytes()).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_while_it_is_used_and_not_for_ever() {
        let (mut sessions, begin) = (Sessions::default(), Instant::now());
        let value = sessions.open("anna", [7; 32], begin);
        assert_eq!(value.len(), 64);
        let mut now = begin;
        while now < begin + LONGEST - IDLE {
            now += IDLE - Duration::from_secs(1);
            assert_eq!(sessions.find(&value, now), Some(("anna".into(), [7; 32])));
        }
        assert_eq!(sessions.find(&value, begin + LONGEST), None);
        let idle = sessions.open("anna", [7; 32], begin);
        assert_eq!(sessions.find(&idle, begin + IDLE), None);
        assert!(sessions.open.is_empty());
    }

    #[test]
    fn who_logs_out_is_out() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let (one, other) = (sessions.open("anna", [0; 32], now), sessions.open("anna", [0; 32], now));
        assert_ne!(one, other);
        sessions.close(&one);
        assert_eq!(sessions.find(&one, now), None);
        assert!(sessions.find(&other, now).is_some());
        assert_eq!(sessions.find("", now), None);
    }

    #[test]
    fn the_table_is_bounded() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let first = sessions.open("anna", [0; 32], now);
        let second = sessions.open("anna", [0; 32], now + Duration::from_secs(1));
        for _ in 0..MOST - 1 {
            sessions.open("bert", [0; 32], now + Duration::from_secs(2));
        }
        assert_eq!(sessions.open.len(), MOST);
        assert_eq!(sessions.find(&first, now), None);
        assert!(sessions.find(&second, now).is_some());
    }
}
