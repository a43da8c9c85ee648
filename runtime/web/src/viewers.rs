//! Who watches: a list for operators, and the way to end a visit.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use control::viewers::List;
use http::HeaderMap;
use http::header::USER_AGENT;
use hub::{Output, Who};
use serde_json::json;

use crate::app::{App, Named};
use crate::connection::Visit;
use crate::fresh::{done, fresh};
use crate::problem::Problem;

/// Who asks, as far as the connection and the headers tell.
pub(crate) fn who(output: Output, visit: &Visit, headers: &HeaderMap) -> Who {
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).map(str::to_owned);
    Who { output, peer: visit.peer, agent }
}

/// `GET /api/viewers`.
pub(crate) async fn all(State(app): State<Arc<App>>) -> Response {
    fresh(List::now(&app.hub.entries()))
}

/// `GET /api/streams/{name}/viewers`.
pub(crate) async fn of_stream(Named(entry): Named) -> Response {
    fresh(List::now(&[entry]))
}

/// `DELETE /api/streams/{name}/viewers/{id}`: its connection is closed, and a player of HLS is refused for a minute. It may come again.
pub(crate) async fn kick(
    State(app): State<Arc<App>>,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let entry = app.entry(&name)?;
    match id.parse().ok().filter(|id| entry.kick(*id)) {
        Some(viewer) => {
            tracing::info!(stream = name, viewer, "told to go by an operator");
            app.hub.journal().write("viewer-kicked", Some(entry.name()), None, json!({ "viewer": viewer }));
            Ok(done())
        }
        None => Err(Problem::unknown_viewer(&name)),
    }
}
