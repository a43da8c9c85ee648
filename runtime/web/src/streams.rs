//! Streams as resources: made, replaced, changed, removed, started and stopped over HTTP.

use std::sync::Arc;

use access::Person;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use control::reload::Standing;
use control::state::{Change, Match};
use control::streams::{Detail, List};
use http::header::{CONTENT_TYPE, ETAG, IF_MATCH, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use hub::Held;
use media::StreamName;
use serde_json::{Map, Value};

use crate::app::{App, Named, Segment};
use crate::asked::truth;
use crate::body;
use crate::fresh::{FRESH, done, fresh};
use crate::problem::{Kind, Problem};

/// A stream's configuration is a page or two.
const MOST: usize = 64 << 10;

/// `GET /api/streams`.
pub(crate) async fn list(State(app): State<Arc<App>>, Extension(person): Extension<Person>) -> Response {
    let mut list = List::now(&app.hub, &app.reloads.standing());
    list.streams.retain(|stream| person.sees(&stream.name));
    fresh(list)
}

/// `GET /api/streams/{name}`. How it is configured is for those who may change that.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    Segment(name): Segment,
) -> Result<Response, Problem> {
    let entry = app.entry(&name)?;
    let mut detail = Detail::now(&entry, &app.reloads.standing());
    if !person.may(access::Action::Control, Some(entry.name())) {
        detail.config = None;
    }
    Ok(told(StatusCode::OK, &detail))
}

/// `GET /api/streams/{name}/timeline`.
pub(crate) async fn timeline(Named(entry): Named) -> Response {
    fresh(serde_json::json!({ "stream": entry.name(), "steps": entry.stream().history() }))
}

/// `POST /api/streams`: its `name` stands in the body.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let purpose = Purpose::of(query.as_deref())?;
    let mut config = object(&headers, body, &["application/json"]).await?;
    let name = match config.remove("name") {
        Some(Value::String(name)) => name,
        Some(_) => return Err(Problem::bad_body("`name` is a text")),
        None => return Err(Problem::bad_body("`name` is missing: what the stream is to be called")),
    };
    let name = name_of(&name)?;
    let mut response = purpose.carry_out(&app, &name, Change::Create(config), StatusCode::CREATED).await?;
    if purpose == Purpose::Do
        && let Ok(location) = HeaderValue::from_str(&format!("/api/streams/{name}"))
    {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// `PUT /api/streams/{name}`.
pub(crate) async fn put(
    State(app): State<Arc<App>>,
    Segment(name): Segment,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let purpose = Purpose::of(query.as_deref())?;
    let (name, config, matches) = asked(&name, &headers, body, &["application/json"]).await?;
    let is_there = app.reloads.standing().state.stream(&name).is_some();
    let status = if is_there { StatusCode::OK } else { StatusCode::CREATED };
    purpose.carry_out(&app, &name, Change::Put(config, matches), status).await
}

/// `PATCH /api/streams/{name}`: JSON Merge Patch (RFC 7396).
pub(crate) async fn patch(
    State(app): State<Arc<App>>,
    Segment(name): Segment,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let purpose = Purpose::of(query.as_deref())?;
    let types = ["application/merge-patch+json", "application/json"];
    let (name, config, matches) = asked(&name, &headers, body, &types).await?;
    purpose.carry_out(&app, &name, Change::Patch(config, matches), StatusCode::OK).await
}

/// What a change is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// To be made.
    Do,
    /// To be looked at: `?check=1`.
    Check,
}

impl Purpose {
    fn of(query: Option<&str>) -> Result<Self, Problem> {
        let pairs = query.unwrap_or_default().split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "1")));
        let mut purpose = Self::Do;
        for (_, value) in pairs.filter(|(name, _)| *name == "check") {
            purpose = if truth("check", value)? { Self::Check } else { Self::Do };
        }
        Ok(purpose)
    }

    async fn carry_out(
        self,
        app: &App,
        name: &StreamName,
        wanted: Change,
        status: StatusCode,
    ) -> Result<Response, Problem> {
        match self {
            Self::Do => change(app, name, wanted, status).await,
            Self::Check => {
                app.reloads.check(name, wanted).await.map_err(|refused| Problem::not_put(name, refused))?;
                Ok(done())
            }
        }
    }
}

/// What is asked of a stream that the address names.
async fn asked(
    name: &str,
    headers: &HeaderMap,
    body: Body,
    types: &[&str],
) -> Result<(StreamName, Map<String, Value>, Match), Problem> {
    let (name, matches) = (name_of(name)?, if_match(headers)?);
    let mut config = object(headers, body, types).await?;
    named_alike(&mut config, &name)?;
    Ok((name, config, matches))
}

/// `DELETE /api/streams/{name}`.
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    Segment(name): Segment,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let name = name_of(&name)?;
    let matches = if_match(&headers)?;
    let removed = app.reloads.stream(&name, Change::Remove(matches)).await;
    removed.map_err(|refused| Problem::not_put(&name, refused))?;
    Ok(done())
}

