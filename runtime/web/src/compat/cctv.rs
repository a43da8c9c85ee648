//! The addresses of a server for one camera, which `compat.cctv` names: a picture for `<img>`, and figures for a page beside it.

pub(crate) mod socket_io;

use std::sync::Arc;

use access::Person;
use axum::extract::{Extension, RawQuery, State};
use axum::response::Response;
use http::HeaderMap;
use hub::Entry;
use media::StreamName;
use serde::Serialize;

use crate::app::{App, Named};
use crate::connection::Visit;
use crate::fresh::fresh;
use crate::mjpeg;
use crate::problem::Problem;

/// How the camera is: `GET /api/status`.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "CctvStatus")]
pub(crate) struct Status {
    /// The stream.
    pub(crate) stream: StreamName,
    /// `online` while pictures come, `offline` otherwise.
    pub(crate) status: &'static str,
    /// The same.
    pub(crate) camera_connected: bool,
    /// What it is doing, in our word.
    pub(crate) state: stream::State,
    /// Why no picture comes.
    pub(crate) error: Option<String>,
    /// `1280x720`, once it is known.
    pub(crate) resolution: Option<String>,
    /// Who watches.
    pub(crate) viewers: u32,
    /// Seconds since pictures come.
    pub(crate) uptime: u64,
}

/// The camera's figures: those of `GET /api/stats` that this adapter adds.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "CctvStats")]
pub(crate) struct Stats {
    /// What plugins found on this stream, of what is remembered.
    pub(crate) detection_count: usize,
    /// Pictures a second from the camera.
    pub(crate) fps: f64,
    /// Bytes from the camera.
    pub(crate) inbound: u64,
    /// Bytes to viewers.
    pub(crate) outbound: u64,
}

/// `GET /video_feed`, `GET /api/stream/video`: MJPEG of the camera.
pub(crate) async fn video(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    Extension(visit): Extension<Visit>,
    query: RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let entry = camera(&app, &person)?.ok_or_else(Problem::not_found)?;
    mjpeg::mjpeg(State(app), Named(entry), Extension(visit), query, headers).await
}

/// `GET /api/status`.
pub(crate) async fn status(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
) -> Result<Response, Problem> {
    let entry = camera(&app, &person)?.ok_or_else(Problem::not_found)?;
    Ok(fresh(Status::of(&entry)))
}

/// The camera, where the adapter is on. Who may not view it is told what they would be told of a stream that is not there.
pub(crate) fn camera(app: &App, person: &Person) -> Result<Option<Arc<Entry>>, Problem> {
    let in_force = app.hub.in_force();
    let Some(name) = &in_force.config.compat.cctv else { return Ok(None) };
    let unknown = || Problem::not_there(name.as_str(), &hub::NotThere::Unknown(name.clone()));
    if !person.sees(name) {
        return Err(unknown());
    }
    app.entry(name.as_str()).map(Some)
}

impl Status {
    fn of(entry: &Entry) -> Self {
        let status = entry.stream().status();
        let is_live = status.state == stream::State::Live;
        Self {
            stream: entry.name().clone(),
            status: if is_live { "online" } else { "offline" },
            camera_connected: is_live,
            state: status.state,
            error: status.reason.as_ref().map(|reason| reason.text.to_string()),
            resolution: status.parameters.as_ref().map(|known| format!("{}x{}", known.size.width, known.size.height)),
            viewers: entry.viewers().total,
            uptime: if is_live { status.since.steady.elapsed().as_secs() } else { 0 },
        }
    }
}

impl Stats {
    /// Of one camera.
    pub(crate) fn of(app: &App, entry: &Entry) -> Self {
        let counted = entry.stream().snapshot();
        // An event with annotations is one that something was found in, whatever its kind is.
        let found = app.hub.journal();
        let detections = found.count(|event| event.has_annotations() && event.stream().as_ref() == Some(entry.name()));
        Self {
            detection_count: detections,
            fps: (f64::from(counted.rate) * 100.0).round() / 100.0,
            inbound: counted.bytes,
            outbound: entry.sent(),
        }
    }
}
