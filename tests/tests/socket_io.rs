//! `/socket.io/`: what pages of a server for one camera are told, by hand and by the clients that such pages have.
//!
//! `FRAMEGATE_NODE_MODULES` names a folder that has socket.io-client.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use framegate_tests::browser::Browser;
use framegate_tests::program::{LIMIT, Program};
use framegate_tests::tool;
use futures::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/socket_io");
/// Two streams, and the camera that pages are told of is one of them.
const STREAMS: &str = "[streams.lobby]\nsource = \"test://?size=320x180&fps=10\"\n[streams.yard]\nsource = \"push\"\n";
const ON: &str = "[compat]\ncctv = \"lobby\"\n";
/// Packets of one answer of polling stand behind each other (Engine.IO 4).
const BETWEEN: char = '\u{1e}';

/// A session over HTTP long polling.
struct Polling<'p> {
    program: &'p Program,
    path: String,
    /// What was read and not asked for yet.
    read: Vec<String>,
}

impl<'p> Polling<'p> {
    /// Begins one, and connects.
    async fn connect(program: &'p Program) -> Result<Self> {
        let text = program.get("/socket.io/?EIO=4&transport=polling").await?.error_for_status()?.text().await?;
        let open: Value = serde_json::from_str(text.strip_prefix('0').with_context(|| text.clone())?)?;
        ensure!(open["upgrades"] == json!(["websocket"]) && open["pingInterval"].is_u64(), "{open}");
        let sid = open["sid"].as_str().context("no session")?;
        let path = format!("/socket.io/?EIO=4&transport=polling&sid={sid}");
        let mut session = Self { program, path, read: Vec::new() };
        session.send("40").await?;
        let connected = session.packet().await?;
        ensure!(connected.starts_with("40{\"sid\":"), "{connected}");
        Ok(session)
    }

    async fn send(&self, packet: impl Into<String>) -> Result<()> {
        let answer = self.program.request(Method::POST, &self.path).body(packet.into()).send().await?;
        ensure!(answer.error_for_status()?.text().await? == "ok");
        Ok(())
    }

    /// The next packet that is no question whether anybody is there. The first such comes at once, before or behind the answer to `40`.
    async fn packet(&mut self) -> Result<String> {
        loop {
            while self.read.is_empty() {
                let answer = timeout(LIMIT, self.program.get(&self.path)).await.context("nothing is told")??;
                self.read = answer.error_for_status()?.text().await?.split(BETWEEN).map(str::to_owned).collect();
            }
            match self.read.remove(0) {
                ping if ping == "2" => self.send("3").await?,
                packet => return Ok(packet),
            }
        }
    }

    /// The next event of this name.
    async fn event(&mut self, name: &str) -> Result<Value> {
        loop {
            if let Some(data) = data(&self.packet().await?, name)? {
                return Ok(data);
            }
        }
    }
}

