//! When an identity provider's keys are fetched, and which are in force.
//!
//! ```text
//!            asked, or due                got ──▶ in force; due again after `refresh`
//!  waiting ─────────────────▶ fetching ──┤
//!     ▲                                   failed ─▶ those of before stay, up to OLDEST; due again after a wait that doubles
//!     └────────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! A token with a key that is not known asks for newer ones. That is done when none were fetched for [`ASKED_EVERY`]: whoever sends a thousand such tokens
//! causes one request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Keys;

/// No sooner than this are keys fetched again since somebody's token names one that is not known.
const ASKED_EVERY: Duration = Duration::from_secs(5);
/// The wait behind a first failure; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait: a provider that comes back is heard within a minute.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Keys that could not be fetched anew for so long are believed no more: a day's outage locks nobody out, and a key that was taken back is not good for ever
/// for who keeps us from hearing of it.
const OLDEST: Duration = Duration::from_secs(24 * 3600);

/// The keys of one provider, and how fetching them goes.
#[derive(Clone, Debug)]
pub struct Keyring {
    refresh: Duration,
    keys: Option<(Arc<Keys>, Instant)>,
    /// When fetching was begun last.
    begun: Option<Instant>,
    fetching: bool,
    asked: bool,
    failures: u32,
}

/// What is new behind an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// There are keys, or others.
    Changed,
    /// They are as before, and could not be fetched last time.
    Back,
    /// They could not be fetched, as they could last time.
    Lost,
    /// Nothing.
    Same,
}

impl Keyring {
    /// Without keys: they are due.
    pub fn new(refresh: Duration) -> Self {
        Self { refresh, keys: None, begun: None, fetching: false, asked: false, failures: 0 }
    }

    /// Another time between two fetches; keys stay.
    pub fn refresh_every(&mut self, refresh: Duration) {
        self.refresh = refresh;
    }

    /// Those that are in force.
    pub fn keys(&self, now: Instant) -> Option<Arc<Keys>> {
        let (keys, since) = self.keys.as_ref()?;
        (now.saturating_duration_since(*since) < OLDEST).then(|| keys.clone())
    }

    /// Somebody needs newer ones: whether they are being fetched, or are from now on.
    pub fn ask(&mut self, now: Instant) -> bool {
        self.asked |= self.begun.is_none_or(|begun| now.saturating_duration_since(begun) >= ASKED_EVERY);
        self.fetching || self.asked
    }

    /// When they are to be fetched; none while they are.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        let wait = match self.failures {
            0 => self.refresh,
            failures => self.refresh.min(LONGEST_WAIT).min(FIRST_WAIT * 2_u32.saturating_pow(failures - 1)),
        };
        match self.begun {
            _ if self.fetching => None,
            Some(begun) if !self.asked => Some(begun + wait),
            _ => Some(now),
        }
    }

    /// They are being fetched.
    pub fn begin(&mut self, now: Instant) {
        (self.begun, self.fetching, self.asked) = (Some(now), true, false);
    }

    /// They were.
    pub fn got(&mut self, keys: Keys, now: Instant) -> News {
        let is_new = self.keys.as_ref().is_none_or(|(old, _)| **old != keys);
        let was_lost = std::mem::take(&mut self.failures) > 0;
        self.fetching = false;
        self.keys = Some((Arc::new(keys), now));
        match (is_new, was_lost) {
            (true, _) => News::Changed,
            (false, true) => News::Back,
            (false, false) => News::Same,
        }
    }

    /// They could not be.
    pub fn failed(&mut self) -> News {
        self.fetching = false;
        self.failures = self.failures.saturating_add(1);
        if self.failures == 1 { News::Lost } else { News::Same }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFRESH: Duration = Duration::from_secs(600);

    fn keys(kid: &str) -> Keys {
        // RFC 8037, appendix A.2.
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        Keys::parse(format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"{kid}","x":"{x}"}}]}}"#).as_bytes())
            .unwrap()
    }

    #[test]
    fn keys_are_fetched_at_once_and_then_at_intervals() {
        let (mut ring, now) = (Keyring::new(REFRESH), Instant::now());
        assert!(ring.keys(now).is_none());
        assert_eq!(ring.due(now), Some(now));
        ring.begin(now);
        assert_eq!(ring.due(now), None);
        assert_eq!(ring.got(keys("a"), now), News::Changed);
        assert_eq!(ring.due(now), Some(now + REFRESH));
        assert_eq!(ring.keys(now).unwrap().names(), ["a"]);
        ring.begin(now + REFRESH);
        assert_eq!(ring.got(keys("a"), now + REFRESH), News::Same);
        ring.begin(now + 2 * REFRESH);
        assert_eq!(ring.got(keys("b"), now + 2 * REFRESH), News::Changed);
    }

    #[test]
    fn a_flood_of_unknown_keys_is_one_fetch_each_five_seconds() {
        let (mut ring, begin) = (Keyring::new(REFRESH), Instant::now());
        ring.begin(begin);
        ring.got(keys("a"), begin);
        let mut fetches = 0;
        for ms in 0..60_000 {
            let now = begin + Duration::from_millis(ms);
            ring.ask(now);
            if ring.due(now) == Some(now) {
                ring.begin(now);
                ring.got(keys("a"), now);
                fetches += 1;
            }
        }
        assert_eq!(fetches, 11);
    }

    #[test]
    fn who_asks_while_they_are_fetched_waits_for_these() {
        let (mut ring, now) = (Keyring::new(REFRESH), Instant::now());
        assert!(ring.ask(now));
        ring.begin(now);
        assert!(ring.ask(now + Duration::from_secs(1)));
        ring.got(keys("a"), now + Duration::from_secs(1));
        assert!(!ring.ask(now + Duration::from_secs(2)));
        assert_eq!(ring.due(now + Duration::from_secs(2)), Some(now + REFRESH));
    }

    #[test]
    fn keys_stay_for_a_day_while_the_provider_is_away() {
        let (mut ring, begin) = (Keyring::new(REFRESH), Instant::now());
        ring.begin(begin);
        ring.got(keys("a"), begin);
        let mut now = begin + REFRESH;
        let mut waits = Vec::new();
        let mut news = Vec::new();
        for _ in 0..9 {
            ring.begin(now);
            news.push(ring.failed());
            let due = ring.due(now).unwrap();
            waits.push((due - now).as_secs());
            now = due;
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(news.iter().filter(|news| **news == News::Lost).count(), 1);
        assert!(ring.keys(begin + OLDEST - Duration::from_secs(1)).is_some());
        assert!(ring.keys(begin + OLDEST).is_none());
        ring.begin(now);
        assert_eq!(ring.got(keys("a"), now), News::Back);
        assert_eq!(ring.due(now), Some(now + REFRESH));
    }
}
