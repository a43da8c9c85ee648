//! `/mjpeg/{stream}`: JPEGs in `multipart/x-mixed-replace`, for `<img>` and for what knows nothing else.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Extension, RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use egress::chooser::{self, Chooser, Guest, Served};
use egress::multipart;
use futures::{StreamExt, stream};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use http::{HeaderMap, HeaderName};
use hub::{Entry, Output, Ticket};
use media::StillFormat;
use picture::{Delivery, Format, Stills, Want};
use plugin::policy;
use tokio::sync::watch;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use crate::app::{App, Named};
use crate::asked::Asked;
use crate::connection::Visit;
use crate::first::first;
use crate::problem::Problem;
use crate::viewers::who;

/// nginx hands on what it is sent at once when this says `no`.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// `GET /mjpeg/{stream}`.
pub(crate) async fn mjpeg(
    State(app): State<Arc<App>>,
    Named(entry): Named,
    Extension(visit): Extension<Visit>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::parse(query.as_deref())?;
    if asked.video.is_some() || asked.want.format.is_some_and(|format| format != Format::Jpeg) {
        return Err(only_jpeg());
    }
    let who = who(Output::Mjpeg, &visit, &headers);
    let ticket = entry.admit(who).map_err(|full| Problem::full(entry.name().as_str(), full))?;
    let kicked = ticket.kicked();
    let want = Want { format: Some(Format::Jpeg), ..asked.want };
    let guest = Guest { output: policy::Output::Mjpeg, accepts: vec![StillFormat::Jpeg], want };
    let Served { mut stills, chooser, policy } = chooser::subscribe(&entry, guest).await;
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
    let parts = Parts {
        entry,
        stills,
        chooser,
        policy,
        stop: app.stop.clone(),
        chunk: Chunk::Header(delivery),
        handed_on: None,
        _held: (ticket, visit),
    };
    let opening = stream::iter([Ok(Bytes::from_static(multipart::OPENING))]);
    let parts = stream::unfold(parts, Parts::next).take_until(kicked);
    Ok((headers, Body::from_stream(opening.chain(parts))).into_response())
}

fn only_jpeg() -> Problem {
    Problem::bad_parameter("format", "`format` is `jpeg` here: for WebP there are /ws and /still")
}

/// A body that is being sent. It holds one still: the next one is taken, the newest then, when the client has taken this one.
struct Parts {
    entry: Arc<Entry>,
    stills: Stills,
    chooser: Chooser,
    policy: watch::Receiver<()>,
    stop: CancellationToken,
    chunk: Chunk,
    /// When the last chunk was handed to the connection, which asks for the next one when the client has taken enough of it. Only where it is measured.
    handed_on: Option<Instant>,
    _held: (Ticket, Visit),
}

/// What is sent next. The boundary behind a part is sent with it, not with the next.
enum Chunk {
    Header(Delivery),
    Data(Delivery),
    Boundary,
    Wait,
}

impl Parts {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if let (Some(meter), Some(handed_on)) = (self.chooser.meter(), self.handed_on.take()) {
            meter.wait(handed_on.elapsed());
        }
        // A client that takes its time may have had a filter added meanwhile.
        match &self.chunk {
            Chunk::Header(delivery) if !self.stills.holds(delivery) => self.chunk = Chunk::Wait,
            // Its length is told already: the body ends here, and the client comes again.
            Chunk::Data(delivery) if !self.stills.holds(delivery) => return None,
            _ => {}
        }
        while let Chunk::Wait = self.chunk {
            let stop = self.stop.clone();
            let delivery = stop.run_until_cancelled(self.delivery()).await??;
            // What is sent as it was pushed may change its format.
            if delivery.still.format == StillFormat::Jpeg {
                self.chunk = Chunk::Header(delivery);
            }
        }
        let (bytes, then) = match self.chunk {
            Chunk::Header(delivery) => {
                if let Some(meter) = self.chooser.meter() {
                    meter.count(delivery.still.data.len(), delivery.skipped);
                }
                (multipart::header(&delivery.still), Chunk::Data(delivery))
            }
            Chunk::Data(delivery) => {
                self.entry.count_sent(delivery.still.data.len());
                (delivery.still.data, Chunk::Boundary)
            }
            Chunk::Boundary => (Bytes::from_static(multipart::BOUNDARY), Chunk::Wait),
            Chunk::Wait => return None,
        };
        self.chunk = then;
        self.handed_on = self.chooser.meter().is_some().then(Instant::now);
        Some((Ok(bytes), self))
    }

    /// The next still. Whoever chooses is asked between two, when it is time.
    async fn delivery(&mut self) -> Option<Delivery> {
        let Self { chooser, policy, stills, .. } = self;
        loop {
            let next = chooser.next();
            let due = async {
                match next {
                    Some(next) => sleep_until(next.into()).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                biased;
                changed = policy.changed() => {
                    changed.ok()?;
                    chooser.policy_changed(stills, Instant::now()).await;
                }
                () = due => chooser.choose(stills, Instant::now()).await,
                delivery = stills.recv() => return delivery,
            }
        }
    }
}
