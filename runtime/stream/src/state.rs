//! What a stream does when something happens. Pure: `next(machine, event, now) → (machine, actions)`; the supervisor carries the actions out.
//!
//! ```text
//!          wanted                key frame          nothing for `stall_timeout`
//!   idle ─────────▶ connecting ───────────▶ live ──────────────────────────────▶ stalled
//!    ▲                │ ▲  │                 │                                      │
//!    │ unwanted for   │ │  │ no session,     │ the session is over                  │
//!    │ `close_after`  │ │  │ no media        ▼                                      │
//!    ├────────────────┘ │  └───────────▶ back-off, or failed                        │
//!    │ (live too)       │                (a person must mend it)                    │
//!    │                  │                    │                                      │
//!    │                  └────────────────────┼──────────────────────────────────────┤ the wait is over, wanted
//!    └───────────────────────────────────────┴──────────────────────────────────────┘ the wait is over, unwanted
//!
//!   any ── stop ──▶ disabled ── start, restart ──▶ connecting; idle if it is restarted and unwanted
//! ```
//!
//! *Wanted* is: a subscription is held, or an operator pinned it (`start`), or `on_demand = false`.
//!
//! A pushed stream costs nothing while nobody pushes: its session is always open. It is idle until the first push, live while pushes come, stalled
//! when they stop, and live again with the next; only an operator closes it.

use std::time::{Duration, Instant};

use source::Mending;
use source::backoff::Backoff;

use crate::demand::{Change, Command};
use crate::{Reason, State};

/// A session must bring media for so long until the next failure counts as the first: a camera that dies at once, again and again, is left
/// more time.
const SETTLED: Duration = Duration::from_secs(10);
/// A viewer who arrives during back-off causes an attempt at once, but no two attempts begin within this.
const ATTEMPT_EVERY: Duration = Duration::from_secs(1);
/// How long media may come without a key frame: cameras that save bandwidth send one in up to 20 s.
const KEY_FRAME_WITHIN: Duration = Duration::from_secs(30);

/// What the configuration says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// The source is `push`.
    pub(crate) push: bool,
    pub(crate) on_demand: bool,
    pub(crate) start_timeout: Duration,
    pub(crate) close_after: Duration,
    pub(crate) stall_timeout: Duration,
}

impl From<&config::Stream> for Rules {
    fn from(stream: &config::Stream) -> Self {
        Self {
            push: stream.source == config::Source::Push,
            on_demand: stream.on_demand,
            start_timeout: stream.start_timeout,
            close_after: stream.close_after,
            stall_timeout: stream.stall_timeout,
        }
    }
}

/// The whole state of a stream: what holds in every phase, and the phase with what holds only there.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    rules: Rules,
    /// A subscription is held.
    watched: bool,
    /// An operator said `start`.
    pinned: bool,
    backoff: Backoff,
    /// When the last attempt began.
    attempted: Option<Instant>,
    pub(crate) phase: Phase,
}

/// See the module's diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Idle {
        /// How the last attempt ended, if not well.
        ended: Option<Reason>,
    },
    Connecting {
        step: Step,
        /// When nobody will have wanted it for `close_after`.
        close_at: Option<Instant>,
        /// Why the attempt before failed.
        before: Option<Reason>,
    },
    Live {
        since: Instant,
        /// When there will have been nothing for `stall_timeout`.
        quiet_at: Instant,
        /// As in `Connecting`.
        close_at: Option<Instant>,
    },
    Stalled {
        /// None for a pushed stream: the next push ends it.
        retry_at: Option<Instant>,
        reason: Reason,
    },
    BackOff {
        retry_at: Instant,
        reason: Reason,
    },
    Failed {
        retry_at: Instant,
        reason: Reason,
    },
    Disabled,
}

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The source is connecting.
    Opening { give_up: Instant },
    /// It is connected, nothing has come.
    Opened { give_up: Instant },
    /// Media comes that decoding cannot begin with.
    Headless { give_up: Instant, quiet_at: Instant },
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// Viewers came or went, an operator spoke.
    Demand(Change),
    /// Something else is configured; `anew`: sessions are of another source from now on.
    Configured { rules: Rules, anew: bool },
    /// The source is connected.
    Opened,
    /// An access unit came.
    Media { key: bool },
    /// The session is over, or none came about.
    Over { reason: Reason, mending: Mending, random: u32 },
    /// The moment of [`Machine::deadline`] has come.
    Deadline { random: u32 },
}

/// What the supervisor is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Open a session, when the one before is closed.
    Open,
    /// Close the session, or the attempt.
    Close,
    /// Let go of all access units.
    Forget,
    /// Let go of all access units but the newest.
    KeepNewest,
}

/// The machine after an event, and what is to be done.
pub(crate) type Next = (Machine, Vec<Action>);

impl Machine {
    /// A stream comes into being.
    pub(crate) fn new(rules: Rules, now: Instant) -> Next {
        let phase = Phase::Idle { ended: None };
        let machine = Self { rules, watched: false, pinned: false, backoff: Backoff::new(), attempted: None, phase };
        match machine.wanted() {
            true => machine.connect(None, now, vec![]),
            false => (machine, vec![]),
        }
    }