/// What an event's packet of this name has with it.
fn data(packet: &str, name: &str) -> Result<Option<Value>> {
    let Some(event) = packet.strip_prefix("42") else { return Ok(None) };
    let event: Value = serde_json::from_str(event)?;
    Ok((event[0] == name).then(|| event[1].clone()))
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A session over WebSocket from its begin.
async fn socket(program: &Program, query: &str, headers: &[(&'static str, &str)]) -> Result<Socket, Error> {
    let url = program.ws_url(&format!("/socket.io/?EIO=4&transport=websocket{query}"));
    let mut request = url.into_client_request()?;
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a header"));
    }
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
    socket.send(Message::text("40")).await?;
    Ok(socket)
}

/// The next text that is such a packet.
async fn packet(socket: &mut Socket, wanted: impl Fn(&str) -> bool) -> Result<String> {
    let reading = async {
        loop {
            match socket.next().await.context("the end")?? {
                Message::Text(text) if wanted(&text) => return Ok(text.to_string()),
                Message::Close(_) => bail!("closed"),
                _ => {}
            }
        }
    };
    timeout(LIMIT, reading).await.context("no such packet")?
}

/// Somebody watches, until the camera is there.
async fn live(program: &Program) -> Result<()> {
    program.get("/still/lobby.jpg").await?.error_for_status()?;
    Ok(())
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn over_polling_a_page_is_told_what_the_api_says() -> Result<()> {
    let program = Program::start(&format!("{STREAMS}{ON}")).await?;
    let mut page = Polling::connect(&program).await?;
    let status = page.event("status_update").await?;
    ensure!(status == program.json("/api/status").await?, "{status}");
    let stats = page.event("stats_update").await?;
    ensure!(keys(&stats) == keys(&program.json("/api/stats").await?) && stats["detection_count"] == 0, "{stats}");
    // Without being asked, and when it is.
    page.event("stats_update").await?;
    let asked = Instant::now();
    page.send("42[\"request_stats\"]").await?;
    page.event("stats_update").await?;
    // Unasked the next is due a second behind the last.
    ensure!(asked.elapsed() < Duration::from_millis(700), "{:?}", asked.elapsed());
    live(&program).await?;
    while !page.event("status_update").await?["camera_connected"].as_bool().context("it is a truth")? {}
    ensure!(page.event("stats_update").await?["streams"]["live"] == 1);
    Ok(())
}

/// However often it is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn figures_are_told_four_times_a_second_at_most() -> Result<()> {
    let program = Program::start(&format!("{STREAMS}{ON}")).await?;
    let mut page = socket(&program, "", &[]).await?;
    packet(&mut page, |text| text.starts_with("42[\"stats_update\"")).await?;
    let begin = Instant::now();
    let mut told = 0;
    while begin.elapsed() < Duration::from_secs(2) {
        for _ in 0..20 {
            page.send(Message::text("42[\"request_stats\"]")).await?;
        }
        packet(&mut page, |text| text.starts_with("42[\"stats_update\"")).await?;
        told += 1;
    }
    // Unasked it would be two or three; each takes a quarter of a second at least.
    let most = begin.elapsed().as_millis() / 250 + 1;
    ensure!(told >= 4 && told <= most, "{told} of {most}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_session_or_no_request_is_answered_as_engine_io_has_it() -> Result<()> {
    let program = Program::start(&format!("{STREAMS}{ON}")).await?;
    for (path, code) in [
        ("/socket.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAHs", "1"),
        ("/socket.io/?EIO=4&transport=polling&sid=%00", "1"),
        ("/socket.io/?EIO=4&transport=pigeon", "0"),
        ("/socket.io/?EIO=3&transport=polling", "5"),
        ("/socket.io/", "0"),
    ] {
        let answer = program.get(path).await?;
        ensure!(answer.status() == StatusCode::BAD_REQUEST, "{path}: {answer:?}");
        let told: Value = answer.json().await?;
        ensure!(told["code"] == code, "{path}: {told}");
    }
    let no_handshake = program.get("/socket.io/?EIO=4&transport=websocket").await?;
    ensure!(no_handshake.status() == StatusCode::UPGRADE_REQUIRED, "{no_handshake:?}");
    let page = Polling::connect(&program).await?;
    let long = format!("42[\"request_stats\",\"{}\"]", "x".repeat(20_000));
    let answer = program.request(Method::POST, &page.path).body(long).send().await?;
    ensure!(answer.status() == StatusCode::PAYLOAD_TOO_LARGE, "{answer:?}");
    Ok(())
}

/// Sessions that nobody goes on with, on a few connections.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_as_many_as_there_may_be_and_end_when_nothing_comes() -> Result<()> {
    let program = Program::start(&format!("{STREAMS}{ON}")).await?;
    let open =
        async || -> Result<StatusCode> { Ok(program.get("/socket.io/?EIO=4&transport=polling").await?.status()) };
    // All within the ten seconds that one without a connection has.
    let opened = futures::stream::iter((0..128).map(|_| open())).buffer_unordered(16).collect::<Vec<_>>().await;
    for status in opened {
        ensure!(status? == StatusCode::OK, "one of as many as there may be");
    }
    ensure!(open().await? == StatusCode::SERVICE_UNAVAILABLE);
    timeout(LIMIT, async {
        while open().await? != StatusCode::OK {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        anyhow::Ok(())
    })
    .await
    .context("none ended")?
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_changes_the_camera_and_takes_it_away() -> Result<()> {
    let program = Program::start(STREAMS).await?;
    ensure!(program.get("/socket.io/?EIO=4&transport=polling").await?.status() == StatusCode::NOT_FOUND);
    program.apply(&format!("{STREAMS}{ON}")).await?;
    let mut page = socket(&program, "", &[]).await?;
    packet(&mut page, |text| text.contains("\"stream\":\"lobby\"")).await?;
    program.apply(&format!("{STREAMS}{}", ON.replace("lobby", "yard"))).await?;
    packet(&mut page, |text| text.starts_with("42[\"status_update\"") && text.contains("\"stream\":\"yard\"")).await?;
    program.apply(STREAMS).await?;
    packet(&mut page, |text| text == "41").await?;
    ensure!(program.get("/socket.io/?EIO=4&transport=polling").await?.status() == StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_view_the_camera_is_told_nothing() -> Result<()> {
    let people = "[tokens.wall]\nsecret = \"wall-0123456789abcdef\"\nview = [\"lobby\"]\n\
                  [tokens.post]\nsecret = \"post-0123456789abcdef\"\nview = [\"yard\"]\n";
    let program = Program::start(&format!("{people}{STREAMS}{ON}")).await?;
    let status = async |query: &str| -> Result<StatusCode> {
        Ok(program.get(&format!("/socket.io/?EIO=4&transport=polling{query}")).await?.status())
    };
    ensure!(status("").await? == StatusCode::UNAUTHORIZED);
    ensure!(status("&token=post-0123456789abcdef").await? == StatusCode::NOT_FOUND);
    ensure!(status("&token=wall-0123456789abcdef").await? == StatusCode::OK);
    let wall = "&token=wall-0123456789abcdef";
    let mut page = socket(&program, wall, &[]).await?;
    packet(&mut page, |text| text.starts_with("42[\"status_update\"")).await?;
    // A page of another site opens none, and posts nothing.
    let foreign = socket(&program, wall, &[("origin", "https://elsewhere.example")]).await;
    let Err(Error::Http(answer)) = foreign else { bail!("a foreign page is connected") };
    ensure!(answer.status() == 403, "{answer:?}");
    let path = format!("/socket.io/?EIO=4&transport=polling{wall}&sid=AAAAAAAAAAAAAAHs");
    let posted = program.request(Method::POST, &path).header("origin", "https://elsewhere.example").body("40");
    ensure!(posted.send().await?.status() == StatusCode::FORBIDDEN);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_program_ends_every_session() -> Result<()> {
    let mut program = Program::start(&format!("{STREAMS}{ON}")).await?;
    let mut page = socket(&program, "", &[]).await?;
    packet(&mut page, |text| text.starts_with("42[\"stats_update\"")).await?;
    // One that never reads again.
    let _silent = socket(&program, "", &[]).await?;
    let begin = Instant::now();
    program.terminate()?;
    let ended = timeout(LIMIT, async { while let Some(Ok(_)) = page.next().await {} }).await;
    ensure!(ended.is_ok(), "the socket stays");
    let status = program.ended(LIMIT).await?;
    ensure!(status.success() && begin.elapsed() < Duration::from_secs(5), "{status}, {:?}", begin.elapsed());
    Ok(())
}

/// What the last line of such a client says; nothing where it is not installed.
async fn run(test: &str, program: &str, words: [&str; 3]) -> Result<Option<Value>> {
    let Some(program) = tool::find(program, test) else { return Ok(None) };
    let output = tool::run(Command::new(program).current_dir(SCRIPTS).args(words), LIMIT * 2).await?;
    let said = String::from_utf8_lossy(&output.stdout);
    let last = said.lines().last().unwrap_or_default();
    let said: Value =
        serde_json::from_str(last).with_context(|| format!("{last:?}: {}", String::from_utf8_lossy(&output.stderr)))?;
    if let Some(missing) = said["skipped"].as_str() {
        tool::skip(test, missing);
        return Ok(None);
    }
    ensure!(output.status.success(), "{said}");
    Ok(Some(said))
}

/// One client, over each transport: the camera is there a moment after it has connected.
async fn page_of(test: &str, tool: &str, script: &str) -> Result<()> {
    for (how, transport) in [("polling", "polling"), ("websocket", "websocket"), ("both", "websocket")] {
        let program = Program::start(&format!("{STREAMS}{ON}")).await?;
        let watching = async {
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            live(&program).await
        };
        let base = program.url("");
        let (said, watched) = tokio::join!(run(test, tool, [script, &base, how]), watching);
        watched?;
        let Some(said) = said? else { return Ok(()) };
        ensure!(said["transport"] == transport && said["live"]["status"] == "online", "{how}: {said}");
        ensure!(said["order"] == json!(["status_update", "stats_update"]), "{how}: {said}");
        ensure!(keys(&said["stats"]) == keys(&program.json("/api/stats").await?), "{how}: {said}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn socket_io_client_is_told_over_each_transport() -> Result<()> {
    page_of("socket_io_client_is_told_over_each_transport", "node", "client.mjs").await
}

#[tokio::test(flavor = "multi_thread")]
async fn python_socketio_is_told_over_each_transport() -> Result<()> {
    page_of("python_socketio_is_told_over_each_transport", "python3", "client.py").await
}

/// The bundle that pages of such servers load, in a page of ours.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_chromium_is_told() -> Result<()> {
    let test = "a_page_in_chromium_is_told";
    let folder = std::env::var_os("FRAMEGATE_NODE_MODULES").map(std::path::PathBuf::from).unwrap_or_default();
    let Ok(bundle) = std::fs::read_to_string(folder.join("socket.io-client/dist/socket.io.min.js")) else {
        tool::skip(test, "FRAMEGATE_NODE_MODULES names no folder with socket.io-client");
        return Ok(());
    };
    let Some(mut browser) = Browser::start(test).await? else { return Ok(()) };
    let program = Program::start(&format!("{STREAMS}{ON}")).await?;
    browser.navigate(&program.url("/")).await?;
    browser.evaluate(&format!("{bundle}; 0")).await?;
    let page = "window.told = {}; window.socket = io(); \
                for (const name of ['status_update', 'stats_update']) socket.on(name, (data) => { told[name] = data; }); 0";
    browser.evaluate(page).await?;
    browser
        .wait_for("told.status_update && told.stats_update && socket.io.engine.transport.name === 'websocket'", LIMIT)
        .await?;
    live(&program).await?;
    browser.wait_for("told.status_update.camera_connected === true", LIMIT).await?;
    browser.close().await
}
