//! The API of a small manager of streams that runs ffmpeg for each camera: a backend asks for a camera by a number of its own and the link, and gives the path of a
//! playlist to its page. What nobody watches ends by itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use config::{HlsStorage, StreamManager};
use control::state::{self, Change, Match, Translated};
use http::header::ALLOW;
use http::{HeaderMap, StatusCode};
use hub::Entry;
use media::StreamName;
use serde_json::{Map, Value, json};
use stream::Start;
use tokio::time::timeout;

use super::{not_from_elsewhere, object, why};
use crate::app::{App, Segment};
use crate::fresh::FRESH;
use crate::problem::{Kind, Problem};

/// What marks a stream as one of this API's, in what is kept beside its configuration.
const MARK: &str = "stream_manager";

/// `GET /api/stream/start?indicator_id=…&rtsp_link=…`: answers when the camera brings media, or with why it does not.
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let manager = on(&app)?;
    not_from_elsewhere(&headers)?;
    let asked = asked(query.as_deref());
    let (Some(id), Some(link)) = (asked.get("indicator_id"), asked.get("rtsp_link")) else {
        return Ok(refused("indicator_id and rtsp_link are required", "both stand behind `?`".into()));
    };
    Ok(begin(&app, &manager, id, link).await)
}

/// `POST /api/stream/stop`: `indicator_id` in the body or behind `?`.
pub(crate) async fn stop(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    body: Body,
) -> Result<Response, Problem> {
    on(&app)?;
    let in_body = match object(body).await {
        Ok(object) => object,
        Err(error) => return Ok(refused("the body is no JSON", error)),
    };
    match asked(query.as_deref()).get("indicator_id").cloned().or_else(|| word(in_body.get("indicator_id"))) {
        Some(id) => Ok(end(&app, &id).await),
        None => Ok(refused("indicator_id is required", "in the body, or behind `?`".into())),
    }
}

/// `GET /api/stream/status`, of one stream with `?indicator_id=…`.
pub(crate) async fn status(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    on(&app)?;
    if let Some(id) = asked(query.as_deref()).get("indicator_id") {
        let entry = id.parse().ok().and_then(|name: StreamName| app.hub.existing(&name));
        return Ok(match entry {
            Some(entry) => (FRESH, Json(told(&entry))).into_response(),
            None => unknown(id),
        });
    }
    let standing = app.reloads.standing();
    let mut entries = app.hub.entries();
    entries.retain(|entry| begun(&standing.state, entry.name()).is_some());
    let streams: Vec<_> = entries.iter().map(|entry| told(entry)).collect();
    Ok((FRESH, Json(json!({ "active_streams": streams.len(), "streams": streams }))).into_response())
}

/// `POST /api/streams/service {cameraId, rtspUrl, action}`: the address of a stream of this name, which otherwise takes no POST.
pub(crate) async fn service(
    State(app): State<Arc<App>>,
    Segment(name): Segment,
    body: Body,
) -> Result<Response, Problem> {
    let manager = match on(&app) {
        Ok(manager) if name == "service" => manager,
        _ => {
            let problem = Problem::plain(Kind::MethodNotAllowed, "this address takes another method");
            return Ok(([(ALLOW, "GET,HEAD,PUT,PATCH,DELETE")], problem).into_response());
        }
    };
    let asked = match object(body).await {
        Ok(asked) => asked,
        Err(error) => return Ok(refused("the body is no JSON", error)),
    };
    let (id, link) = (word(asked.get("cameraId")), word(asked.get("rtspUrl")));
    match (asked.get("action").and_then(Value::as_str), id, link) {
        (Some("start"), Some(id), Some(link)) => Ok(begin(&app, &manager, &id, &link).await),
        (Some("stop"), Some(id), _) => Ok(end(&app, &id).await),
        (Some("start" | "stop"), ..) => {
            Ok(refused("cameraId and rtspUrl are required", "rtspUrl for `start` alone".into()))
        }
        _ => Ok(refused("action is unknown", "`start` or `stop`".into())),
    }
}

