//! One server's API, asked as any other program asks it.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::{self, Client as Pool};
use hyper_util::rt::TokioExecutor;
use outward::{Connector, Versions};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;

/// From a request to its whole answer: a server that is well needs milliseconds, and a line of a phone a second.
const WITHIN: Duration = Duration::from_secs(5);
/// Between two pieces of events; the server says something every 15 s at the latest.
const SILENT: Duration = Duration::from_secs(60);
/// The largest answer: ten thousand streams.
const MOST: usize = 16 << 20;

/// Asks one server.
#[derive(Clone)]
pub(crate) struct Client {
    base: String,
    token: Option<SecretString>,
    pool: Pool<Connector, Empty<Bytes>>,
}

/// An address that nothing can be asked at.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no address of a server: {1}")]
pub struct BadAddress(String, &'static str);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// 401.
    #[error("the server wants to know who you are (401)")]
    Unauthorized,
    /// 403.
    #[error("you may not see this (403)")]
    Forbidden,
    /// 429: too many wrong tries.
    #[error("the server waits after wrong tries (429)")]
    TooMany,
    /// Another one.
    #[error("the server answered {0}")]
    Status(u16),
    /// Nobody answers.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// It is no Framegate.
    #[error("what answers is no Framegate: {0}")]
    Unreadable(String),
}

impl Client {
    /// For this server; nothing is asked yet.
    pub(crate) fn new(url: &str, token: Option<SecretString>) -> Result<Self, BadAddress> {
        let refuse = |why| Err(BadAddress(url.to_owned(), why));
        if url.contains('@') {
            // Not repeated: there may be a password in it.
            return Err(BadAddress("http://…@…".into(), "who you are is told by a token"));
        }
        let base = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let base = base.trim_end_matches('/').to_owned();
        match base.parse::<Uri>() {
            Ok(uri) if !matches!(uri.scheme_str(), Some("http" | "https")) => {
                return refuse("it begins with http:// or https://");
            }
            Ok(uri) if uri.query().is_some() => return refuse("nothing stands behind its path"),
            Ok(_) => {}
            Err(_) => return refuse("write http://HOST:PORT"),
        }
        let connector = outward::connector(WITHIN, Versions::One);
        Ok(Self { base, token, pool: Pool::builder(TokioExecutor::new()).build(connector) })
    }

    /// What is shown of it.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Whether it says who asks.
    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// An answer in JSON.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let whole = async {
            let body = self.send(path, "application/json").await?;
            let bytes = Limited::new(body, MOST).collect().await.map_err(|e| Failure::Unreachable(e.to_string()))?;
            serde_json::from_slice(&bytes.to_bytes()).map_err(|error| Failure::Unreadable(error.to_string()))
        };
        tokio::time::timeout(WITHIN, whole)
            .await
            .unwrap_or_else(|_| Err(Failure::Unreachable(format!("nothing within {WITHIN:?}"))))
    }

    /// What happens, as long as it does.
    pub(crate) async fn events(&self) -> Result<Events, Failure> {
        let sent = tokio::time::timeout(WITHIN, self.send("/api/events", "text/event-stream"));
        Ok(Events(sent.await.unwrap_or_else(|_| Err(Failure::Unreachable(format!("nothing within {WITHIN:?}"))))?))
    }

    async fn send(&self, path: &str, accept: &str) -> Result<Incoming, Failure> {
        let mut request = Request::get(format!("{}{path}", self.base)).header(header::ACCEPT, accept);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.expose_secret()));
        }
        let request = request.body(Empty::new()).map_err(|_| Failure::Unreadable("the token is no header".into()))?;
        let answer = self.pool.request(request).await.map_err(|error| Failure::Unreachable(cause(&error)))?;
        match answer.status() {
            StatusCode::OK => Ok(answer.into_body()),
            StatusCode::UNAUTHORIZED => Err(Failure::Unauthorized),
            StatusCode::FORBIDDEN => Err(Failure::Forbidden),
            StatusCode::TOO_MANY_REQUESTS => Err(Failure::TooMany),
            status => Err(Failure::Status(status.as_u16())),
        }
    }
}

/// Events, as they come.
pub(crate) struct Events(Incoming);

impl Events {
    /// The next piece; none at the end, whatever it is.
    pub(crate) async fn piece(&mut self) -> Option<Bytes> {
        loop {
            let frame = tokio::time::timeout(SILENT, self.0.frame()).await.ok()??.ok()?;
            if let Ok(data) = frame.into_data() {
                return Some(data);
            }
        }
    }
}

/// The innermost reason: "Connection refused", and not "client error (Connect)".
fn cause(error: &legacy::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_servers_with_a_prefix_or_none() {
        let base = |url: &str| Client::new(url, None).map(|client| client.base().to_owned());
        assert_eq!(base("10.0.0.5:8080").expect("good"), "http://10.0.0.5:8080");
        assert_eq!(base("https://cams.example/cameras/").expect("good"), "https://cams.example/cameras");
        for wrong in ["rtsp://a", "http://", "http://a/?token=secret"] {
            base(wrong).expect_err("no server");
        }
        let told = base("http://anna:hunter2@a").expect_err("a password").to_string();
        assert!(!told.contains("hunter2"), "{told}");
    }
}