    /// What to do about an event.
    pub(crate) fn next(self, event: Event, now: Instant) -> Next {
        match event {
            Event::Demand(change) => self.demand(change, now),
            Event::Configured { rules, anew } => self.configured(rules, anew, now),
            Event::Opened => self.opened(),
            Event::Media { key } => self.media(key, now),
            Event::Over { reason, mending, random } => match self.phase {
                Phase::Disabled => (self, vec![]),
                Phase::Idle { .. } | Phase::Stalled { .. } if !self.rules.push => (self, vec![]),
                Phase::BackOff { .. } | Phase::Failed { .. } => (self, vec![]),
                _ => self.out(reason, mending, random, now),
            },
            Event::Deadline { random } => self.deadline_has_come(random, now),
        }
    }

    /// When [`Event::Deadline`] is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Idle { .. } | Phase::Disabled => None,
            Phase::Connecting { step: Step::Opening { give_up } | Step::Opened { give_up }, close_at, .. } => {
                earlier(*give_up, *close_at)
            }
            Phase::Connecting { step: Step::Headless { give_up, quiet_at }, close_at, .. } => {
                earlier((*give_up).min(*quiet_at), *close_at)
            }
            Phase::Live { quiet_at, close_at, .. } => earlier(*quiet_at, *close_at),
            Phase::Stalled { retry_at, .. } => *retry_at,
            Phase::BackOff { retry_at, .. } | Phase::Failed { retry_at, .. } => Some(*retry_at),
        }
    }

    /// What is shown of the phase.
    pub(crate) fn state(&self) -> State {
        match self.phase {
            Phase::Idle { .. } => State::Idle,
            Phase::Connecting { .. } => State::Connecting,
            Phase::Live { .. } => State::Live,
            Phase::Stalled { .. } => State::Stalled,
            Phase::BackOff { .. } => State::BackOff,
            Phase::Failed { .. } => State::Failed,
            Phase::Disabled => State::Disabled,
        }
    }

    /// Why there is no picture.
    pub(crate) fn reason(&self) -> Option<Reason> {
        match &self.phase {
            Phase::Idle { ended: reason } | Phase::Connecting { before: reason, .. } => reason.clone(),
            Phase::Stalled { reason, .. } | Phase::BackOff { reason, .. } | Phase::Failed { reason, .. } => {
                Some(reason.clone())
            }
            Phase::Disabled => Some(Reason::stopped()),
            Phase::Live { .. } => None,
        }
    }

    /// When the next attempt is.
    pub(crate) fn retry_at(&self) -> Option<Instant> {
        match self.phase {
            Phase::BackOff { retry_at, .. } | Phase::Failed { retry_at, .. } => Some(retry_at),
            Phase::Stalled { retry_at, .. } => retry_at,
            _ => None,
        }
    }

    fn wanted(&self) -> bool {
        self.watched || self.pinned || !self.rules.on_demand || self.rules.push
    }

    fn demand(mut self, change: Change, now: Instant) -> Next {
        self.watched = change.watched;
        match change.command {
            Some(Command::Start) => {
                self.pinned = true;
                match self.phase {
                    Phase::Disabled => return self.connect(None, now, vec![]),
                    // The operator who speaks may be the person who mended it.
                    Phase::Failed { reason, .. } => {
                        self.phase = Phase::BackOff { retry_at: at_once(self.attempted, now), reason };
                    }
                    _ => {}
                }
            }
            Some(Command::Stop) => {
                self.pinned = false;
                self.phase = Phase::Disabled;
                return (self, vec![Action::Close, Action::Forget]);
            }
            Some(Command::Restart) => return self.begin_anew(now),
            None => {}
        }
        let hasten = change.arrived || change.command == Some(Command::Start);
        let wanted = self.wanted();
        match &mut self.phase {
            Phase::Idle { .. } if wanted && !self.rules.push => return self.connect(None, now, vec![]),
            Phase::Connecting { close_at, .. } | Phase::Live { close_at, .. } => match wanted {
                true => *close_at = None,
                false => *close_at = Some(close_at.unwrap_or(now + self.rules.close_after)),
            },
            Phase::BackOff { retry_at, .. } | Phase::Stalled { retry_at: Some(retry_at), .. } if hasten => {
                *retry_at = (*retry_at).min(at_once(self.attempted, now));
            }
            // Who arrives at a wrong password does not try it once more: cameras lock accounts.
            _ => {}
        }
        (self, vec![])
    }

    fn configured(mut self, rules: Rules, anew: bool, now: Instant) -> Next {
        self.rules = rules;
        match anew && self.phase != Phase::Disabled {
            true => self.begin_anew(now),
            // It may be wanted now where it was not, or the other way round.
            false => {
                let watched = self.watched;
                self.demand(Change { command: None, arrived: false, watched }, now)
            }
        }
    }

    /// Another session at once, if somebody wants it.
    fn begin_anew(mut self, now: Instant) -> Next {
        self.backoff.reset();
        match self.wanted() {
            true => self.connect(None, now, vec![Action::Close]),
            false => self.idle(None),
        }
    }

    fn opened(mut self) -> Next {
        if let Phase::Connecting { step, .. } = &mut self.phase
            && let Step::Opening { give_up } = *step
        {
            *step = Step::Opened { give_up };
        }
        (self, vec![])
    }

    fn media(mut self, key: bool, now: Instant) -> Next {
        let quiet_at = now + self.rules.stall_timeout;
        match &mut self.phase {
            Phase::Connecting { close_at, .. } if key => {
                self.phase = Phase::Live { since: now, quiet_at, close_at: *close_at };
            }
            Phase::Connecting { step: Step::Headless { quiet_at: quiet, .. }, .. } => *quiet = quiet_at,
            Phase::Connecting { step, .. } => *step = Step::Headless { give_up: now + KEY_FRAME_WITHIN, quiet_at },
            Phase::Live { since, quiet_at: quiet, .. } => {
                *quiet = quiet_at;
                if now.saturating_duration_since(*since) >= SETTLED {
                    self.backoff.reset();
                }
            }
            Phase::Idle { .. } | Phase::Stalled { .. } if self.rules.push => {
                self.phase = Phase::Live { since: now, quiet_at, close_at: None };
            }
            // The last words of a session that is being closed.
            Phase::Idle { .. }
            | Phase::Stalled { .. }
            | Phase::BackOff { .. }
            | Phase::Failed { .. }
            | Phase::Disabled => {}
        }
        (self, vec![])
    }

    fn deadline_has_come(mut self, random: u32, now: Instant) -> Next {
        if self.deadline().is_none_or(|deadline| deadline > now) {
            return (self, vec![]);
        }
        match self.phase {
            Phase::Connecting { close_at: Some(at), ref mut before, .. } if at <= now => {
                let before = before.take();
                self.idle(before)
            }
            Phase::Live { close_at: Some(at), .. } if at <= now => self.idle(None),
            Phase::Connecting { step, .. } => {
                let reason = match step {
                    Step::Opening { .. } => Reason::not_connected(self.rules.start_timeout),
                    Step::Opened { .. } => Reason::no_media(self.rules.start_timeout),
                    Step::Headless { give_up, .. } if give_up <= now => Reason::no_key_frame(KEY_FRAME_WITHIN),
                    Step::Headless { .. } => Reason::no_media(self.rules.stall_timeout),
                };
                self.out(reason, Mending::Retry, random, now)
            }
            Phase::Live { .. } if self.rules.push => {
                self.phase =
                    Phase::Stalled { retry_at: None, reason: Reason::nothing_pushed(self.rules.stall_timeout) };
                (self, vec![Action::KeepNewest])
            }
            Phase::Live { .. } => {
                let retry_at = Some(now + self.backoff.next(random));
                self.phase = Phase::Stalled { retry_at, reason: Reason::no_media(self.rules.stall_timeout) };
                self.closing()
            }
            Phase::Stalled { ref reason, .. }
            | Phase::BackOff { ref reason, .. }
            | Phase::Failed { ref reason, .. } => {
                let reason = Some(reason.clone());
                match self.wanted() {
                    true => self.connect(reason, now, vec![]),
                    false => self.idle(reason),
                }
            }
            Phase::Idle { .. } | Phase::Disabled => (self, vec![]),
        }
    }

    /// A session begins. A pushed stream rests until something is pushed.
    fn connect(mut self, before: Option<Reason>, now: Instant, mut actions: Vec<Action>) -> Next {
        let wait = Step::Opening { give_up: now + self.rules.start_timeout };
        let close_at = (!self.wanted()).then(|| now + self.rules.close_after);
        self.attempted = Some(now);
        self.phase = match self.rules.push {
            true => Phase::Idle { ended: before },
            false => Phase::Connecting { step: wait, close_at, before },
        };
        actions.push(Action::Open);
        (self, actions)
    }

    /// The session broke, or none came about.
    fn out(mut self, reason: Reason, mending: Mending, random: u32, now: Instant) -> Next {
        self.phase = match mending {
            Mending::Retry => Phase::BackOff { retry_at: now + self.backoff.next(random), reason },
            Mending::RetrySlowly => Phase::Failed { retry_at: now + self.backoff.slow(random), reason },
        };
        self.closing()
    }

    /// What is kept for subscribers stays while there are any: they read it to its end.
    fn closing(self) -> Next {
        let actions = match self.watched {
            true => vec![Action::Close],
            false => vec![Action::Close, Action::Forget],
        };
        (self, actions)
    }

    fn idle(mut self, ended: Option<Reason>) -> Next {
        self.phase = Phase::Idle { ended };
        (self, vec![Action::Close, Action::Forget])
    }
}

/// The next moment at which an attempt may begin.
fn at_once(attempted: Option<Instant>, now: Instant) -> Instant {
    attempted.map_or(now, |attempted| now.max(attempted + ATTEMPT_EVERY))
}

fn earlier(one: Instant, other: Option<Instant>) -> Option<Instant> {
    Some(other.map_or(one, |other| other.min(one)))
}

#[cfg(test)]
mod tests;