/// Makes the stream if it is not there, and waits for its media.
async fn begin(app: &Arc<App>, manager: &StreamManager, id: &str, link: &str) -> Response {
    let name: StreamName = match id.parse() {
        Ok(name) => name,
        Err(bad) => return refused("indicator_id is no name of a stream", format!("{bad}")),
    };
    let running = app.hub.existing(&name).filter(|entry| entry.stream().status().state == stream::State::Live);
    if let Some(entry) = running {
        return (FRESH, Json(json!({ "stream_path": path(&entry), "status": "running" }))).into_response();
    }
    let standing = app.reloads.standing();
    let config = match begun(&standing.state, &name) {
        // What an operator gave it since, a filter for one, stays.
        Some(there) => {
            let mut config = there.config.clone();
            config.insert("source".into(), link.into());
            config
        }
        None if app.hub.existing(&name).is_some() => {
            return refused(
                "the stream cannot be started",
                "a stream of this name is there that was not begun here".into(),
            );
        }
        None => config_of(manager, link),
    };
    if begun(&standing.state, &name).is_none_or(|there| there.config != config) {
        let wanted = Translated { config, foreign: Map::from_iter([(MARK.to_owned(), true.into())]) };
        let made = app.reloads.stream(&name, Change::Translated(wanted, Match::Any)).await;
        if let Err(why_not) = made {
            return refused("the stream cannot be started", why(&name, &why_not));
        }
    }
    let Ok(entry) = app.entry(name.as_str()) else {
        return refused("the stream cannot be started", "it was taken away meanwhile".into());
    };
    // Demand for a moment: what nobody watches behind it ends after `close_after`.
    let came = Instant::now();
    let demand = entry.stream().subscribe(Start::Gop);
    let mut status = entry.stream().watch();
    let settled = status.wait_for(|status| match status.state {
        stream::State::Live => true,
        // What failed before is tried anew for who comes.
        stream::State::Failed | stream::State::BackOff => status.since.steady >= came,
        _ => false,
    });
    let settled = timeout(entry.config().start_timeout, settled).await;
    let is_live = matches!(&settled, Ok(Ok(status)) if status.state == stream::State::Live);
    drop(settled);
    drop(demand);
    if is_live {
        return (FRESH, Json(json!({ "stream_path": path(&entry), "status": "started" }))).into_response();
    }
    let reason = entry.stream().status().reason.map(|reason| reason.text.to_string());
    let details = reason.unwrap_or_else(|| "no media came in time".into());
    let answer = json!({ "error": "the stream does not start", "details": details, "status": "error" });
    (StatusCode::BAD_GATEWAY, FRESH, Json(answer)).into_response()
}

/// A stream that was begun here.
fn begun<'s>(state: &'s state::State, name: &StreamName) -> Option<&'s state::Stream> {
    state.stream(name).filter(|there| there.foreign.contains_key(MARK))
}

/// Takes the stream away, if it was begun here: others are not this client's.
async fn end(app: &App, id: &str) -> Response {
    let Ok(name) = id.parse::<StreamName>() else { return unknown(id) };
    if begun(&app.reloads.standing().state, &name).is_none() {
        return unknown(id);
    }
    match app.reloads.stream(&name, Change::Remove(Match::Any)).await {
        Ok(_) => (FRESH, Json(json!({ "indicator_id": id, "status": "stopped" }))).into_response(),
        Err(control::reload::Refused::NotChanged(_)) => unknown(id),
        Err(why_not) => refused("the stream cannot be stopped", why(&name, &why_not)),
    }
}

/// A stream of this API, in our words: whole segments of MPEG-TS, as ffmpeg makes them.
fn config_of(manager: &StreamManager, link: &str) -> Map<String, Value> {
    let seconds = |time: Duration| format!("{}s", time.as_secs());
    let mut hls = json!({ "variant": "ts" });
    if let Some(segment) = manager.segment {
        hls["segment"] = seconds(segment).into();
    }
    if let Some(window) = manager.window {
        hls["window"] = window.into();
    }
    if manager.folder.is_some() {
        hls["storage"] = HlsStorage::STREAM_DIR.into();
    }
    let close_after = seconds(manager.close_after);
    hls["close_after"] = close_after.clone().into();
    Map::from_iter([
        ("source".to_owned(), link.into()),
        ("close_after".to_owned(), close_after.into()),
        ("hls".to_owned(), hls),
    ])
}

fn told(entry: &Entry) -> Value {
    let status = entry.stream().status();
    json!({
        "indicator_id": entry.name(),
        "stream_path": path(entry),
        "status": if status.state == stream::State::Live { "running" } else { status.state.word() },
        "viewers": entry.viewers().total,
        "uptime": if status.state == stream::State::Live { status.since.steady.elapsed().as_secs() } else { 0 },
        "details": status.reason.map(|reason| reason.text.to_string()),
    })
}

fn path(entry: &Entry) -> String {
    format!("/streams/{}/stream.m3u8", entry.name())
}

fn on(app: &App) -> Result<StreamManager, Problem> {
    app.hub.in_force().config.compat.stream_manager.clone().ok_or_else(Problem::not_found)
}

fn refused(error: &str, details: String) -> Response {
    (StatusCode::BAD_REQUEST, FRESH, Json(json!({ "error": error, "details": details, "status": "error" })))
        .into_response()
}

fn unknown(id: &str) -> Response {
    let answer =
        json!({ "error": "no such stream", "details": format!("no stream was started for {id:?}"), "status": "error" });
    (StatusCode::NOT_FOUND, FRESH, Json(answer)).into_response()
}

/// What stands behind `?` (the URL standard, section 5.1).
fn asked(query: Option<&str>) -> std::collections::BTreeMap<String, String> {
    let decoded =
        |text: &str| percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(_, value)| !value.is_empty()).map(|(name, value)| (decoded(name), decoded(value))).collect()
}

/// A number or a word: clients send both.
fn word(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(word) if !word.is_empty() => Some(word.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
