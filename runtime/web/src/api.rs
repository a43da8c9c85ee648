//! What operators see, over HTTP.

use std::sync::Arc;

use access::Person;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use control::configured::Configured;
use control::health::Health;
use control::installed::{Installed, List};
use control::reload::NotReloaded;
use control::stats::Stats;
use serde::Serialize;

use crate::app::{App, Segment};
use crate::compat::cctv;
use crate::fresh::{FRESH, fresh};
use crate::problem::{Kind, Problem};

/// `GET /api/config`.
pub(crate) async fn config(State(app): State<Arc<App>>) -> Response {
    fresh(Configured::of(&app.reloads.standing()))
}

/// `GET /api/health`.
pub(crate) async fn health(State(app): State<Arc<App>>) -> Response {
    fresh(Health::now(&app.hub, app.version))
}

/// `GET /api/plugins`.
pub(crate) async fn plugins(State(app): State<Arc<App>>, Extension(person): Extension<Person>) -> Response {
    let mut list = List::now(&app.hub);
    for plugin in &mut list.plugins {
        seen_by(&person, plugin);
    }
    fresh(list)
}

/// `GET /api/plugins/{name}`.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "PluginWithOptions")]
pub(crate) struct Described {
    /// As in the list.
    #[serde(flatten)]
    plugin: Installed,
    /// JSON Schema (2020-12) of the options that it takes on a stream; null where it says nothing of them.
    options: serde_json::Value,
}

/// `GET /api/plugins/{name}`.
pub(crate) async fn plugin(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    Segment(name): Segment,
) -> Result<Response, Problem> {
    let unknown = || Problem::not_reloaded(&name, &NotReloaded::Unknown(name.clone()));
    let mut plugin = Installed::now(&app.hub, &name).ok_or_else(unknown)?;
    seen_by(&person, &mut plugin);
    let in_force = app.hub.in_force();
    let options = in_force.plugins.get(&name).map(|plugin| plugin.describe().options.clone()).unwrap_or_default();
    Ok(fresh(Described { plugin, options }))
}

/// Leaves the streams that somebody may view.
fn seen_by(person: &Person, plugin: &mut Installed) {
    plugin.streams.retain(|used| person.sees(&used.stream));
    plugin.services.retain(|service| person.sees(&service.stream));
    plugin.format_policies.retain(|policy| person.sees(&policy.stream));
}

/// `GET /api/stats`.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Totals")]
pub(crate) struct Totals {
    #[serde(flatten)]
    all: Stats,
    /// Of the one camera, where `compat.cctv` names it.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    camera: Option<cctv::Stats>,
}

/// `GET /api/stats`.
pub(crate) async fn stats(State(app): State<Arc<App>>, Extension(person): Extension<Person>) -> Response {
    fresh(Totals::seen_by(&app, &person))
}

impl Totals {
    /// Of the streams that somebody may view.
    pub(crate) fn seen_by(app: &App, person: &Person) -> Self {
        let mut entries = app.hub.entries();
        entries.retain(|entry| person.sees(entry.name()));
        let camera = cctv::camera(app, person).ok().flatten();
        let camera = camera.map(|entry| cctv::Stats::of(app, &entry));
        Self { all: Stats::now(&app.hub, &entries), camera }
    }
}

/// `POST /api/plugins/{name}/reload`. Whoever asked and leaves does not stop it.
pub(crate) async fn reload(State(app): State<Arc<App>>, Segment(name): Segment) -> Result<Response, Problem> {
    let reloaded = app.reloads.plugin(&name).await.map_err(|why| Problem::not_reloaded(&name, &why))?;
    Ok(fresh(reloaded))
}

/// `GET /healthz`: for whoever restarts what does not answer.
pub(crate) async fn healthz() -> Response {
    (FRESH, "ok\n").into_response()
}

/// `GET /readyz`: for whoever sends viewers here. The listener is the last thing that is begun, so that what answers has its configuration in force; a connection
/// that was there before the program stops is told so, and there are no new ones.
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    match app.stop.is_cancelled() {
        true => Err(Problem::plain(Kind::Stopping, "the server stops: send nobody here")),
        false => Ok((FRESH, "ready\n").into_response()),
    }
}

/// `GET /problems/{kind}`.
pub(crate) async fn problem(Segment(kind): Segment) -> Result<String, Problem> {
    Kind::explain(&kind).ok_or_else(Problem::not_found)
}
