use std::path::PathBuf;

/// `[log]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// `level`: a level, or levels by target.
    pub level: String,
    /// `format`.
    pub format: LogFormat,
    /// `file`, `rotate`, `max_size` and `keep`.
    pub file: Option<LogFile>,
}

/// How lines look, and where they go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people, to standard error.
    #[default]
    Text,
    /// An object a line, to standard error.
    Json,
    /// To the journal of systemd.
    Journald,
}

/// A file that is written too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// Relative ones were resolved against the folder of `streams.toml`.
    pub path: PathBuf,
    /// When another one is begun.
    pub rotation: Rotation,
    /// `max_size` in bytes: another one is begun before this one has more; no matter how many if none.
    pub max_size: Option<u64>,
    /// How many are kept.
    pub keep: u32,
}

/// When another file is begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// Never: something else puts it away.
    Never,
    /// Each hour.
    Hourly,
    /// Each day, at midnight in UTC.
    #[default]
    Daily,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into(), format: LogFormat::Text, file: None }
    }
}
