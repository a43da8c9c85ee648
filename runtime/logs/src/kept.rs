use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::line::{Fields, Level, Line};

/// A line as it is kept.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept<'l> {
    since_1970: Duration,
    pub(crate) level: Level,
    target: &'l str,
    pub(crate) message: &'l str,
    pub(crate) stream: Option<&'l str>,
    pub(crate) plugin: Option<&'l str>,
    /// The text of a JSON object, empty where nothing is said.
    fields: &'l str,
}

impl<'l> Kept<'l> {
    /// A line, and the text of its fields.
    pub(crate) fn of(line: &'l Line, fields: &'l str) -> Self {
        Self {
            since_1970: line.time.duration_since(UNIX_EPOCH).unwrap_or_default(),
            level: line.level,
            target: &line.target,
            message: &line.message,
            stream: line.stream.as_deref(),
            plugin: line.plugin.as_deref(),
            fields,
        }
    }

    pub(crate) fn line(&self, id: u64) -> Line {
        Line {
            id,
            time: UNIX_EPOCH + self.since_1970,
            level: self.level,
            target: self.target.to_owned(),
            message: self.message.to_owned(),
            stream: self.stream.map(str::to_owned),
            plugin: self.plugin.map(str::to_owned),
            fields: Fields::from_text(self.fields),
        }
    }
}
