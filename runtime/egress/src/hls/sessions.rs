//! Who watches a stream over HLS: people, told by the session in their playlist's address, or by where they come from. Pure but for the tickets.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hub::{Full, Ticket};

/// A viewer that asked for nothing for so long has gone.
pub(super) const SILENCE: Duration = Duration::from_secs(15);

/// The most viewers of a stream that are told apart, where `max_viewers` does not say fewer: whoever asks for new sessions all the time fills no memory.
const MOST: u32 = 20_000;

/// The viewers of one stream.
#[derive(Debug, Default)]
pub(super) struct Sessions(HashMap<String, Session>);

#[derive(Debug)]
struct Session {
    heard: Instant,
    /// The viewer's place: given back when it is dropped.
    _ticket: Ticket,
}

impl Sessions {
    /// One of them asked for something; false if it is not known.
    pub(super) fn touch(&mut self, id: &str, now: Instant) -> bool {
        self.0.get_mut(id).map(|session| session.heard = now).is_some()
    }

    /// One more.
    pub(super) fn add(&mut self, id: String, ticket: Ticket, now: Instant) -> Result<(), Full> {
        if self.0.len() >= MOST as usize {
            return Err(Full { max: MOST });
        }
        self.0.insert(id, Session { heard: now, _ticket: ticket });
        Ok(())
    }

    /// One less.
    pub(super) fn remove(&mut self, id: &str) {
        self.0.remove(id);
    }

    /// Those that were silent for longer than `silence` go.
    pub(super) fn sweep(&mut self, silence: Duration, now: Instant) {
        self.0.retain(|_, session| now.saturating_duration_since(session.heard) < silence);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
