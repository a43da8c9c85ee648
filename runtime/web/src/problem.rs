//! What is said when there is no answer: `application/problem+json` (RFC 9457). The one place that knows HTTP statuses and close codes.
//!
//! `type` is `/problems/{kind}`: a reference that stays the same over versions, and where a person finds what it means and what to do.

use std::borrow::Cow;
use std::time::Duration;

use access::{Action, Denied};
use axum::response::{IntoResponse, Response};
use control::configured::Told;
use control::reload::{NotAsked, NotReloaded, Refused};
use control::state::NotChanged;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, SEC_WEBSOCKET_VERSION, UPGRADE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use media::StreamName;
use media::image::BadImage;
use serde::Serialize;

/// The beginning of every `type`.
const TYPE: &str = "/problems/";

/// Why there is no answer, without what is particular to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    UnknownStream,
    UnknownPlugin,
    PluginRefused,
    StreamOffline,
    StreamFull,
    TooManyStreams,
    NotAvailable,
    NotPush,
    BadImage,
    UnknownImage,
    TooLarge,
    Busy,
    TooOften,
    BadParameter,
    Challenged,
    Refused,
    NotFound,
    MethodNotAllowed,
    UpgradeRequired,
    BadHandshake,
    TooSlow,
    Incomplete,
    Late,
    Exists,
    Declared,
    Running,
    Stopped,
    Changed,
    Mistakes,
    BadBody,
    UnknownType,
    NotKept,
    UnknownViewer,
    Kicked,
    Stopping,
    Internal,
}

/// One answer's problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    kind: Kind,
    detail: Cow<'static, str>,
    stream: Option<String>,
    plugin: Option<String>,
    reason: Option<serde_json::Value>,
    parameter: Option<&'static str>,
    outputs: Option<Vec<String>>,
    mistakes: Option<Vec<Told>>,
    retry_after: Option<u64>,
    challenge: Challenge,
}

/// How a 401 says that it may be answered (RFC 9110 section 11.6.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// With a token. To this browsers open no dialog: what a script of a page asked for is answered by the page.
    #[default]
    Bearer,
    /// With a name and a password too.
    Basic,
}

/// The document.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct Document<'a> {
    /// What kind of problem it is: an address of this server that says what to do.
    r#type: String,
    /// The same for people.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What it is about.
    detail: &'a str,
    /// The stream that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<&'a str>,
    /// The plugin that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin: Option<&'a str>,
    /// Why a stream is offline, in the word that its status has.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a serde_json::Value>,
    /// The parameter that is not understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'static str>,
    /// The addresses of the outputs that work.
    #[serde(skip_serializing_if = "Option::is_none")]
    outputs: Option<&'a [String]>,
    /// What is wrong with a configuration, key by key.
    #[serde(skip_serializing_if = "Option::is_none")]
    mistakes: Option<&'a [Told]>,
    /// Seconds, as in `Retry-After`, for those who cannot read headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

/// The problem as a text message of a WebSocket.
#[derive(Serialize)]
struct Message<'a> {
    r#type: &'static str,
    problem: Document<'a>,
}

impl Kind {
    const ALL: [Self; 36] = [
        Self::UnknownStream,
        Self::UnknownPlugin,
        Self::PluginRefused,
        Self::StreamOffline,
        Self::StreamFull,
        Self::TooManyStreams,
        Self::NotAvailable,
        Self::NotPush,
        Self::BadImage,
        Self::UnknownImage,
        Self::TooLarge,
        Self::Busy,
        Self::TooOften,
        Self::BadParameter,
        Self::Challenged,
        Self::Refused,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::UpgradeRequired,
        Self::BadHandshake,
        Self::TooSlow,
        Self::Incomplete,
        Self::Late,
        Self::Exists,
        Self::Declared,
        Self::Running,
        Self::Stopped,
        Self::Changed,
        Self::Mistakes,
        Self::BadBody,
        Self::UnknownType,
        Self::NotKept,
        Self::UnknownViewer,
        Self::Kicked,
        Self::Stopping,
        Self::Internal,
    ];

    /// Its status, and in words what it is.
    pub(crate) fn told(self) -> (u16, String) {
        let (word, status, title, _) = self.row();
        (status.as_u16(), format!("`{word}`: {title}"))
    }

