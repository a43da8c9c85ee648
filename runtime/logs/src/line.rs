use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use tracing::Event;
use tracing::field::{Field, Visit};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "LogLevel")]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Data is lost, or a person must act.
    Error,
    /// It went wrong and was mended.
    Warn,
    /// The life of streams, viewers, plugins.
    Info,
    /// Steps of protocols.
    Debug,
    /// Each access unit.
    Trace,
}

impl Level {
    /// All of them, the worst first.
    pub const ALL: [Self; 5] = [Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];

    /// As files and addresses write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    /// What this word means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word() == word)
    }

    fn of(level: tracing::Level) -> Self {
        match level {
            tracing::Level::ERROR => Self::Error,
            tracing::Level::WARN => Self::Warn,
            tracing::Level::INFO => Self::Info,
            tracing::Level::DEBUG => Self::Debug,
            tracing::Level::TRACE => Self::Trace,
        }
    }
}

/// One line of the log, as data.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "LogLine")]
pub struct Line {
    /// Grows by one per line in the life of a process; 0 where it is not kept.
    pub id: u64,
    /// When: milliseconds since 1970.
    #[serde(serialize_with = "media::since::serialize")]
    #[schemars(with = "u64")]
    pub time: SystemTime,
    /// How bad it is.
    pub level: Level,
    /// Which part of the program, or which library, says it.
    pub target: String,
    /// What.
    pub message: String,
    /// The stream that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// The plugin that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// What else is said, by name.
    #[serde(skip_serializing_if = "Fields::is_empty")]
    #[schemars(with = "Map<String, Value>")]
    pub fields: Fields,
}

impl Line {
    /// Of something that was said, in the span of this stream if in any.
    pub(crate) fn of(event: &Event<'_>, stream: Option<&str>) -> Self {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut take = |name: &str| match fields.take(name) {
            Some(Value::String(text)) => Some(text),
            Some(other) => Some(other.to_string()),
            None => None,
        };
        let (message, own, plugin) = (take("message").unwrap_or_default(), take("stream"), take("plugin"));
        Self {
            id: 0,
            time: SystemTime::now(),
            level: Level::of(*event.metadata().level()),
            target: event.metadata().target().to_owned(),
            message,
            stream: own.or_else(|| stream.map(str::to_owned)),
            plugin,
            fields: fields.sorted(),
        }
    }

    /// As one line of JSON, its time as people read it.
    pub(crate) fn render(&self) -> String {
        #[derive(Serialize)]
        struct Rendered<'l> {
            time: String,
            level: Level,
            target: &'l str,
            message: &'l str,
            #[serde(skip_serializing_if = "Option::is_none")]
            stream: Option<&'l str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            plugin: Option<&'l str>,
            #[serde(flatten)]
            fields: &'l Fields,
        }
        let rendered = Rendered {
            time: media::since::date_time(self.time),
            level: self.level,
            target: &self.target,
            message: &self.message,
            stream: self.stream.as_deref(),
            plugin: self.plugin.as_deref(),
            fields: &self.fields,
        };
        serde_json::to_string(&rendered).unwrap_or_default()
    }
}

/// What is said beside the message, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(Vec<(Cow<'static, str>, Value)>);

impl Fields {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }

    fn insert(&mut self, name: &'static str, value: Value) {
        self.take(name);
        self.0.push((name.into(), value));
    }

    /// In the order of their names.
    fn sorted(mut self) -> Self {
        self.0.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        self
    }

    /// The text of a JSON object, empty where nothing is said.
    pub(crate) fn text(&self) -> String {
        if self.is_empty() { String::new() } else { serde_json::to_string(self).unwrap_or_default() }
    }

    /// Of what [`text`](Self::text) gave.
    pub(crate) fn from_text(text: &str) -> Self {
        let fields: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
        Self(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert(field.name(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field.name(), value.into());
    }
}
