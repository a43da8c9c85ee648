//! What is read of a server's answers: the keys that are shown. Others, of newer servers, are passed over.

use serde::Deserialize;

/// `GET /api/streams`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Streams {
    pub(crate) streams: Vec<Stream>,
}

/// One stream.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Stream {
    pub(crate) name: String,
    pub(crate) state: State,
    /// Why there is no picture.
    pub(crate) detail: Option<String>,
    /// Milliseconds since 1970.
    pub(crate) since: u64,
    pub(crate) retry_in_ms: Option<u64>,
    pub(crate) source: String,
    pub(crate) transport: Option<String>,
    pub(crate) server: Option<String>,
    pub(crate) codec: Option<String>,
    pub(crate) size: Option<Size>,
    /// Access units a second.
    pub(crate) rate: f64,
    /// Bits a second.
    pub(crate) bitrate: u64,
    pub(crate) viewers: Viewers,
    pub(crate) max_viewers: Option<u32>,
    pub(crate) reconnects: u64,
    pub(crate) failures: u64,
    pub(crate) lost: u64,
}

/// What a stream is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    // In the order in which a person wants to look at them.
    Failed,
    BackOff,
    Stalled,
    Connecting,
    Live,
    #[default]
    Idle,
    Disabled,
    /// Of a newer server.
    #[serde(other)]
    Unknown,
}

/// Pixels.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Who watches.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Viewers {
    pub(crate) websocket: u32,
    pub(crate) mjpeg: u32,
    pub(crate) hls: u32,
    pub(crate) total: u32,
}

/// `GET /api/plugins`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Plugins {
    pub(crate) plugins: Vec<Installed>,
}

/// One plugin, and where it runs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Installed {
    pub(crate) name: String,
    pub(crate) streams: Vec<Use>,
    pub(crate) services: Vec<Use>,
}

/// A plugin on a stream.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Use {
    pub(crate) stream: String,
    pub(crate) health: Health,
    pub(crate) last_fault: Option<String>,
}

/// How a plugin is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Health {
    #[default]
    Idle,
    Ok,
    BackingOff,
    Failed,
    /// Of a newer server.
    #[serde(other)]
    Unknown,
}

/// `GET /api/health`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Server {
    pub(crate) version: String,
    /// Seconds.
    pub(crate) uptime: u64,
    /// Bytes.
    pub(crate) memory: u64,
}

/// `GET /api/streams/{name}/timeline`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Timeline {
    pub(crate) steps: Vec<Step>,
}

/// A change of state.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Step {
    /// Milliseconds since 1970.
    pub(crate) time: u64,
    pub(crate) to: State,
    pub(crate) reason: Option<Reason>,
}

/// Why.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reason {
    pub(crate) text: String,
}

/// `GET /api/events`, as a list.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Remembered {
    pub(crate) events: Vec<Event>,
}

/// Something that happened.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Event {
    /// Milliseconds since 1970.
    pub(crate) time: u64,
    pub(crate) kind: String,
    pub(crate) stream: Option<String>,
    pub(crate) plugin: Option<String>,
    pub(crate) data: serde_json::Value,
}

impl State {
    /// As the API says it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::BackOff => "back-off",
            Self::Stalled => "stalled",
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Idle => "idle",
            Self::Disabled => "disabled",
            Self::Unknown => "unknown",
        }
    }
}

impl Health {
    /// As the API says it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Ok => "ok",
            Self::BackingOff => "backing-off",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}
