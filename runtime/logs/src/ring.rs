use std::sync::{Arc, Mutex, PoisonError};

use records::{Bounds, Records};
use tokio::sync::watch;

use crate::kept::Kept;
use crate::line::{Level, Line};

/// How many lines are kept: an hour of a busy program, about a megabyte. When it is full the oldest goes.
const BOUNDS: Bounds = Bounds { records: 4_096, bytes: 8 << 20 };

/// The newest lines of the log. Cloning gives another handle of the same.
#[derive(Clone, Debug)]
pub struct Lines {
    ring: Arc<Mutex<Records>>,
    newest: watch::Sender<u64>,
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
        Self { ring: Arc::new(Mutex::new(Records::new(BOUNDS, 0))), newest: watch::Sender::new(0) }
    }
}

impl Lines {
    /// Keeps one.
    pub(crate) fn push(&self, line: &Line) {
        let fields = line.fields.text();
        let kept = Kept::of(line, &fields);
        let id = self.ring.lock().unwrap_or_else(PoisonError::into_inner).push(&kept);
        self.newest.send_replace(id);
    }

    /// What is kept behind the line of this id, and is wanted: the oldest first, the newest so many.
    pub fn since(&self, after: u64, wanted: &Wanted, most: usize) -> Vec<Line> {
        // Read outside of the lock: who logs does not wait for it.
        let records = self.ring.lock().unwrap_or_else(PoisonError::into_inner).since(after);
        let newest = records.iter().rev().map(|record| (record.id, record.read::<Kept<'_>>()));
        let wanted = newest.filter(|(_, line)| wanted.takes(line)).take(most);
        let mut lines: Vec<_> = wanted.map(|(id, line)| line.line(id)).collect();
        lines.reverse();
        lines
    }

    /// Tells the id of the newest line.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }
}

impl Wanted {
    /// Whether a line is.
    fn takes(&self, line: &Kept<'_>) -> bool {
        let is = |wanted: &Option<String>, of: Option<&str>| wanted.is_none() || wanted.as_deref() == of;
        self.level.is_none_or(|level| line.level <= level)
            && is(&self.stream, line.stream)
            && is(&self.plugin, line.plugin)
            && self.text.as_ref().is_none_or(|text| line.message.to_lowercase().contains(&text.to_lowercase()))
    }
}
