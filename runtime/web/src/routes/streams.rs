//! Streams, who watches them, and links to them.

use control::streams::{Detail, List};
use control::viewers;
use schemars::SchemaGenerator;
use serde_json::json;
use stream::Step;

use super::{truth, whole, word};
use crate::compat::stream_manager;
use crate::problem::Kind;
use crate::route::{JSON, Operation, Route};
use crate::{links, streams, viewers as handlers};

/// What a change of what is configured may run into.
const CHANGE: [Kind; 4] = [Kind::BadParameter, Kind::Stopping, Kind::NotKept, Kind::Declared];
/// What a stream that is made or changed may have wrong.
const WRITTEN: [Kind; 2] = [Kind::Mistakes, Kind::TooManyStreams];
/// What a change of what somebody else changes too may run into.
const MATCHED: [Kind; 1] = [Kind::Changed];
const CHECK: &str = "Says whether it would be done, with every mistake, and changes nothing: 204.";
const IF_MATCH: &str = "What `ETag` said: the change is made only if the stream is still that one.";

pub(super) fn routes() -> Vec<Route> {
    let detail = |id, summary| Operation::new(id, summary).json::<Detail>(200, "the stream as it is");
    let held = |id, summary| detail(id, summary).problems(&CHANGE).problems(&[Kind::TooManyStreams]);
    vec![
        Route::at("/api/streams")
            .get(
                streams::list,
                Operation::new("listStreams", "All streams that whoever asks may view").json::<List>(200, "by name"),
            )
            .post(
                streams::create,
                Operation::new("createStream", "Makes a stream; its name stands in the body")
                    .query("check", truth(), CHECK)
                    .body(JSON, named)
                    .json::<Detail>(201, "the stream as it is")
                    .done("nothing is wrong with it")
                    .problems(&CHANGE)
                    .problems(&WRITTEN)
                    .problems(&[Kind::Exists, Kind::UnknownStream]),
            ),
        Route::at("/api/streams/{stream}")
            .get(streams::get, detail("getStream", "A stream, with its plugins and times"))
            .post(stream_manager::service, super::compat::service())
            .put(
                streams::put,
                detail("putStream", "Makes or replaces a stream")
                    .query("check", truth(), CHECK)
                    .header("If-Match", IF_MATCH)
                    .body(JSON, section)
                    .json::<Detail>(201, "the stream was made")
                    .done("nothing is wrong with it")
                    .problems(&CHANGE)
                    .problems(&WRITTEN)
                    .problems(&MATCHED),
            )
            .patch(
                streams::patch,
                detail("patchStream", "Changes keys of a stream (RFC 7396): null takes one away")
                    .query("check", truth(), CHECK)
                    .header("If-Match", IF_MATCH)
                    .body(&["application/merge-patch+json", "application/json"], |_| any_object())
                    .done("nothing is wrong with it")
                    .problems(&CHANGE)
                    .problems(&WRITTEN)
                    .problems(&MATCHED),
            )
            .delete(
                streams::delete,
                Operation::new("deleteStream", "Ends a stream that came by the API; its viewers are told")
                    .header("If-Match", IF_MATCH)
                    .done("it is gone")
                    .problems(&CHANGE)
                    .problems(&MATCHED)
                    .problems(&[Kind::Mistakes]),
            ),
        Route::at("/api/streams/{stream}/start").post(
            streams::start,
            held("startStream", "Connects it and keeps it connected, also while nobody watches")
                .problems(&[Kind::Running]),
        ),
        Route::at("/api/streams/{stream}/stop").post(
            streams::stop,
            held("stopStream", "Disconnects it, whoever wants to watch, until it is started")
                .problems(&[Kind::Stopped]),
        ),
        Route::at("/api/streams/{stream}/restart").post(
            streams::restart,
            held(
                "restartStream",
                "Begins a session anew; one that was started or stopped is as it is configured again",
            ),
        ),
        Route::at("/api/streams/{stream}/timeline").get(
            streams::timeline,
            Operation::new("getTimeline", "Its last 200 changes of state, with reasons")
                .json::<Timeline>(200, "the oldest first"),
        ),
        Route::at("/api/streams/{stream}/viewers").get(
            handlers::of_stream,
            Operation::new("listViewersOfStream", "Who watches a stream")
                .json::<viewers::List>(200, "in the order in which they came"),
        ),
        Route::at("/api/streams/{stream}/viewers/{id}").delete(
            handlers::kick,
            Operation::new(
                "endVisit",
                "Ends a visit: the connection is closed, a player of HLS is refused for a minute",
            )
            .done("it is told to go")
            .problems(&[Kind::UnknownViewer]),
        ),
        Route::at("/api/viewers").get(
            handlers::all,
            Operation::new("listViewers", "Who watches, of all streams").json::<viewers::List>(200, "by stream"),
        ),
        Route::at("/api/streams/{stream}/link").post(
            links::link,
            Operation::new("makeLink", "A link that lets whoever has it see a stream, or push to it, for a while")
                .query("action", word(&["view", "publish"]), "What it is for; `view` if it is not said.")
                .query(
                    "expires_in",
                    whole(1, access::LONGEST_LINK.as_secs()),
                    "Seconds that it lasts; an hour if it is not said.",
                )
                .json::<links::Made>(200, "the link")
                .problems(&[Kind::BadParameter]),
        ),
    ]
}

/// What `…/timeline` answers.
#[derive(schemars::JsonSchema)]
#[allow(dead_code, reason = "it is the shape of what `streams::timeline` writes")]
struct Timeline {
    stream: String,
    steps: Vec<Step>,
}

fn any_object() -> schemars::Schema {
    schemars::json_schema!({ "type": "object" })
}

/// The keys of a stream's section.
fn section(_: &mut SchemaGenerator) -> schemars::Schema {
    config::stream_schema().try_into().unwrap_or_else(|_| any_object())
}

/// The same, and its name.
fn named(shapes: &mut SchemaGenerator) -> schemars::Schema {
    let mut schema = section(shapes);
    let object = schema.ensure_object();
    if let Some(properties) = object.get_mut("properties").and_then(|properties| properties.as_object_mut()) {
        properties.insert("name".into(), json!({ "type": "string", "pattern": ::media::StreamName::PATTERN }));
    }
    let required = object.entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut() {
        required.push("name".into());
    }
    schema
}
