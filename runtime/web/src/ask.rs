//! The layer that asks `access` before anything else is looked at: every address goes through it, also those that do not exist.

use std::sync::Arc;
use std::time::SystemTime;

use access::{Action, Ask, Manner, Page, Person, Policy, Refused, Rules};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, HeaderName, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method};
use media::StreamName;
use plugin::{AccessPolicy, Applicant, Decision};
use secrecy::ExposeSecret;

use crate::app::App;
use crate::compat::cctv::socket_io;
use crate::connection::Visit;
use crate::credentials::{Credential, token};
use crate::listener::Door;
use crate::problem::{Challenge, Kind, Problem};
use crate::{cors, hls, lasting, ws};

/// Whom proxies were asked by, one behind the other.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Lets a request through, or answers it with the reason why not.
pub(crate) async fn ask(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let rules = app.rules.rules();
    let Some(visit) = parts.extensions.get_mut::<Visit>() else {
        return Problem::plain(Kind::Internal, "the connection is unknown").into_response();
    };
    // Who is behind a proxy is who asks, for everything from here on.
    let forwarded = parts.headers.get_all(X_FORWARDED_FOR).into_iter().map(|value| value.to_str().unwrap_or("?"));
    visit.peer = rules.proxies().client(visit.peer, forwarded);
    let visit = visit.clone();
    let sharer = cors::sharer(&rules, &parts);
    let answer = if sharer.is_some() && cors::is_preflight(&parts) {
        cors::preflight()
    } else {
        let page = if sharer.is_some() { Page::Trusted } else { Page::Unknown };
        match decide(&app, &rules, &parts, (&visit, page)).await {
            Ok(person) => {
                let person = if visit.door == Door::Public { person.without_operating() } else { person };
                let until = person.lasts_until();
                parts.extensions.insert(person);
                lasting::bounded(next.run(Request::from_parts(parts, body)).await, until)
            }
            Err(problem) => {
                let problem = problem.challenging(challenge(&parts.headers));
                let is_socket = ws::is_upgrade(&parts.headers) && parts.uri.path().starts_with("/ws/");
                match is_socket {
                    true => ws::refuse(&app, Request::from_parts(parts, body), problem),
                    false => problem.into_response(),
                }
            }
        }
    };
    match sharer {
        Some(origin) => cors::share(answer, origin),
        None => answer,
    }
}

/// Who asks, if they may: by where it comes from, by who it is, and by the access policy, in this order.
async fn decide(app: &App, rules: &Rules, request: &Parts, (visit, page): (&Visit, Page)) -> Result<Person, Problem> {
    let (path, headers, peer) = (request.uri.path(), &request.headers, visit.peer);
    let stream = stream(path);
    let ask = Ask {
        action: action(&request.method, path),
        stream: stream.as_ref(),
        manner: match ws::is_upgrade(headers) {
            true => Manner::WebSocket,
            false if request.method.is_safe() && !changes_by_get(path) => Manner::Request,
            false => Manner::Change,
        },
        peer,
        // HTTP/2 has it in `:authority`, which hyper makes part of the URI.
        host: request.uri.authority().map(|authority| authority.as_str()).or(text(headers, HOST)),
        origin: text(headers, ORIGIN),
        page,
    };
    Policy::new(rules.admits(), visit.listen).check(&ask).map_err(|refused| {
        tracing::debug!(peer = %ask.peer, action = ?ask.action, %refused, "refused");
        Problem::refused(&refused)
    })?;
    if visit.door == Door::Public && is_for_operators(ask.action, path) {
        return Err(Problem::plain(Kind::NotFound, "operators have another address of this server: `server.control`"));
    }
    let person = match ask.action {
        // Nobody is asked who they are: a wrong token must not keep anybody from the page that says so.
        Action::Enter => rules.nobody(),
        _ => {
            let credential = Credential::of(headers, request.uri.query());
            // A page of another site cannot leave it out, a browser that is too old to send it can.
            let must_say = matches!(credential, Credential::Session(_)) && ask.manner != Manner::Request;
            if must_say && ask.origin.is_none() {
                return Err(Problem::refused(&Refused::NoOrigin));
            }
            let found = app.identities.find(rules, credential, peer).await;
            found.inspect_err(|why| tracing::debug!(peer = %ask.peer, ?why, "nobody"))?
        }
    };
    person.check(ask.action, ask.stream).map_err(|denied| {
        let name = person.name();
        tracing::debug!(peer = %ask.peer, name, action = ?ask.action, stream = ?ask.stream, ?denied, "refused");
        Problem::denied(ask.stream, denied)
    })?;
    if path.starts_with("/api/") {
        let counted = app.identities.count(&person, peer);
        counted.map_err(|wait| Problem::too_often("this client asks more of the API than is answered", wait))?;
    }
    if let Some(policy) = app.hub.access_policy()
        && let Some(problem) = decided(&policy, applicant(&ask, &person, request)).await
    {
        return Err(problem);
    }
    Ok(person)
}

