//! The states that a stream was in, with why: for whoever asks how its night was. Pure.

use std::collections::VecDeque;
use std::time::SystemTime;

use crate::{Reason, State};

/// How many changes are remembered: a night with a camera that comes and goes each few minutes.
pub(crate) const CAPACITY: usize = 200;

/// One change of state.
#[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Step {
    /// When.
    #[serde(serialize_with = "media::since::serialize")]
    #[schemars(with = "u64")]
    pub time: SystemTime,
    /// What it was.
    pub from: State,
    /// What it is from then on.
    pub to: State,
    /// Why there is no picture then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// The newest changes; when it is full the oldest goes.
#[derive(Debug, Default)]
pub(crate) struct History(VecDeque<Step>);

impl History {
    pub(crate) fn push(&mut self, step: Step) {
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(step);
    }

    /// The oldest first.
    pub(crate) fn steps(&self) -> Vec<Step> {
        self.0.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_changes_are_remembered() {
        let mut history = History::default();
        for second in 0..CAPACITY as u64 + 3 {
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(second);
            history.push(Step { time, from: State::Live, to: State::Stalled, reason: None });
        }
        let steps = history.steps();
        assert_eq!(
            (steps.len(), &steps[0].time),
            (CAPACITY, &(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(3)))
        );
    }
}
