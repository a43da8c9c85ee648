//! One connection: HTTP/1.1 or HTTP/2, whichever the client begins with: by prior knowledge (RFC 9113 section 3.3), or as both sides agreed in TLS
//! (RFC 7301).

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::arrival::{Arrival, Arrivals};
use crate::listener::Door;
use crate::problem::{Kind, Problem};
use crate::wire::Wire;

/// How long TLS and the header of the first request may take together. Whoever sends it more slowly holds a place that others want.
const FIRST_HEADER: Duration = Duration::from_secs(10);

/// How long an HTTP/1.1 connection may be idle between requests, the header of the next one included.
const IDLE: Duration = Duration::from_secs(30);

/// Bytes of a request's header: many times what browsers and proxies send. It is also how much of an answer hyper holds back before it asks for more,
/// so that a slow reader of MJPEG has one part in flight and not a dozen.
const MAX_HEADER: usize = 16 << 10;

/// Requests at once on one HTTP/2 connection.
const H2_REQUESTS: u32 = 64;

/// Bytes of one HTTP/2 request that may be on their way unread: a still's worth.
const H2_STREAM_WINDOW: u32 = 256 << 10;

/// The same of all requests of a connection: posts wait for those before them with unread bodies (`arrival`), which must not close the window
/// for the one that is read.
const H2_CONNECTION_WINDOW: u32 = H2_REQUESTS * H2_STREAM_WINDOW;

/// Bytes of answers that wait for an HTTP/2 client to read.
const H2_SEND_BUFFER: usize = 64 << 10;

/// An HTTP/2 client that is silent for so long is asked whether it is there, and has as long to answer.
const H2_PING: Duration = Duration::from_secs(30);

/// When the network brings nothing back from a silent client, keep-alive probes find it out after two minutes.
const KEEP_ALIVE: (Duration, Duration, u32) = (Duration::from_secs(60), Duration::from_secs(20), 3);

/// How long sent bytes may stay unacknowledged, or a client's window closed (RFC 5482): viewers that read nothing are kept for minutes.
const USER_TIMEOUT: Duration = Duration::from_secs(300);

/// Bytes that the system takes beyond what is on its way: what a viewer who stops reading leaves behind, and must read before it sees the newest
/// still. A frame of a large still fits in.
const MAX_UNSENT: u32 = 256 << 10;

/// How long requests that run may take when the program stops.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// What a handler knows of its connection.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) peer: IpAddr,
    /// Where it came in.
    pub(crate) listen: SocketAddr,
    /// What is served there.
    pub(crate) door: Door,
    /// The connection's place among those that there may be: held by whatever outlives the request.
    _place: Arc<OwnedSemaphorePermit>,
}

impl Visit {
    pub(crate) fn new(peer: IpAddr, listen: SocketAddr, door: Door, place: OwnedSemaphorePermit) -> Self {
        Self { peer, listen, door, _place: Arc::new(place) }
    }
}

/// One that was accepted.
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    /// HTTPS is spoken.
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) visit: Visit,
}

/// A post's place in the order of its connection; taken out by the handler.
#[derive(Clone)]
pub(crate) struct Order(pub(crate) Arc<Arrival>);

impl Connection {
    /// Serves it to its end.
    pub(crate) async fn run(self, router: Router, stop: CancellationToken) {
        let Self { stream, tls, visit } = self;
        let peer = visit.peer;
        if let Err(error) = tune(&stream) {
            tracing::debug!(%peer, %error, "a socket option was not taken");
        }
        let first_header = Instant::now() + FIRST_HEADER;
        let beginning = tokio::time::timeout_at(first_header.into(), Wire::begin(stream, tls));
        let wire = match stop.run_until_cancelled(beginning).await {
            Some(Ok(Ok(wire))) => wire,
            Some(Ok(Err(error))) => return tracing::debug!(%peer, %error, "no TLS came about"),
            Some(Err(_)) => return tracing::debug!(%peer, "no TLS came about in time"),
            None => return,
        };
        serve(wire, visit, first_header, router, stop).await;
    }
}

