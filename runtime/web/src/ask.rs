//! The layer that asks `access` before anything else is looked at: every address goes through it, also those that do not exist.

use std::sync::Arc;
use std::time::SystemTime;

use access::{Action, Ask, Manner};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, HOST, HeaderName, ORIGIN};
use http::{HeaderMap, Method};
use media::StreamName;
use plugin::{AccessPolicy, Applicant, Decision};

use crate::app::App;
use crate::connection::Visit;
use crate::problem::{Kind, Problem};
use crate::{hls, ws};

/// Lets a request through, or answers it with the reason why not.
pub(crate) async fn ask(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let Some(visit) = request.extensions().get::<Visit>() else {
        return Problem::plain(Kind::Internal, "the connection is unknown").into_response();
    };
    let path = request.uri().path();
    let headers = request.headers();
    let manner = if ws::is_upgrade(headers) { Manner::WebSocket } else { Manner::Request };
    let stream = stream(path);
    let ask = Ask {
        action: action(request.method(), path),
        stream: stream.as_ref(),
        manner,
        peer: visit.peer,
        // HTTP/2 has it in `:authority`, which hyper makes part of the URI.
        host: request.uri().authority().map(|authority| authority.as_str()).or(text(headers, HOST)),
        origin: text(headers, ORIGIN),
    };
    let problem = match app.policy.check(&ask) {
        Ok(()) => match app.hub.access_policy() {
            Some(policy) => decided(&policy, applicant(&ask, &request)).await,
            None => None,
        },
        Err(refused) => {
            tracing::debug!(peer = %ask.peer, action = ?ask.action, %refused, "refused");
            Some(Problem::refused(&refused))
        }
    };
    match (problem, manner) {
        (None, _) => next.run(request).await,
        (Some(problem), Manner::WebSocket) if request.uri().path().starts_with("/ws/") => {
            ws::refuse(&app, request, problem)
        }
        (Some(problem), _) => problem.into_response(),
    }
}

/// What the access policy makes of a request: none if it may go on.
async fn decided(policy: &AccessPolicy, applicant: Applicant) -> Option<Problem> {
    let (peer, action) = (applicant.address, applicant.action);
    match policy.decide(applicant).await {
        Decision::Allow(name) => {
            if let Some(name) = name {
                tracing::debug!(%peer, action, name, "let in by the access policy");
            }
            None
        }
        Decision::Challenge => Some(Problem::challenged()),
        Decision::Refuse(reason) => {
            tracing::debug!(%peer, action, reason, "refused by the access policy");
            Some(Problem::forbidden())
        }
    }
}

/// The request as an access policy is told.
fn applicant(ask: &Ask<'_>, request: &Request) -> Applicant {
    let headers = request.headers();
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    Applicant {
        action: match ask.action {
            Action::View => "view",
            Action::Publish => "publish",
            Action::Control => "control",
            Action::Metrics => "metrics",
        },
        stream: ask.stream.map(ToString::to_string),
        target: format!("{} {}", request.method(), request.uri().path()),
        token: token(text(request.headers(), AUTHORIZATION), request.uri().query()),
        user: None,
        headers,
        address: ask.peer,
        time: SystemTime::now(),
    }
}

/// The bearer token (RFC 6750 sections 2.1 and 2.3), or the `token` of the query: players cannot send headers.
fn token(authorization: Option<&str>, query: Option<&str>) -> Option<String> {
    let bearer = authorization.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    bearer.or_else(|| {
        let pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        let (_, token) = pairs.into_iter().find(|(name, _)| *name == "token")?;
        Some(percent_encoding::percent_decode_str(token).decode_utf8_lossy().into_owned())
    })
}

/// A header's value; one that is no text matches nothing.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// What a request wants to do. Whatever is not safe (RFC 9110 section 9.2.1) changes something.
fn action(method: &Method, path: &str) -> Action {
    match (method.is_safe(), path) {
        (_, path) if path.starts_with("/ingest/") => Action::Publish,
        (false, _) => Action::Control,
        (true, "/metrics") => Action::Metrics,
        (true, _) => Action::View,
    }
}

/// The stream that a path is about, its escapes read as the routes read them ([`crate::app::Segment`]): a policy must not see another name than the one
/// that is served.
fn stream(path: &str) -> Option<StreamName> {
    let (output, name) = path.strip_prefix('/')?.split_once('/')?;
    let segments = || name.split_once('/');
    let name = match output {
        "api" if name.starts_with("streams/") => name.strip_prefix("streams/")?.split('/').next()?,
        "ws" | "mjpeg" | "ingest" | "watch" | "still" => name,
        "hls" | "streams" if segments().is_some() => segments()?.0,
        "assets" => return None,
        // HLS where a proxy has taken `/hls` away.
        _ if !name.contains('/') && hls::is_file(name) => output,
        _ => return None,
    };
    let name = percent_encoding::percent_decode_str(name).decode_utf8().ok()?;
    match output {
        "still" => name.rsplit_once('.')?.0.parse().ok(),
        _ => name.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_something_is_no_viewing() {
        let cases = [
            (Method::GET, "/ws/lobby", Action::View),
            (Method::HEAD, "/still/lobby.jpg", Action::View),
            (Method::GET, "/metrics", Action::Metrics),
            (Method::POST, "/ingest/lobby", Action::Publish),
            (Method::GET, "/ingest/lobby", Action::Publish),
            (Method::DELETE, "/api/streams/lobby", Action::Control),
            (Method::POST, "/", Action::Control),
            (Method::from_bytes(b"BREW").unwrap(), "/", Action::Control),
        ];
        for (method, path, expected) in cases {
            assert_eq!(action(&method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn a_token_stands_in_a_header_or_in_the_query() {
        assert_eq!(token(Some("bearer  abc"), Some("token=other")).as_deref(), Some("abc"));
        assert_eq!(token(Some("Basic abc"), Some("fps=5&token=a%2Bb")).as_deref(), Some("a+b"));
        assert_eq!(token(None, Some("tokens=abc")), None);
    }

    #[test]
    fn the_stream_is_read_from_the_path() {
        for path in [
            "/ws/a.b",
            "/mjpeg/a.b",
            "/still/a.b.jpg",
            "/ingest/a.b",
            "/watch/a.b",
            "/api/streams/a.b",
            "/ws/%61.b",
            "/still/a%2Eb%2ejpg",
            "/api/streams/a.%62",
            "/hls/a.b/index.m3u8",
            "/hls/a%2Eb/x-p1.m4s",
            "/a.b/stream.m3u8",
            "/streams/a.b/stream.m3u8",
        ] {
            assert_eq!(stream(path).unwrap().as_str(), "a.b", "{path}");
        }
        for path in
            ["/", "/api/streams", "/api/health", "/assets/grid.js", "/still/lobby", "/ws/a%20b", "/hls/a", "/a/b.js"]
        {
            assert_eq!(stream(path), None, "{path}");
        }
    }
}
