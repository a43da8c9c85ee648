//! What viewers and cameras come for: pictures, video and sound.

use super::{text, truth, whole, word};
use crate::problem::Kind;
use crate::route::{Operation, Route};
use crate::{hls, ingest, mjpeg, still, ws};

/// Why there may be no picture.
const NONE: [Kind; 6] = [
    Kind::StreamOffline,
    Kind::StreamFull,
    Kind::NotAvailable,
    Kind::TooManyStreams,
    Kind::BadParameter,
    Kind::Stopping,
];
/// The media types of HLS.
const HLS: &[&str] = &["application/vnd.apple.mpegurl", "video/mp4", "video/iso.segment", "audio/mp4", "video/mp2t"];
const STILLS: &[&str] = &["image/jpeg", "image/webp"];
const IMAGES: &[&str] = &["image/jpeg", "image/webp", "image/png", "application/octet-stream"];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::at("/ws/{stream}").get(
            ws::ws,
            viewed(Operation::new("watch", "Stills or video over WebSocket: docs/video.md"))
                .query(
                    "format",
                    word(&["webp", "jpeg", "jpg", "mp4", "h264"]),
                    "Stills, or fragments of mp4, or access units.",
                )
                .query("variant", text(), "Which of several ways of re-encoding the video.")
                .query("sound", truth(), "Video without sound: 0.")
                .query("stats", truth(), "Tells what was sent and skipped, once a second.")
                .query("annotations", truth(), "What plugins found is not told: 0.")
                .media(101, "a WebSocket", &[])
                .problems(&[Kind::UpgradeRequired, Kind::BadHandshake]),
        ),
        Route::at("/mjpeg/{stream}").get(
            mjpeg::mjpeg,
            viewed(Operation::new("watchMjpeg", "JPEG after JPEG in one answer, for `<img>`")).media(
                200,
                "as long as the connection holds",
                &["multipart/x-mixed-replace"],
            ),
        ),
        Route::at("/still/{file}").get(
            still::still,
            viewed(Operation::new("getStill", "The newest picture: `{stream}.jpg` or `{stream}.webp`"))
                .media(200, "an image", STILLS)
                .media(304, "it is the one that is known", &[])
                .problems(&[Kind::NotFound, Kind::UnknownStream]),
        ),
        files("/hls/{stream}/{file}", ["getHlsFile", "askHlsFile"]),
        files("/{stream}/{file}", ["getHlsFileAtRoot", "askHlsFileAtRoot"]),
        files("/streams/{stream}/{file}", ["getHlsFileOfStreams", "askHlsFileOfStreams"]),
        Route::at("/ingest/{stream}").post(
            ingest::ingest,
            Operation::new("pushStill", "Takes a still for a stream whose source is `push`")
                .body(IMAGES, |_| schemars::json_schema!({}))
                .done("it was taken, also where nobody watches")
                .problems(&[
                    Kind::NotPush,
                    Kind::BadImage,
                    Kind::UnknownImage,
                    Kind::BadParameter,
                    Kind::TooManyStreams,
                ]),
        ),
    ]
}

/// HLS, under one of its addresses: proxies take prefixes away.
fn files(path: &'static str, [get, ask]: [&'static str; 2]) -> Route {
    Route::at(path)
        .get(
            hls::hls,
            Operation::new(get, "HLS: `index.m3u8`, and what the playlists name")
                .query("_HLS_msn", whole(0, u64::MAX), "Waits for this media sequence number.")
                .query("_HLS_part", whole(0, u64::MAX), "Waits for this part of it.")
                .query("_HLS_skip", word(&["YES", "v2"]), "A playlist without what is known.")
                .media(200, "a playlist or a file of media", HLS)
                .media(206, "a part of a file", HLS)
                .media(304, "it is the one that is known", &[])
                .media(416, "the file has no such part", &[])
                .problems(&NONE)
                .problems(&[Kind::NotFound, Kind::Kicked, Kind::Late]),
        )
        .options(hls::preflight, Operation::new(ask, "For pages of other origins").done("they may"))
}

/// The ways of making stills that may be asked for.
fn viewed(operation: Operation) -> Operation {
    operation
        .query("quality", whole(1, 100), "Of stills.")
        .query("width", whole(1, media::Size::MAX_SIDE.into()), "Pixels, of stills.")
        .query("fps", whole(1, 240), "Stills a second at most.")
        .problems(&NONE)
}
