//! Streams by the API: made, changed, removed, started, stopped; kept over whatever ends the program, and never more than the file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::client::{Multipart, Problem, Viewer};
use framegate_tests::clip::Numbered;
use framegate_tests::program::{LIMIT, Program};
use reqwest::header::{ETAG, IF_MATCH, LOCATION};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

const LOBBY: &str = "[streams.lobby]\nsource = \"test://?size=320x180&fps=10\"\n";
/// How long two hundred kills may take: ten seconds where nothing else runs.
const KILLS_LIMIT: Duration = Duration::from_secs(300);
const SCENE: &str = "test://?size=320x180&fps=10";

async fn send(program: &Program, method: Method, path: &str, body: Value) -> Result<Response> {
    Ok(program.request(method, path).json(&body).send().await?)
}

/// A problem, by its status and kind.
async fn problem(response: Response) -> Result<(u16, String, Value)> {
    let problem = Problem::read(response).await?;
    Ok((problem.status, problem.kind, problem.body))
}

fn tag(response: &Response) -> Result<String> {
    Ok(response.headers().get(ETAG).context("no ETag")?.to_str()?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_made_watched_changed_and_removed() -> Result<()> {
    let program = Program::start(LOBBY).await?;
    let made = send(&program, Method::POST, "/api/streams", json!({ "name": "gate", "source": SCENE })).await?;
    ensure!(made.status() == 201 && made.headers()[LOCATION] == "/api/streams/gate", "{made:?}");
    let first = tag(&made)?;
    let detail: Value = made.json().await?;
    ensure!(detail["origin"] == "api" && detail["config"]["source"] == SCENE, "{detail}");
    let mut viewer = Viewer::connect(&program, "gate").await?;
    viewer.still().await?;
    // Under its feet.
    let patch = json!({ "max_viewers": 1, "plugins": [{ "use": "clock" }] });
    let changed = program.request(Method::PATCH, "/api/streams/gate").header(IF_MATCH, &first).json(&patch);
    let changed = changed.send().await?.error_for_status()?;
    let second = tag(&changed)?;
    ensure!(first != second, "{first}");
    let detail: Value = changed.json().await?;
    ensure!(detail["max_viewers"] == 1 && detail["plugins"][0]["name"] == "clock", "{detail}");
    viewer.still().await?;
    // By somebody who saw it before that.
    let stale = program.request(Method::PUT, "/api/streams/gate").header(IF_MATCH, &first);
    let (status, kind, _) = problem(stale.json(&json!({ "source": "push" })).send().await?).await?;
    ensure!((status, kind.as_str()) == (412, "changed-meanwhile"), "{status} {kind}");
    let stale = program.request(Method::DELETE, "/api/streams/gate").header(IF_MATCH, &first).send().await?;
    ensure!(stale.status() == 412);
    let put = send(&program, Method::PUT, "/api/streams/gate", json!({ "source": SCENE })).await?;
    ensure!(put.status() == 200);
    let detail: Value = put.json().await?;
    ensure!(detail["max_viewers"] == Value::Null && detail["plugins"] == json!([]), "{detail}");
    let gone = program.request(Method::DELETE, "/api/streams/gate").send().await?;
    ensure!(gone.status() == 204);
    let (_, code) = viewer.until_closed().await?;
    ensure!(code == 1001, "{code}");
    ensure!(program.get("/api/streams/gate").await?.status() == 404);
    let again = program.request(Method::DELETE, "/api/streams/gate").send().await?;
    ensure!(again.status() == 404);
    ensure!(send(&program, Method::PUT, "/api/streams/yard", json!({ "source": "push" })).await?.status() == 201);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_by_its_key_and_changes_nothing() -> Result<()> {
    let program = Program::start(LOBBY).await?;
    let wrong = json!({ "name": "gate", "sauce": "x", "max_viewers": "3", "plugins": [{ "use": "cluck" }] });
    let (status, kind, body) = problem(send(&program, Method::POST, "/api/streams", wrong).await?).await?;
    ensure!((status, kind.as_str()) == (422, "bad-configuration"), "{body}");
    let keys: Vec<_> = body["mistakes"].as_array().context("no mistakes")?.iter().map(|told| &told["key"]).collect();
    ensure!(["sauce", "", "max_viewers", "plugins[0].use"].iter().all(|key| keys.contains(&&json!(key))), "{body}");
    // A plugin's own rules, too.
    let options =
        json!({ "name": "gate", "source": SCENE, "plugins": [{ "use": "clock", "options": { "color": 7 } }] });
    let (status, _, body) = problem(send(&program, Method::POST, "/api/streams", options).await?).await?;
    let key = body["mistakes"][0]["key"].as_str().unwrap_or_default();
    ensure!(status == 422 && key.starts_with("plugins[0].options"), "{body}");
    for (body, key) in [
        (json!({ "name": "gate", "source": "rtsp://${HOST}/1" }), "source"),
        (json!({ "name": "gate", "source": "file:///etc/passwd.mp4" }), "source"),
        (json!({ "name": "gate", "source": SCENE, "plugins": [{ "use": "/tmp/x.wasm" }] }), "plugins[0].use"),
    ] {
        let (status, _, told) = problem(send(&program, Method::POST, "/api/streams", body).await?).await?;
        ensure!(status == 422 && told["mistakes"][0]["key"] == key, "{told}");
    }
    for (method, path, body, expected) in [
        (Method::POST, "/api/streams", json!({ "source": SCENE }), (400, "bad-body")),
        (Method::POST, "/api/streams", json!({ "name": "a b", "source": SCENE }), (404, "unknown-stream")),
        (Method::POST, "/api/streams", json!({ "name": "lobby", "source": SCENE }), (409, "stream-exists")),
        (Method::POST, "/api/streams", json!([]), (400, "bad-body")),
        (Method::PUT, "/api/streams/lobby", json!({ "source": SCENE }), (409, "stream-declared")),
        (Method::PATCH, "/api/streams/lobby", json!({ "max_viewers": 1 }), (409, "stream-declared")),
        (Method::DELETE, "/api/streams/lobby", json!({}), (409, "stream-declared")),
        (Method::PATCH, "/api/streams/nobody", json!({ "max_viewers": 1 }), (404, "unknown-stream")),
        (Method::PUT, "/api/streams/gate", json!({ "name": "yard", "source": SCENE }), (400, "bad-body")),
    ] {
        let (status, kind, told) = problem(send(&program, method.clone(), path, body).await?).await?;
        ensure!((status, kind.as_str()) == expected, "{method} {path}: {told}");
    }
    let text = program.request(Method::POST, "/api/streams").header("content-type", "text/plain").body("{}");
    ensure!(text.send().await?.status() == 415);
    let broken = program.request(Method::POST, "/api/streams").header("content-type", "application/json").body("{");
    ensure!(broken.send().await?.status() == 400);
    let long = json!({ "name": "gate", "source": "x".repeat(100_000) });
    ensure!(send(&program, Method::POST, "/api/streams", long).await?.status() == 413);
    let streams = program.json("/api/streams").await?;
    ensure!(streams["streams"].as_array().map(Vec::len) == Some(1), "{streams}");
    ensure!(!program.folder().join("streams.state.json").exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_started_stopped_and_begun_anew() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program =
        Program::start(&format!("[streams.cam]\nsource = \"{}\"\nclose_after = \"1s\"\n", camera.url())).await?;
    let act = async |what: &str| program.post(&format!("/api/streams/cam/{what}")).await;
    let detail: Value = act("start").await?.error_for_status()?.json().await?;
    ensure!(detail["held"] == "started", "{detail}");
    camera.wait_for(LIMIT, |counts| counts.playing == 1).await?;
    let (status, kind, _) = problem(act("start").await?).await?;
    ensure!((status, kind.as_str()) == (409, "stream-running"), "{status} {kind}");
    let mut viewer = Viewer::connect(&program, "cam").await?;
    viewer.still().await?;
    act("stop").await?.error_for_status()?;
    camera.wait_for(LIMIT, |counts| counts.playing == 0).await?;
    viewer.status("disabled").await?;
    let (status, kind, _) = problem(act("stop").await?).await?;
    ensure!((status, kind.as_str()) == (409, "stream-stopped"), "{status} {kind}");
    // It stays so, whoever wants to watch, and also over a kill.
    let offline = problem(program.get("/still/cam.jpg").await?).await?;
    ensure!(offline.1 == "stream-offline", "{offline:?}");
    let program = begin_again(program).await?;
    ensure!(program.stream("cam").await?["state"] == "disabled");
    let begun: Value = program.post("/api/streams/cam/restart").await?.error_for_status()?.json().await?;
    ensure!(begun["held"] == Value::Null, "{begun}");
    program.get("/still/cam.jpg").await?.error_for_status()?;
    let (status, ..) = problem(program.post("/api/streams/nobody/stop").await?).await?;
    ensure!(status == 404);
    Ok(())
}

/// The same file again, behind a kill.
async fn begin_again(program: Program) -> Result<Program> {
    let folder = program.kill().await?;
    let text = std::fs::read_to_string(folder.path().join("streams.toml"))?;
    let sections = text.split_once("[streams").context("its sections")?.1;
    Program::start_in(folder, &format!("[streams{sections}")).await
}

/// One that the template makes goes when nobody uses it, and what was said of it stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_the_template_that_is_stopped_stays_so() -> Result<()> {
    let program = Program::start("[streams.\"*\"]\nsource = \"push\"\nclose_after = \"0s\"\n").await?;
    let image = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/media/dot.png"))?;
    let push = async |program: &Program| program.request(Method::POST, "/ingest/door").body(image.clone()).send().await;
    ensure!(push(&program).await?.status() == 204);
    let stopped: Value = program.post("/api/streams/door/stop").await?.error_for_status()?.json().await?;
    ensure!(stopped["held"] == "stopped" && stopped["state"] == "disabled", "{stopped}");
    let program = begin_again(program).await?;
    let again = program.stream("door").await?;
    ensure!(again["held"] == "stopped", "{again}");
    // It was made by the question, and is told to stop before it does anything else.
    program.wait_for_state("door", "disabled").await?;
    let (status, kind, body) = problem(program.get("/still/door.jpg").await?).await?;
    ensure!((status, kind.as_str()) == (404, "stream-offline"), "{body}");
    program.post("/api/streams/door/restart").await?.error_for_status()?;
    ensure!(push(&program).await?.status() == 204);
    program.get("/still/door.jpg").await?.error_for_status()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_wins_and_what_waits_comes_back() -> Result<()> {
    let program = Program::start(LOBBY).await?;
    let made = json!({ "name": "gate", "source": SCENE, "max_viewers": 7, "password": "hunter2", "username": "me" });
    send(&program, Method::POST, "/api/streams", made).await?.error_for_status()?;
    let detail = program.stream("gate").await?;
    ensure!(!detail.to_string().contains("hunter2"), "{detail}");
    program.apply(&format!("{LOBBY}[streams.gate]\nsource = \"push\"\n")).await?;
    let detail = program.stream("gate").await?;
    ensure!((&detail["origin"], &detail["source"]) == (&json!("file"), &json!("push")), "{detail}");
    program.logs("the file says what it is").await?;
    let configured = program.json("/api/config").await?;
    ensure!(configured["in_file_too"] == json!(["gate"]), "{configured}");
    let (status, ..) =
        problem(send(&program, Method::PATCH, "/api/streams/gate", json!({ "max_viewers": 1 })).await?).await?;
    ensure!(status == 409);
    program.apply(LOBBY).await?;
    let detail = program.stream("gate").await?;
    ensure!((&detail["origin"], &detail["max_viewers"]) == (&json!("api"), &json!(7)), "{detail}");
    // A file with a mistake changes nothing, and says so.
    program.rewrite("[streams.lobby]\nsauce = 1\n")?;
    program.hang_up()?;
    program.logs("not taken").await?;
    let configured = program.json("/api/config").await?;
    ensure!(configured["file"]["mistakes"].to_string().contains("sauce"), "{configured}");
    program.get("/still/gate.jpg").await?.error_for_status()?;
    ensure!(!program.log().contains("hunter2"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_or_had_stops_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let state = folder.path().join("streams.state.json");
    std::fs::write(&state, "{ half a docu")?;
    let program = Program::start_in(folder, LOBBY).await?;
    program.logs("put aside").await?;
    ensure!(program.folder().join("streams.state.json.unreadable-1").exists());
    // A plugin that only the file has goes, and what came by the API waits for it.
    program.apply(&format!("[plugins.mine]\ncomponent = \"clock\"\n{LOBBY}")).await?;
    let made = json!({ "name": "gate", "source": SCENE, "plugins": [{ "use": "mine" }] });
    send(&program, Method::POST, "/api/streams", made).await?.error_for_status()?;
    program.apply(LOBBY).await?;
    ensure!(program.get("/api/streams/gate").await?.status() == 404);
    let configured = program.json("/api/config").await?;
    ensure!(configured["left_out"]["gate"][0]["key"] == "plugins[0].use", "{configured}");
    program.apply(&format!("[plugins.mine]\ncomponent = \"clock\"\n{LOBBY}")).await?;
    program.get("/still/gate.jpg").await?.error_for_status()?;
    Ok(())
}

/// A folder in memory where the system has one: a process that is killed leaves behind what it gave to the system, so that nothing here depends on a disk, and a busy one would
/// make each of hundreds of writes wait.
fn folder_in_memory() -> Result<tempfile::TempDir> {
    tempfile::tempdir_in("/dev/shm").or_else(|_| Ok(tempfile::tempdir()?))
}

/// Whoever was told that it is done finds it there, however the program ended.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_kills_during_writes_lose_nothing() -> Result<()> {
    let http = Client::builder().no_proxy().timeout(LIMIT).build()?;
    let (mut folder, acknowledged, mut seed, mut written) =
        (folder_in_memory()?, Arc::new(AtomicU64::new(0)), 1_u64, 0);
    let begin = Instant::now();
    for round in 0..200_u64 {
        ensure!(begin.elapsed() < KILLS_LIMIT, "only {round} rounds in {KILLS_LIMIT:?}");
        let program = Program::start_in(folder, LOBBY).await?;
        let detail = program.stream("gate").await;
        let kept = detail.ok().and_then(|detail| detail["config"]["max_viewers"].as_u64()).unwrap_or_default();
        let told = acknowledged.load(Ordering::SeqCst);
        // The last one may have been kept, and the program ended before it said so.
        ensure!(kept == told || kept == told + 1, "round {round}: {kept} is kept, {told} was acknowledged");
        written = kept;
        let (url, http) = (program.url("/api/streams/gate"), http.clone());
        let (count, from) = (acknowledged.clone(), kept + 1);
        count.store(kept, Ordering::SeqCst);
        let writing = tokio::spawn(async move {
            for number in from..from + 1_000 {
                let body = json!({ "source": SCENE, "max_viewers": number });
                match http.put(&url).json(&body).send().await {
                    Ok(done) if done.status().is_success() => count.store(number, Ordering::SeqCst),
                    _ => return,
                }
            }
        });
        // Somewhere in the first tens of writes.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        tokio::time::sleep(Duration::from_micros(500 + (seed >> 33) % 40_000)).await;
        folder = timeout(LIMIT, program.kill()).await.with_context(|| format!("round {round}: it is not dead"))??;
        let ended = timeout(LIMIT, writing).await;
        ended.with_context(|| format!("round {round}: who is dead still answers"))??;
    }
    ensure!(written > 200, "{written} writes in 200 rounds are none to be killed in");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn viewers_are_listed_and_told_to_go() -> Result<()> {
    let program = Program::start(LOBBY).await?;
    let (mut socket, mut other) =
        (Viewer::connect(&program, "lobby").await?, Viewer::connect(&program, "lobby").await?);
    let mut video = Viewer::connect(&program, "lobby?format=h264").await?;
    let mut images = Multipart::connect(&program, "lobby").await?;
    let hls = program.get("/hls/lobby/index.m3u8").await?.error_for_status()?.text().await?;
    let playlist = hls.lines().find(|line| !line.starts_with('#')).context("no playlist")?.to_owned();
    socket.still().await?;
    video.text("decoders").await?;
    images.next().await?;
    let list = program.json("/api/streams/lobby/viewers").await?;
    let viewers = list["viewers"].as_array().context("no list")?.clone();
    let outputs: Vec<_> = viewers.iter().map(|viewer| &viewer["output"]).collect();
    ensure!(outputs == ["websocket", "websocket", "websocket", "mjpeg", "hls"], "{list}");
    ensure!(viewers.iter().all(|viewer| viewer["address"] == "127.0.0.1" && viewer["since"].is_u64()), "{list}");
    ensure!(program.json("/api/viewers").await?["viewers"].as_array().map(Vec::len) == Some(5));
    for viewer in viewers.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, viewer)| viewer) {
        let path = format!("/api/streams/lobby/viewers/{}", viewer["id"]);
        ensure!(program.request(Method::DELETE, &path).send().await?.status() == 204);
    }
    for gone in [&mut socket, &mut video] {
        let (_, code) = gone.until_closed().await?;
        ensure!(code == 1001, "{code}");
    }
    let ends = async { while images.next().await.is_ok() {} };
    timeout(LIMIT, ends).await.context("MJPEG goes on")?;
    let (status, kind, _) = problem(program.get(&format!("/hls/lobby/{playlist}")).await?).await?;
    ensure!((status, kind.as_str()) == (403, "visit-ended"), "{status} {kind}");
    other.still().await?;
    program.wait_for_viewers("lobby", 1).await?;
    let (status, kind, _) =
        problem(program.request(Method::DELETE, "/api/streams/lobby/viewers/1234567").send().await?).await?;
    ensure!((status, kind.as_str()) == (404, "unknown-viewer"), "{status} {kind}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_streams_run_than_may() -> Result<()> {
    let stream = |name: &str| format!("[streams.{name}]\nsource = \"{SCENE}\"\nclose_after = \"0s\"\n");
    let text = format!("max_streams = 1\n{}{}", stream("one"), stream("two"));
    let program = Program::start(&text).await?;
    let mut viewer = Viewer::connect(&program, "one").await?;
    viewer.still().await?;
    for path in ["/still/two.jpg", "/mjpeg/two", "/hls/two/index.m3u8"] {
        let (status, kind, body) = problem(program.get(path).await?).await?;
        ensure!((status, kind.as_str()) == (503, "too-many-streams"), "{path}: {body}");
    }
    let (status, kind, _) = problem(program.post("/api/streams/two/start").await?).await?;
    ensure!((status, kind.as_str()) == (503, "too-many-streams"), "{status} {kind}");
    // One who waits over a WebSocket is told why, and gets a picture when there is a place.
    let mut waiting = Viewer::connect(&program, "two").await?;
    let told = waiting.status("offline").await?;
    ensure!(told["reason"] == "too-many", "{told}");
    viewer.still().await?;
    drop(viewer);
    waiting.still().await?;
    program.apply(&text.replace("max_streams = 1", "max_streams = 2")).await?;
    program.get("/still/one.jpg").await?.error_for_status()?;
    Ok(())
}
