//! One request and the head of its answer, and the bytes behind it; each wait has its limit.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::TokioExecutor;
use outward::{Connector, Versions, with_causes};

/// How long each step may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until there is a TCP connection.
    pub connect: Duration,
    /// From a request to the head of its answer, connecting and TLS included.
    pub answer: Duration,
    /// Between two pieces of an answer.
    pub stall: Duration,
    /// All of a pull or a push.
    pub whole: Duration,
}

impl Default for Timeouts {
    /// A registry that is well answers within seconds; 256 MiB in a quarter of an hour are 300 kB/s.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(10), answer: seconds(30), stall: seconds(30), whole: seconds(900) }
    }
}

/// Sends requests. Belongs to the runtime that it was made on.
pub(crate) struct Transport {
    client: Client<Connector, Full<Bytes>>,
    pub(crate) timeouts: Timeouts,
}

/// Why there is no answer.
pub(crate) enum Failure {
    Unreachable(String),
    TimedOut(Duration),
}

/// The bytes of an answer, as they come.
pub(crate) struct Body {
    incoming: Incoming,
    stall: Duration,
}

impl Transport {
    pub(crate) fn new(timeouts: Timeouts) -> Self {
        let connector = outward::connector(timeouts.connect, Versions::One);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), timeouts }
    }

    /// Sends one request, and waits for the head of its answer.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        within: Duration,
    ) -> Result<Response<Body>, Failure> {
        let sending = tokio::time::timeout(within, self.client.request(request));
        let response = sending.await.map_err(|_| Failure::TimedOut(within))?.map_err(|error| unreachable(&error))?;
        Ok(response.map(|incoming| Body { incoming, stall: self.timeouts.stall }))
    }
}

impl Body {
    /// The next piece; none at the end.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            let coming = tokio::time::timeout(self.stall, self.incoming.frame());
            match coming.await.map_err(|_| Failure::TimedOut(self.stall))? {
                None => return Ok(None),
                Some(Err(error)) => return Err(Failure::Unreachable(with_causes(&error))),
                Some(Ok(frame)) => {
                    if let Ok(piece) = frame.into_data() {
                        return Ok(Some(piece));
                    }
                }
            }
        }
    }

    /// All of it; none if it has more than `limit` bytes.
    pub(crate) async fn whole(mut self, limit: usize) -> Result<Option<Bytes>, Failure> {
        let mut all = Vec::new();
        while let Some(piece) = self.piece().await? {
            if all.len() + piece.len() > limit {
                return Ok(None);
            }
            all.extend_from_slice(&piece);
        }
        Ok(Some(all.into()))
    }
}

fn unreachable(error: &legacy::Error) -> Failure {
    let text = with_causes(error);
    Failure::Unreachable(if error.is_connect() { not_connected(&text) } else { text })
}

/// For who must act, out of all that hyper, its connector and rustls say.
fn not_connected(text: &str) -> String {
    if text.contains("dns error") {
        return "there is no host of this name, or no name server answers".into();
    }
    // How rustls names an answer that is no TLS record.
    if text.contains("InvalidContentType") {
        return "it speaks no TLS, without which only registries on this machine are talked to (localhost, 127.0.0.1)"
            .into();
    }
    match text.find("invalid peer certificate") {
        Some(at) => text[at..].into(),
        None => text.rsplit(": ").next().unwrap_or(text).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_there_is_no_connection_is_told_in_words() {
        for (text, told) in [
            (
                "client error (Connect): dns error: failed to lookup address information: Name or service not known",
                "there is no host",
            ),
            (
                "client error (Connect): tcp connect error: Connection refused (os error 111)",
                "Connection refused (os error 111)",
            ),
            ("client error (Connect): received corrupt message of type InvalidContentType", "it speaks no TLS"),
            ("client error (Connect): invalid peer certificate: UnknownIssuer", "invalid peer certificate: Unknown"),
        ] {
            assert!(not_connected(text).starts_with(told), "{text}");
        }
    }
}
