//! `/hls/{stream}/…`: playlists, segments and parts (RFC 8216, second edition). Where a proxy takes `/hls` away it is `/{stream}/…` as well, and
//! `/streams/{stream}/…` where a small stream manager has it; every address in a playlist is relative to it.
//!
//! | file | what |
//! |---|---|
//! | `index.m3u8` | the multivariant playlist; it gives each viewer a session, which its media playlists have in their addresses |
//! | `stream.m3u8`, or `{variant}.m3u8` where there are several | a media playlist |
//! | anything else | what playlists name: init segments, segments, parts |

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::Instant;

use axum::body::HttpBody;
use axum::extract::{Extension, Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use egress::hls::output::{File, NotLetIn, Output, Playlist, Unserved};
use http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG,
    USER_AGENT, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use packaging::hls::reload::Reload;

use crate::app::App;
use crate::connection::Visit;
use crate::outputs::stills;
use crate::problem::{Kind, Problem};
use crate::viewers::who;
use crate::{first, pieces, tag};

/// The address of a playlist in a viewer's own words: its session.
const SESSION: &str = "session";

/// `GET /hls/{stream}/{file}`, `/{stream}/{file}` and `/streams/{stream}/{file}`.
pub(crate) async fn hls(
    State(app): State<Arc<App>>,
    method: Method,
    Path((name, file)): Path<(String, String)>,
    Extension(visit): Extension<Visit>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.as_deref();
    let request = Request { app: &app, method: &method, name: &name, query, visit: &visit, headers: &headers };
    let answer = match file.rsplit_once('.') {
        Some(("index", "m3u8")) => request.multivariant().await,
        Some((playlist, "m3u8")) => request.playlist(playlist).await,
        Some(_) => request.file(&file).await,
        None => Err(Problem::not_found()),
    };
    shared(&app, answer.unwrap_or_else(IntoResponse::into_response))
}

/// `OPTIONS` of these addresses: what a page of another origin may do (the Fetch standard, section 4.8).
pub(crate) async fn preflight(State(app): State<Arc<App>>) -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "Range, If-None-Match, Authorization, Cache-Control"),
        (ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    shared(&app, (StatusCode::NO_CONTENT, headers).into_response())
}

/// Whether a file is one of these: what decides whether `/{stream}/{file}` is about a stream.
pub(crate) fn is_file(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((_, "m3u8" | "m4s" | "mp4" | "ts")))
}

/// Players are on pages of others: where everybody may see it, those pages may.
fn shared(app: &App, mut response: Response) -> Response {
    if !app.shares_with_other_origins() {
        return response;
    }
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("Content-Length, Content-Range, Date, ETag, Retry-After"),
    );
    response
}

struct Request<'a> {
    app: &'a App,
    method: &'a Method,
    name: &'a str,
    query: Option<&'a str>,
    visit: &'a Visit,
    headers: &'a HeaderMap,
}

