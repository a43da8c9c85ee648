//! `/api/events`: what happens, as Server-Sent Events (HTML, section 9.2), over WebSocket, or as a list of what is remembered.

use std::sync::Arc;

use access::{Action, Person};
use axum::extract::{Extension, RawQuery, Request, State};
use axum::response::{IntoResponse, Response};
use control::events::{Allowed, Filter, Listener, Told, is_for_operators, remembered};
use egress::websocket;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName};

use crate::app::{App, Segment};
use crate::asked::truth;
use crate::connection::Visit;
use crate::fresh::fresh;
use crate::problem::Problem;
use crate::{lasting, sse, ws};

/// What an `EventSource` says when it comes again (HTML, section 9.2.4).
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How many of the remembered events a list has, if nobody says.
const LIMIT: usize = 200;
/// The names in the thread that serves listeners.
const THREAD: &str = "events";

/// What somebody asks for.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    filter: Filter,
    after: Option<u64>,
    limit: Option<usize>,
    /// Over WebSocket: what happened at the same time in one message.
    together: bool,
}

impl Asked {
    fn parse(query: Option<&str>) -> Result<Self, Problem> {
        let mut asked = Self::default();
        for pair in query.unwrap_or_default().split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
            let words = || value.split(',').filter(|word| !word.is_empty()).map(str::to_owned);
            let number = |parameter| {
                let rule = format!("`{parameter}` is a whole number");
                value.parse::<u64>().map_err(|_| Problem::bad_parameter(parameter, rule))
            };
            match name {
                "stream" => asked.filter.streams.extend(words()),
                "kind" => asked.filter.kinds.extend(words()),
                "after" if !value.is_empty() => asked.after = Some(number("after")?),
                "limit" if !value.is_empty() => asked.limit = Some(number("limit")?.min(10_000) as usize),
                "together" => asked.together = truth("together", &value)?,
                _ => {}
            }
        }
        Ok(asked)
    }
}

/// `GET /api/events`.
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    Extension(visit): Extension<Visit>,
    Extension(person): Extension<Person>,
    RawQuery(query): RawQuery,
    mut request: Request,
) -> Result<Response, Problem> {
    let asked = Asked::parse(query.as_deref())?;
    if wants_list(request.headers()) {
        return Ok(list(&app, &asked, &allowed(person)));
    }
    let last = request.headers().get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()?.trim().parse().ok());
    let until = person.lasts_until();
    let listener = Listener::new(app.hub.clone(), asked.filter, allowed(person), last.or(asked.after));
    if !ws::is_upgrade(request.headers()) {
        return Ok(sse::answer(listener, app.stop.clone()));
    }
    let (response, socket) = ws::handshake(&mut request)?;
    let stop = app.stop.child_token();
    app.spawn_sender(THREAD, async move {
        // The connection's place is this listener's now.
        let _visit = visit;
        let Some(mut socket) = socket.await else { return };
        let telling = websocket::tell(&mut socket, &stop, Messages { listener, together: asked.together });
        let end = lasting::stopping(lasting::over(until), &stop, telling).await;
        tracing::debug!(?end, "a listener left");
    });
    Ok(response)
}

/// `GET /api/events/{id}/still`: the picture that belongs to an event.
pub(crate) async fn still(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    Segment(id): Segment,
) -> Result<Response, Problem> {
    let still = id.parse().ok().and_then(|id| app.hub.journal().still_of(id));
    let still = still.filter(|(stream, _)| stream.as_ref().is_some_and(|stream| person.sees(stream)));
    let (_, still) = still.ok_or_else(Problem::not_found)?;
    // It never becomes another one, and may be forgotten when a filter is added.
    Ok(([(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, "private, no-cache")], still).into_response())
}

/// Whether a list is asked for, and no stream of events.
fn wants_list(headers: &HeaderMap) -> bool {
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepts.contains("application/json") && !accepts.contains("text/event-stream")
}

/// What somebody is told of: the streams that it sees, and what operators are told of those that it may control; what is about none is for those who may
/// change everything.
fn allowed(person: Person) -> Allowed {
    Box::new(move |kind, stream| match stream {
        Some(stream) if is_for_operators(kind) => person.may(Action::Control, Some(stream)),
        Some(stream) => person.sees(stream),
        None => person.may(Action::Control, None),
    })
}

fn list(app: &App, asked: &Asked, allowed: &Allowed) -> Response {
    let (most, after) = (asked.limit.unwrap_or(LIMIT), asked.after.unwrap_or_default());
    let events = remembered(app.hub.journal(), &asked.filter, allowed, after, most);
    fresh(serde_json::json!({ "events": events }))
}

impl sse::Blocks for Listener {
    async fn next(&mut self) -> String {
        Self::next(self).await.iter().map(block).collect()
    }
}

/// An event of the stream. Its JSON is one line, and its kind has no line end.
fn block(told: &Told) -> String {
    let id = told.id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("{id}event: {}\ndata: {}\n\n", told.kind, told.json)
}

/// A WebSocket's messages: the events themselves, or a list of those of one moment. All figures of a hundred streams come at once, and a browser runs a
/// task for each message.
struct Messages {
    listener: Listener,
    together: bool,
}

impl websocket::Texts for Messages {
    async fn next(&mut self) -> Vec<String> {
        let told: Vec<_> = self.listener.next().await.into_iter().map(|told| told.json).collect();
        if self.together { vec![format!("[{}]", told.join(","))] } else { told }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn what_is_asked_for_is_read() {
        let asked = Asked::parse(Some("stream=a,b&kind=gate-%2A&kind=plugin-failed&after=7&token=x")).unwrap();
        assert_eq!((asked.filter.streams, asked.after), (vec!["a".to_owned(), "b".into()], Some(7)));
        assert_eq!(asked.filter.kinds, ["gate-*", "plugin-failed"]);
        assert_eq!(Asked::parse(None).unwrap(), Asked::default());
        assert!(Asked::parse(Some("together=1")).unwrap().together);
        assert!(Asked::parse(Some("after=x")).is_err() && Asked::parse(Some("together=x")).is_err());
    }

    #[test]
    fn a_list_is_for_who_asks_for_json_alone() {
        for (accept, list) in [
            ("application/json", true),
            ("text/event-stream", false),
            ("*/*", false),
            ("text/event-stream, application/json", false),
        ] {
            assert_eq!(
                wants_list(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))])),
                list,
                "{accept}"
            );
        }
    }

    #[test]
    fn an_event_is_a_block_with_its_id() {
        let told = Told { id: Some(4), kind: "stream-live".into(), json: "{}".into() };
        assert_eq!(block(&told), "id: 4\nevent: stream-live\ndata: {}\n\n");
        assert_eq!(block(&Told { id: None, ..told }), "event: stream-live\ndata: {}\n\n");
    }
}
