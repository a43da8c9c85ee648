//! What goes on, as Server-Sent Events (HTML, section 9.2).

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use http::HeaderName;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How often a silent connection says something: proxies close those that do not for half a minute or more.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// After how long an `EventSource` comes again.
const RETRY: &str = "retry: 2000\n\n";

/// What somebody is told, one thing behind the other.
pub(crate) trait Blocks: Send + 'static {
    /// The next, as it stands in the answer. Cancel-safe.
    fn next(&mut self) -> impl Future<Output = String> + Send;
}

/// Tells until it is stopped, or nobody reads.
pub(crate) fn answer(blocks: impl Blocks, stop: CancellationToken) -> Response {
    let begin = futures::stream::iter([Ok::<_, Infallible>(Bytes::from_static(RETRY.as_bytes()))]);
    let rest = futures::stream::unfold((blocks, stop), |(mut blocks, stop)| async {
        let told = stop.run_until_cancelled(timeout(HEARTBEAT, blocks.next())).await?;
        // A comment: section 9.2.6.
        let text = told.unwrap_or_else(|_| ":\n\n".to_owned());
        Some((Ok(Bytes::from(text)), (blocks, stop)))
    });
    // nginx would collect it otherwise.
    let buffering = (HeaderName::from_static("x-accel-buffering"), "no");
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
    (headers, [buffering], Body::from_stream(begin.chain(rest))).into_response()
}
