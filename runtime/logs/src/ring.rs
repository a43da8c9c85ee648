use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::line::{Level, Line};

/// How many lines are kept: an hour of a busy program, about two megabytes. When it is full the oldest goes.
const CAPACITY: usize = 4_096;

/// The newest lines of the log. Cloning gives another handle of the same.
#[derive(Clone, Debug)]
pub struct Lines {
    ring: Arc<Mutex<Ring>>,
    newest: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Ring {
    lines: VecDeque<Arc<Line>>,
    last: u64,
}

/// Which lines somebody wants; empty is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// As bad as this, or worse.
    pub level: Option<Level>,
    /// About this stream.
    pub stream: Option<String>,
    /// About this plugin.
    pub plugin: Option<String>,
    /// With these words, whatever their case.
    pub text: Option<String>,
}

impl Default for Lines {
    fn default() -> Self {
        Self { ring: Arc::default(), newest: watch::Sender::new(0) }
    }
}

impl Lines {
    /// Keeps one.
    pub(crate) fn push(&self, line: Line) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.last += 1;
        let id = ring.last;
        if ring.lines.len() == CAPACITY {
            ring.lines.pop_front();
        }
        ring.lines.push_back(Arc::new(Line { id, ..line }));
        drop(ring);
        self.newest.send_replace(id);
    }

    /// What is kept behind the line of this id, and is wanted: the oldest first, the newest so many.
    pub fn since(&self, after: u64, wanted: &Wanted, most: usize) -> Vec<Arc<Line>> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = ring.lines.iter().rev().take_while(|line| line.id > after);
        let mut lines: Vec<_> = newest.filter(|line| wanted.takes(line)).take(most).cloned().collect();
        lines.reverse();
        lines
    }

    /// Tells the id of the newest line.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }
}

impl Wanted {
    /// Whether a line is wanted.
    pub fn takes(&self, line: &Line) -> bool {
        let is = |wanted: &Option<String>, of: &Option<String>| wanted.is_none() || wanted == of;
        self.level.is_none_or(|level| line.level <= level)
            && is(&self.stream, &line.stream)
            && is(&self.plugin, &line.plugin)
            && self.text.as_ref().is_none_or(|text| line.message.to_lowercase().contains(&text.to_lowercase()))
    }
}
