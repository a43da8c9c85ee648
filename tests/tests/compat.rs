//! Other programs' interfaces, by what their clients send.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::client::Multipart;
use framegate_tests::clip::Numbered;
use framegate_tests::program::{LIMIT, Program};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const SCENE: &str = "test://?size=320x180&fps=10";

/// Status and JSON of an answer.
async fn ask(program: &Program, method: Method, path: &str, body: Option<Value>) -> Result<(u16, Value)> {
    let mut request = program.request(method, path);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await?;
    Ok((answer.status().as_u16(), answer.json().await.with_context(|| path.to_owned())?))
}

/// Waits until a player that is given the folder of a stream finds its way from `stream.m3u8` to a segment.
async fn stored(folder: &Path) -> Result<()> {
    let named = |playlist: &Path| -> Option<std::path::PathBuf> {
        let text = std::fs::read_to_string(playlist).ok()?;
        let uri = text.lines().find(|line| !line.is_empty() && !line.starts_with('#'))?;
        Some(playlist.parent()?.join(uri))
    };
    let until = Instant::now() + LIMIT;
    loop {
        let segment = named(&folder.join("stream.m3u8")).and_then(|media| named(&media));
        if let Some(segment) = segment.filter(|segment| segment.extension().is_some_and(|kind| kind == "ts")) {
            // 0x47 begins each packet (ISO/IEC 13818-1, section 2.4.3.2).
            ensure!(std::fs::read(&segment)?.first() == Some(&0x47), "{}", segment.display());
            return Ok(());
        }
        ensure!(Instant::now() < until, "no segment in {}", folder.display());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn mtx_error(error: &str) -> Value {
    json!({ "status": "error", "error": error })
}

#[tokio::test(flavor = "multi_thread")]
async fn who_drives_mediamtx_adds_changes_and_removes_cameras() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program =
        Program::start(&format!("[streams.lobby]\nsource = \"{SCENE}\"\n\n[compat]\nmediamtx = true\n")).await?;
    let on = async |method, path: &str, body: Option<Value>| ask(&program, method, &format!("/v3/{path}"), body).await;
    let ok = json!({ "status": "ok" });

    // As a VMS adds one: fields of recording and hooks among those that are for us.
    let path = json!({
        "source": camera.url(), "sourceOnDemand": true, "sourceOnDemandStartTimeout": "20s", "sourceOnDemandCloseAfter": "1m0s",
        "maxReaders": 5, "rtspTransport": "tcp", "record": true, "recordPath": "./recordings/%path/%Y", "runOnReady": "notify",
    });
    ensure!(on(Method::POST, "config/paths/add/gate", Some(path.clone())).await? == (200, ok.clone()));
    ensure!(
        on(Method::POST, "config/paths/add/gate", Some(path.clone())).await? == (400, mtx_error("path already exists"))
    );
    let (status, got) = on(Method::GET, "config/paths/get/gate", None).await?;
    for (field, value) in path.as_object().context("an object")? {
        ensure!(status == 200 && got[field] == *value, "{field}: {got}");
    }
    ensure!(got["name"] == "gate", "{got}");
    let ours = program.stream("gate").await?;
    ensure!(ours["max_viewers"] == 5 && ours["on_demand"] == true && ours["config"]["close_after"] == "1m0s", "{ours}");

    // It is watched, and seen in the list of what runs.
    program.get("/still/gate.jpg").await?.error_for_status()?;
    let (_, run) = on(Method::GET, "paths/get/gate", None).await?;
    ensure!(run["ready"] == true && run["source"]["type"] == "rtspSource" && run["tracks"] == json!(["H264"]), "{run}");
    ensure!(run["bytesReceived"].as_u64() > Some(0) && run["bytesSent"].as_u64() > Some(0), "{run}");
    ensure!(run["readyTime"].as_str().is_some_and(|time| time.len() == 24 && time.ends_with('Z')), "{run}");

    // Changes keep what is not named, and what is ours.
    program
        .request(Method::PATCH, "/api/streams/gate")
        .json(&json!({ "plugins": [{ "use": "clock" }] }))
        .send()
        .await?
        .error_for_status()?;
    ensure!(on(Method::PATCH, "config/paths/patch/gate", Some(json!({ "maxReaders": 7 }))).await?.0 == 200);
    let ours = program.stream("gate").await?;
    ensure!(ours["max_viewers"] == 7 && ours["plugins"][0]["name"] == "clock" && ours["state"] == "live", "{ours}");
    ensure!(on(Method::GET, "config/paths/get/gate", None).await?.1["recordPath"] == path["recordPath"]);
    ensure!(
        on(Method::POST, "config/paths/replace/yard", Some(json!({ "source": "publisher" }))).await?
            == (200, ok.clone())
    );

    let (_, list) = on(Method::GET, "paths/list?itemsPerPage=2&page=1", None).await?;
    ensure!(list["itemCount"] == 3 && list["pageCount"] == 2 && list["items"][0]["name"] == "yard", "{list}");
    let (_, list) = on(Method::GET, "config/paths/list", None).await?;
    ensure!(list["items"].as_array().map(Vec::len) == Some(3) && list["items"][1]["name"] == "lobby", "{list}");

    // Errors in its words.
    let error = async |method, path, body: Value| on(method, path, Some(body)).await;
    ensure!(on(Method::GET, "paths/list?itemsPerPage=0", None).await?.0 == 400);
    ensure!(
        error(Method::POST, "config/paths/add/a", json!({ "sauce": 1 })).await?
            == (400, mtx_error("json: unknown field \"sauce\""))
    );
    ensure!(error(Method::PATCH, "config/paths/patch/none", json!({})).await? == (404, mtx_error("path not found")));
    ensure!(on(Method::GET, "config/paths/get/none", None).await? == (404, mtx_error("path configuration not found")));
    ensure!(on(Method::GET, "paths/get/none", None).await? == (404, mtx_error("path not found")));
    ensure!(on(Method::DELETE, "config/paths/delete/none", None).await? == (404, mtx_error("path not found")));
    let (status, told) = error(Method::POST, "config/paths/add/a%20b", json!({})).await?;
    ensure!(status == 400 && told["error"].as_str().is_some_and(|error| error.starts_with("invalid name")), "{told}");
    let (status, told) = error(Method::POST, "config/paths/add/a", json!({ "source": "file:///etc/passwd" })).await?;
    ensure!(status == 400 && told["error"].as_str().is_some_and(|error| error.contains("source")), "{told}");
    let broken = program.request(Method::POST, "/v3/config/paths/add/a").body("{").send().await?;
    ensure!(broken.status() == 400 && broken.json::<Value>().await?["status"] == "error");
    // The file's is changed in the file.
    ensure!(on(Method::DELETE, "config/paths/delete/lobby", None).await?.0 == 400);
    ensure!(on(Method::DELETE, "config/paths/delete/gate", None).await? == (200, ok));
    ensure!(program.get("/api/streams/gate").await?.status() == StatusCode::NOT_FOUND);
    let (_, info) = on(Method::GET, "info", None).await?;
    ensure!(info["version"].is_string() && info["started"].is_string(), "{info}");

    let (status, made) = ask(
        &program,
        Method::POST,
        "/cameras/provision",
        Some(json!({ "camera_id": 7, "rtsp_url": camera.url(), "name": "Door" })),
    )
    .await?;
    let expected = json!({ "success": true, "stream_path": "cam_7", "hls_url": "/hls/cam_7/index.m3u8" });
    ensure!((status, &made) == (200, &expected), "{made}");
    program.get("/hls/cam_7/index.m3u8").await?.error_for_status()?;
    let (status, made) =
        ask(&program, Method::POST, "/cameras/provision", Some(json!({ "camera_id": 8, "rtsp_url": "ftp://x" })))
            .await?;
    ensure!(status == 400 && made["success"] == false && made["error"].is_string(), "{made}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_of_a_small_stream_manager_starts_and_stops_streams() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let sections = format!("[streams.lobby]\nsource = \"{SCENE}\"\n\n[compat]\nstream_manager = true\n");
    let folder = tempfile::tempdir()?;
    let variables = [
        ("CLEANUP_DELAY_SECONDS", "1"),
        ("HLS_SEGMENT_TIME", "1"),
        ("HLS_LIST_SIZE", "4"),
        ("STREAM_DIR", "of-the-manager"),
    ];
    let variables = variables.map(|(name, value)| (name, Path::new(value)));
    let files = folder.path().join("of-the-manager");
    let program = Program::start_with(folder, &sections, &variables).await?;
    let start = format!(
        "/api/stream/start?indicator_id=cam-1&rtsp_link={}",
        camera.url().replace(':', "%3A").replace('/', "%2F")
    );
    let get = async |path: &str| ask(&program, Method::GET, path, None).await;
    let (status, started) = get(&start).await?;
    ensure!(
        status == 200 && started == json!({ "stream_path": "/streams/cam-1/stream.m3u8", "status": "started" }),
        "{started}"
    );
    // One that runs is given back.
    let (status, again) = get(&start).await?;
    ensure!(status == 200 && again["status"] == "running" && camera.counts().playing == 1, "{again}");
    let playlist = program.get("/streams/cam-1/stream.m3u8").await?.error_for_status()?.text().await?;
    ensure!(playlist.contains(".ts") && playlist.contains("#EXT-X-TARGETDURATION"), "{playlist}");
    // As files, for who serves the folder.
    stored(&files.join("cam-1")).await?;
    let (_, all) = get("/api/stream/status").await?;
    ensure!(all["active_streams"] == 1 && all["streams"][0]["indicator_id"] == "cam-1", "{all}");
    ensure!(get("/api/stream/status?indicator_id=cam-1").await?.1["status"] == "running");
    let (_, health) = get("/api/health").await?;
    ensure!(health["status"] == "ok" && health["active_streams"] == 1, "{health}");
    // Nobody watches: it is torn down.
    camera.wait_for(LIMIT, |counts| counts.playing == 0).await?;
    ensure!(get("/api/health").await?.1["active_streams"] == 0);
    let (status, stopped) =
        ask(&program, Method::POST, "/api/stream/stop", Some(json!({ "indicator_id": "cam-1" }))).await?;
    ensure!(status == 200 && stopped["status"] == "stopped", "{stopped}");
    let until = Instant::now() + LIMIT;
    while files.join("cam-1").exists() {
        ensure!(
            Instant::now() < until,
            "the files stay: {:?}",
            std::fs::read_dir(files.join("cam-1"))?.collect::<Vec<_>>()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    ensure!(files.exists(), "the folder is the operator's");
    ensure!(ask(&program, Method::POST, "/api/stream/stop?indicator_id=cam-1", None).await?.0 == 404);

    for (path, part) in [
        ("/api/stream/start?indicator_id=a&rtsp_link=ftp%3A%2F%2Fx", "source"),
        ("/api/stream/start?indicator_id=a%2Fb&rtsp_link=rtsp%3A%2F%2Fx", "made of letters"),
        ("/api/stream/start?indicator_id=a", "behind"),
    ] {
        let (status, told) = get(path).await?;
        ensure!(
            status == 400 && told["details"].as_str().is_some_and(|details| details.contains(part)),
            "{path}: {told}"
        );
    }
    // Streams of others are neither changed nor ended.
    let (status, told) = get("/api/stream/start?indicator_id=lobby&rtsp_link=rtsp%3A%2F%2Fx%2Fy").await?;
    ensure!(
        status == 400 && told["details"].as_str().is_some_and(|details| details.contains("not begun here")),
        "{told}"
    );
    program
        .request(Method::PUT, "/api/streams/yard")
        .json(&json!({ "source": SCENE }))
        .send()
        .await?
        .error_for_status()?;
    ensure!(ask(&program, Method::POST, "/api/stream/stop?indicator_id=yard", None).await?.0 == 404);
    ensure!(program.stream("yard").await?["name"] == "yard");
    // Nothing is there.
    let (status, told) = get("/api/stream/start?indicator_id=b&rtsp_link=rtsp%3A%2F%2F127.0.0.1%3A9%2Fx").await?;
    ensure!(status == 502 && told["details"].as_str().is_some_and(|details| details.contains("refused")), "{told}");
    // An image on a page of another site starts nothing.
    let foreign = program.request(Method::GET, &start).header("sec-fetch-site", "cross-site").send().await?;
    ensure!(foreign.status() == StatusCode::FORBIDDEN, "{foreign:?}");

    let service = async |action: &str| {
        let body = json!({ "cameraId": 12, "rtspUrl": camera.url(), "action": action });
        ask(&program, Method::POST, "/api/streams/service", Some(body)).await
    };
    ensure!(service("start").await? == (200, json!({ "stream_path": "/streams/12/stream.m3u8", "status": "started" })));
    ensure!(service("stop").await?.1["status"] == "stopped");
    ensure!(service("dance").await?.0 == 400);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_for_one_camera_has_its_pictures_and_figures() -> Result<()> {
    let sections = format!("[streams.lobby]\nsource = \"{SCENE}\"\n\n[compat]\ncctv = \"lobby\"\n");
    let program = Program::start(&sections).await?;
    ensure!(program.json("/api/status").await?["status"] == "offline");
    for path in ["/video_feed", "/api/stream/video"] {
        let mut images = Multipart::at(&program, path).await?;
        images.next().await?;
        images.next().await?;
    }
    let status = program.json("/api/status").await?;
    ensure!(
        status["camera_connected"] == true && status["resolution"] == "320x180" && status["stream"] == "lobby",
        "{status}"
    );
    let stats = program.json("/api/stats").await?;
    ensure!(
        stats["fps"].as_f64() > Some(0.0) && stats["detection_count"] == 0 && stats["outbound"].as_u64() > Some(0),
        "{stats}"
    );
    ensure!(stats["inbound"].as_u64() > Some(0) && stats["streams"]["live"] == 1, "{stats}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_written_is_not_there_and_a_reload_brings_it() -> Result<()> {
    let stream = format!("[streams.lobby]\nsource = \"{SCENE}\"\n");
    let program = Program::start(&stream).await?;
    let paths = ["/v3/paths/list", "/v3/info", "/api/stream/status", "/api/status", "/video_feed"];
    for path in paths {
        ensure!(program.get(path).await?.status() == StatusCode::NOT_FOUND, "{path}");
    }
    ensure!(program.json("/api/stats").await?["fps"] == Value::Null);
    program.apply(&format!("{stream}[compat]\nmediamtx = true\nstream_manager = true\ncctv = \"lobby\"\n")).await?;
    for path in paths {
        ensure!(program.get(path).await?.status() == StatusCode::OK, "{path}");
    }
    Ok(())
}

/// It may come by the API: a word of warning, and no mistake.
#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_is_not_there_is_told_at_start_and_reload() -> Result<()> {
    let stream = format!("[streams.lobby]\nsource = \"{SCENE}\"\n");
    let with = |name: &str| format!("{stream}[compat]\ncctv = \"{name}\"\n");
    let program = Program::start(&with("yard")).await?;
    program.logs("`compat.cctv`: no stream of this name is written, got \"yard\"").await?;
    ensure!(program.get("/api/status").await?.status() == StatusCode::NOT_FOUND);
    program.rewrite(&with("loby"))?;
    let told = "`compat.cctv`: no stream of this name is written, got \"loby\" (did you mean `lobby`?)";
    program.logs(told).await?;
    let log = program.log();
    let line = log.lines().find(|line| line.contains(told)).context("just waited for it")?;
    // `FILE:LINE:COLUMN: …`, the value's.
    ensure!(line.contains("streams.toml:") && line.contains(&format!(":8: {told}")), "{line}");
    program
        .request(Method::PUT, "/api/streams/loby")
        .json(&json!({ "source": SCENE }))
        .send()
        .await?
        .error_for_status()?;
    ensure!(program.json("/api/status").await?["stream"] == "loby");
    Ok(())
}
