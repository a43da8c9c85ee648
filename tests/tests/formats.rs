//! A viewer that reads slowly is given less until it holds it, and all there is again when it reads as fast as that comes. Whoever chooses that may come and go
//! with the file.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use framegate_tests::client::{Multipart, Throttle, Throttled};
use framegate_tests::program::Program;
use futures::StreamExt;
use serde_json::Value;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// How long a viewer may take to come to another rate: some steps of two seconds each, and the waits behind steps that were too much.
const SETTLE: Duration = Duration::from_secs(60);
/// How long it is looked at what a viewer gets.
const LOOK: Duration = Duration::from_secs(10);
/// What the program may take more, beside what a machine's allocator does: nothing that waits for a slow viewer is larger.
const GROWTH: u64 = 24 << 20;

/// A viewer that counts.
struct Viewer {
    socket: WebSocketStream<Throttled>,
    throttle: Throttle,
    /// What it was told last.
    rendition: Value,
    stills: u64,
    bytes: u64,
}

/// What a viewer got in a while.
#[derive(Debug)]
struct Look {
    rate: f64,
    bytes_per_second: f64,
}

impl Viewer {
    async fn connect(program: &Program, stream: &str) -> Result<Self> {
        let throttle = Throttle::default();
        let connection = Throttled::connect(program, throttle.clone()).await?;
        let (socket, _) = tokio_tungstenite::client_async(program.ws_url(&format!("/ws/{stream}")), connection).await?;
        Ok(Self { socket, throttle, rendition: Value::Null, stills: 0, bytes: 0 })
    }

    async fn next(&mut self) -> Result<()> {
        let message = tokio::time::timeout(SETTLE, self.socket.next()).await.context("nothing came")?;
        match message.context("the connection ended")?? {
            Message::Binary(still) => {
                self.stills += 1;
                self.bytes += still.len() as u64;
            }
            Message::Text(text) => {
                let text: Value = serde_json::from_str(&text)?;
                if text["type"] == "rendition" {
                    self.rendition = text;
                }
            }
            Message::Close(frame) => bail!("closed: {frame:?}"),
            _ => {}
        }
        Ok(())
    }

    async fn look(&mut self, time: Duration) -> Result<Look> {
        let (begun, stills, bytes) = (Instant::now(), self.stills, self.bytes);
        while begun.elapsed() < time {
            self.next().await?;
        }
        let seconds = begun.elapsed().as_secs_f64();
        Ok(Look {
            rate: (self.stills - stills) as f64 / seconds,
            bytes_per_second: (self.bytes - bytes) as f64 / seconds,
        })
    }

    /// Waits until it is told a rendition like this.
    async fn told(&mut self, is_it: impl Fn(&Value) -> bool) -> Result<Duration> {
        let begun = Instant::now();
        while !is_it(&self.rendition) {
            ensure!(begun.elapsed() < SETTLE, "still {} after {SETTLE:?}", self.rendition);
            self.next().await?;
        }
        Ok(begun.elapsed())
    }
}

