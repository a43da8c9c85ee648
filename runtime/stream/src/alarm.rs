use std::future::pending;
use std::pin::Pin;
use std::time::Instant;

use tokio::time::{Sleep, sleep_until};

/// Rings at a moment that moves: each access unit puts the watchdog off. A later moment is looked at only when the earlier one has come, so
/// that moving it costs nothing.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    sleep: Option<Pin<Box<Sleep>>>,
    /// When it is to ring.
    at: Option<Instant>,
}

impl Alarm {
    /// Rings at this moment, or never.
    pub(crate) fn set(&mut self, at: Option<Instant>) {
        self.at = at;
        match (at, &self.sleep) {
            (None, _) => self.sleep = None,
            (Some(at), Some(sleep)) if sleep.deadline().into_std() <= at => {}
            (Some(at), _) => self.sleep = Some(Box::pin(sleep_until(at.into()))),
        }
    }

    /// Ends when the moment has come. Cancel-safe.
    pub(crate) async fn ring(&mut self) {
        let Some(sleep) = &mut self.sleep else {
            return pending().await;
        };
        loop {
            sleep.as_mut().await;
            match self.at {
                Some(at) if at > sleep.deadline().into_std() => sleep.as_mut().reset(at.into()),
                _ => return,
            }
        }
    }
}
