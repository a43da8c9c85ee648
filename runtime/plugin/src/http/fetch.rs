use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::{BodyExt, Full};
use url::Url;

use super::client::{Answer, with_causes};
use super::{Client, Failure};

/// A request that a plugin puts together. What is wrong with it is told when it is sent.
#[derive(Clone, Debug)]
#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Request {
    method: String,
    url: String,
    headers: HeaderMap,
    body: Bytes,
    wrong: Option<String>,
}

/// An answer, whole.
#[derive(Clone, Debug)]
#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// From the first byte sent to the last received, redirects included.
pub(crate) const WITHIN: Duration = Duration::from_secs(10);
/// Of an answer's body.
pub(crate) const MAX_ANSWER: u64 = 1024 * 1024;
/// Of a request's body.
pub(crate) const MAX_BODY: usize = 16 * 1024 * 1024;
/// Of a URL, and of a header.
const MAX_TEXT: usize = 8 * 1024;
/// Of a request.
const MAX_HEADERS: usize = 64;
const MAX_REDIRECTS: usize = 5;
/// RFC 9110 section 7.6.1, and what is the host's to say.
const NOT_THEIRS: [&str; 10] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Request {
    pub(crate) fn new(method: String, url: String) -> Self {
        let mut request = Self { method, url, headers: HeaderMap::new(), body: Bytes::new(), wrong: None };
        if request.url.len() + request.method.len() > MAX_TEXT {
            request.wrong = Some(format!("a URL has at most {MAX_TEXT} bytes"));
            (request.url, request.method) = Default::default();
        }
        request
    }

    /// Bytes of its body.
    pub(crate) fn bytes(&self) -> usize {
        self.body.len()
    }

    /// What is told when it is sent.
    pub(crate) fn refuse(&mut self, why: String) {
        self.wrong = Some(why);
    }

    pub(crate) fn add_header(&mut self, name: &str, value: &str) {
        if NOT_THEIRS.iter().any(|theirs| name.eq_ignore_ascii_case(theirs)) {
            return;
        }
        if name.len() + value.len() > MAX_TEXT {
            self.wrong = Some(format!("a header has at most {MAX_TEXT} bytes"));
            return;
        }
        match (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) if self.headers.len() < MAX_HEADERS => _ = self.headers.append(name, value),
            (Ok(_), Ok(_)) => self.wrong = Some(format!("a request has at most {MAX_HEADERS} headers")),
            _ => self.wrong = Some(format!("the header {name:?} is malformed")),
        }
    }

    pub(crate) fn set_body(&mut self, body: Vec<u8>) {
        match body.len() <= MAX_BODY {
            true => self.body = body.into(),
            false => self.wrong = Some(format!("a body has at most {MAX_BODY} bytes, got {}", body.len())),
        }
    }

    /// Sends it and reads the answer, both within [`WITHIN`].
    pub(crate) async fn send(self, client: &Client) -> Result<Response, Failure> {
        tokio::time::timeout(WITHIN, self.follow(client)).await.unwrap_or(Err(Failure::TimedOut))
    }

    async fn follow(self, client: &Client) -> Result<Response, Failure> {
        if let Some(wrong) = self.wrong {
            return Err(Failure::Failed(wrong));
        }
        let mut url = parse(&self.url)?;
        let method = Method::from_bytes(self.method.as_bytes());
        let mut method = method.map_err(|_| Failure::Failed(format!("{:?} is no method", self.method)))?;
        let (mut headers, mut body) = (self.headers, self.body);
        for _ in 0..=MAX_REDIRECTS {
            let mut request = http::Request::new(Full::new(body.clone()));
            *request.method_mut() = method.clone();
            *request.headers_mut() = headers.clone();
            let Answer { response, connection } = client.send(&url, request).await?;
            let Some(to) = redirect(&url, response.status(), response.headers())? else {
                let (status, headers) = (response.status().as_u16(), response.headers().clone());
                let body = read(response.into_body()).await?;
                drop(connection);
                return Ok(Response { status, headers, body });
            };
            // RFC 9110 sections 15.4.2 to 15.4.4: what was posted is not posted again, unless the status says so.
            let posts_again =
                matches!(response.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
            if !posts_again && method != Method::HEAD {
                (method, body) = (Method::GET, Bytes::new());
                headers.remove(CONTENT_TYPE);
            }
            if to.origin() != url.origin() {
                // What was meant for the one is not for the other.
                headers = [CONTENT_TYPE, ACCEPT]
                    .into_iter()
                    .filter_map(|name| Some((name.clone(), headers.remove(name)?)))
                    .collect();
            }
            url = to;
        }
        Err(Failure::Failed(format!("more than {MAX_REDIRECTS} redirects")))
    }
}

/// A URL as text, or why it is none.
pub(crate) fn parse(url: &str) -> Result<Url, Failure> {
    Url::parse(url).map_err(|error| Failure::Failed(format!("the URL is malformed: {error}")))
}

/// Where an answer sends us, if it does (RFC 9110 section 15.4).
fn redirect(from: &Url, status: StatusCode, headers: &HeaderMap) -> Result<Option<Url>, Failure> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(to) = headers.get(LOCATION) else { return Ok(None) };
    let to = to.to_str().ok().and_then(|to| from.join(to).ok());
    to.map(Some)
        .ok_or_else(|| Failure::Failed(format!("{} redirects to what is no URL", from.host_str().unwrap_or_default())))
}

async fn read(mut body: hyper::body::Incoming) -> Result<Bytes, Failure> {
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Failure::Failed(with_causes(&error)))?;
        if let Ok(data) = frame.into_data() {
            if (read.len() + data.len()) as u64 > MAX_ANSWER {
                return Err(Failure::TooLarge(MAX_ANSWER));
            }
            read.extend_from_slice(&data);
        }
    }
    Ok(read.freeze())
}
