//! `/socket.io/`: what the page of a server for one camera is told, as events of [Socket.IO](https://socket.io/docs/v4/socket-io-protocol/) 5.
//!
//! | event | way | when |
//! |---|---|---|
//! | `status_update` | to the page | at first, and when the camera is otherwise; as `/api/status` says it |
//! | `stats_update` | to the page | at first, each second, and when it is asked for; as `/api/stats` says it |
//! | `request_stats` | from the page | |
//!
//! Owns who is connected, how many may be, and when each is told what. Does not own the protocol (`socketioxide`: over HTTP long polling, or WebSocket, or
//! one behind the other), nor what is told ([`Status`], [`Totals`]).
//!
//! Everybody is told by a task of their own, by what they may see, so that there is none without anybody. A page that reads slowly is told the newest
//! figures, once; when 16 things wait for it, it is left alone, and when it does not answer pings it is not there.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use access::Person;
use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse, Response};
use hub::Entry;
use hyper::upgrade::OnUpgrade;
use socketioxide::extract::{HttpExtension, SocketRef};
use socketioxide::{ParserConfig, SocketIo};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;

use super::{Status, camera};
use crate::api::Totals;
use crate::app::App;
use crate::fresh::FRESH;
use crate::lasting;
use crate::problem::{Kind, Problem};
use crate::ws;

/// Where it is.
pub(crate) const PATH: &str = "/socket.io/";

/// Sessions at once. Over polling many fit on one connection, so that the server's limit on these does not bound them. One that reads takes 20 kB, one
/// that does not, 150 kB at most.
const MAX_SESSIONS: usize = 128;
/// Things that wait for a page that does not read: a status each, and a ping.
const MAX_WAITING: usize = 16;
/// Bytes of what a page sends at once: it only asks.
const MAX_MESSAGE: usize = 16 << 10;
/// How long somebody may take to say what they want: two requests.
const CONNECT: Duration = Duration::from_secs(10);
/// How often figures are told.
const EVERY: Duration = Duration::from_secs(1);
/// How soon they may be asked for again: each time events are counted through and the system is asked, 512 times a second if all do.
const LEAST: Duration = Duration::from_millis(250);
/// How long the last words to pages may take when the program stops.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Who is connected.
pub(crate) struct Sessions {
    service: BoxCloneSyncService<Request, Response, Infallible>,
    places: Arc<Semaphore>,
}

/// Who began a session: of the request that did, and held as long as it lasts.
#[derive(Clone)]
struct Guest {
    app: Arc<App>,
    person: Person,
    _place: Arc<OwnedSemaphorePermit>,
}

/// One page.
struct Page {
    guest: Guest,
    socket: SocketRef,
    /// It wants figures.
    asked: Arc<Notify>,
}

impl Sessions {
    /// Nobody yet; and what ends all of them, once `stop` is cancelled.
    pub(crate) fn new(stop: CancellationToken) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let builder = SocketIo::builder()
            .max_buffer_size(MAX_WAITING)
            .max_payload(MAX_MESSAGE as u64)
            .ws_max_message_size(MAX_MESSAGE)
            .ws_max_frame_size(MAX_MESSAGE)
            .connect_timeout(CONNECT)
            .with_parser(ParserConfig::common().max_incoming_binary_buf_size(MAX_MESSAGE).max_incoming_binaries(1));
        let (service, io) = builder.build_svc();
        io.ns("/", connected);
        let service = ServiceExt::<Request>::map_response(service, |answer: http::Response<_>| answer.map(Body::new));
        let ending = async move {
            stop.cancelled().await;
            // Over a connection that takes nothing, the last words are not waited for.
            _ = timeout(LAST_WORDS, io.close()).await;
        };
        (Self { service: BoxCloneSyncService::new(service), places: Arc::new(Semaphore::new(MAX_SESSIONS)) }, ending)
    }
}

/// `GET`, `POST /socket.io/`.
pub(crate) async fn socket_io(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    mut request: Request,
) -> Result<Response, Problem> {
    camera(&app, &person)?.ok_or_else(Problem::not_found)?;
    if app.stop.is_cancelled() {
        return Err(Problem::plain(Kind::Stopping, "the server stops"));
    }
    let query = request.uri().query().unwrap_or_default();
    let has = |word: &str| query.split('&').any(|pair| pair.starts_with(word));
    if has("transport=websocket")
        && (!ws::is_upgrade(request.headers()) || request.extensions().get::<OnUpgrade>().is_none())
    {
        return Err(Problem::plain(Kind::UpgradeRequired, "`transport=websocket` is for WebSocket handshakes"));
    }
    if !has("sid=") {
        let place = app.sockets.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Problem::busy("as many sessions of Socket.IO are open as there may be"))?;
        request.extensions_mut().insert(Guest { app: app.clone(), person, _place: Arc::new(place) });
    }
    let answer = app.sockets.service.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
    Ok((FRESH, answer).into_response())
}

/// Somebody is there: from now on they are told.
async fn connected(socket: SocketRef, HttpExtension(guest): HttpExtension<Guest>) {
    let (asked, gone) = (Arc::new(Notify::new()), CancellationToken::new());
    socket.on("request_stats", {
        let asked = asked.clone();
        async move || asked.notify_one()
    });
    socket.on_disconnect({
        let gone = gone.clone();
        async move || gone.cancel()
    });
    let (app, stop, until) = (guest.app.clone(), guest.app.stop.clone(), guest.person.lasts_until());
    let page = Page { guest, socket, asked };
    app.spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = gone.cancelled() => {}
            () = lasting::over(until) => {
                _ = page.socket.clone().disconnect();
            }
            () = page.tell() => {
                _ = page.socket.clone().disconnect();
            }
        }
    });
}

impl Page {
    /// Tells until the camera is none any more, for them, or they cannot be told.
    async fn tell(&self) {
        let Some(mut entry) = self.camera() else { return };
        let mut status = entry.stream().watch();
        if self.status(&entry).is_err() || self.socket.emit("stats_update", &self.stats()).is_err() {
            return;
        }
        let (mut told, mut next) = (Instant::now(), Instant::now() + EVERY);
        loop {
            tokio::select! {
                // Of a stream that is gone nothing more is told.
                Ok(()) = status.changed() => {
                    if self.status(&entry).is_err() {
                        return;
                    }
                }
                () = self.asked.notified() => next = next.min(told + LEAST),
                () = sleep_until(next) => {
                    let Some(now) = self.camera() else { return };
                    if !Arc::ptr_eq(&now, &entry) {
                        (status, entry) = (now.stream().watch(), now);
                        if self.status(&entry).is_err() {
                            return;
                        }
                    }
                    // In place of what was not read yet.
                    if self.socket.volatile().emit("stats_update", &self.stats()).is_err() {
                        return;
                    }
                    (told, next) = (Instant::now(), Instant::now() + EVERY);
                }
            }
        }
    }

    /// What the file names now, if they may see it.
    fn camera(&self) -> Option<Arc<Entry>> {
        camera(&self.guest.app, &self.guest.person).ok().flatten()
    }

    fn status(&self, entry: &Entry) -> Result<(), socketioxide::SendError> {
        self.socket.emit("status_update", &Status::of(entry))
    }

    fn stats(&self) -> Totals {
        Totals::seen_by(&self.guest.app, &self.guest.person)
    }
}
