//! `wasi:http` over the same way out.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::task::JoinSet;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use super::client::Answer;
use super::fetch::{MAX_ANSWER, WITHIN, parse};
use super::{Client, Failure};
use crate::guest::Waits;

/// How a plugin's `wasi:http` requests are sent: to granted hosts, and not at all from where nothing may wait.
pub(crate) struct Hooks {
    client: Client,
    /// Whether the guest may wait now.
    pub(crate) waits: Waits,
}

impl Hooks {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, waits: Waits::No }
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
        let (client, waits) = (self.client.clone(), self.waits);
        Box::new(async move {
            if waits == Waits::No {
                return Err(Error::InternalError(Some(
                    "a plugin waits for a network in `tick`, `deliver` and `decide` alone".into(),
                )));
            }
            let url = parse(&request.uri().to_string()).map_err(told)?;
            // What a guest asks for, but no longer than anybody may wait.
            let asked = options.and_then(|options| options.first_byte_timeout).unwrap_or(WITHIN);
            let sending = tokio::time::timeout(asked.min(WITHIN), client.send(&url, request));
            let Answer { response, connection } =
                sending.await.map_err(|_| Error::HttpResponseTimeout)?.map_err(told)?;
            let between = options.and_then(|options| options.between_bytes_timeout).unwrap_or(WITHIN).min(WITHIN);
            let response = response.map(|body| Bounded::new(body, connection, between).boxed_unsync());
            Ok((response, Box::new(std::future::ready(Ok(()))) as Box<dyn Future<Output = _> + Send>))
        })
    }
}

fn told(failure: Failure) -> Error {
    match failure {
        Failure::NotGranted(_) => {
            // The guest is told by WASI's word, the operator by the line to add.
            tracing::warn!(target: "plugin", "a request was refused: {failure}");
            Error::HttpRequestDenied
        }
        Failure::Private { .. } => {
            tracing::warn!(target: "plugin", "a request was refused: {failure}");
            Error::DestinationIpProhibited
        }
        Failure::TimedOut => Error::ConnectionTimeout,
        Failure::TooLarge(bytes) => Error::HttpResponseBodySize(Some(bytes)),
        Failure::Failed(words) => Error::InternalError(Some(words)),
    }
}

/// An answer's body, no longer than a plugin may have one and with no gap longer than it may wait. It keeps the connection.
struct Bounded {
    body: Incoming,
    left: u64,
    gap: Pin<Box<tokio::time::Sleep>>,
    between: Duration,
    _connection: JoinSet<()>,
}

impl Bounded {
    fn new(body: Incoming, connection: JoinSet<()>, between: Duration) -> Self {
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
