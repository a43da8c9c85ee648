//! `/still/{stream}.jpg` and `.webp`: the newest picture, for those who ask now and then. Asking is no viewer: it takes no place.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use egress::chooser::{self, Guest, Served};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LAST_MODIFIED};
use http::{HeaderMap, HeaderName, StatusCode};
use media::Still;
use picture::{Format, Want};
use plugin::policy::Output;

use crate::app::{App, Segment};
use crate::asked::Asked;
use crate::first::first;
use crate::problem::Problem;
use crate::tag;

/// When the picture was taken, in seconds since 1970 with a fraction: what `Last-Modified` has no room for.
const X_TIMESTAMP: HeaderName = HeaderName::from_static("x-timestamp");

/// `GET /still/{stream}.jpg` or `.webp`.
pub(crate) async fn still(
    State(app): State<Arc<App>>,
    Segment(file): Segment,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (name, format) = match file.rsplit_once('.') {
        Some((name, "jpg" | "jpeg")) => (name, Format::Jpeg),
        Some((name, "webp")) => (name, Format::WebP),
        _ => return Err(Problem::not_found()),
    };
    let entry = app.entry(name)?;
    // The format is in the name: `?format` says nothing here.
    let asked = Asked::parse(query.as_deref())?;
    if asked.video.is_some() {
        return Err(Problem::bad_parameter("format", "the format is the end of the address"));
    }
    let want = Want { format: Some(format), ..asked.want };
    let guest = Guest { output: Output::Still, accepts: format.fixed().into_iter().collect(), want };
    let Served { mut stills, .. } = chooser::subscribe(&entry, guest).await;
    // A late viewer is given a key frame of some seconds ago at first; who asks for the newest waits for what is behind it.
    let mut newest = first(&app, &entry, &mut stills).await?;
    while newest.superseded {
        // Nothing came behind it: then it is the newest that there is.
        let Ok(next) = first(&app, &entry, &mut stills).await else { break };
        newest = next;
    }
    // While this waited for a newer one a filter may have been added.
    while !stills.holds(&newest) {
        newest = first(&app, &entry, &mut stills).await?;
    }
    // The nearest rendition that runs may be of another format.
    if newest.still.format.word() != format.word() {
        return Err(Problem::no_rendition(name, format.word()));
    }
    let answer = answer(&newest.still, &headers);
    if answer.status() == StatusCode::OK {
        entry.count_sent(newest.still.data.len());
    }
    Ok(answer)
}

fn answer(still: &Still, asked: &HeaderMap) -> Response {
    let taken = still.captured.unwrap_or(still.received.wall);
    let tag = format!("\"{:x}-{:x}\"", still.received.unix_nanos(), still.data.len());
    let known = tag::is_known(asked, &tag);
    let headers = [
        (CONTENT_TYPE, still.format.media_type().to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        (LAST_MODIFIED, httpdate::fmt_http_date(taken)),
        (ETAG, tag),
        (X_TIMESTAMP, egress::multipart::seconds(taken)),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, still.data.clone()).into_response()
}
