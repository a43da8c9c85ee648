//! `POST /ingest/{stream}`: one still per request body.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, State};
use bytes::{Bytes, BytesMut};
use config::Source;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use media::image;
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout, timeout_at};

use crate::app::{App, Named};
use crate::connection::Order;
use crate::problem::{Kind, Problem};

/// Bytes of bodies that are read at once, over all connections: sixteen of the largest. When full the next wait, at most [`PATIENCE`].
pub(crate) const MAX_BODIES: usize = 16 * image::MAX_BYTES;

/// How long a post waits for its body to be read.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a body may pause.
const PAUSE: Duration = Duration::from_secs(10);

/// How long a body may take: the largest at 2 Mbit/s.
const WHOLE: Duration = Duration::from_secs(60);

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
    let body = read(body, length).await?;
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
        Some(length) if length > image::MAX_BYTES as u64 => Err(Problem::too_large()),
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

async fn read(mut body: Body, length: Option<usize>) -> Result<Bytes, Problem> {
    let slow = || Problem::plain(Kind::TooSlow, "the body paused for 10 s, or took longer than 60 s");
    let end = Instant::now() + WHOLE;
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    loop {
        let frame = timeout_at(end.min(Instant::now() + PAUSE), body.frame()).await.map_err(|_| slow())?;
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|_| Problem::plain(Kind::Incomplete, "the body broke off"))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + whole.len() + data.len() > image::MAX_BYTES {
            return Err(Problem::too_large());
        }
        if first.is_empty() && whole.is_empty() {
            // A body in one piece is taken as it is.
            first = data;
            continue;
        }
        if whole.is_empty() {
            whole.reserve(length.unwrap_or(2 * (first.len() + data.len())));
            whole.extend_from_slice(&std::mem::take(&mut first));
        }
        whole.extend_from_slice(&data);
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    async fn read_pieces(pieces: &[usize]) -> Result<usize, Problem> {
        let pieces: Vec<_> =
            pieces.iter().map(|length| Ok::<_, std::io::Error>(Bytes::from(vec![7; *length]))).collect();
        read(Body::from_stream(stream::iter(pieces)), None).await.map(|body| body.len())
    }

    #[tokio::test]
    async fn a_body_comes_in_any_pieces_and_is_bounded() {
        assert_eq!(read_pieces(&[]).await, Ok(0));
        assert_eq!(read_pieces(&[5]).await, Ok(5));
        assert_eq!(read_pieces(&[5, 0, 6, 7]).await, Ok(18));
        assert_eq!(read_pieces(&[image::MAX_BYTES]).await, Ok(image::MAX_BYTES));
        assert_eq!(read_pieces(&[image::MAX_BYTES, 1]).await, Err(Problem::too_large()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_pauses_is_not_waited_for() {
        let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let begun = Instant::now();
        assert!(read(body, None).await.is_err());
        assert_eq!(begun.elapsed(), PAUSE);
    }
}
