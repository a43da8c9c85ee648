//! Requests about one repository: redirects, logging in, and what an answer that is none means.
//!
//! Logging in is as Docker's registries ask for it: Basic, or a token from the place that the challenge names
//! (<https://distribution.github.io/distribution/spec/auth/token/>). Credentials go to the registry and to that place, and to nobody that either
//! leads on to.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use config::OciPlace;
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION, USER_AGENT, WWW_AUTHENTICATE,
};
use http::{Method, Request, Response, StatusCode};
use http_auth::parser::ChallengeParser;
use http_body_util::Full;
use serde::Deserialize;
use url::{Host, Url};

use crate::Error;
use crate::credentials::Credentials;
use crate::transport::{Body, Failure, Transport};

/// What a registry keeps in its log of us.
const WE: &str = concat!("framegate/", env!("CARGO_PKG_VERSION"));
/// A blob is often one redirect away, in an object store.
const MAX_REDIRECTS: usize = 5;
/// Tokens have some kB.
const MAX_TOKEN: usize = 1024 * 1024;
/// Of a refusal's body, which may be a page of HTML.
const MAX_REFUSAL: usize = 64 * 1024;

/// What we ask to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rights {
    Pull,
    Push,
}

/// One question.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) accept: &'static str,
    /// The body with its type.
    pub(crate) content: Option<(&'static str, Bytes)>,
    /// What it is for, as the end of "took too long to …".
    pub(crate) step: &'static str,
    /// What is not there if the answer is 404.
    pub(crate) what: &'a str,
}