    /// The end of its `type`, its status, its title, and what to do about it.
    fn row(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        match self {
            Self::UnknownStream => (
                "unknown-stream",
                StatusCode::NOT_FOUND,
                "no such stream",
                "Look at the name, or write a section for it in streams.toml. GET /api/streams lists those that there are.",
            ),
            Self::UnknownPlugin => (
                "unknown-plugin",
                StatusCode::NOT_FOUND,
                "no such plugin",
                "Look at the name, or write a section for it in streams.toml. GET /api/plugins lists those that there are.",
            ),
            Self::PluginRefused => (
                "plugin-refused",
                StatusCode::CONFLICT,
                "the plugin was not loaded anew",
                "`detail` says why. The one that was loaded before goes on; mend the component or its options and ask again.",
            ),
            Self::StreamOffline => (
                "stream-offline",
                StatusCode::NOT_FOUND,
                "no picture comes from this stream",
                "Its source could not be reached in time, or sends nothing; `reason` and `detail` say why. It is tried again.",
            ),
            Self::StreamFull => (
                "stream-full",
                StatusCode::SERVICE_UNAVAILABLE,
                "all places for viewers are taken",
                "Close another viewer of this stream, or raise its max_viewers in streams.toml.",
            ),
            Self::TooManyStreams => (
                "too-many-streams",
                StatusCode::SERVICE_UNAVAILABLE,
                "there are as many streams as may be",
                "`detail` says of which: streams that run (server.max_streams; one that nobody watches ends after its close_after), those that the template made (they \
                 go by themselves when nobody uses them), or those that came by the API.",
            ),
            Self::NotAvailable => (
                "not-available",
                StatusCode::NOT_ACCEPTABLE,
                "this cannot be made from this stream",
                "`outputs` lists what works. For stills set the camera to H.264 or MJPEG.",
            ),
            Self::NotPush => (
                "not-push",
                StatusCode::CONFLICT,
                "nothing can be pushed to this stream",
                "Write source = \"push\" in its section of streams.toml.",
            ),
            Self::BadImage => (
                "bad-image",
                StatusCode::BAD_REQUEST,
                "the body is no image that can be taken",
                "Send one complete JPEG, WebP or PNG of a sane size as the whole body of a request.",
            ),
            Self::UnknownImage => (
                "bad-image",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the body is neither JPEG, WebP nor PNG",
                "Send one complete JPEG, WebP or PNG of a sane size as the whole body of a request.",
            ),
            Self::TooLarge => (
                "too-large",
                StatusCode::PAYLOAD_TOO_LARGE,
                "the body is too large",
                "`detail` says how many bytes are taken; of an image lower the quality or the size.",
            ),
            Self::Busy => (
                "busy",
                StatusCode::SERVICE_UNAVAILABLE,
                "images come faster than they can be taken",
                "Send fewer images a second, or smaller ones.",
            ),
            Self::TooOften => (
                "too-often",
                StatusCode::TOO_MANY_REQUESTS,
                "this comes too often",
                "Wait as long as Retry-After says. Wrong credentials make each next try from their address wait longer, up to five minutes.",
            ),
            Self::BadParameter => (
                "bad-parameter",
                StatusCode::BAD_REQUEST,
                "a parameter is not understood",
                "`parameter` says which, `detail` what it may be.",
            ),
            Self::Challenged => (
                "unauthorized",
                StatusCode::UNAUTHORIZED,
                "say who you are",
                "Send the name and password of a user (HTTP Basic), or a bearer token, also as the parameter `token`; a browser logs in at /login.",
            ),
            Self::Refused => (
                "refused",
                StatusCode::FORBIDDEN,
                "this is not allowed",
                "Users and tokens may do what streams.toml says. Without any only this machine is let in, and only its own pages may change something.",
            ),
            Self::NotFound => (
                "not-found",
                StatusCode::NOT_FOUND,
                "there is nothing at this address",
                "The README lists the addresses.",
            ),
            Self::MethodNotAllowed => (
                "method-not-allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                "this method is not for this address",
                "The header Allow lists those that are.",
            ),
            Self::UpgradeRequired => (
                "upgrade-required",
                StatusCode::UPGRADE_REQUIRED,
                "this address speaks WebSocket",
                "Connect with a WebSocket client, version 13, over HTTP/1.1. For a plain request there are /mjpeg and /still.",
            ),
            Self::BadHandshake => (
                "bad-handshake",
                StatusCode::BAD_REQUEST,
                "the WebSocket handshake is broken",
                "RFC 6455, section 4.2.1, says what it must have.",
            ),
            Self::TooSlow => (
                "too-slow",
                StatusCode::REQUEST_TIMEOUT,
                "the body did not come in time",
                "Send the whole body without long pauses.",
            ),
            Self::Incomplete => (
                "incomplete-body",
                StatusCode::BAD_REQUEST,
                "the body broke off",
                "Send as many bytes as Content-Length says.",
            ),
            Self::Late => (
                "late",
                StatusCode::SERVICE_UNAVAILABLE,
                "what was asked for did not come in time",
                "Ask again: the playlist says what there is.",
            ),
            Self::Exists => (
                "stream-exists",
                StatusCode::CONFLICT,
                "there is a stream of this name",
                "Choose another name, or replace that stream: PUT /api/streams/{name}.",
            ),
            Self::Declared => (
                "stream-declared",
                StatusCode::CONFLICT,
                "the stream stands in streams.toml",
                "Change it there, which takes effect at once; what comes by the API never overrules the file. It can be started and stopped.",
            ),
            Self::Running => (
                "stream-running",
                StatusCode::CONFLICT,
                "the stream runs already",
                "Stop it first, or begin anew: POST /api/streams/{name}/restart.",
            ),
            Self::Stopped => (
                "stream-stopped",
                StatusCode::CONFLICT,
                "the stream is stopped already",
                "POST /api/streams/{name}/start connects it, /restart leaves it to its viewers again.",
            ),
            Self::Changed => (
                "changed-meanwhile",
                StatusCode::PRECONDITION_FAILED,
                "somebody else changed it meanwhile",
                "Read it again, look what is new, and send the change with the ETag that it has now.",
            ),
            Self::Mistakes => (
                "bad-configuration",
                StatusCode::UNPROCESSABLE_ENTITY,
                "the stream cannot be as it is asked for",
                "`mistakes` has each key with what is wrong and what to do; nothing was changed. The rules are those of streams.toml (framegate schema), \
                 but no value reaches the machine: no ${VARIABLE}, no file.",
            ),
            Self::BadBody => (
                "bad-body",
                StatusCode::BAD_REQUEST,
                "the body is not what it should be",
                "Send one JSON object, with keys as in a stream's section of streams.toml.",
            ),
            Self::UnknownType => (
                "unknown-type",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the body is of a type that is not taken",
                "Send JSON, and say so: Content-Type: application/json.",
            ),
            Self::NotKept => (
                "not-kept",
                StatusCode::INSUFFICIENT_STORAGE,
                "the change cannot be kept",
                "The state file beside streams.toml could not be written, and nothing was changed: look at the disk, and who may write there.",
            ),
            Self::UnknownViewer => (
                "unknown-viewer",
                StatusCode::NOT_FOUND,
                "no such viewer",
                "It has left, or watches another stream. GET /api/viewers lists those that there are.",
            ),
            Self::Kicked => {
                ("visit-ended", StatusCode::FORBIDDEN, "an operator has ended this visit", "Come again in a minute.")
            }
            Self::Stopping => {
                ("stopping", StatusCode::SERVICE_UNAVAILABLE, "the server stops", "Try again when it has been started.")
            }
            Self::Internal => (
                "internal",
                StatusCode::INTERNAL_SERVER_ERROR,
                "a mistake in the server",
                "Its log says more; please report it.",
            ),
        }
    }

