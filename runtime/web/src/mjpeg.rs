//! `/mjpeg/{stream}`: JPEGs in `multipart/x-mixed-replace`, for `<img>` and for what knows nothing else.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use egress::multipart;
use futures::{StreamExt, stream};
use http::HeaderName;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use hub::{Output, Ticket};
use media::StillFormat;
use picture::{Delivery, Format, Stills, Want};
use tokio_util::sync::CancellationToken;

use crate::app::{App, Named};
use crate::asked::{Asked, Unserved};
use crate::connection::Visit;
use crate::first::first;
use crate::problem::Problem;

/// nginx hands on what it is sent at once when this says `no`.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// `GET /mjpeg/{stream}`.
pub(crate) async fn mjpeg(
    State(app): State<Arc<App>>,
    Named(entry): Named,
    Extension(visit): Extension<Visit>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = Asked::parse(query.as_deref()).map_err(|why| match why {
        Unserved::Bad(problem) => problem,
        Unserved::NotAvailable(_) => only_jpeg(),
    })?;
    if asked.want.format.is_some_and(|format| format != Format::Jpeg) {
        return Err(only_jpeg());
    }
    let ticket = entry.admit(Output::Mjpeg).map_err(|full| Problem::full(entry.name().as_str(), full))?;
    let mut stills = entry.pictures().subscribe(Want { format: Some(Format::Jpeg), ..asked.want });
    let delivery = first(&app, &entry, &mut stills).await?;
    // The nearest rendition that runs may be of another format.
    if delivery.still.format != StillFormat::Jpeg {
        return Err(Problem::no_rendition(entry.name().as_str(), "jpeg"));
    }
    let headers = [
        (CONTENT_TYPE, multipart::MEDIA_TYPE),
        (CACHE_CONTROL, "no-cache, no-store, must-revalidate, private"),
        (PRAGMA, "no-cache"),
        (X_ACCEL_BUFFERING, "no"),
    ];
    let parts = Parts { stills, stop: app.stop.clone(), chunk: Chunk::Header(delivery), _held: (ticket, visit) };
    let opening = stream::iter([Ok(Bytes::from_static(multipart::OPENING))]);
    Ok((headers, Body::from_stream(opening.chain(stream::unfold(parts, Parts::next)))).into_response())
}

fn only_jpeg() -> Problem {
    Problem::bad_parameter("format", "`format` is `jpeg` here: for WebP there are /ws and /still")
}

/// A body that is being sent. It holds one still: the next one is taken, the newest then, when the client has taken this one.
struct Parts {
    stills: Stills,
    stop: CancellationToken,
    chunk: Chunk,
    _held: (Ticket, Visit),
}

/// What is sent next. The boundary behind a part is sent with it, not with the next.
enum Chunk {
    Header(Delivery),
    Data(Bytes),
    Boundary,
    Wait,
}

impl Parts {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        while let Chunk::Wait = self.chunk {
            let delivery = self.stop.run_until_cancelled(self.stills.recv()).await??;
            // What is sent as it was pushed may change its format.
            if delivery.still.format == StillFormat::Jpeg {
                self.chunk = Chunk::Header(delivery);
            }
        }
        let (bytes, then) = match self.chunk {
            Chunk::Header(Delivery { still, .. }) => (multipart::header(&still), Chunk::Data(still.data)),
            Chunk::Data(data) => (data, Chunk::Boundary),
            Chunk::Boundary => (Bytes::from_static(multipart::BOUNDARY), Chunk::Wait),
            Chunk::Wait => return None,
        };
        self.chunk = then;
        Some((Ok(bytes), self))
    }
}