/// Bytes of stills that are kept for the viewers of a stream.
async fn kept(program: &Program, stream: &str) -> Result<u64> {
    let renditions = &program.stream(stream).await?["renditions"];
    Ok(renditions.as_array().context("renditions")?.iter().filter_map(|made| made["kept_bytes"].as_u64()).sum())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_viewer_goes_from_30_to_what_it_holds_and_back() -> Result<()> {
    let policy = test_components::file("steps").display();
    let program = Program::start(&format!(
        "[plugins.steps]\ncomponent = \"{policy}\"\n\n[streams.scene]\nsource = \"test://?size=640x360&fps=30\"\n\n\
         [streams.scene.stills]\nformat = \"jpeg\"\npolicy = \"steps\"\n"
    ))
    .await?;
    let mut viewer = Viewer::connect(&program, "scene").await?;
    viewer.told(|rendition| rendition["fps"] == 30).await?;
    viewer.look(Duration::from_secs(2)).await?;
    let all = viewer.look(Duration::from_secs(4)).await?;
    ensure!(all.rate > 24.0, "{all:?} of 30/s");
    let before = program.resident_bytes()?;

    // What seven and a half stills a second need: 5/s it holds, 10/s it does not.
    let still = all.bytes_per_second / all.rate;
    viewer.throttle.set((7.5 * still) as u32);
    let down = viewer.told(|rendition| rendition["fps"].as_u64() <= Some(5)).await?;
    let held = viewer.look(LOOK).await?;
    ensure!(held.rate > 3.5 && held.rate < 8.0, "{held:?} of {}", viewer.rendition);
    let (kept, grown) = (kept(&program, "scene").await?, program.resident_bytes()?.saturating_sub(before));
    ensure!(kept < 2 << 20, "{kept} bytes are kept");
    ensure!(grown < GROWTH, "{} MB more", grown >> 20);

    viewer.throttle.set(0);
    let up = viewer.told(|rendition| rendition["fps"] == 30).await?;
    viewer.look(Duration::from_secs(1)).await?;
    let again = viewer.look(Duration::from_secs(4)).await?;
    ensure!(again.rate > 24.0, "{again:?} behind the throttle");
    println!("down in {down:?} to {held:?}, up in {up:?}, {kept} bytes kept, {} kB grown", grown >> 10);
    Ok(())
}

/// Quality goes first, then width, then rate: whichever it is, what comes fits the link.
#[tokio::test(flavor = "multi_thread")]
async fn the_bundled_policy_takes_a_throttled_viewer_down_and_up_again() -> Result<()> {
    let program = Program::start(
        "[streams.scene]\nsource = \"test://?size=640x360&fps=30\"\n\n[streams.scene.stills]\npolicy = \"format-choice\"\n",
    )
    .await?;
    let mut viewer = Viewer::connect(&program, "scene?format=jpeg").await?;
    viewer.told(|rendition| rendition["format"] == "jpeg").await?;
    viewer.look(Duration::from_secs(2)).await?;
    let best = viewer.rendition.clone();
    let all = viewer.look(Duration::from_secs(4)).await?;
    ensure!(all.rate > 24.0, "{all:?} of {best}");

    let limit = all.bytes_per_second / 6.0;
    viewer.throttle.set(limit as u32);
    viewer.told(|rendition| *rendition != best).await?;
    // As many steps as it needs.
    viewer.look(LOOK).await?;
    let (held, rendition) = (viewer.look(LOOK).await?, viewer.rendition.clone());
    let wanted = rendition["fps"].as_u64().context("a rate")?.min(30) as f64;
    ensure!(held.rate > 0.5 * wanted, "{held:?} of {rendition}");

    viewer.throttle.set(0);
    let up = viewer.told(|rendition| *rendition == best).await?;
    println!("{all:?} of {best}, {held:?} of {rendition} at {limit:.0} bytes a second, back in {up:?}");
    Ok(())
}

/// The format policies that `/api/plugins` tells of, by stream.
async fn asked(program: &Program) -> Result<Vec<Value>> {
    let listed = program.json("/api/plugins").await?;
    Ok(listed["plugins"][0]["format_policies"].as_array().context("format policies")?.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_comes_with_the_file_is_asked_about_those_who_are_there_until_it_goes() -> Result<()> {
    let policy = test_components::file("steps").display();
    let sections = |chosen: &str| {
        let stream = |name: &str| format!("[streams.{name}]\nsource = \"test://?size=320x180&fps=10\"\n{chosen}");
        format!("[plugins.steps]\ncomponent = \"{policy}\"\n\n{}{}", stream("image"), stream("scene"))
    };
    let program = Program::start(&sections("")).await?;
    let mut viewer = Viewer::connect(&program, "scene").await?;
    viewer.told(|rendition| rendition["format"] == "webp").await?;
    let mut image = Multipart::connect(&program, "image").await?;
    image.next().await?;
    let watching = tokio::spawn(async move { while image.next().await.is_ok() {} });
    ensure!(asked(&program).await?.is_empty(), "nobody chooses");

    program.rewrite(&sections("stills.policy = \"steps\"\n"))?;
    viewer.told(|rendition| rendition["format"] == "jpeg").await?;
    // Each of the two streams has one viewer, and each is asked about again and again.
    let begun = Instant::now();
    let counted = loop {
        let counted = asked(&program).await?;
        let questions: Vec<_> = counted.iter().filter_map(|policy| policy["questions"].as_u64()).collect();
        if questions.len() == 2 && questions.iter().all(|questions| *questions >= 2) {
            break counted;
        }
        ensure!(begun.elapsed() < SETTLE, "{counted:?}");
        viewer.next().await?;
    };
    for (policy, stream) in counted.iter().zip(["image", "scene"]) {
        ensure!(policy["stream"] == stream && policy["asked"].as_u64() >= Some(1) && policy["faults"] == 0, "{policy}");
        ensure!(
            policy["remembered"].is_u64() && policy["unanswered"].is_u64() && policy["timed_out"].is_u64(),
            "{policy}"
        );
    }

    program.rewrite(&sections(""))?;
    viewer.told(|rendition| rendition["format"] == "webp").await?;
    ensure!(asked(&program).await?.is_empty(), "nobody chooses any more");
    // For longer than a policy lets a viewer be.
    viewer.look(Duration::from_secs(3)).await?;
    ensure!(viewer.rendition["format"] == "webp" && !watching.is_finished(), "{}", viewer.rendition);
    watching.abort();
    Ok(())
}
