//! The pages, embedded: one file has everything.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY,
};
use http::{HeaderMap, HeaderName, StatusCode};

use crate::app::Segment;
use crate::problem::Problem;
use crate::tag;

/// Everything from here, nothing from elsewhere, no script or style in the page itself. Pictures and video that a page makes of bytes are `blob:`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'; connect-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// What no page here needs.
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";

/// A file of `pages/`.
struct File {
    name: &'static str,
    bytes: &'static [u8],
}

macro_rules! files {
    ($($name:literal)*) => {
        [$(File { name: $name, bytes: include_bytes!(concat!("../pages/", $name)) }),*]
    };
}

/// Every file of `pages/`: a test compares.
static FILES: &[File] = &files![
    "actions.js"
    "address.js"
    "addresses.js"
    "advice.js"
    "announcer.js"
    "api.js"
    "canvas-worker.js"
    "canvas.js"
    "chip.js"
    "choices.js"
    "clipboard.js"
    "condition.js"
    "confirm.js"
    "connection.js"
    "costs.js"
    "dashboard.html"
    "dashboard.js"
    "details.js"
    "dialog.js"
    "difference.js"
    "download.js"
    "editor-style.js"
    "editor.js"
    "empty.js"
    "feed.js"
    "fields.js"
    "figures.js"
    "find.js"
    "form-style.js"
    "form.js"
    "framegate-player.js"
    "full-screen.js"
    "grid.js"
    "happenings.js"
    "heading.js"
    "help.js"
    "icon.svg"
    "icons.js"
    "index.html"
    "keys.js"
    "log.js"
    "login.html"
    "login.js"
    "looks.js"
    "menu.js"
    "message.js"
    "mistakes.js"
    "notice.js"
    "painter.js"
    "patch.js"
    "player-address.js"
    "player-buffer.js"
    "player-controls.js"
    "player-face.js"
    "player-fragment.js"
    "player-hls.js"
    "player-images.js"
    "player-meter.js"
    "player-mp4.js"
    "player-multipart.js"
    "player-pace.js"
    "player-reach.js"
    "player-screen.js"
    "player-session.js"
    "player-sight.js"
    "player-snapshot.js"
    "player-sound.js"
    "player-stills.js"
    "player-style.js"
    "player-surface.js"
    "plugin.js"
    "plugins.js"
    "presence.js"
    "record.js"
    "rights.js"
    "row.js"
    "schema.js"
    "sections.js"
    "settings.js"
    "sheet.js"
    "snapshot.js"
    "spark.js"
    "standing.js"
    "states.js"
    "steps.js"
    "stream-style.js"
    "stream.html"
    "stream.js"
    "streams.js"
    "style.css"
    "summary.js"
    "tabs.js"
    "theme-button.js"
    "theme.js"
    "ticker.js"
    "tile.js"
    "timeline.js"
    "toast.js"
    "told.js"
    "tools.js"
    "totals.js"
    "trace.js"
    "turn.js"
    "undo.js"
    "units.js"
    "view.js"
    "viewers.js"
    "visited.js"
    "wall.js"
    "watch.html"
    "watch.js"
];

/// A file's tag, from its bytes: it changes when they do.
static TAGS: LazyLock<Vec<String>> =
    LazyLock::new(|| FILES.iter().map(|file| format!("\"{:016x}\"", tag::fnv1a(file.bytes))).collect());

/// `GET /`.
pub(crate) async fn grid(headers: HeaderMap) -> Result<Response, Problem> {
    file("index.html", &headers)
}

/// `GET /watch/{stream}`: the page says itself when there is no such stream.
pub(crate) async fn watch(headers: HeaderMap) -> Result<Response, Problem> {
    file("watch.html", &headers)
}

/// `GET /dashboard`: all streams, as they are.
pub(crate) async fn dashboard(headers: HeaderMap) -> Result<Response, Problem> {
    file("dashboard.html", &headers)
}

/// `GET /dashboard/{stream}`, and `/dashboard/new`: the page says itself when there is no such stream.
pub(crate) async fn stream(headers: HeaderMap) -> Result<Response, Problem> {
    file("stream.html", &headers)
}

/// `GET /login`.
pub(crate) fn login(headers: &HeaderMap) -> Result<Response, Problem> {
    file("login.html", headers)
}

/// `GET /assets/{file}`.
pub(crate) async fn asset(Segment(name): Segment, headers: HeaderMap) -> Result<Response, Problem> {
    file(&name, &headers)
}

fn file(name: &str, asked: &HeaderMap) -> Result<Response, Problem> {
    let at = FILES.iter().position(|file| file.name == name).ok_or_else(Problem::not_found)?;
    let (file, tag) = (&FILES[at], TAGS[at].as_str());
    let headers = [
        (CONTENT_TYPE, media_type(name)),
        // Kept, and asked about each time: a new version of the program shows its new pages at once.
        (CACHE_CONTROL, "no-cache"),
        (ETAG, tag),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        // Modules of another origin are read with its leave alone, and there is nothing in these files that the sources do not have.
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    if tag::is_known(asked, tag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, file.bytes).into_response())
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("pages");
        let mut there: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name()).collect();
        there.sort();
        assert_eq!(FILES.iter().map(|file| file.name).collect::<Vec<_>>(), there);
        assert!(FILES.iter().all(|file| media_type(file.name) != "application/octet-stream"));
    }
}
