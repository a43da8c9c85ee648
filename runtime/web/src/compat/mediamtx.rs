//! MediaMTX's control API (`/v3`, as version 1.20 has it), for programs that add cameras by it.
//!
//! A path is a stream. What it says of its source, of waiting and of readers is translated; fields that MediaMTX knows and that have no meaning here are kept and
//! given back; others are refused in its words.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use control::reload::Refused;
use control::state::{Change, Match, NotChanged, Translated};
use http::StatusCode;
use hub::{Entry, Output};
use media::since::date_time;
use media::{AudioCodec, Codec, StreamName};
use serde_json::{Map, Value, json};

use super::{object, why};
use crate::app::App;
use crate::fresh::FRESH;
use crate::problem::Problem;

/// Fields of a path that mean something here.
const TRANSLATED: [&str; 7] = [
    "name",
    "source",
    "sourceOnDemand",
    "sourceOnDemandStartTimeout",
    "sourceOnDemandCloseAfter",
    "maxReaders",
    "rtspTransport",
];

/// The others that MediaMTX 1.20 knows, but for those of the camera of a Raspberry Pi, which all begin alike.
const KEPT: &str = "sourceFingerprint srtReadPassphrase fallback useAbsoluteTimestamp alwaysAvailable alwaysAvailableTracks alwaysAvailableFile forward \
    record playback recordPath recordFormat recordPartDuration recordMaxPartSize recordSegmentDuration recordDeleteAfter publishUser publishPass publishIPs \
    readUser readPass readIPs overridePublisher disablePublisherOverride srtPublishPassphrase rtspDemuxMpegts rtspAnyPort sourceProtocol sourceAnyPortEnable \
    rtspRangeType rtspRangeStart rtspScale rtspUDPReadBufferSize rtspUDPSourcePortRange mpegtsUDPReadBufferSize rtpSDP rtpUDPReadBufferSize moqTransport \
    whepBearerToken whepSTUNGatherTimeout whepHandshakeTimeout whepTrackGatherTimeout sourceRedirect runOnInit runOnInitRestart runOnDemand runOnDemandRestart \
    runOnDemandStartTimeout runOnDemandCloseAfter runOnUnDemand runOnAvailable runOnAvailableRestart runOnUnavailable runOnReady runOnReadyRestart runOnNotReady \
    runOnOnline runOnOnlineRestart runOnOffline runOnRead runOnReadRestart runOnUnread runOnRecordSegmentCreate runOnRecordSegmentComplete";

/// How long MediaMTX keeps a source that nobody reads, where nothing is said.
const USUAL_CLOSE_AFTER: &str = "10s";

/// What is answered, or MediaMTX's words for why not.
type Answer = Result<Response, Failure>;

/// An answer that is none.
pub(crate) enum Failure {
    /// The adapter is off.
    Off,
    /// Its status, and what is wrong.
    Told(StatusCode, String),
}

impl Failure {
    fn bad(error: impl Into<String>) -> Self {
        Self::Told(StatusCode::BAD_REQUEST, error.into())
    }

    fn missing(error: &str) -> Self {
        Self::Told(StatusCode::NOT_FOUND, error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Off => Problem::not_found().into_response(),
            Self::Told(status, error) => {
                (status, FRESH, Json(json!({ "status": "error", "error": error }))).into_response()
            }
        }
    }
}

/// `GET /v3/info`.
pub(crate) async fn info(State(app): State<Arc<App>>) -> Answer {
    on(&app)?;
    told(json!({ "version": app.version, "started": date_time(app.hub.started().wall) }))
}

