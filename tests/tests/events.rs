//! What happens is told while it happens, and after a break from where somebody left off.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::client::{Message, Viewer};
use framegate_tests::clip::Numbered;
use framegate_tests::program::{LIMIT, Program};
use reqwest::{Method, Response};
use serde_json::{Value, json};

const LOBBY: &str = "[streams.lobby]\nsource = \"test://?size=320x180&fps=10\"\nclose_after = \"1s\"\n\
                     [streams.yard]\nsource = \"test://?size=320x180&fps=10\"\nclose_after = \"1s\"\n";

/// One who listens to Server-Sent Events.
struct Ear {
    response: Response,
    text: String,
}

#[derive(Debug)]
struct Heard {
    id: Option<u64>,
    kind: String,
    data: Value,
}

impl Ear {
    async fn open(program: &Program, query: &str, last: Option<u64>) -> Result<Self> {
        let mut request = program.request(Method::GET, &format!("/api/events{query}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.header("accept", "text/event-stream").send().await?.error_for_status()?;
        ensure!(response.headers()["content-type"] == "text/event-stream");
        Ok(Self { response, text: String::new() })
    }

    async fn next(&mut self) -> Result<Heard> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                let Some(kind) = field("event:") else { continue };
                let data: Value = serde_json::from_str(field("data:").context("no data")?)?;
                ensure!(data["kind"] == kind, "{block}");
                return Ok(Heard { id: field("id:").and_then(|id| id.parse().ok()), kind: kind.into(), data });
            }
            let chunk = tokio::time::timeout(LIMIT, self.response.chunk()).await.context("nothing comes")??;
            self.text.push_str(std::str::from_utf8(&chunk.context("it ended")?)?);
        }
    }

    /// Reads until there is one of this kind.
    async fn until(&mut self, kind: &str) -> Result<Heard> {
        let begun = Instant::now();
        loop {
            let heard = self.next().await?;
            if heard.kind == kind {
                return Ok(heard);
            }
            ensure!(begun.elapsed() < LIMIT, "no {kind}, last was {heard:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_streams_life_is_told_once_a_second_and_with_its_end() -> Result<()> {
    let program = Program::start(LOBBY).await?;
    let mut ear = Ear::open(&program, "?stream=lobby", None).await?;
    let mut socket = Viewer::connect_to(&program.ws_url("/api/events?kind=stream-*"), None).await?;
    let mut viewer = Viewer::connect(&program, "lobby").await?;
    let mut other = Viewer::connect(&program, "yard").await?;
    viewer.still().await?;
    other.still().await?;
    let mut kinds = Vec::new();
    while kinds.len() < 6 {
        let heard = ear.next().await?;
        ensure!(heard.data["stream"] == "lobby", "{heard:?}");
        kinds.push(heard.kind);
    }
    ensure!(
        kinds[..2] == ["stream-started", "stream-live"] && kinds[2..].contains(&"frame-update".into()),
        "{kinds:?}"
    );
    let frames = ear.until("frame-update").await?;
    let bitrate = ear.until("bitrate-update").await?;
    ensure!(frames.id.is_none() && frames.data["data"]["rate"].as_f64() > Some(5.0), "{frames:?}");
    ensure!(bitrate.data["data"]["bitrate"].as_u64() > Some(1_000), "{bitrate:?}");
    // Those of a moment in one message, for who wants it so.
    let figures = program.ws_url("/api/events?kind=frame-update,bitrate-update&together=1");
    let mut page = Viewer::connect_to(&figures, None).await?;
    let Message::Text(list) = tokio::time::timeout(LIMIT, page.next()).await.context("no figures")?? else {
        anyhow::bail!("no text");
    };
    let told: Vec<_> =
        list.as_array().context("a list")?.iter().map(|event| (&event["stream"], &event["kind"])).collect();
    for stream in ["lobby", "yard"] {
        for kind in ["frame-update", "bitrate-update"] {
            ensure!(told.contains(&(&stream.into(), &kind.into())), "{stream} {kind}: {list}");
        }
    }
    drop((viewer, other));
    let ended = ear.until("stream-ended").await?;
    let data = &ended.data["data"];
    ensure!(data["uptime_ms"].as_u64() > Some(1_000) && data["error"] == Value::Null, "{ended:?}");
    let mut told = Vec::new();
    while told.len() < 6 {
        match tokio::time::timeout(LIMIT, socket.next()).await.context("the socket says nothing")?? {
            Message::Text(event) => told.push(event),
            other => anyhow::bail!("{other:?}"),
        }
    }
    ensure!(
        told.iter().all(|event| event["kind"].as_str().is_some_and(|kind| kind.starts_with("stream-"))),
        "{told:?}"
    );
    ensure!(told.iter().any(|event| event["stream"] == "yard"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_again_is_told_what_was_missed() -> Result<()> {
    let program = Program::start(LOBBY).await?;
    let mut ear = Ear::open(&program, "?kind=stream-*", None).await?;
    let act = async |what: &str| -> Result<()> {
        program.post(&format!("/api/streams/lobby/{what}")).await?.error_for_status()?;
        Ok(())
    };
    act("start").await?;
    ear.until("stream-started").await?;
    let live = ear.until("stream-live").await?;
    drop(ear);
    act("stop").await?;
    act("start").await?;
    let mut again = Ear::open(&program, "?kind=stream-*", live.id).await?;
    let first = again.next().await?;
    ensure!(first.kind == "stream-held" && first.id == live.id.map(|id| id + 1), "{first:?} behind {live:?}");
    ensure!(again.next().await?.kind == "stream-stopped");
    again.until("stream-live").await?;
    // What an earlier process told, whose ids are smaller, is a gap.
    let mut late = Ear::open(&program, "", Some(17)).await?;
    ensure!(late.next().await?.kind == "skipped");
    let list = program.request(Method::GET, "/api/events?stream=lobby&limit=2").header("accept", "application/json");
    let list: Value = list.send().await?.json().await?;
    ensure!(list["events"].as_array().map(Vec::len) == Some(2), "{list}");
    let timeline = program.json("/api/streams/lobby/timeline").await?;
    let steps: Vec<_> = timeline["steps"].as_array().context("no steps")?.iter().map(|step| &step["to"]).collect();
    ensure!(steps.starts_with(&[&json!("connecting"), &json!("live"), &json!("disabled")]), "{timeline}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_listener_holds_nobody_up() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let text = format!("[streams.lobby]\nsource = \"{}\"\n", camera.url());
    let program = Program::start(&text).await?;
    let mut slow = Ear::open(&program, "?kind=configuration-*", None).await?;
    let mut quick = Ear::open(&program, "?kind=configuration-*", None).await?;
    // Each is an event with all of its mistakes: some kilobytes.
    let bad = format!("[streams.lobby]\n{}", (0..40).map(|key| format!("nonsense{key} = 1\n")).collect::<String>());
    let begun = Instant::now();
    let mut count = 0;
    while count < 60 {
        program.rewrite(&format!("{bad}# {count}\n"))?;
        program.hang_up()?;
        quick.until("configuration-refused").await?;
        count += 1;
    }
    ensure!(begun.elapsed() < 6 * LIMIT);
    let first = slow.until("configuration-refused").await?;
    ensure!(first.data["data"]["mistakes"].as_array().map(Vec::len) >= Some(40), "{first:?}");
    let memory = program.resident_bytes()?;
    ensure!(memory < 400 << 20, "{memory}");
    Ok(())
}
