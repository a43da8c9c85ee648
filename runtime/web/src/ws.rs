//! `/ws/{stream}`: the handshake (RFC 6455 section 4.2), and the way to the viewer's loop.

use std::sync::Arc;
use std::time::Duration;

use access::Person;
use axum::body::Body;
use axum::extract::{Extension, RawQuery, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use egress::chooser::{self, Guest};
use egress::live::Hears;
use egress::websocket::{Annotations, End, Opcode, Socket, Stats, Told, VideoViewer, Viewer};
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{HeaderMap, HeaderName, StatusCode};
use hub::Output;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::upgrade::downcast;
use plugin::policy;
use tokio::time::timeout;
use tokio_util::sync::WaitForCancellationFutureOwned;
use tungstenite::handshake::derive_accept_key;

use crate::accepts::accepts;
use crate::app::{App, Segment};
use crate::asked::Asked;
use crate::connection::Visit;
use crate::lasting;
use crate::outputs::{stills, video};
use crate::problem::{Kind, Problem};
use crate::viewers::who;
use crate::wire::Wire;

/// How long the answer to the handshake may take to be written.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A viewer who is let in.
enum Admitted {
    Stills(Box<Viewer>),
    Video(Box<VideoViewer>),
}

/// `GET /ws/{stream}`.
pub(crate) async fn ws(
    State(app): State<Arc<App>>,
    Segment(name): Segment,
    Extension(visit): Extension<Visit>,
    Extension(person): Extension<Person>,
    RawQuery(query): RawQuery,
    mut request: Request,
) -> Response {
    let (response, socket) = match handshake(&mut request) {
        Ok(handshake) => handshake,
        Err(problem) => return problem.into_response(),
    };
    let admitted = admit(&app, &name, query.as_deref(), &visit, request.headers()).await;
    let stop = app.stop.child_token();
    app.spawn_sender(&name.clone(), async move {
        // The connection's place is this viewer's now.
        let _visit = visit;
        let Some(mut socket) = socket.await else { return };
        match admitted {
            Ok((admitted, kicked)) => {
                let serving = async {
                    match admitted {
                        Admitted::Stills(viewer) => (viewer.run(&mut socket, &stop).await, video(&name)),
                        Admitted::Video(viewer) => (viewer.run(&mut socket, &stop).await, stills(&name)),
                    }
                };
                let going = async {
                    tokio::select! {
                        () = kicked => {}
                        () = lasting::over(person.lasts_until()) => {}
                    }
                };
                let (end, outputs) = lasting::stopping(going, &stop, serving).await;
                tracing::debug!(stream = name, ?end, "viewer left");
                if let End::NotAvailable(detail) = end {
                    tell(&mut socket, &Problem::not_available(&name, detail.to_string(), outputs)).await;
                }
            }
            Err(problem) => tell(&mut socket, &problem).await,
        }
    });
    response
}

/// Answers a handshake that `access` refused: the browser's page is told over the socket, since it cannot read the status of a refused one.
pub(crate) fn refuse(app: &Arc<App>, mut request: Request, problem: Problem) -> Response {
    let (response, socket) = match handshake(&mut request) {
        Ok(handshake) => handshake,
        Err(_) => return problem.into_response(),
    };
    let visit = request.extensions().get::<Visit>().cloned();
    app.spawn(async move {
        let _visit = visit;
        if let Some(mut socket) = socket.await {
            tell(&mut socket, &problem).await;
        }
    });
    response
}

/// Whether a request asks for a WebSocket.
pub(crate) fn is_upgrade(headers: &HeaderMap) -> bool {
    has(headers, CONNECTION, "upgrade") && has(headers, UPGRADE, "websocket")
}

async fn admit(
    app: &App,
    name: &str,
    query: Option<&str>,
    visit: &Visit,
    headers: &HeaderMap,
) -> Result<(Admitted, WaitForCancellationFutureOwned), Problem> {
    let entry = app.entry(name)?;
    let asked = Asked::parse(query)?;
    let who = who(Output::WebSocket, visit, headers);
    let ticket = entry.admit(who).map_err(|full| Problem::full(name, full))?;
    let kicked = ticket.kicked();
    let stats = if asked.stats { Stats::Told } else { Stats::Untold };
    if let Some(format) = asked.video {
        let hears = if asked.without_sound { Hears::Nothing } else { Hears::Sound };
        let viewer = VideoViewer::new(entry, ticket, format, hears, asked.variant, stats);
        return Ok((Admitted::Video(Box::new(viewer)), kicked));
    }
    let guest = Guest { output: policy::Output::WebSocket, accepts: accepts(headers), want: asked.want };
    let served = chooser::subscribe(&entry, guest).await;
    let annotations = if asked.without_annotations { Annotations::Untold } else { Annotations::Told };
    let viewer = Viewer::new(entry, ticket, served, Told { stats, annotations });
    Ok((Admitted::Stills(Box::new(viewer)), kicked))
}

/// The answer to the handshake, and the socket that is there once it was written.
pub(crate) fn handshake(
    request: &mut Request,
) -> Result<(Response, impl Future<Output = Option<Socket<Wire>>> + use<>), Problem> {
    let headers = request.headers();
    if !is_upgrade(headers) {
        return Err(Problem::plain(Kind::UpgradeRequired, "this is no WebSocket handshake"));
    }
    if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(Problem::plain(Kind::UpgradeRequired, "the version of WebSocket is 13"));
    }
    // 16 bytes in base64: section 4.1.
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|key| key.len() == 24);
    let key =
        key.ok_or_else(|| Problem::plain(Kind::BadHandshake, "`Sec-WebSocket-Key` must be 16 bytes in base64"))?;
    let accept = derive_accept_key(key.as_bytes());
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let upgrade = upgrade.ok_or_else(|| Problem::plain(Kind::UpgradeRequired, "WebSocket needs HTTP/1.1 here"))?;
    let switching = [(CONNECTION, "Upgrade"), (UPGRADE, "websocket"), (SEC_WEBSOCKET_ACCEPT, &accept)];
    let response = (StatusCode::SWITCHING_PROTOCOLS, switching, Body::empty()).into_response();
    let socket = async {
        let upgraded = timeout(HANDSHAKE, upgrade).await.ok()?.ok()?;
        // The connection as it was accepted: none of HTTP's layers and buffers between it and the viewer.
        let parts = downcast::<TokioIo<Wire>>(upgraded).ok()?;
        // The thread that sends waits for it itself: not tokio's other workers for it.
        let wire = parts.io.into_inner().moved().ok()?;
        // A copy, mostly of nothing: what was read is a view into HTTP's buffer, which a viewer need not keep.
        Some(Socket::new(wire, Bytes::copy_from_slice(&parts.read_buf)))
    };
    Ok((response, socket))
}

async fn tell(socket: &mut Socket<Wire>, problem: &Problem) {
    if timeout(HANDSHAKE, socket.send(Opcode::Text, problem.message().as_bytes())).await.is_ok_and(|sent| sent.is_ok())
    {
        socket.close(problem.close_code(), problem.title()).await;
    }
}

/// Whether a list of tokens (RFC 9110 section 5.6.1) has this one.
fn has(headers: &HeaderMap, name: HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(token))
}
