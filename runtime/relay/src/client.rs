//! The connection to the other side: HTTP/2, over TLS by ALPN (RFC 7301), without TLS with prior knowledge (RFC 9113, section 3.3).

use std::time::Duration;

use bytes::Bytes;
use config::PushTo;
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use media::Still;
use outward::{Connector, Versions, with_causes};
use secrecy::ExposeSecret;
use tokio::time::timeout;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a still may be on its way. One that takes longer is of no use to anybody, and the link is down.
const ANSWER: Duration = Duration::from_secs(15);
/// A silent connection is asked whether it is there, and has as long to answer: a broken link is noticed within half a minute also where nothing is sent.
const PING: Duration = Duration::from_secs(10);
/// Bytes of a refusal that are read for its reason.
const MOST_REASON: usize = 16 << 10;

/// Sends stills to one place.
#[derive(Clone)]
pub(crate) struct Uplink {
    client: Client<Connector, Full<Bytes>>,
    to: Uri,
    token: Option<HeaderValue>,
}

/// Why a still was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// The other side is not there, or was lost: it may come back.
    Lost(String),
    /// It has too much to do: not before this time.
    Busy(Duration),
    /// It refuses: a person must act, there or here.
    Refused(String),
}

impl Uplink {
    /// None where the address or the token cannot stand in a request; the configuration has looked at both.
    pub(crate) fn new(push: &PushTo) -> Option<Self> {
        let to: Uri = push.to.parse().ok()?;
        let token = match &push.token {
            Some(token) => {
                let mut value = HeaderValue::from_str(&format!("Bearer {}", token.0.expose_secret())).ok()?;
                value.set_sensitive(true);
                Some(value)
            }
            None => None,
        };
        let connector = outward::connector(CONNECT, Versions::TwoOrOne);
        let mut client = Client::builder(TokioExecutor::new());
        client.timer(TokioTimer::new()).pool_timer(TokioTimer::new());
        client.http2_keep_alive_interval(PING).http2_keep_alive_timeout(PING).http2_keep_alive_while_idle(true);
        // Where nothing negotiates, both sides know.
        client.http2_only(to.scheme_str() == Some("http"));
        Some(Self { client: client.build(connector), to, token })
    }

    /// Posts one.
    pub(crate) async fn send(self, still: Still) -> Result<usize, NotTaken> {
        let bytes = still.data.len();
        let mut request = Request::post(self.to.clone())
            .header(CONTENT_TYPE, still.format.media_type())
            .header(USER_AGENT, concat!("framegate/", env!("CARGO_PKG_VERSION")));
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        let lost = |error: &dyn std::error::Error| NotTaken::Lost(with_causes(error));
        let request = request.body(Full::new(still.data)).map_err(|error| lost(&error))?;
        let sending = timeout(ANSWER, self.client.request(request));
        let late = |_| NotTaken::Lost(format!("no answer within {ANSWER:?}"));
        let answer = sending.await.map_err(late)?.map_err(|error| lost(&error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(bytes);
        }
        let wait = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let body = timeout(ANSWER, Limited::new(answer.into_body(), MOST_REASON).collect()).await;
        let body = body.ok().and_then(Result::ok).map(|body| body.to_bytes()).unwrap_or_default();
        Err(match status {
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                NotTaken::Busy(Duration::from_secs(wait.unwrap_or(1)))
            }
            status if status.is_server_error() => NotTaken::Lost(format!("it answers {status}")),
            status => NotTaken::Refused(refusal(status, &body)),
        })
    }
}

/// What a refusal says: the words of its problem (RFC 9457), if it has some.
fn refusal(status: StatusCode, body: &[u8]) -> String {
    let problem: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let detail = problem.as_ref().and_then(|problem| problem["detail"].as_str());
    match detail {
        Some(detail) => format!("it answers {}: {detail}", status.as_u16()),
        None => format!("it answers {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_its_problem_says() {
        let body = br#"{"type":"/problems/not-push","detail":"the source of this stream is not `push`"}"#;
        assert_eq!(refusal(StatusCode::CONFLICT, body), "it answers 409: the source of this stream is not `push`");
        assert_eq!(refusal(StatusCode::NOT_FOUND, b"<html>"), "it answers 404 Not Found");
    }
}