impl Request<'_> {
    fn output(&self) -> Result<Arc<Output>, Problem> {
        Ok(self.app.hls.of(&self.app.entry(self.name)?))
    }

    async fn multivariant(&self) -> Result<Response, Problem> {
        let output = self.output()?;
        let session = self.session().map_or_else(new_session, str::to_owned);
        let is_new = self.visit(&output, &session)?;
        // What players must send again with each playlist: who they are, and what lets them in.
        let query = match self.token() {
            Some(token) => format!("?{SESSION}={session}&token={token}"),
            None => format!("?{SESSION}={session}"),
        };
        let playlist = output.multivariant(&query, &self.app.stop).await;
        let playlist = playlist.map_err(|why| self.refuse(&output, is_new.then_some(&session), &why))?;
        self.text(&playlist, "no-cache")
    }

    async fn playlist(&self, variant: &str) -> Result<Response, Problem> {
        let output = self.output()?;
        let reload = Reload::parse(self.query).map_err(|why| self.problem(&output, &why.into()))?;
        let names = output.variants();
        let variant = match (variant, &*names) {
            ("stream", [only]) => only,
            ("stream", []) => variant,
            _ => names.iter().find(|name| *name == variant).map(String::as_str).ok_or_else(Problem::not_found)?,
        };
        let session = self.session().map_or_else(|| self.address(), str::to_owned);
        let is_new = self.visit(&output, &session)?;
        let query = self.token().map(|token| format!("?token={token}")).unwrap_or_default();
        let playlist = output.playlist(variant, reload, &query, &self.app.stop).await;
        let playlist = playlist.map_err(|why| self.refuse(&output, is_new.then_some(&session), &why))?;
        let seconds = playlist.fresh_for.as_secs();
        let cached = if seconds == 0 { "no-cache".to_owned() } else { format!("max-age={seconds}") };
        self.text(&playlist, &if output.entry().is_filtered() { "private, no-store".to_owned() } else { cached })
    }

    async fn file(&self, file: &str) -> Result<Response, Problem> {
        let output = self.output()?;
        let found = output.file(file, &self.app.stop).await.map_err(|why| self.problem(&output, &why))?;
        let mut response = self.bytes(found, file);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type(file)));
        // Of `HEAD` nothing is sent but what stands before the body.
        if let Some(length) = response.body().size_hint().exact().filter(|_| self.method != Method::HEAD) {
            output.entry().count_sent(length as usize);
        }
        Ok(response)
    }

    fn bytes(&self, file: File, name: &str) -> Response {
        let tag = format!("\"{name}\"");
        // A name is never that of other bytes.
        let cached = if file.shared { "public, max-age=3600, immutable" } else { "private, no-store" };
        let headers = [(CACHE_CONTROL, cached), (ETAG, &*tag)];
        if tag::is_known(self.headers, &tag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let body = pieces::answer(file.body.clone(), self.headers, &tag, move || file.holds());
        (headers, body).into_response()
    }

    fn text(&self, playlist: &Playlist, cached: &str) -> Result<Response, Problem> {
        let tag = format!("W/\"{:016x}\"", tag::fnv1a(&playlist.text));
        let headers = [
            (CONTENT_TYPE, "application/vnd.apple.mpegurl"),
            (CACHE_CONTROL, cached),
            (ETAG, &*tag),
            (VARY, "Accept-Encoding"),
        ];
        if !playlist.holds() {
            return Err(Problem::plain(Kind::Late, "the stream's filters were changed meanwhile"));
        }
        if tag::is_known(self.headers, &tag) {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        let accepts = self.headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let packed = if pieces::takes_gzip(accepts) { pieces::gzip(&playlist.text) } else { None };
        Ok(match packed {
            Some(packed) => (headers, [(CONTENT_ENCODING, "gzip")], packed).into_response(),
            None => (headers, playlist.text.clone()).into_response(),
        })
    }

    fn visit(&self, output: &Output, session: &str) -> Result<bool, Problem> {
        let who = || who(hub::Output::Hls, self.visit, self.headers);
        output.visit(session, who, Instant::now()).map_err(|why| match why {
            NotLetIn::Full(full) => Problem::full(self.name, full),
            NotLetIn::Kicked => Problem::kicked(self.name),
        })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let pairs = self.query?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
    }

    /// What lets the viewer in, as it stands in the address; playlists have it between quotation marks.
    fn token(&self) -> Option<String> {
        self.parameter("token").map(|token| token.replace('"', "%22"))
    }

    /// `session`: of one who came with this request. What waiting does not mend takes no place; who waits for a camera has one.
    fn refuse(&self, output: &Output, session: Option<&String>, why: &Unserved) -> Problem {
        if let (Some(session), Unserved::NotAvailable(_)) = (session, why) {
            output.leave(session);
        }
        self.problem(output, why)
    }

    /// The session in the address: nothing that anybody could take for more than a name.
    fn session(&self) -> Option<&str> {
        let is_one = |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        self.parameter(SESSION).filter(is_one)
    }

    /// Who asks for a media playlist without a session: told by where the request comes from.
    fn address(&self) -> String {
        let agent = self.headers.get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
        format!("{} {:016x}", self.visit.peer, tag::fnv1a(agent))
    }

    fn problem(&self, output: &Output, why: &Unserved) -> Problem {
        match why {
            Unserved::Offline => first::offline_now(output.entry()),
            Unserved::NotAvailable(detail) => Problem::not_available(self.name, detail.clone(), stills(self.name)),
            Unserved::BadReload(bad) => Problem::bad_parameter(bad.parameter(), bad.to_string()),
            Unserved::NotFound => Problem::not_found(),
            Unserved::TooLate => {
                Problem::plain(Kind::Late, "what was waited for did not come within three target durations")
            }
            Unserved::Stopping => Problem::plain(Kind::Stopping, "the server stops"),
        }
    }
}

fn media_type(file: &str) -> &'static str {
    match file.rsplit_once('.') {
        Some((_, "ts")) => "video/mp2t",
        _ => "video/mp4",
    }
}

/// A name that no other viewer has; it lets nobody in.
fn new_session() -> String {
    let random = |salt: u8| RandomState::new().hash_one(salt);
    format!("{:016x}{:016x}", random(0), random(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_differ_and_files_are_told_by_their_ends() {
        assert_ne!(new_session(), new_session());
        for (name, expected) in
            [("index.m3u8", true), ("a-p1.m4s", true), ("a.ts", true), ("a.js", false), ("a", false)]
        {
            assert_eq!(is_file(name), expected, "{name}");
        }
    }
}
