//! `/api/logs`: the newest lines of the log, as a list or while they come, and which are said.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::HeaderMap;
use http::header::ACCEPT;
use logs::{Level, Line, Lines, Wanted};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::app::App;
use crate::body;
use crate::fresh::fresh;
use crate::problem::Problem;
use crate::sse;

/// How many lines a list has, if nobody says.
const LIMIT: usize = 200;
/// How many it may have.
pub(crate) const MOST: u64 = 4_096;
/// The longest filter.
const LONGEST: usize = 4 << 10;

/// What somebody asks for.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    wanted: Wanted,
    after: u64,
    limit: Option<usize>,
}

/// A list of lines.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "LogLines")]
pub(crate) struct List {
    /// The oldest first.
    lines: Vec<Line>,
}

impl Asked {
    fn parse(query: Option<&str>) -> Result<Self, Problem> {
        let mut asked = Self::default();
        for (name, value) in query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('=')) {
            let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
            let number = |parameter| {
                let rule = format!("`{parameter}` is a whole number");
                value.parse::<u64>().map_err(|_| Problem::bad_parameter(parameter, rule))
            };
            match name {
                _ if value.is_empty() => {}
                "level" => {
                    let rule = "`level` is `error`, `warn`, `info`, `debug` or `trace`";
                    let level = Level::from_word(&value).ok_or_else(|| Problem::bad_parameter("level", rule))?;
                    asked.wanted.level = Some(level);
                }
                "stream" => asked.wanted.stream = Some(value),
                "plugin" => asked.wanted.plugin = Some(value),
                "text" => asked.wanted.text = Some(value),
                "after" => asked.after = number("after")?,
                "limit" => asked.limit = Some(number("limit")?.min(MOST) as usize),
                _ => {}
            }
        }
        Ok(asked)
    }
}

/// `GET /api/logs`.
pub(crate) async fn logs(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Asked { wanted, after, limit } = Asked::parse(query.as_deref())?;
    let lines = app.logs.lines();
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/event-stream") {
        return Ok(sse::answer(Follower::new(lines.clone(), wanted, after), app.stop.clone()));
    }
    Ok(fresh(List { lines: lines.since(after, &wanted, limit.unwrap_or(LIMIT)) }))
}

/// `GET /api/logs/level`.
pub(crate) async fn level(State(app): State<Arc<App>>) -> Response {
    fresh(json!({ "filter": app.logs.filter() }))
}

/// `PUT /api/logs/level`: `{"filter": "debug"}`, until the program ends or the file says another.
pub(crate) async fn set_level(State(app): State<Arc<App>>, body: Body) -> Result<Response, Problem> {
    let body = body::read(body, None, LONGEST).await?;
    let asked: Value =
        serde_json::from_slice(&body).map_err(|error| Problem::bad_body(format!("the body is no JSON: {error}")))?;
    let Some(filter) = asked["filter"].as_str() else {
        return Err(Problem::bad_body("`filter` is a text, such as `debug`, or `info,framegate_stream=debug`"));
    };
    app.logs.set_filter(filter).map_err(|bad| Problem::bad_body(bad.to_string()))?;
    tracing::info!(filter, "another filter of the log, asked for by an operator");
    app.hub.journal().write("log-filter-changed", None, None, json!({ "filter": filter }));
    Ok(level(State(app)).await)
}

/// One who reads along. Nothing is queued for it: it reads the ring where it left off.
struct Follower {
    lines: Lines,
    wanted: Wanted,
    last: u64,
    newest: watch::Receiver<u64>,
}

impl Follower {
    fn new(lines: Lines, wanted: Wanted, after: u64) -> Self {
        let newest = lines.watch();
        let last = if after == 0 { *newest.borrow() } else { after };
        Self { lines, wanted, last, newest }
    }

    /// What is to be told next, at least one line. Cancel-safe.
    async fn next(&mut self) -> Vec<Line> {
        loop {
            let newest = *self.newest.borrow_and_update();
            let lines = self.lines.since(self.last, &self.wanted, MOST as usize);
            self.last = lines.last().map_or(newest, |line| line.id.max(newest));
            if !lines.is_empty() {
                return lines;
            }
            if self.newest.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl sse::Blocks for Follower {
    async fn next(&mut self) -> String {
        Self::next(self).await.iter().map(block).collect()
    }
}

fn block(line: &Line) -> String {
    format!("id: {}\ndata: {}\n\n", line.id, serde_json::to_string(line).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_read() {
        let asked = Asked::parse(Some("level=warn&stream=lobby&text=no%20route&after=7&limit=9")).unwrap();
        let wanted = Wanted {
            level: Some(Level::Warn),
            stream: Some("lobby".into()),
            text: Some("no route".into()),
            plugin: None,
        };
        assert_eq!(asked, Asked { wanted, after: 7, limit: Some(9) });
        assert!(Asked::parse(Some("level=loud")).is_err());
        assert!(Asked::parse(Some("after=x")).is_err());
    }
}
