//! The program: what is configured, its plugins, its events, how it is.

use control::configured::Configured;
use control::health::Health;
use control::installed::List;
use control::reload::Reloaded;
use journal::Event;

use super::{text, truth, whole, word};
use crate::problem::Kind;
use crate::route::{JSON, Operation, Route};
use crate::{api, description, events, logs, metrics, session};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::at("/api/config").get(
            api::config,
            Operation::new("getConfig", "What is configured by whom, and what is wrong with it")
                .json::<Configured>(200, "as it is"),
        ),
        Route::at("/api/session").get(
            session::session,
            Operation::new("getSession", "Who asks, and what they may").json::<session::Session>(200, "as it is"),
        ),
        Route::at("/api/schemas/stream").get(
            description::stream_schema,
            Operation::new("getStreamSchema", "The keys of a stream's section, for forms").shaped(
                200,
                "a JSON Schema (2020-12)",
                |_| schemars::json_schema!({ "type": "object" }),
            ),
        ),
        Route::at("/api/plugins").get(
            api::plugins,
            Operation::new("listPlugins", "All plugins, from which bytes they are, and how each is on each stream")
                .json::<List>(200, "by name"),
        ),
        Route::at("/api/plugins/{plugin}").get(
            api::plugin,
            Operation::new("getPlugin", "A plugin, with the options that it takes")
                .json::<api::Described>(200, "as it is")
                .problems(&[Kind::UnknownPlugin]),
        ),
        Route::at("/api/plugins/{plugin}/reload").post(
            api::reload,
            Operation::new("reloadPlugin", "Loads a plugin anew, for all streams or for none")
                .json::<Reloaded>(200, "what runs now")
                .problems(&[Kind::UnknownPlugin, Kind::PluginRefused, Kind::Stopping]),
        ),
        Route::at("/api/events").get(
            events::events,
            Operation::new(
                "listEvents",
                "What happens: as Server-Sent Events, over WebSocket, or what is remembered as a list",
            )
            .query(
                "stream",
                text(),
                "Names of streams, or the begin of some with a `*` behind it, several with `,` between.",
            )
            .query("kind", text(), "Kinds of events, likewise.")
            .query("after", whole(0, u64::MAX), "What came behind the event of this id comes first.")
            .query("limit", whole(0, 10_000), "Of a list: the newest so many, 200 if nobody says.")
            .query("together", truth(), "Over WebSocket: each message is a list of the events of one moment.")
            .json::<Events>(200, "for who accepts `application/json` alone: a list; else a stream of events")
            .media(101, "over WebSocket: each event is a text message", &[])
            .problems(&[Kind::BadParameter, Kind::BadHandshake, Kind::UpgradeRequired]),
        ),
        Route::at("/api/events/{id}/still").get(
            events::still,
            Operation::new("getStillOfEvent", "The picture that belongs to an event")
                .media(200, "as it was shown", &["image/jpeg"])
                .problems(&[Kind::NotFound]),
        ),
        Route::at("/api/logs").get(
            logs::logs,
            Operation::new(
                "listLogs",
                "The newest lines of the log; as Server-Sent Events for who accepts `text/event-stream`",
            )
            .query("level", word(&["error", "warn", "info", "debug", "trace"]), "As bad as this, or worse.")
            .query("stream", text(), "About this stream.")
            .query("plugin", text(), "About this plugin.")
            .query("text", text(), "With these words.")
            .query("after", whole(0, u64::MAX), "What came behind the line of this id.")
            .query("limit", whole(0, logs::MOST), "The newest so many, 200 if nobody says.")
            .json::<logs::List>(200, "the oldest first")
            .problems(&[Kind::BadParameter]),
        ),
        Route::at("/api/logs/level")
            .get(logs::level, Operation::new("getLogLevel", "Which lines are said").shaped(200, "the filter", filter))
            .put(
                logs::set_level,
                Operation::new("setLogLevel", "Says others, until the program ends or the file says otherwise")
                    .body(JSON, filter)
                    .shaped(200, "the filter", filter),
            ),
        Route::at("/api/stats").get(
            api::stats,
            Operation::new("getStats", "Totals over all streams that whoever asks may view")
                .json::<api::Totals>(200, "as they are"),
        ),
        Route::at("/api/health")
            .get(api::health, Operation::new("getHealth", "How the process is").json::<Health>(200, "it answers")),
        Route::at("/api/openapi.json").get(
            description::openapi,
            Operation::new("getDescription", "This document").shaped(
                200,
                "an OpenAPI 3.1 document",
                |_| schemars::json_schema!({ "type": "object" }),
            ),
        ),
        Route::at("/healthz").get(
            api::healthz,
            Operation::new("isAlive", "For whoever restarts what does not answer")
                .media(200, "it answers", PLAIN)
                .open(),
        ),
        Route::at("/readyz").get(
            api::readyz,
            Operation::new("isReady", "For whoever sends viewers here")
                .media(200, "it is ready", PLAIN)
                .problems(&[Kind::Stopping])
                .open(),
        ),
        Route::at("/metrics").get(
            metrics::metrics,
            Operation::new("getMetrics", "What is counted, for Prometheus: docs/metrics.md")
                .media(200, "in the format that is asked for", &["text/plain", "application/openmetrics-text"])
                .problems(&[Kind::Internal]),
        ),
    ]
}

const PLAIN: &[&str] = &["text/plain"];

/// What says which lines are said.
fn filter(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "required": ["filter"],
        "properties": { "filter": { "type": "string", "examples": ["info", "debug", "info,framegate_stream=debug"] } },
    })
}

/// A list of events.
#[derive(schemars::JsonSchema)]
#[allow(dead_code, reason = "it is the shape of what `events::events` writes")]
struct Events {
    /// The oldest first.
    events: Vec<Event>,
}
