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
        let lines = records::newest(&records, most, |line| wanted.takes(line));
        lines.into_iter().map(|(id, line)| line.line(id)).collect()
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::line::Fields;

    #[test]
    fn what_was_kept_comes_back() {
        let said = Line {
            id: 1,
            time: UNIX_EPOCH + Duration::new(1_795_756_707, 123_456_789),
            level: Level::Warn,
            target: "framegate_stream::supervisor".into(),
            message: "offline \u{1f3a5}\nagain".into(),
            stream: Some("lobby".into()),
            plugin: Some("clock".into()),
            fields: Fields::from_text(r#"{"a":[1,-2.5,null],"reason":"\"x\"","rate":18446744073709551615}"#),
        };
        let bare = Line { id: 2, stream: None, plugin: None, fields: Fields::default(), ..said.clone() };
        assert!(!said.fields.is_empty());
        let lines = Lines::default();
        lines.push(&said);
        lines.push(&bare);
        assert_eq!(lines.since(0, &Wanted::default(), 9), [said.clone(), bare]);
        let of_lobby = Wanted { level: Some(Level::Warn), stream: said.stream.clone(), ..Wanted::default() };
        assert_eq!(lines.since(0, &of_lobby, 9), [said]);
        assert!(lines.since(0, &Wanted { level: Some(Level::Error), ..Wanted::default() }, 9).is_empty());
    }
}
