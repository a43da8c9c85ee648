use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// What a push is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "PushCondition")]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// It waits for a picture, or for the first one to be taken.
    #[default]
    Begun,
    /// Stills are taken.
    Connected,
    /// The other side is not there, or refuses: it is tried again.
    BackOff,
}

/// A push as it is. Counts are since it was configured so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Push")]
pub struct Pushed {
    /// Where to, without secrets.
    pub to: String,
    /// What it is doing.
    pub condition: Condition,
    /// Why the last still was not taken, where it was not.
    pub error: Option<String>,
    /// Stills that were taken.
    pub sent: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Stills that were left out: the link was slower than they came.
    pub skipped: u64,
    /// How often the other side was lost, or could not be reached.
    pub failures: u64,
}

/// The same, as its task writes it and others read it.
#[derive(Debug)]
pub(crate) struct Status(Mutex<Pushed>);

impl Status {
    pub(crate) fn new(to: String) -> Self {
        Self(Mutex::new(Pushed { to, ..Pushed::default() }))
    }

    pub(crate) fn read(&self) -> Pushed {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut Pushed) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