/// `GET /v3/config/paths/list`.
pub(crate) async fn list_configured(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Answer {
    on(&app)?;
    let entries = app.hub.entries();
    page(&entries, query.as_deref(), |entry| configured(&app, entry).into())
}

/// `GET /v3/config/paths/get/{name}`.
pub(crate) async fn get_configured(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer {
    on(&app)?;
    let entry = name.parse().ok().and_then(|name: StreamName| app.hub.existing(&name));
    let entry = entry.ok_or_else(|| Failure::missing("path configuration not found"))?;
    told(configured(&app, &entry).into())
}

/// `POST /v3/config/paths/add/{name}`.
pub(crate) async fn add(State(app): State<Arc<App>>, Path(name): Path<String>, body: Body) -> Answer {
    let (name, path) = asked(&app, &name, body).await?;
    if app.hub.existing(&name).is_some() {
        return Err(Failure::bad("path already exists"));
    }
    change(&app, &name, translated(path)?, Match::Absent).await
}

/// `PATCH /v3/config/paths/patch/{name}`.
pub(crate) async fn patch(State(app): State<Arc<App>>, Path(name): Path<String>, body: Body) -> Answer {
    let (name, patch) = asked(&app, &name, body).await?;
    let standing = app.reloads.standing();
    let entry = app.hub.existing(&name).ok_or_else(|| Failure::missing("path not found"))?;
    let there = standing.state.stream(&name);
    let revision = there.map(|there| Match::OneOf(vec![there.revision])).unwrap_or_default();
    let mut path = configured(&app, &entry);
    // With its credentials, which are not shown.
    if let Some(source) = there.and_then(|there| there.config.get("source")).filter(|source| *source != "push") {
        path.insert("source".into(), source.clone());
    }
    path.extend(patch);
    let mut translated = translated(path)?;
    // Keys of ours that MediaMTX has no words for stay: plugins, a size.
    for (key, value) in there.into_iter().flat_map(|there| &there.config) {
        if !OURS.contains(&key.as_str()) {
            translated.config.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    change(&app, &name, translated, revision).await
}

/// `POST /v3/config/paths/replace/{name}`: made if it is not there.
pub(crate) async fn replace(State(app): State<Arc<App>>, Path(name): Path<String>, body: Body) -> Answer {
    let (name, path) = asked(&app, &name, body).await?;
    change(&app, &name, translated(path)?, Match::Any).await
}

/// `DELETE /v3/config/paths/delete/{name}`.
pub(crate) async fn delete(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer {
    on(&app)?;
    let name = named(&name)?;
    let removed = app.reloads.stream(&name, Change::Remove(Match::Any)).await;
    removed.map(|_| done()).map_err(|refused| failure(&name, &refused))
}

/// `GET /v3/paths/list`.
pub(crate) async fn list(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Answer {
    on(&app)?;
    page(&app.hub.entries(), query.as_deref(), state)
}

/// `GET /v3/paths/get/{name}`.
pub(crate) async fn get(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer {
    on(&app)?;
    let entry = name.parse().ok().and_then(|name: StreamName| app.hub.existing(&name));
    told(state(&*entry.ok_or_else(|| Failure::missing("path not found"))?))
}

/// `POST /cameras/provision`: a camera by its number, as a backend in front of MediaMTX adds it.
pub(crate) async fn provision(State(app): State<Arc<App>>, body: Body) -> Result<Response, Failure> {
    on(&app)?;
    let failed = |error: String| {
        (StatusCode::BAD_REQUEST, FRESH, Json(json!({ "success": false, "error": error }))).into_response()
    };
    let asked = match object(body).await {
        Ok(asked) => asked,
        Err(error) => return Ok(failed(error)),
    };
    let id = match asked.get("camera_id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return Ok(failed("camera_id is missing".into())),
    };
    let Some(Value::String(url)) = asked.get("rtsp_url") else { return Ok(failed("rtsp_url is missing".into())) };
    let path = format!("cam_{id}");
    let Ok(name) = path.parse::<StreamName>() else {
        return Ok(failed(format!("camera_id makes no name of a path: {path:?}")));
    };
    let config = Map::from_iter([("source".to_owned(), url.clone().into())]);
    // What it is called has no meaning here.
    let foreign = asked.get("name").map(|title| ("name".to_owned(), title.clone())).into_iter().collect();
    let made = app.reloads.stream(&name, Change::Translated(Translated { config, foreign }, Match::Any)).await;
    Ok(match made {
        Ok(_) => {
            let answer = json!({ "success": true, "stream_path": path, "hls_url": format!("/hls/{path}/index.m3u8") });
            (FRESH, Json(answer)).into_response()
        }
        Err(refused) => failed(why(&name, &refused)),
    })
}

/// Keys of ours that a path's fields say.
const OURS: [&str; 6] = ["source", "on_demand", "start_timeout", "close_after", "max_viewers", "transport"];

fn on(app: &App) -> Result<(), Failure> {
    if app.hub.in_force().config.compat.mediamtx { Ok(()) } else { Err(Failure::Off) }
}

fn named(name: &str) -> Result<StreamName, Failure> {
    name.parse().map_err(|bad: media::BadName| Failure::bad(format!("invalid name: {bad}")))
}

async fn asked(app: &App, name: &str, body: Body) -> Result<(StreamName, Map<String, Value>), Failure> {
    on(app)?;
    Ok((named(name)?, object(body).await.map_err(Failure::bad)?))
}

async fn change(app: &App, name: &StreamName, translated: Translated, matches: Match) -> Answer {
    let changed = app.reloads.stream(name, Change::Translated(translated, matches)).await;
    changed.map(|_| done()).map_err(|refused| failure(name, &refused))
}

fn done() -> Response {
    (FRESH, Json(json!({ "status": "ok" }))).into_response()
}

fn told(answer: Value) -> Answer {
    Ok((FRESH, Json(answer)).into_response())
}

fn failure(name: &StreamName, refused: &Refused) -> Failure {
    match refused {
        Refused::Unknown | Refused::NotChanged(NotChanged::Unknown) => Failure::missing("path not found"),
        Refused::NotChanged(NotChanged::Exists) => Failure::bad("path already exists"),
        Refused::Asked(_) => Failure::Told(StatusCode::SERVICE_UNAVAILABLE, refused.to_string()),
        Refused::NotKept(_) => Failure::Told(StatusCode::INTERNAL_SERVER_ERROR, refused.to_string()),
        _ => Failure::bad(why(name, refused)),
    }
}

/// A path's fields in our words.
fn translated(path: Map<String, Value>) -> Result<Translated, Failure> {
    let mut translated = Translated::default();
    let mut on_demand = false;
    let config = &mut translated.config;
    config.insert("source".into(), "push".into());
    for (field, value) in path {
        match field.as_str() {
            "name" => {}
            "source" => {
                let source = text(&field, &value)?;
                if source != "publisher" && !source.is_empty() {
                    config.insert("source".into(), source.into());
                }
            }
            "sourceOnDemand" => on_demand = truth(&field, &value)?,
            "sourceOnDemandStartTimeout" => _ = config.insert("start_timeout".into(), duration(&field, &value)?.into()),
            "sourceOnDemandCloseAfter" => _ = config.insert("close_after".into(), duration(&field, &value)?.into()),
            "maxReaders" => match value.as_u64() {
                Some(0) => {}
                Some(_) => _ = config.insert("max_viewers".into(), value),
                None => return Err(mismatch(&field, "an integer", &value)),
            },
            "rtspTransport" => {
                let transport = match text(&field, &value)? {
                    "automatic" | "" => "auto",
                    word @ ("tcp" | "udp") => word,
                    other => return Err(Failure::bad(format!("invalid transport: '{other}'"))),
                };
                config.insert("transport".into(), transport.into());
            }
            known if KEPT.split_ascii_whitespace().any(|kept| kept == known) || known.starts_with("rpiCamera") => {
                translated.foreign.insert(field, value);
            }
            unknown => return Err(Failure::bad(format!("json: unknown field {unknown:?}"))),
        }
    }
    if config.get("source").is_some_and(|source| source != "push") {
        config.insert("on_demand".into(), on_demand.into());
        config.entry("close_after").or_insert_with(|| USUAL_CLOSE_AFTER.into());
    }
    Ok(translated)
}

/// A stream as a path with every field that is told of it.
fn configured(app: &App, entry: &Entry) -> Map<String, Value> {
    let (config, standing) = (entry.config(), app.reloads.standing());
    let added = standing.state.stream(entry.name());
    let mut path = added.map(|added| added.foreign.clone()).unwrap_or_default();
    let source = match &config.source {
        config::Source::Push => "publisher".to_owned(),
        source => control::source::shown(source),
    };
    let transport = match config.transport {
        config::Transport::Auto => "automatic",
        config::Transport::Tcp => "tcp",
        config::Transport::Udp => "udp",
    };
    let own: [Value; TRANSLATED.len()] = [
        entry.name().as_str().into(),
        source.into(),
        (config.on_demand && config.source != config::Source::Push).into(),
        go_duration(config.start_timeout).into(),
        go_duration(config.close_after).into(),
        config.max_viewers.unwrap_or(0).into(),
        transport.into(),
    ];
    path.extend(TRANSLATED.iter().map(|field| (*field).to_owned()).zip(own));
    path.entry("record").or_insert(false.into());
    path
}

/// A stream as it runs.
fn state(entry: &Entry) -> Value {
    let (status, counted) = (entry.stream().status(), entry.stream().snapshot());
    let is_live = status.state == stream::State::Live;
    let since = is_live.then(|| date_time(status.since.wall));
    let kind = match &entry.config().source {
        config::Source::Rtsp(_) => Some("rtspSource"),
        config::Source::Http(_) => Some("hlsSource"),
        config::Source::Push => is_live.then_some("webRTCSession"),
        config::Source::File(_) | config::Source::Test(_) => Some("rtpSource"),
    };
    let (mut tracks, mut tracks2) = (Vec::new(), Vec::new());
    if let Some(parameters) = status.parameters.as_ref().filter(|_| is_live) {
        let codec = match parameters.codec {
            Codec::H264 => "H264",
            Codec::H265 => "H265",
            _ => "M-JPEG",
        };
        tracks.push(codec);
        tracks2.push(json!({ "codec": codec, "codecProps": { "width": parameters.size.width, "height": parameters.size.height } }));
    }
    if let Some(sound) = status.sound.as_ref().filter(|_| is_live) {
        let codec = match sound.codec {
            AudioCodec::Aac => "MPEG-4 Audio",
            AudioCodec::Pcmu | AudioCodec::Pcma => "G711",
            AudioCodec::Flac => "FLAC",
        };
        tracks.push(codec);
        tracks2.push(json!({ "codec": codec, "codecProps": { "sampleRate": sound.sample_rate, "channelCount": sound.channels } }));
    }
    let readers = entry.each_viewer().into_iter().map(|viewer| {
        let kind = match viewer.who.output {
            Output::Hls => "hlsSession",
            // What a browser has there that is neither HLS nor a recorder.
            Output::WebSocket | Output::Mjpeg => "webRTCSession",
        };
        json!({ "type": kind, "id": format!("00000000-0000-0000-0000-{:012x}", viewer.id) })
    });
    json!({
        "name": entry.name(),
        "confName": entry.name(),
        "ready": is_live,
        "readyTime": since,
        "available": is_live,
        "availableTime": since,
        "online": is_live,
        "onlineTime": since,
        "source": kind.map(|kind| json!({ "type": kind, "id": "" })),
        "tracks": tracks,
        "tracks2": tracks2,
        "readers": readers.collect::<Vec<_>>(),
        "inboundBytes": counted.bytes,
        "outboundBytes": entry.sent(),
        "inboundFramesInError": counted.lost,
        "bytesReceived": counted.bytes,
        "bytesSent": entry.sent(),
    })
}

/// A page of a list: `itemsPerPage` (100), `page` from 0.
fn page(entries: &[Arc<Entry>], query: Option<&str>, item: impl Fn(&Entry) -> Value) -> Answer {
    let (mut per_page, mut page) = (100_usize, 0_usize);
    for (name, value) in query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('=')) {
        let number = || {
            let syntax = || Failure::bad(format!("strconv.ParseUint: parsing {value:?}: invalid syntax"));
            value.parse::<u32>().map(|number| number as usize).map_err(|_| syntax())
        };
        match name {
            "itemsPerPage" if !value.is_empty() => per_page = number()?,
            "page" if !value.is_empty() => page = number()?,
            _ => {}
        }
    }
    if per_page == 0 {
        return Err(Failure::bad("invalid items per page"));
    }
    let items: Vec<_> =
        entries.iter().skip(page.saturating_mul(per_page)).take(per_page).map(|entry| item(entry)).collect();
    told(json!({ "itemCount": entries.len(), "pageCount": entries.len().div_ceil(per_page), "items": items }))
}

fn text<'v>(field: &str, value: &'v Value) -> Result<&'v str, Failure> {
    value.as_str().ok_or_else(|| mismatch(field, "string", value))
}

fn truth(field: &str, value: &Value) -> Result<bool, Failure> {
    value.as_bool().ok_or_else(|| mismatch(field, "bool", value))
}

fn mismatch(field: &str, wanted: &str, value: &Value) -> Failure {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    Failure::bad(format!("json: cannot unmarshal {kind} into Go value of type {wanted} ({field})"))
}

/// Go's durations, and days before them, as we write them: `1d2h` is `26h`.
fn duration(field: &str, value: &Value) -> Result<String, Failure> {
    let written = text(field, value)?;
    let Some((days, rest)) = written.split_once('d') else { return Ok(written.to_owned()) };
    let days: u64 = days.parse().map_err(|_| Failure::bad(format!("time: invalid duration {written:?}")))?;
    Ok(format!("{}h{rest}", days.saturating_mul(24)))
}

/// As Go writes it: `1m30s`, `500ms`.
fn go_duration(duration: Duration) -> String {
    let (seconds, millis) = (duration.as_secs(), duration.subsec_millis());
    if seconds == 0 && millis > 0 {
        return format!("{millis}ms");
    }
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}").trim_end_matches('0').to_owned() };
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}{fraction}s"),
        (0, _) => format!("{minutes}m{seconds}{fraction}s"),
        _ => format!("{hours}h{minutes}m{seconds}{fraction}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(object) => object,
            _ => Map::new(),
        }
    }

    fn error(path: Value) -> String {
        match translated(object(path)) {
            Err(Failure::Told(StatusCode::BAD_REQUEST, error)) => error,
            _ => "none".into(),
        }
    }

    #[test]
    fn a_path_is_a_stream_in_other_words() {
        let path = json!({
            "source": "rtsp://10.0.0.4/x", "sourceOnDemand": true, "sourceOnDemandCloseAfter": "1d2h", "maxReaders": 3, "rtspTransport": "tcp", "record": true,
        });
        let made = translated(object(path)).ok().unwrap();
        let config = json!({ "source": "rtsp://10.0.0.4/x", "on_demand": true, "close_after": "24h2h", "max_viewers": 3, "transport": "tcp" });
        assert_eq!((Value::from(made.config), made.foreign), (config, object(json!({ "record": true }))));
        let publisher = translated(Map::new()).ok().unwrap();
        assert_eq!(Value::from(publisher.config), json!({ "source": "push" }));
    }

    #[test]
    fn what_is_wrong_is_told_in_mediamtx_words() {
        assert_eq!(error(json!({ "sauce": 1 })), "json: unknown field \"sauce\"");
        assert!(
            error(json!({ "source": 1 })).starts_with("json: cannot unmarshal number into Go value of type string")
        );
        assert_eq!(error(json!({ "rtspTransport": "carrier" })), "invalid transport: 'carrier'");
    }

    #[test]
    fn durations_are_written_as_go_does() {
        let written =
            [0, 500, 1_500, 10_000, 90_000, 3_600_000].map(|millis| go_duration(Duration::from_millis(millis)));
        assert_eq!(written, ["0s", "500ms", "1.5s", "10s", "1m30s", "1h0m0s"]);
    }
}
