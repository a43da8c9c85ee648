//! Who wants the stream: subscriptions that are held, and what an operator says. The supervisor is rung when it changes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What an operator says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Connect and stay connected.
    Start,
    /// Disconnect, and stay so.
    Stop,
    /// A new session.
    Restart,
}

/// What has changed since the supervisor looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The last command that was not carried out yet.
    pub(crate) command: Option<Command>,
    /// Whether somebody subscribed.
    pub(crate) arrived: bool,
    /// Whether any subscription is held.
    pub(crate) watched: bool,
}

/// The wishes of all who hold the stream.
#[derive(Debug, Default)]
pub(crate) struct Demand {
    wishes: Mutex<Wishes>,
    /// Keeps one permit, so that a change while the supervisor is busy is not missed.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Wishes {
    subscribers: usize,
    arrived: bool,
    /// Room for one: a later command makes the one before it pointless.
    command: Option<Command>,
}

impl Demand {
    /// One more subscriber.
    pub(crate) fn add(&self) {
        let mut wishes = self.lock();
        wishes.subscribers += 1;
        wishes.arrived = true;
        drop(wishes);
        self.changed.notify_one();
    }

    /// One fewer.
    pub(crate) fn remove(&self) {
        let mut wishes = self.lock();
        wishes.subscribers -= 1;
        let last = wishes.subscribers == 0;
        drop(wishes);
        if last {
            self.changed.notify_one();
        }
    }

    pub(crate) fn command(&self, command: Command) {
        self.lock().command = Some(command);
        self.changed.notify_one();
    }

    pub(crate) fn subscribers(&self) -> usize {
        self.lock().subscribers
    }

    /// What has changed, as soon as something has. Cancel-safe: nothing is taken unless it is returned.
    pub(crate) async fn changed(&self) -> Change {
        self.changed.notified().await;
        let mut wishes = self.lock();
        Change {
            command: wishes.command.take(),
            arrived: std::mem::take(&mut wishes.arrived),
            watched: wishes.subscribers > 0,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Wishes> {
        // Plain counters: whole at any moment.
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
