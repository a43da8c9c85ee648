//! `POST /ingest/{stream}`: one still per request body.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, State};
use config::Source;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use media::image;
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;

use crate::app::{App, Named};
use crate::body;
use crate::connection::Order;
use crate::problem::Problem;

/// Bytes of bodies that are read at once, over all connections: sixteen of the largest. When full the next wait, at most [`PATIENCE`].
pub(crate) const MAX_BODIES: usize = 16 * image::MAX_BYTES;

/// How long a post waits for its body to be read.
const PATIENCE: Duration = Duration::from_secs(10);

/// `POST /ingest/{stream}`. What can be refused by the header is refused before the body is read, so that a client that asked with
/// `Expect: 100-continue` (RFC 9110 section 10.1.1) does not send it.
pub(crate) async fn ingest(
    State(app): State<Arc<App>>,
    Named(entry): Named,
    Extension(Order(arrival)): Extension<Order>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let name = entry.name().as_str();
    if entry.config().source != Source::Push {
        return Err(Problem::not_push(name));
    }
    let length = length(&headers)?;
    // Whoever waits for an earlier post holds nothing that the earlier one needs.
    arrival.turn().await;
    let room = room(&app, length).await?;
    let body = body::read(body, length, image::MAX_BYTES).await?;
    let image = image::check(&body).map_err(|why| Problem::bad_image(name, &why))?;
    entry.ingest(body, image).await.map_err(|refused| Problem::not_taken(name, &refused))?;
    drop(room);
    Ok(StatusCode::NO_CONTENT)
}

/// The length that the client announces, if it does.
fn length(headers: &HeaderMap) -> Result<Option<usize>, Problem> {
    // hyper has refused a Content-Length that is no number.
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    match announced {
        Some(length) if length > image::MAX_BYTES as u64 => Err(Problem::too_large(image::MAX_BYTES)),
        length => Ok(length.map(|length| length as usize)),
    }
}

/// Room for a body; one of unknown length may be as long as any.
async fn room(app: &App, length: Option<usize>) -> Result<SemaphorePermit<'_>, Problem> {
    let bytes = length.unwrap_or(image::MAX_BYTES) as u32;
    match timeout(PATIENCE, app.bodies.acquire_many(bytes)).await {
        Ok(room) => Ok(room.expect("the semaphore is never closed")),
        Err(_) => Err(Problem::busy("too many bodies are being read")),
    }
}