    /// What a person reads at the address of a `type`, by its last part.
    pub(crate) fn explain(word: &str) -> Option<String> {
        let (_, _, title, advice) = Self::ALL.map(Self::row).into_iter().find(|row| row.0 == word)?;
        Some(format!("{word}: {title}.\n\n{advice}\n"))
    }
}

impl Problem {
    fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        let detail = detail.into();
        Self {
            kind,
            detail,
            stream: None,
            plugin: None,
            reason: None,
            parameter: None,
            outputs: None,
            mistakes: None,
            retry_after: None,
            challenge: Challenge::default(),
        }
    }

    fn of(self, stream: &str) -> Self {
        Self { stream: Some(stream.into()), ..self }
    }

    fn after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// There is no stream of this name.
    pub(crate) fn not_there(name: &str, why: &hub::NotThere) -> Self {
        let kind = match why {
            hub::NotThere::TooMany(_) => return Self::new(Kind::TooManyStreams, why.to_string()).of(name).after(60),
            hub::NotThere::Unknown(_) | hub::NotThere::BadName(_) => Kind::UnknownStream,
        };
        // A name that is none may be anything: it is not repeated.
        let problem = Self::new(kind, why.to_string());
        if matches!(why, hub::NotThere::BadName(_)) { problem } else { problem.of(name) }
    }

    /// A plugin was not loaded anew.
    pub(crate) fn not_reloaded(plugin: &str, why: &NotReloaded) -> Self {
        let kind = match why {
            // What is no plugin's name may be anything: it is not repeated.
            NotReloaded::Unknown(_) => return Self::new(Kind::UnknownPlugin, "no plugin of this name is configured"),
            NotReloaded::Asked(why) => return Self::not_asked(*why),
            NotReloaded::Refused(_) => Kind::PluginRefused,
        };
        Self { plugin: Some(plugin.to_owned()), ..Self::new(kind, why.to_string()) }
    }

    /// A stream was not changed.
    pub(crate) fn not_put(stream: &StreamName, why: Refused) -> Self {
        let kind = match &why {
            Refused::NotChanged(NotChanged::Exists) => Kind::Exists,
            Refused::NotChanged(NotChanged::Unknown) | Refused::Unknown => Kind::UnknownStream,
            Refused::NotChanged(NotChanged::Stale(_)) => Kind::Changed,
            Refused::NotChanged(NotChanged::TooMany) | Refused::TooManyRun(_) => Kind::TooManyStreams,
            Refused::Declared => Kind::Declared,
            Refused::Running => Kind::Running,
            Refused::Stopped => Kind::Stopped,
            Refused::Mistakes(_) | Refused::Unfit(_) => Kind::Mistakes,
            Refused::NotKept(_) => Kind::NotKept,
            Refused::Asked(why) => return Self::not_asked(*why),
        };
        let told = Self::new(kind, why.to_string()).of(stream.as_str());
        match why {
            Refused::Mistakes(mistakes) => {
                let mistakes = mistakes.iter().map(|mistake| Told::of(stream, mistake)).collect();
                Self { mistakes: Some(mistakes), ..told }
            }
            _ => told,
        }
    }

    /// The task that changes what is configured did not look at it.
    fn not_asked(why: NotAsked) -> Self {
        match why {
            NotAsked::Busy => Self::busy(why.to_string()),
            NotAsked::Ending => Self::new(Kind::Stopping, why.to_string()),
        }
    }

    /// As many streams run as may.
    pub(crate) fn too_many_run(stream: &str, detail: String) -> Self {
        Self::new(Kind::TooManyStreams, detail).of(stream).after(10)
    }

    /// Nobody of this number watches the stream.
    pub(crate) fn unknown_viewer(stream: &str) -> Self {
        Self::new(Kind::UnknownViewer, "nobody of this number watches this stream").of(stream)
    }

    /// An operator told this viewer to go.
    pub(crate) fn kicked(stream: &str) -> Self {
        Self::new(Kind::Kicked, "an operator has ended this visit").of(stream).after(60)
    }

    /// The body is not what it should be.
    pub(crate) fn bad_body(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::BadBody, detail)
    }

    /// No picture came in time, and why as far as it is known.
    pub(crate) fn offline(
        stream: &str,
        reason: Option<serde_json::Value>,
        detail: String,
        retry_in: Option<Duration>,
    ) -> Self {
        /// When nothing says when it is tried again: a camera needs about so long to come back.
        const RETRY_SECONDS: u64 = 5;
        let seconds = retry_in.map_or(RETRY_SECONDS, |time| time.as_millis().div_ceil(1000).max(1) as u64);
        Self { reason, ..Self::new(Kind::StreamOffline, detail).of(stream).after(seconds) }
    }

    /// All places are taken.
    pub(crate) fn full(stream: &str, full: hub::Full) -> Self {
        /// Viewers come and go within minutes: often enough to be let in soon, seldom enough to be no load.
        const RETRY_SECONDS: u64 = 10;
        Self::new(Kind::StreamFull, full.to_string()).of(stream).after(RETRY_SECONDS)
    }

    /// It cannot be made from this stream; these addresses work.
    pub(crate) fn not_available(stream: &str, detail: impl Into<Cow<'static, str>>, outputs: Vec<String>) -> Self {
        Self { outputs: Some(outputs), ..Self::new(Kind::NotAvailable, detail).of(stream) }
    }

    /// All ways of making stills are in use by others, and none of them is of this format.
    pub(crate) fn no_rendition(stream: &str, format: &str) -> Self {
        let detail = format!("all `max_renditions` ways of making stills are in use, and none is {format}");
        Self::not_available(stream, detail, vec![format!("/ws/{stream}")]).after(10)
    }

    /// A still was not taken.
    pub(crate) fn not_taken(stream: &str, refused: &hub::Refused) -> Self {
        match refused {
            hub::Refused::NotPush(_) => Self::new(Kind::NotPush, "the source of this stream is not `push`").of(stream),
            hub::Refused::Busy(_) => Self::busy(refused.to_string()).of(stream),
        }
    }

    /// The source of the stream is another.
    pub(crate) fn not_push(stream: &str) -> Self {
        Self::new(Kind::NotPush, "the source of this stream is not `push`").of(stream)
    }

    /// More comes than can be taken.
    pub(crate) fn busy(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Busy, detail).after(1)
    }

    /// The body is no image.
    pub(crate) fn bad_image(stream: &str, why: &BadImage) -> Self {
        let kind = match why {
            BadImage::TooLarge(_) => Kind::TooLarge,
            BadImage::Unknown(_) => Kind::UnknownImage,
            BadImage::Empty | BadImage::Incomplete(..) | BadImage::Broken(..) | BadImage::Size(..) => Kind::BadImage,
        };
        Self::new(kind, why.to_string()).of(stream)
    }

    /// The body is larger than what is taken.
    pub(crate) fn too_large(most: usize) -> Self {
        Self::new(Kind::TooLarge, format!("at most {most} bytes are taken"))
    }

    /// A parameter is not what it may be.
    pub(crate) fn bad_parameter(parameter: &'static str, rule: impl Into<Cow<'static, str>>) -> Self {
        Self { parameter: Some(parameter), ..Self::new(Kind::BadParameter, rule) }
    }

    /// Not allowed.
    pub(crate) fn refused(why: &access::Refused) -> Self {
        Self::new(Kind::Refused, why.to_string())
    }

    /// Somebody may not do this.
    pub(crate) fn denied(stream: Option<&StreamName>, denied: Denied) -> Self {
        match (denied, stream) {
            (Denied::Unknown, _) => Self::new(Kind::Challenged, "whoever asks must say who it is"),
            // In the words for one that there is not.
            (Denied::Hidden, Some(name)) => Self::not_there(name.as_str(), &hub::NotThere::Unknown(name.clone())),
            (Denied::Hidden, None) => Self::not_found(),
            (Denied::Lacks(action), _) => {
                let what = match action {
                    Action::View | Action::Enter => "view",
                    Action::Publish => "publish",
                    Action::Control => "control",
                    Action::Metrics => "metrics",
                };
                Self::new(Kind::Refused, format!("the permission `{what}` is missing for this"))
            }
        }
    }

    /// It comes too often: not before this time has passed.
    pub(crate) fn too_often(detail: &'static str, wait: Duration) -> Self {
        Self::new(Kind::TooOften, detail).after(wait.as_millis().div_ceil(1000).max(1) as u64)
    }

    /// What was sent is nobody's.
    pub(crate) fn wrong_credentials() -> Self {
        Self::new(Kind::Challenged, "these credentials are nobody's")
    }

    /// What was sent let somebody in until a moment ago.
    pub(crate) fn expired() -> Self {
        Self::new(Kind::Challenged, "this token or link has expired")
    }

    /// The same for whoever may open a dialog for a name and a password.
    pub(crate) fn challenging(self, challenge: Challenge) -> Self {
        Self { challenge, ..self }
    }

    /// The access policy wants to know who asks.
    pub(crate) fn challenged() -> Self {
        Self::new(Kind::Challenged, "the access policy wants to know who asks")
    }

    /// The access policy does not allow it; its reason is not for who asks.
    pub(crate) fn forbidden() -> Self {
        Self::new(Kind::Refused, "the access policy does not allow this")
    }

    /// No such address.
    pub(crate) fn not_found() -> Self {
        Self::new(Kind::NotFound, "no page and no output is here")
    }

    /// What else went wrong, in words of ours.
    pub(crate) fn plain(kind: Kind, detail: &'static str) -> Self {
        Self::new(kind, detail)
    }

    fn document(&self) -> Document<'_> {
        let (word, status, title, _) = self.kind.row();
        Document {
            r#type: format!("{TYPE}{word}"),
            title,
            status: status.as_u16(),
            detail: &self.detail,
            stream: self.stream.as_deref(),
            plugin: self.plugin.as_deref(),
            reason: self.reason.as_ref(),
            parameter: self.parameter,
            outputs: self.outputs.as_deref(),
            mistakes: self.mistakes.as_deref(),
            retry_after: self.retry_after,
        }
    }

    /// The text message for a WebSocket, whose browser cannot read the status of a refused handshake.
    pub(crate) fn message(&self) -> String {
        let message = Message { r#type: "problem", problem: self.document() };
        serde_json::to_string(&message).expect("strings and numbers are JSON")
    }

    /// The close code behind [`Self::message`]: 4000 and the HTTP status.
    pub(crate) fn close_code(&self) -> u16 {
        4000 + self.kind.row().1.as_u16()
    }

    /// What it is about.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The title, for the reason of a close frame.
    pub(crate) fn title(&self) -> &'static str {
        self.kind.row().2
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.document()).expect("strings and numbers are JSON");
        let mut response = (self.kind.row().1, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if self.kind == Kind::Challenged {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"framegate\""));
            if self.challenge == Challenge::Basic {
                let basic = HeaderValue::from_static("Basic realm=\"framegate\", charset=\"UTF-8\"");
                headers.append(WWW_AUTHENTICATE, basic);
            }
        }
        if self.kind == Kind::UpgradeRequired {
            headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_a_document_that_programs_can_test() {
        let problem = Problem::offline(
            "lobby",
            Some("unreachable".into()),
            "no route".into(),
            Some(Duration::from_millis(1_200)),
        );
        let json: serde_json::Value = serde_json::to_value(problem.document()).unwrap();
        let expected = serde_json::json!({
            "type": "/problems/stream-offline",
            "title": "no picture comes from this stream",
            "status": 404,
            "detail": "no route",
            "stream": "lobby",
            "reason": "unreachable",
            "retry_after": 2,
        });
        assert_eq!(json, expected);
        let response = problem.into_response();
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()[RETRY_AFTER], "2");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    }

    #[test]
    fn a_close_code_is_4000_and_the_status() {
        let full = Problem::full("lobby", hub::Full { max: 2 });
        assert_eq!(full.close_code(), 4503);
        assert!(
            full.message().starts_with(r#"{"type":"problem","problem":{"type":"/problems/stream-full","#),
            "{}",
            full.message()
        );
        assert_eq!(Problem::bad_parameter("quality", "1 to 100").close_code(), 4400);
        assert_eq!(Problem::not_available("lobby", "H.265", Vec::new()).close_code(), 4406);
        assert_eq!(Problem::refused(&access::Refused::NotLoopback).close_code(), 4403);
    }

    #[test]
    fn a_name_that_is_none_is_not_repeated() {
        let why = hub::NotThere::from("<b>".parse::<StreamName>().unwrap_err());
        assert!(!Problem::not_there("<b>", &why).message().contains("<b>"));
    }

    #[test]
    fn every_kind_is_explained_at_its_address() {
        for kind in Kind::ALL {
            assert!(Kind::explain(kind.row().0).is_some(), "{kind:?}");
        }
        assert_eq!(Kind::explain("nonsense"), None);
    }
}
