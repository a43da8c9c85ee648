//! `wasi:http` over the same way out.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use journal::Journal;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use super::client::Answer;
use super::fetch::{MAX_ANSWER, MAX_BODY, WITHIN, parse};
use super::{Client, Failure};
use crate::guest::{Identity, Waits};
use crate::rate::Rate;

/// How a plugin's `wasi:http` requests are sent: to granted hosts, and not at all from where nothing may wait.
pub(crate) struct Hooks {
    client: Client,
    /// Whether the guest may wait now.
    pub(crate) waits: Waits,
    /// Connections that it may have at once.
    connections: Arc<Semaphore>,
    told: Arc<Mutex<Told>>,
}

/// Who is told of what was refused: the guest has WASI's word, the operator the line to add.
struct Told {
    identity: Identity,
    journal: Option<Journal>,
    rate: Rate,
}

/// Connections of one instance at once, those whose answer is still being read included; more wait.
const CONNECTIONS: usize = 8;

impl Hooks {
    pub(crate) fn new(client: Client, identity: Identity, journal: Option<Journal>) -> Self {
        let told = Arc::new(Mutex::new(Told { identity, journal, rate: Rate::new(1) }));
        Self { client, waits: Waits::No, connections: Arc::new(Semaphore::new(CONNECTIONS)), told }
    }
}

type Sent = Result<(http::Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>), Error>;

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let (client, waits, told) = (self.client.clone(), self.waits, self.told.clone());
        let connections = self.connections.clone();
        Box::new(async move {
            if waits == Waits::No {
                return Err(Error::InternalError(Some(
                    "a plugin waits for a network in `tick`, `deliver` and `decide` alone".into(),
                )));
            }
            let refused = |failure: Failure| told.lock().unwrap_or_else(PoisonError::into_inner).refused(failure);
            let place = connections.acquire_owned().await.map_err(|_| Error::ConnectionLimitReached)?;
            let url = parse(&request.uri().to_string()).map_err(refused)?;
            let request = request.map(|body| Limited::new(body, MAX_BODY));
            // What a guest asks for, but no longer than anybody may wait.
            let asked = options.and_then(|options| options.first_byte_timeout).unwrap_or(WITHIN);
            let sending = tokio::time::timeout(asked.min(WITHIN), client.send(&url, request));
            let Answer { response, connection } =
                sending.await.map_err(|_| Error::HttpResponseTimeout)?.map_err(refused)?;
            let between = options.and_then(|options| options.between_bytes_timeout).unwrap_or(WITHIN).min(WITHIN);
            let response = response.map(|body| Bounded::new(body, (connection, place), between).boxed_unsync());
            Ok((response, Box::new(std::future::ready(Ok(()))) as Box<dyn Future<Output = _> + Send>))
        })
    }
}

impl Told {
    fn refused(&mut self, failure: Failure) -> Error {
        if matches!(failure, Failure::NotGranted(_) | Failure::Private { .. })
            && let Some(suppressed) = self.rate.take(Instant::now())
        {
            let (stream, plugin) = (self.identity.stream(), &*self.identity.plugin);
            tracing::warn!(target: "plugin", stream, plugin, suppressed, "a request was refused: {failure}");
            if let Some(journal) = &self.journal {
                let data = json!({ "reason": failure.to_string() });
                journal.write("plugin-request-refused", self.identity.stream.as_ref(), Some(plugin), data);
            }
        }
        match failure {
            Failure::NotGranted(_) => Error::HttpRequestDenied,
            Failure::Private { .. } => Error::DestinationIpProhibited,
            Failure::TimedOut => Error::ConnectionTimeout,
            Failure::TooLarge(bytes) => Error::HttpResponseBodySize(Some(bytes)),
            Failure::BodyTooLarge => Error::HttpRequestBodySize(Some(MAX_BODY as u64)),
            Failure::Failed(words) => Error::InternalError(Some(words)),
        }
    }
}

/// An answer's body, no longer than a plugin may have one and with no gap longer than it may wait. It keeps the connection.
struct Bounded {
    body: Incoming,
    left: u64,
    gap: Pin<Box<tokio::time::Sleep>>,
    between: Duration,
    _connection: (JoinSet<()>, OwnedSemaphorePermit),
}

impl Bounded {
    fn new(body: Incoming, connection: (JoinSet<()>, OwnedSemaphorePermit), between: Duration) -> Self {
        let gap = Box::pin(tokio::time::sleep(between));
        Self { body, left: MAX_ANSWER, gap, between, _connection: connection }
    }
}

impl Body for Bounded {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
                let Some(left) = self.left.checked_sub(bytes) else {
                    return Poll::Ready(Some(Err(Error::HttpResponseBodySize(Some(MAX_ANSWER)))));
                };
                self.left = left;
                let next = tokio::time::Instant::now() + self.between;
                self.gap.as_mut().reset(next);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => self.gap.as_mut().poll(cx).map(|()| Some(Err(Error::ConnectionReadTimeout))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