/// Talks about one repository.
pub(crate) struct Session<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) place: &'a OciPlace,
    base: Url,
    rights: Rights,
    credentials: Credentials,
    authorization: Option<HeaderValue>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        transport: &'a Transport,
        place: &'a OciPlace,
        rights: Rights,
        credentials: Credentials,
    ) -> Result<Self, Error> {
        // Docker's own registry is known by another name than it has.
        let host = if place.registry() == "docker.io" { "registry-1.docker.io" } else { place.registry() };
        let url = |scheme: &str| Url::parse(&format!("{scheme}://{host}/v2/{}/", place.repository()));
        let base = url("https").and_then(|secure| if is_loopback(&secure) { url("http") } else { Ok(secure) });
        let base = base.map_err(|error| Error::Unreachable { registry: host.into(), reason: error.to_string() })?;
        Ok(Self { transport, place, base, rights, credentials, authorization: None })
    }

    /// An address below `/v2/{repository}/`.
    pub(crate) fn url(&self, path: &str) -> Result<Url, Error> {
        self.base.join(path).map_err(|error| self.odd("be asked", format!("{path} makes no address: {error}")))
    }

    /// Where an answer's `Location` leads.
    pub(crate) fn location(&self, response: &Response<Body>, from: &Url, step: &'static str) -> Result<Url, Error> {
        let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        let location = location.ok_or_else(|| self.odd(step, "its answer has no `Location`".into()))?;
        let url =
            from.join(location).map_err(|error| self.odd(step, format!("its `Location` is no address: {error}")))?;
        // Plain HTTP is for this machine alone, wherever somebody leads to.
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url) && is_loopback(&self.base)) {
            return Err(self.odd(step, "it leads to an address without TLS".into()));
        }
        Ok(url)
    }

    /// Asks, logs in if that is asked for, and follows redirects; any answer but a success is an error.
    pub(crate) async fn ask(&mut self, ask: &Ask<'_>) -> Result<Response<Body>, Error> {
        let (mut response, from) = self.send(ask).await?;
        // Who else asks for us, further on, learns nothing: neither who we are nor where we would say it.
        let is_registry = from.origin() == self.base.origin();
        if response.status() == StatusCode::UNAUTHORIZED && is_registry && self.log_in(&response).await? {
            (response, _) = self.send(ask).await?;
        }
        if response.status().is_success() { Ok(response) } else { Err(self.refused(ask, response).await) }
    }

    /// Sends to the registry, and on to where it leads; gives the last answer, and where it came from.
    async fn send(&self, ask: &Ask<'_>) -> Result<(Response<Body>, Url), Error> {
        let mut url = ask.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send_to(&url, ask).await?;
            if !(response.status().is_redirection() && matches!(ask.method, Method::GET | Method::HEAD)) {
                return Ok((response, url));
            }
            url = self.location(&response, &url, ask.step)?;
        }
        Err(self.odd(ask.step, format!("it leads on more than {MAX_REDIRECTS} times")))
    }

    async fn send_to(&self, url: &Url, ask: &Ask<'_>) -> Result<Response<Body>, Error> {
        let mut request =
            Request::builder().method(&ask.method).uri(url.as_str()).header(USER_AGENT, WE).header(ACCEPT, ask.accept);
        if let Some(authorization) = self.authorization.as_ref().filter(|_| url.origin() == self.base.origin()) {
            request = request.header(AUTHORIZATION, authorization);
        }
        let (kind, body) = ask.content.clone().unzip();
        if let Some(kind) = kind {
            request = request.header(CONTENT_TYPE, kind);
        }
        let body = body.unwrap_or_default();
        if ask.method == Method::POST && body.is_empty() {
            // Some registries want to be told that there is nothing.
            request = request.header(CONTENT_LENGTH, 0);
        }
        // The answer to a large body comes when all of it was sent.
        let limits = self.transport.timeouts;
        let within = if body.len() > 1024 * 1024 { limits.whole } else { limits.answer };
        self.sent(request.body(Full::new(body)), within, ask.step).await
    }

    async fn sent(
        &self,
        request: http::Result<Request<Full<Bytes>>>,
        within: Duration,
        step: &'static str,
    ) -> Result<Response<Body>, Error> {
        let request = request.map_err(|error| self.odd(step, error.to_string()))?;
        self.transport.send(request, within).await.map_err(|failure| self.failed(failure, step))
    }

    /// Answers a challenge; false if there is nothing to answer with.
    async fn log_in(&mut self, response: &Response<Body>) -> Result<bool, Error> {
        let before = self.authorization.take();
        let texts: Vec<_> =
            response.headers().get_all(WWW_AUTHENTICATE).iter().filter_map(|text| text.to_str().ok()).collect();
        for challenge in texts.iter().flat_map(|text| ChallengeParser::new(text)).flatten() {
            let parameter = |name: &str| {
                let mut named = challenge.params.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
                named.next().map(|(_, value)| value.to_unescaped())
            };
            if challenge.scheme.eq_ignore_ascii_case("bearer")
                && let Some(realm) = parameter("realm")
            {
                self.authorization = Some(self.token(&realm, parameter("service")).await?);
                return Ok(true);
            }
            // What was refused once is refused again.
            if challenge.scheme.eq_ignore_ascii_case("basic") && before.is_none() {
                self.authorization = self.credentials.basic.clone();
                return Ok(self.authorization.is_some());
            }
        }
        Ok(false)
    }

    /// A token for this repository, from the place that a challenge names.
    async fn token(&self, realm: &str, service: Option<String>) -> Result<HeaderValue, Error> {
        let step = "log in";
        let mut url = Url::parse(realm).map_err(|_| self.odd(step, "the place for tokens is no address".into()))?;
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url) && is_loopback(&self.base)) {
            return Err(self.odd(step, "its place for tokens has no TLS".into()));
        }
        let actions = if self.rights == Rights::Push { "pull,push" } else { "pull" };
        let scope = format!("repository:{}:{actions}", self.place.repository());
        url.query_pairs_mut().append_pair("scope", &scope);
        if let Some(service) = service {
            url.query_pairs_mut().append_pair("service", &service);
        }
        let mut request = Request::get(url.as_str()).header(USER_AGENT, WE);
        if let Some(basic) = &self.credentials.basic {
            request = request.header(AUTHORIZATION, basic);
        }
        let response = self.sent(request.body(Full::default()), self.transport.timeouts.answer, step).await?;
        let status = response.status();
        if !status.is_success() {
            let what = self.place.repository();
            let ask = Ask { method: Method::GET, url, accept: "", content: None, step, what };
            return Err(self.refused(&ask, response).await);
        }
        #[derive(Deserialize)]
        struct Token {
            token: Option<String>,
            access_token: Option<String>,
        }
        let body = response.into_body().whole(MAX_TOKEN).await.map_err(|failure| self.failed(failure, step))?;
        let token = body.and_then(|body| serde_json::from_slice::<Token>(&body).ok());
        let token = token.and_then(|token| token.token.or(token.access_token));
        let header = token.and_then(|token| HeaderValue::from_str(&format!("Bearer {token}")).ok());
        let mut header = header.ok_or_else(|| self.odd(step, "it gave no token".into()))?;
        header.set_sensitive(true);
        Ok(header)
    }

    async fn refused(&self, ask: &Ask<'_>, response: Response<Body>) -> Error {
        let status = response.status();
        let said = match response.into_body().whole(MAX_REFUSAL).await {
            Ok(Some(body)) => words(&body),
            Ok(None) | Err(_) => String::new(),
        };
        let registry = self.place.registry().to_owned();
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Error::Denied {
                registry,
                repository: self.place.repository().into(),
                who: self.credentials.who.clone(),
                status: status.as_u16(),
                said,
            },
            StatusCode::NOT_FOUND => Error::NotFound { registry, what: ask.what.into(), said },
            _ if said.is_empty() => self.odd(ask.step, format!("it answers {status}")),
            _ => self.odd(ask.step, format!("it answers {status}: {said}")),
        }
    }

    /// An answer that is none.
    pub(crate) fn odd(&self, step: &'static str, reason: String) -> Error {
        Error::Answer { registry: self.place.registry().into(), step, reason }
    }

    /// No answer.
    pub(crate) fn failed(&self, failure: Failure, step: &'static str) -> Error {
        let registry = self.place.registry().to_owned();
        match failure {
            Failure::Unreachable(reason) => Error::Unreachable { registry, reason },
            Failure::TimedOut(after) => Error::TimedOut { registry, step, after },
        }
    }
}

/// Whether an address is this machine's own, by how it is written: what goes there leaves it nowhere.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

/// What a refusal says (distribution specification, "Error Codes"), in a line; nothing of what is not made like that.
fn words(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        errors: Vec<Reason>,
    }
    #[derive(Deserialize)]
    struct Reason {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    let reasons = serde_json::from_slice::<Refusal>(body).map(|refusal| refusal.errors).unwrap_or_default();
    let first =
        reasons.into_iter().next().map(|reason| if reason.message.is_empty() { reason.code } else { reason.message });
    first.unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine() {
        for (url, is) in [
            ("http://localhost:5000/", true),
            ("http://127.0.0.1/", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]:5000/", true),
            ("http://localhost.example.org/", false),
            ("http://10.0.0.1/", false),
            ("http://[::2]/", false),
            ("http://registry/", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), is, "{url}");
        }
    }

    #[test]
    fn a_refusal_is_told_in_its_own_words_in_one_line() {
        let told = words(br#"{ "errors": [{ "code": "DENIED", "message": "pull\n access", "detail": {} }] }"#);
        assert_eq!(told, "pull access");
        assert_eq!(words(br#"{ "errors": [{ "code": "DENIED" }] }"#), "DENIED");
        assert_eq!(words(b"<html>not for you</html>"), "");
    }
}
