use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use media::{AudioParameters, Moment, Parameters};
use serde::Serialize;
use source::Error;

/// What a stream is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "StreamState")]
pub enum State {
    /// Nobody watches, the camera is not connected. A pushed stream: nothing was pushed yet.
    Idle,
    /// A session begins: there is no key frame yet.
    Connecting,
    /// Media flows.
    Live,
    /// Media stopped without a word. A camera is connected anew at [`Status::retry_at`]; a pushed stream keeps its last still.
    Stalled,
    /// The camera could not be reached, or the session broke: the next attempt is at [`Status::retry_at`].
    BackOff,
    /// A mistake that a person must mend, such as a wrong password: tried again all the same, seldom.
    Failed,
    /// Stopped by an operator, until it is started.
    Disabled,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Idle, Self::Connecting, Self::Live, Self::Stalled, Self::BackOff, Self::Failed, Self::Disabled];

    /// The word of the API and the journal: `idle`, `connecting`, `live`, `stalled`, `back-off`, `failed`, `disabled`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Stalled => "stalled",
            Self::BackOff => "back-off",
            Self::Failed => "failed",
            Self::Disabled => "disabled",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Why there is no picture: a word for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// Nothing answers at the address.
    Unreachable,
    /// A step of connecting took too long.
    TimedOut,
    /// User name or password is missing or wrong (401).
    Unauthorized,
    /// The user may not watch (403).
    Forbidden,
    /// The camera knows no such path (404).
    NotFound,
    /// Another refusal.
    Refused,
    /// The camera brings nothing that can be used.
    Unusable,
    /// The camera breaks its protocol.
    Protocol,
    /// The connection broke.
    Lost,
    /// The camera said that it is over.
    Ended,
    /// The file of a `file://` source cannot be played.
    File,
    /// The scene of a `test://` source cannot be made.
    Scene,
    /// The camera is connected and sends nothing.
    NoMedia,
    /// Media comes and nothing that decoding can begin with.
    NoKeyFrame,
    /// Nothing was pushed for a while, or ever.
    NothingPushed,
    /// An operator stopped it.
    Stopped,
    /// As many streams run as may.
    TooMany,
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Reason {
    /// For programs.
    pub kind: ReasonKind,
    /// For people: lower case, without full stop, no secret in it.
    pub text: Arc<str>,
}

impl Reason {
    pub(crate) fn new(kind: ReasonKind, text: impl Into<Arc<str>>) -> Self {
        Self { kind, text: text.into() }
    }

    pub(crate) fn not_connected(within: Duration) -> Self {
        Self::new(ReasonKind::TimedOut, format!("the camera did not answer within {within:?}"))
    }

    pub(crate) fn no_media(within: Duration) -> Self {
        Self::new(ReasonKind::NoMedia, format!("the camera sent nothing for {within:?}"))
    }

    pub(crate) fn no_key_frame(within: Duration) -> Self {
        Self::new(ReasonKind::NoKeyFrame, format!("the camera sent no key frame within {within:?}"))
    }

    pub(crate) fn nothing_pushed(within: Duration) -> Self {
        Self::new(ReasonKind::NothingPushed, format!("nothing was pushed for {within:?}"))
    }

    pub(crate) fn too_many(max: u32) -> Self {
        Self::new(ReasonKind::TooMany, format!("as many streams run as may: {max} (`server.max_streams`)"))
    }

    pub(crate) fn stopped() -> Self {
        Self::new(ReasonKind::Stopped, "an operator stopped this stream")
    }
}

impl From<&Error> for Reason {
    fn from(error: &Error) -> Self {
        let kind = match error {
            Error::Unreachable { .. } => ReasonKind::Unreachable,
            Error::TimedOut { .. } => ReasonKind::TimedOut,
            Error::Unauthorized { .. } => ReasonKind::Unauthorized,
            Error::Forbidden => ReasonKind::Forbidden,
            Error::NotFound => ReasonKind::NotFound,
            Error::Refused { .. } => ReasonKind::Refused,
            Error::Unusable(_) => ReasonKind::Unusable,
            Error::Protocol { .. } => ReasonKind::Protocol,
            Error::Lost(_) => ReasonKind::Lost,
            Error::Ended => ReasonKind::Ended,
            Error::File { .. } => ReasonKind::File,
            Error::Scene(_) => ReasonKind::Scene,
        };
        Self::new(kind, error.to_string())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What is known of a stream now. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Status {
    /// What it is doing.
    pub state: State,
    /// Why there is no picture. While it connects: why the attempt before failed, if one did; when it is idle: how the last attempt ended,
    /// if not well.
    pub reason: Option<Reason>,
    /// When it came into this state.
    pub since: Moment,
    /// When the next attempt is, if one is planned.
    pub retry_at: Option<Moment>,
    /// What is known of the video of the running session, or of the last one.
    pub parameters: Option<Arc<Parameters>>,
    /// What is known of the sound of the running session, or of the last one: it may never come.
    pub sound: Option<Arc<AudioParameters>>,
    /// `tcp`, `udp`, `http`, `push`, `file`, `test` while a session is open; empty otherwise.
    pub transport: &'static str,
    /// What the server of the session says that it is.
    pub server: Option<Arc<str>>,
}