/// A dialog is for programs that say nothing of themselves, and for what a person opened by its address; not for the scripts and pictures of a page (Fetch
/// Metadata Request Headers, section 2.1), which has its own way in.
fn challenge(headers: &HeaderMap) -> Challenge {
    match text(headers, HeaderName::from_static("sec-fetch-dest")) {
        None | Some("document") => Challenge::Basic,
        Some(_) => Challenge::Bearer,
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
fn applicant(ask: &Ask<'_>, person: &Person, request: &Parts) -> Applicant {
    let headers = &request.headers;
    let all = headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    Applicant {
        action: match ask.action {
            // A policy is asked about pages as about everything else that is looked at.
            Action::View | Action::Enter => "view",
            Action::Publish => "publish",
            Action::Control => "control",
            Action::Metrics => "metrics",
        },
        stream: ask.stream.map(ToString::to_string),
        target: format!("{} {}", request.method, request.uri.path()),
        token: match Credential::of(headers, request.uri.query()) {
            Credential::Token(token) => Some(token.expose_secret().to_owned()),
            // What a policy wants may stand in the address beside what we understand.
            _ => token(request.uri.query()),
        },
        user: person.name().map(str::to_owned),
        headers: all,
        address: ask.peer,
        time: SystemTime::now(),
    }
}

/// A header's value; one that is no text matches nothing.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// Whether a GET changes something here, since another program's interface has it so.
fn changes_by_get(path: &str) -> bool {
    path == "/api/stream/start"
}

/// Whether it is served where operators have an address of their own, and nowhere else.
fn is_for_operators(action: Action, path: &str) -> bool {
    matches!(action, Action::Control | Action::Metrics) || path == "/dashboard" || path.starts_with("/dashboard/")
}

/// What a request wants to do. Whatever is not safe (RFC 9110 section 9.2.1) changes something.
fn action(method: &Method, path: &str) -> Action {
    let is_page = matches!(path, "/" | "/dashboard" | "/healthz" | "/readyz")
        || ["/watch/", "/dashboard/", "/assets/", "/problems/"].iter().any(|folder| path.starts_with(folder));
    match (method.is_safe() && !changes_by_get(path), path) {
        (_, "/login" | "/logout") => Action::Enter,
        // Whoever posts there asks to be told.
        (_, socket_io::PATH) => Action::View,
        (true, _) if is_page => Action::Enter,
        (_, path) if path.starts_with("/ingest/") => Action::Publish,
        (false, _) => Action::Control,
        (true, "/metrics") => Action::Metrics,
        (true, path) if path.starts_with("/v3/") => Action::Control,
        // Where viewers come from, and what is wrong with a file, is for those who can do something about it.
        (true, "/api/viewers" | "/api/config" | "/api/logs" | "/api/logs/level") => Action::Control,
        (true, path)
            if path
                .strip_prefix("/api/streams/")
                .is_some_and(|rest| rest.ends_with("/viewers") || rest.ends_with("/pushes")) =>
        {
            Action::Control
        }
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
        "ws" | "mjpeg" | "ingest" | "watch" | "dashboard" | "still" => name,
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
            (Method::GET, "/", Action::Enter),
            (Method::GET, "/watch/lobby", Action::Enter),
            (Method::POST, "/watch/lobby", Action::Control),
            (Method::GET, "/dashboard", Action::Enter),
            (Method::GET, "/dashboard/lobby", Action::Enter),
            (Method::GET, "/dashboards", Action::View),
            (Method::POST, "/dashboard/lobby", Action::Control),
            (Method::POST, "/login", Action::Enter),
            (Method::GET, "/api/streams", Action::View),
            (Method::GET, "/api/streams/lobby/viewers", Action::Control),
            (Method::GET, "/api/streams/viewers", Action::View),
            (Method::GET, "/api/config", Action::Control),
            (Method::GET, "/api/logs", Action::Control),
            (Method::GET, "/readyz", Action::Enter),
            (Method::GET, "/api/stream/start", Action::Control),
            (Method::GET, "/api/stream/status", Action::View),
            (Method::GET, "/v3/paths/list", Action::Control),
            (Method::GET, "/video_feed", Action::View),
            (Method::GET, "/socket.io/", Action::View),
            (Method::POST, "/socket.io/", Action::View),
            (Method::POST, "/socket.io/x", Action::Control),
            (Method::GET, "/nonsense", Action::View),
            (Method::from_bytes(b"BREW").unwrap(), "/", Action::Control),
        ];
        for (method, path, expected) in cases {
            assert_eq!(action(&method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn the_stream_is_read_from_the_path() {
        for path in [
            "/ws/a.b",
            "/mjpeg/a.b",
            "/still/a.b.jpg",
            "/ingest/a.b",
            "/watch/a.b",
            "/dashboard/a.b",
            "/api/streams/a.b",
            "/ws/%61.b",
            "/still/a%2Eb%2ejpg",
            "/api/streams/a.%62",
            "/api/streams/a.b/start",
            "/api/streams/a.b/timeline",
            "/api/streams/a.b/viewers/7",
            "/api/streams/a.b/link",
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
