//! Other programs' interfaces: there where `[compat]` says so, 404 otherwise.

use serde_json::json;

use super::{text, word};
use crate::compat::cctv::socket_io;
use crate::compat::{cctv, mediamtx, stream_manager};
use crate::problem::Kind;
use crate::route::{JSON, Operation, Route};

pub(super) fn routes() -> Vec<Route> {
    [of_mediamtx(), of_stream_manager(), of_cctv()].into_iter().flatten().collect()
}

fn of_mediamtx() -> Vec<Route> {
    vec![
        Route::at("/v3/info").get(mediamtx::info, mtx("mtxInfo", "The version")),
        Route::at("/v3/config/paths/list")
            .get(mediamtx::list_configured, listed(mtx("mtxListConfigured", "All paths as they are configured"))),
        Route::at("/v3/config/paths/get/{*name}")
            .get(mediamtx::get_configured, mtx("mtxGetConfigured", "A path as it is configured")),
        Route::at("/v3/config/paths/add/{*name}").post(mediamtx::add, written(mtx("mtxAdd", "Makes a path"))),
        Route::at("/v3/config/paths/patch/{*name}")
            .patch(mediamtx::patch, written(mtx("mtxPatch", "Changes fields of a path"))),
        Route::at("/v3/config/paths/replace/{*name}")
            .post(mediamtx::replace, written(mtx("mtxReplace", "Makes or replaces a path"))),
        Route::at("/v3/config/paths/delete/{*name}").delete(mediamtx::delete, mtx("mtxDelete", "Takes a path away")),
        Route::at("/v3/paths/list").get(mediamtx::list, listed(mtx("mtxList", "All paths as they run"))),
        Route::at("/v3/paths/get/{*name}").get(mediamtx::get, mtx("mtxGet", "A path as it runs")),
        Route::at("/cameras/provision").post(
            mediamtx::provision,
            written(Operation::new("provisionCamera", "Adds a camera by its number, as path `cam_{id}`"))
                .shaped(200, "it is there", any)
                .shaped(400, "why it is not", any)
                .problems(&[Kind::NotFound]),
        ),
    ]
}

fn of_stream_manager() -> Vec<Route> {
    let operation = |id, summary| {
        Operation::new(id, summary)
            .shaped(200, "the stream", any)
            .shaped(400, "what is wrong with what was asked", any)
            .shaped(404, "there is no such stream", any)
            .problems(&[Kind::NotFound])
    };
    vec![
        Route::at("/api/stream/start").get(
            stream_manager::start,
            operation("managerStart", "Begins a stream, and answers when its media comes")
                .query("indicator_id", text(), "What the stream is called.")
                .query("rtsp_link", text(), "Its camera.")
                .shaped(502, "the camera brings nothing", any),
        ),
        Route::at("/api/stream/stop").post(
            stream_manager::stop,
            written(operation("managerStop", "Ends a stream")).query(
                "indicator_id",
                text(),
                "Which, where the body does not say.",
            ),
        ),
        Route::at("/api/stream/status").get(
            stream_manager::status,
            operation("managerStatus", "Streams that were begun").query("indicator_id", text(), "This one alone."),
        ),
    ]
}

/// `POST` at the address of a stream that is called `service`: [`super::streams`] has the others.
pub(super) fn service() -> Operation {
    written(Operation::new("managerService", "At `/api/streams/service`: begins or ends a stream, by `action`"))
        .shaped(200, "the stream", any)
        .shaped(400, "what is wrong with what was asked", any)
        .shaped(404, "there is no such stream", any)
        .shaped(502, "the camera brings nothing", any)
        .problems(&[Kind::MethodNotAllowed])
}

fn of_cctv() -> Vec<Route> {
    let none = [
        Kind::NotFound,
        Kind::UnknownStream,
        Kind::StreamOffline,
        Kind::StreamFull,
        Kind::NotAvailable,
        Kind::TooManyStreams,
    ];
    let video = |id| {
        Operation::new(id, "MJPEG of the one camera")
            .media(200, "as long as the connection holds", &["multipart/x-mixed-replace"])
            .problems(&none)
            .problems(&[Kind::BadParameter, Kind::Stopping])
    };
    vec![
        Route::at("/video_feed").get(cctv::video, video("cctvFeed")),
        Route::at("/api/stream/video").get(cctv::video, video("cctvVideo")),
        Route::at("/api/status").get(
            cctv::status,
            Operation::new("cctvStatus", "How the one camera is")
                .json::<cctv::Status>(200, "as it is")
                .problems(&[Kind::NotFound, Kind::UnknownStream]),
        ),
        Route::at(socket_io::PATH)
            .get(
                socket_io::socket_io,
                engine_io(
                    "cctvSocket",
                    "`status_update` and `stats_update` of the one camera, as events of Socket.IO 5",
                )
                .media(101, "by WebSocket, where `transport` says so", &[])
                .media(200, "packets of Engine.IO: the session at first, then what is told", ENGINE_IO)
                .problems(&[Kind::UpgradeRequired]),
            )
            .post(
                socket_io::socket_io,
                engine_io(
                    "cctvSocketSend",
                    "Sends packets of Engine.IO, `request_stats` among them, where polling tells",
                )
                .body(ENGINE_IO, |_| schemars::json_schema!({ "type": "string" }))
                .media(200, "they were read", ENGINE_IO),
            ),
    ]
}

/// Packets, one behind the other.
const ENGINE_IO: &[&str] = &["text/plain"];

/// What Socket.IO's clients ask and are answered: its own errors are no problems of ours.
fn engine_io(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(id, summary)
        .query("EIO", word(&["4"]), "The version of Engine.IO.")
        .query("transport", word(&["polling", "websocket"]), "How it comes.")
        .query("sid", text(), "The session, once there is one.")
        .shaped(400, "what is wrong, as Engine.IO says it", any)
        .media(413, "it is too long", &[])
        .problems(&[Kind::NotFound, Kind::UnknownStream, Kind::Busy, Kind::Stopping])
}

/// What MediaMTX answers: its errors are no problems of ours.
fn mtx(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(id, summary)
        .shaped(200, "as MediaMTX answers", any)
        .shaped(400, "what is wrong, as MediaMTX says it", any)
        .shaped(404, "there is no such path", any)
        .shaped(500, "it cannot be kept", any)
        .shaped(503, "other changes wait", any)
        .problems(&[Kind::NotFound])
}

fn listed(operation: Operation) -> Operation {
    let number = || json!({ "type": "integer", "minimum": 0 });
    operation.query("page", number(), "From 0.").query("itemsPerPage", number(), "100 if it is not said.")
}

fn written(operation: Operation) -> Operation {
    operation.body(JSON, any)
}

fn any(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "object" })
}
