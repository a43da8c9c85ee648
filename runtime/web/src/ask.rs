//! The layer that asks `access` before anything else is looked at: every address goes through it, also those that do not exist.

use std::sync::Arc;

use access::{Action, Ask, Manner};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, HeaderName, ORIGIN};
use http::{HeaderMap, Method};
use media::StreamName;

use crate::app::App;
use crate::connection::Visit;
use crate::problem::{Kind, Problem};
use crate::ws;

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
    match app.policy.check(&ask) {
        Ok(()) => next.run(request).await,
        Err(refused) => {
            tracing::debug!(peer = %ask.peer, action = ?ask.action, %refused, "refused");
            let problem = Problem::refused(&refused);
            match manner {
                Manner::WebSocket if path.starts_with("/ws/") => ws::refuse(&app, request, problem),
                _ => problem.into_response(),
            }
        }
    }
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

/// The stream that a path is about.
fn stream(path: &str) -> Option<StreamName> {
    let (output, name) = path.strip_prefix('/')?.split_once('/')?;
    match output {
        "ws" | "mjpeg" | "ingest" | "watch" => name.parse().ok(),
        "still" => name.rsplit_once('.')?.0.parse().ok(),
        "api" => name.strip_prefix("streams/")?.split('/').next()?.parse().ok(),
        _ => None,
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
    fn the_stream_is_read_from_the_path() {
        for path in ["/ws/a.b", "/mjpeg/a.b", "/still/a.b.jpg", "/ingest/a.b", "/watch/a.b", "/api/streams/a.b"] {
            assert_eq!(stream(path).unwrap().as_str(), "a.b", "{path}");
        }
        for path in ["/", "/api/streams", "/api/health", "/assets/grid.js", "/still/lobby", "/ws/a%20b"] {
            assert_eq!(stream(path), None, "{path}");
        }
    }
}
