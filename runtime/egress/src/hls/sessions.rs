//! Who watches a stream over HLS: people, told by the session in their playlist's address, or by where they come from. Pure but for the tickets.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hub::{Full, Ticket};

/// A viewer that asked for nothing for so long has gone.
pub(super) const SILENCE: Duration = Duration::from_secs(15);

/// The most viewers of a stream that are told apart, where `max_viewers` does not say fewer: whoever asks for new sessions all the time fills no memory.
const MOST: u32 = 20_000;

/// How long one who was told to go is refused: until its player has given up.
const KICKED: Duration = Duration::from_secs(60);

/// The viewers of one stream.
#[derive(Debug, Default)]
pub(super) struct Sessions(HashMap<String, Session>);

/// What is known of who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// One of the viewers.
    Yes,
    /// Nobody that was seen before.
    No,
    /// One whom an operator told to go.
    Kicked,
}

#[derive(Debug)]
struct Session {
    heard: Instant,
    /// The viewer's place: given back when it is dropped. None of one who was told to go, at `heard`.
    ticket: Option<Ticket>,
}

impl Sessions {
    /// Somebody asked for something.
    pub(super) fn touch(&mut self, id: &str, now: Instant) -> Known {
        let Some(session) = self.0.get_mut(id) else { return Known::No };
        if session.ticket.as_ref().is_some_and(Ticket::is_kicked) {
            (session.ticket, session.heard) = (None, now);
        }
        match &session.ticket {
            Some(_) => {
                session.heard = now;
                Known::Yes
            }
            None if now.saturating_duration_since(session.heard) < KICKED => Known::Kicked,
            None => {
                self.0.remove(id);
                Known::No
            }
        }
    }

    /// One more.
    pub(super) fn add(&mut self, id: String, ticket: Ticket, now: Instant) -> Result<(), Full> {
        if self.0.len() >= MOST as usize {
            return Err(Full { max: MOST });
        }
        self.0.insert(id, Session { heard: now, ticket: Some(ticket) });
        Ok(())
    }

    /// One less.
    pub(super) fn remove(&mut self, id: &str) {
        self.0.remove(id);
    }

    /// Those that were silent for longer than `silence` go, and those that were told to.
    pub(super) fn sweep(&mut self, silence: Duration, now: Instant) {
        for session in self.0.values_mut().filter(|session| session.ticket.as_ref().is_some_and(Ticket::is_kicked)) {
            (session.ticket, session.heard) = (None, now);
        }
        self.0.retain(|_, session| {
            let kept = if session.ticket.is_some() { silence } else { KICKED };
            now.saturating_duration_since(session.heard) < kept
        });
    }

    /// Whether nobody is remembered, viewer or not.
    pub(super) fn has_nobody(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is no viewer.
    pub(super) fn is_empty(&self) -> bool {
        self.0.values().all(|session| session.ticket.is_none())
    }
}