async fn serve(wire: Wire, visit: Visit, first_header: Instant, router: Router, stop: CancellationToken) {
    let peer = visit.peer;
    let begun = Arc::new(AtomicBool::new(false));
    let arrivals = Arc::new(Arrivals::default());
    let service = service_fn({
        let begun = begun.clone();
        // Called in the order in which requests come; what it gives runs whenever.
        move |mut request: Request<Incoming>| {
            begun.store(true, Ordering::Relaxed);
            let extensions = request.extensions_mut();
            extensions.insert(visit.clone());
            if request.method() == Method::POST {
                let arrival = Order(Arc::new(arrivals.next(request.uri().path())));
                request.extensions_mut().insert(arrival);
            }
            respond(router.clone(), request.map(Body::new))
        }
    });
    let builder = builder();
    let serving = builder.serve_connection_with_upgrades(TokioIo::new(wire), service);
    // It is large (both protocols' states), and the task stays when it has become a WebSocket's.
    let mut serving = Box::pin(serving);
    let first_header = tokio::time::sleep_until(first_header.into());
    tokio::pin!(first_header);
    let mut waiting = true;
    loop {
        tokio::select! {
            biased;
            served = &mut serving => {
                if let Err(error) = served {
                    tracing::debug!(%peer, %error, "connection ended");
                }
                return;
            }
            () = stop.cancelled() => break,
            () = &mut first_header, if waiting => {
                if !begun.load(Ordering::Relaxed) {
                    tracing::debug!(%peer, "no request came");
                    return;
                }
                waiting = false;
            }
        }
    }
    serving.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(LAST_ANSWERS, serving).await;
}

fn tune(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = socket2::SockRef::from(stream);
    let (time, interval, retries) = KEEP_ALIVE;
    let probes = socket2::TcpKeepalive::new().with_time(time).with_interval(interval).with_retries(retries);
    socket.set_tcp_keepalive(&probes)?;
    #[cfg(target_os = "linux")]
    {
        socket.set_tcp_user_timeout(Some(USER_TIMEOUT))?;
        socket.set_tcp_notsent_lowat(MAX_UNSENT)?;
    }
    Ok(())
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .max_buf_size(MAX_HEADER)
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(H2_REQUESTS)
        .initial_stream_window_size(H2_STREAM_WINDOW)
        .initial_connection_window_size(H2_CONNECTION_WINDOW)
        .max_send_buf_size(H2_SEND_BUFFER)
        .max_header_list_size(MAX_HEADER as u32)
        .keep_alive_interval(H2_PING)
        .keep_alive_timeout(H2_PING);
    builder
}

async fn respond(router: Router, request: Request<Body>) -> Result<Response, std::convert::Infallible> {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let begun = Instant::now();
    let answering = AssertUnwindSafe(router.oneshot(request)).catch_unwind();
    let mut response = match answering.await {
        Ok(Ok(response)) => response,
        // The panic hook has logged where and why.
        Err(_) => Problem::plain(Kind::Internal, "the request could not be served").into_response(),
    };
    guard(response.headers_mut());
    // The query is left out: it may hold what is nobody's business.
    tracing::debug!(%method, path, status = response.status().as_u16(), took = ?begun.elapsed(), "answered");
    Ok(response)
}

/// What every answer tells a browser: to take it as what it says that it is, and to tell nobody the address that it came from, which may have a token in
/// it. An answer for programs, opened by its address, loads nothing and stands in no frame. There is no `Cross-Origin-Resource-Policy`: pictures are shown
/// on pages of others.
fn guard(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let is_text = [&b"application/json"[..], b"application/problem+json", b"text/plain"]
        .iter()
        .any(|text| kind.starts_with(text));
    if is_text {
        let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(nothing);
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_answer_like_any_other() {
        let router = Router::new().route("/", get(async || -> &'static str { panic!("on purpose") }));
        let response = respond(router, Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers()[header::REFERRER_POLICY], "no-referrer");
        assert!(
            response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'")
        );
    }
}
