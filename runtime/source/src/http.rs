//! Multipart MJPEG over HTTP: an ESP32 camera, another server's `/video_feed`, our own `/mjpeg`.
//!
//! Owns the request, its authorization (Basic and Digest, RFC 7616 and 7617) and the [`multipart`] parser. Does not own when media is late: that
//! is the stream's watchdog's to notice.

pub mod multipart;

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use config::{Credentials, Stream};
use futures::StreamExt;
use http_auth::{PasswordClient, PasswordParams};
use media::{AccessUnit, Codec, Moment, Parameters, StillFormat, Timestamp, image};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, SERVER, WWW_AUTHENTICATE};
use reqwest::{Client, Response, StatusCode, redirect};
use secrecy::ExposeSecret;

use crate::noise::Noise;
use crate::push::still_parameters;
use crate::session::Description;
use crate::{Error, Timeouts, USER_AGENT};

/// Redirects that are followed: a camera's front page to its stream, and no circles.
const MAX_REDIRECTS: usize = 3;

type Chunks = Pin<Box<dyn futures::Stream<Item = reqwest::Result<Bytes>> + Send>>;

/// One response without end.
pub(crate) struct Session {
    chunks: Chunks,
    parser: multipart::Parser,
    /// Complete parts that came with one read, and when.
    waiting: VecDeque<(Bytes, Moment)>,
    first: Option<Moment>,
    parameters: Option<Arc<Parameters>>,
    noise: Noise,
    /// The stream cannot be read on; told once what came before is handed out.
    broken: Option<multipart::Broken>,
    server: Option<String>,
}

impl Session {
    pub(crate) async fn open(url: &str, stream: &Stream, limits: Timeouts) -> Result<Self, Error> {
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(limits.connect)
            .redirect(redirect::Policy::limited(MAX_REDIRECTS))
            .build()
            .map_err(|error| Error::Unusable(words(error)))?;
        let head =
            tokio::time::timeout(limits.connect + limits.describe, request(&client, url, stream.credentials.as_ref()));
        let response =
            head.await.map_err(|_| Error::TimedOut { step: "GET", after: limits.connect + limits.describe })??;

        if !response.status().is_success() {
            return Err(Error::status("GET", response.status().as_u16(), "", stream.credentials.is_some()));
        }
        let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = text(CONTENT_TYPE);
        let parser = multipart::Parser::new(kind).ok_or_else(|| Error::Unusable(not_a_stream(kind)))?;
        let server =
            Some(text(SERVER)).filter(|server| !server.is_empty()).map(|server| server.chars().take(80).collect());
        Ok(Self {
            chunks: Box::pin(response.bytes_stream()),
            parser,
            waiting: VecDeque::new(),
            first: None,
            parameters: None,
            noise: Noise::new("broken pictures"),
            broken: None,
            server,
        })
    }

    /// The next picture. Cancel-safe: a read that has come is parsed at once, and what it brought stays here.
    pub(crate) async fn next(&mut self) -> Result<AccessUnit, Error> {
        let mut parts = Vec::new();
        loop {
            while let Some((data, received)) = self.waiting.pop_front() {
                match self.unit(data, received) {
                    Ok(unit) => return Ok(unit),
                    Err(why) => self.noise.note(received.steady, || why.to_string()),
                }
            }
            if let Some(broken) = self.broken {
                return Err(Error::Protocol { protocol: "HTTP", why: broken.to_string() });
            }
            match self.chunks.next().await {
                None => return Err(Error::Ended),
                Some(Err(error)) => return Err(Error::Lost(words(error))),
                Some(Ok(chunk)) => {
                    let received = Moment::now();
                    self.broken = self.parser.push(&chunk, &mut parts).err();
                    self.waiting.extend(parts.drain(..).map(|part| (part, received)));
                }
            }
        }
    }

    fn unit(&mut self, data: Bytes, received: Moment) -> Result<AccessUnit, image::BadImage> {
        let image = image::check(&data)?;
        let first = *self.first.get_or_insert(received);
        let parameters = still_parameters(&mut self.parameters, image.format, image.size);
        let pts = Timestamp::from_duration(received.steady.saturating_duration_since(first.steady));
        Ok(AccessUnit::alone(parameters, data, pts, received))
    }

    pub(crate) fn description(&self) -> Description {
        Description { transport: "http", codec: Some(Codec::Jpeg), sound: None, server: self.server.clone() }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("http::Session")
            .field("waiting", &self.waiting.len())
            .field("first", &self.first)
            .finish_non_exhaustive()
    }
}

/// GET, and once more with credentials where the server asks for them.
async fn request(client: &Client, url: &str, credentials: Option<&Credentials>) -> Result<Response, Error> {
    let send = async |authorization: Option<String>| {
        let mut request = client.get(url);
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        request.send().await.map_err(|error| unreachable(url, error))
    };
    let response = send(None).await?;
    match credentials {
        Some(credentials) if response.status() == StatusCode::UNAUTHORIZED => {
            send(Some(authorization(&response, credentials)?)).await
        }
        _ => Ok(response),
    }
}

fn authorization(refused: &Response, credentials: &Credentials) -> Result<String, Error> {
    let mut builder = PasswordClient::builder();
    for value in refused.headers().get_all(WWW_AUTHENTICATE) {
        if let Ok(value) = value.to_str() {
            builder = builder.challenges(value);
        }
    }
    let unusable = |why| Error::Unusable(format!("the camera asks for an authorization that is not known here: {why}"));
    let mut client = builder.build().map_err(unusable)?;
    // Behind a redirect the digest is over the address that asked.
    let url = refused.url();
    let uri = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let password = credentials.password.expose_secret();
    let params =
        PasswordParams { username: &credentials.username, password, uri: &uri, method: "GET", body: Some(&[]) };
    client.respond(&params).map_err(unusable)
}

fn not_a_stream(kind: &str) -> String {
    let essence: String =
        kind.split(';').next().unwrap_or_default().trim().chars().filter(|c| !c.is_control()).take(60).collect();
    match essence.as_str() {
        "" => "the answer has no `Content-Type`, multipart/x-mixed-replace was expected".into(),
        "image/jpeg" | "image/jpg" => format!(
            "the answer is one single picture ({}), multipart/x-mixed-replace was expected: look for the camera's MJPEG address",
            StillFormat::Jpeg.media_type()
        ),
        _ => format!("the answer is {essence}, multipart/x-mixed-replace was expected"),
    }
}

fn unreachable(url: &str, error: reqwest::Error) -> Error {
    if error.is_timeout() {
        return Error::Unreachable { at: host(url), why: "no answer to connecting".into() };
    }
    match error.is_connect() || error.is_request() {
        true => Error::Unreachable { at: host(url), why: words(error) },
        false => Error::Protocol { protocol: "HTTP", why: words(error) },
    }
}

fn host(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(url) => format!("{}:{}", url.host_str().unwrap_or("?"), url.port_or_known_default().unwrap_or(80)),
        Err(_) => "the camera".into(),
    }
}

/// The innermost words of an error: the outer ones name the address again.
fn words(error: reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests;