/// `POST /api/streams/{name}/start`: connected, also while nobody watches.
pub(crate) async fn start(State(app): State<Arc<App>>, Segment(name): Segment) -> Result<Response, Problem> {
    hold(&app, &name, Some(Held::Started)).await
}

/// `POST /api/streams/{name}/stop`: not connected, whoever wants to watch.
pub(crate) async fn stop(State(app): State<Arc<App>>, Segment(name): Segment) -> Result<Response, Problem> {
    hold(&app, &name, Some(Held::Stopped)).await
}

/// `POST /api/streams/{name}/restart`: another session at once, if somebody wants it; one that was started or stopped is as it is configured again.
pub(crate) async fn restart(State(app): State<Arc<App>>, Segment(name): Segment) -> Result<Response, Problem> {
    hold(&app, &name, None).await
}

async fn hold(app: &App, name: &str, held: Option<Held>) -> Result<Response, Problem> {
    change(app, &name_of(name)?, Change::Hold(held), StatusCode::OK).await
}

/// Has a stream changed, and tells how it is then. Whoever asked and leaves does not stop it.
async fn change(app: &App, name: &StreamName, change: Change, status: StatusCode) -> Result<Response, Problem> {
    let changed = app.reloads.stream(name, change).await;
    let standing: Arc<Standing> = changed.map_err(|refused| Problem::not_put(name, refused))?;
    let entry = app.entry(name.as_str())?;
    Ok(told(status, &Detail::now(&entry, &standing)))
}

/// A stream, with the revision of its configuration where it has one.
fn told(status: StatusCode, detail: &Detail) -> Response {
    let mut response = (status, FRESH, Json(detail)).into_response();
    let tag = detail.revision.and_then(|revision| HeaderValue::from_str(&format!("\"{revision}\"")).ok());
    if let Some(tag) = tag {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

fn name_of(name: &str) -> Result<StreamName, Problem> {
    name.parse().map_err(|bad| Problem::not_there(name, &hub::NotThere::from(bad)))
}

/// A name that stands in the body too is the one of the address: there is no other way to call a stream otherwise than to make another.
fn named_alike(config: &mut Map<String, Value>, name: &StreamName) -> Result<(), Problem> {
    match config.remove("name") {
        None => Ok(()),
        Some(Value::String(other)) if other == name.as_str() => Ok(()),
        Some(_) => Err(Problem::bad_body("`name` is another than in the address: a stream keeps its name")),
    }
}

/// `If-Match` (RFC 9110, section 13.1.1). Weak tags match nothing.
fn if_match(headers: &HeaderMap) -> Result<Match, Problem> {
    let mut revisions = Vec::new();
    let mut written = headers.get_all(IF_MATCH).iter().peekable();
    if written.peek().is_none() {
        return Ok(Match::Any);
    }
    for value in written {
        let bad = || Problem::bad_parameter("If-Match", "`If-Match` is `*`, or what `ETag` said, in quotes");
        for tag in value.to_str().map_err(|_| bad())?.split(',').map(str::trim) {
            if tag == "*" {
                return Ok(Match::There);
            }
            let inside = tag.strip_prefix("W/").unwrap_or(tag);
            let inside = inside.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(bad)?;
            // What is no revision of ours is none of any stream.
            revisions.extend(inside.parse::<u64>().ok().filter(|_| !tag.starts_with("W/")));
        }
    }
    Ok(Match::OneOf(revisions))
}

/// The body, a JSON object of one of these types; one without a type is taken for the first.
async fn object(headers: &HeaderMap, body: Body, types: &[&str]) -> Result<Map<String, Value>, Problem> {
    if let Some(written) = headers.get(CONTENT_TYPE) {
        let essence = written.to_str().unwrap_or("?").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !types.contains(&essence.as_str()) {
            return Err(Problem::plain(Kind::UnknownType, "the body is JSON: `Content-Type: application/json`"));
        }
    }
    let body = body::read(body, None, MOST).await?;
    match serde_json::from_slice(&body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Problem::bad_body("the body is a JSON object")),
        Err(error) => Err(Problem::bad_body(format!("the body is no JSON: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_read_from_if_match() {
        let read = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            values.iter().for_each(|value| _ = headers.append(IF_MATCH, HeaderValue::from_static(value)));
            if_match(&headers)
        };
        assert_eq!(read(&[]), Ok(Match::Any));
        assert_eq!(read(&["*"]), Ok(Match::There));
        assert_eq!(read(&["\"3\", \"5\"", "\"x\""]), Ok(Match::OneOf(vec![3, 5])));
        assert_eq!(read(&["W/\"3\""]), Ok(Match::OneOf(vec![])));
        assert!(read(&["3"]).is_err());
    }
}
