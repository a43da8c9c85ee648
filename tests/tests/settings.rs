//! What is configured of a running stream changes under its viewers' feet: nobody is lost, and what is bad changes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::client::hls::{assert_clean, watch};
use framegate_tests::client::{Message, Multipart, Player, Problem, Producer, Protocol, Viewer};
use framegate_tests::clip::Numbered;
use framegate_tests::program::{LIMIT, Program};
use framegate_tests::still;
use framegate_validator::watch::Options;
use media::Size;
use serde_json::Value;
use tokio::task::JoinHandle;

/// The scene in one of two sizes, which tells the two sources apart.
fn scene(width: u32, more: &str) -> String {
    format!("[streams.cam]\nsource = \"test://?size={width}x180&fps=20\"\n{more}\n")
}

/// Reads stills until there is one as wide as this.
async fn until_wide(viewer: &mut Viewer, width: u32) -> Result<()> {
    let begun = Instant::now();
    while still::decode(&viewer.still().await?).size().width != width {
        ensure!(begun.elapsed() < LIMIT, "no still is {width} wide");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_changes_and_nobody_is_dropped() -> Result<()> {
    let program = Program::start(&scene(320, "")).await?;
    let mut viewers = [Viewer::connect(&program, "cam").await?, Viewer::connect(&program, "cam").await?];
    for viewer in &mut viewers {
        viewer.still().await?;
    }
    let before = program.stream("cam").await?;
    program.apply(&scene(320, "max_viewers = 1\nstart_timeout = \"3s\"")).await?;
    for viewer in &mut viewers {
        viewer.still().await?;
    }
    let after = program.stream("cam").await?;
    ensure!((&after["since"], &after["max_viewers"]) == (&before["since"], &Value::from(1)), "{after}");
    let full = Problem::read(program.get("/mjpeg/cam").await?).await?;
    ensure!((full.status, full.kind.as_str()) == (503, "stream-full"), "{full:?}");
    program.apply(&scene(320, "")).await?;
    ensure!(program.get("/mjpeg/cam").await?.status() == 200);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_source_comes_under_the_viewers_feet() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered { size: Size::new(640, 352), ..Numbered::default() }.h264()));
    let program = Program::start(&scene(320, "")).await?;
    let mut socket = Viewer::connect(&program, "cam").await?;
    let mut images = Multipart::connect(&program, "cam").await?;
    let mut units = Viewer::connect(&program, "cam?format=h264").await?;
    until_wide(&mut socket, 320).await?;
    images.next().await?;
    units.text("decoders").await?;
    program.apply(&format!("[streams.cam]\nsource = \"{}\"\n", camera.url())).await?;
    until_wide(&mut socket, 640).await?;
    let begun = Instant::now();
    while still::decode(&images.next().await?.body).size().width != 640 {
        ensure!(begun.elapsed() < LIMIT, "MJPEG never shows the other source");
    }
    let told = units.text("decoders").await?;
    ensure!(told["width"] == 640, "{told}");
    // Pictures that are pushed, and back.
    let small = program.get("/still/cam.jpg?width=426").await?.error_for_status()?.bytes().await?;
    let width = still::size(&small).width;
    ensure!(width < 640, "{width}");
    program.apply("[streams.cam]\nsource = \"push\"\n").await?;
    camera.wait_for(LIMIT, |counts| counts.playing == 0).await?;
    Producer::new(&program, "cam", Protocol::Http1)?.post(small).await?.error_for_status()?;
    until_wide(&mut socket, width).await?;
    program.apply(&scene(256, "")).await?;
    until_wide(&mut socket, 256).await
}

#[tokio::test(flavor = "multi_thread")]
async fn video_is_encoded_otherwise_and_packaged_otherwise_and_players_go_on() -> Result<()> {
    let reencoded = |more: &str| scene(320, &format!("plugins = [{{ use = \"clock\" }}]\n{more}"));
    let program = Program::start(&reencoded("video = { gop = \"1s\" }")).await?;
    let mut units = Viewer::connect(&program, "cam?format=h264").await?;
    let told = units.text("decoders").await?;
    ensure!(told["width"] == 320, "{told}");
    let mut player = Player::new(&program, "cam", "stream")?;
    until_shown(&mut player, 320).await?;
    program.apply(&reencoded("video = { gop = \"1s\", width = 160 }")).await?;
    let told = units.text("decoders").await?;
    ensure!(told["width"] == 160, "{told}");
    until_shown(&mut player, 160).await?;
    // Another window; the feed is the same, and who has it by WebSocket notices nothing.
    program
        .apply(&reencoded("video = { gop = \"1s\", width = 160 }\nhls = { variant = \"fmp4\", segment = \"1s\" }"))
        .await?;
    let looked = watch(&program, "/hls/cam/index.m3u8", Options::default(), Duration::from_secs(6)).await?;
    assert_clean(&looked, &[]);
    let text = program.get("/hls/cam/stream.m3u8").await?.text().await?;
    ensure!(!text.contains("EXT-X-PART") && text.contains("EXT-X-TARGETDURATION:1\n"), "{text}");
    Ok(())
}

/// Reads parts until a picture is as wide as this.
async fn until_shown(player: &mut Player, width: u32) -> Result<()> {
    let begun = Instant::now();
    loop {
        let shots = player.next().await?;
        if shots.iter().flat_map(|shots| &shots.pictures).any(|picture| picture.size().width == width) {
            return Ok(());
        }
        ensure!(begun.elapsed() < LIMIT, "no picture of HLS is {width} wide");
    }
}

/// Someone who watches until told to stop.
struct Watcher {
    seen: Arc<AtomicU64>,
    watching: JoinHandle<Result<()>>,
}

impl Watcher {
    async fn begin(program: &Program, query: &str, stop: &Arc<AtomicBool>) -> Result<Self> {
        let mut viewer = Viewer::connect(program, &format!("cam{query}")).await?;
        let (seen, stop) = (Arc::new(AtomicU64::new(0)), stop.clone());
        let count = seen.clone();
        let watching = tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                match viewer.next().await? {
                    Message::Still(_) => _ = count.fetch_add(1, Ordering::Relaxed),
                    Message::Text(_) => {}
                    Message::Closed(code) => anyhow::bail!("closed with {code}"),
                }
            }
            anyhow::Ok(())
        });
        Ok(Self { seen, watching })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_reloads_good_and_bad_lose_none_of_fifty_viewers() -> Result<()> {
    let program = Program::start(&scene(320, "")).await?;
    let id = program.id()?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut watchers = Vec::new();
    for number in 0..50 {
        let query = ["", "?format=jpeg", "?format=mp4", "?width=160", "?format=h264"][number % 5];
        watchers.push(Watcher::begin(&program, query, &stop).await?);
    }
    program.wait_for_viewers("cam", 50).await?;
    for round in 0..50_u32 {
        let text = match round % 5 {
            0 => scene(640, &format!("max_viewers = {}", 60 + round)),
            1 => scene(640, "plugins = [{ use = \"motion-gate\", options = { hold = \"60s\" } }]"),
            2 => scene(640, "plugins = [{ use = \"clock\", options = { text = \"another\" } }]"),
            3 => scene(320, "plugins = [{ use = \"clock\" }]\nvideo = { width = 160 }"),
            _ => scene(320, "hls = { window = 9 }\nstills = { quality = 70 }"),
        };
        program.apply(&text).await.with_context(|| text.clone())?;
        let refused = program.log().matches("not taken, everything goes on as it was").count();
        program.rewrite(&text.replace("source", "sauce"))?;
        program.hang_up()?;
        let told = async {
            while program.log().matches("not taken, everything goes on as it was").count() <= refused {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(LIMIT, told).await.context("a bad file is not told")?;
    }
    let before: Vec<_> = watchers.iter().map(|watcher| watcher.seen.load(Ordering::Relaxed)).collect();
    let goes_on = async {
        while watchers.iter().zip(&before).any(|(watcher, before)| watcher.seen.load(Ordering::Relaxed) <= before + 5) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LIMIT, goes_on).await.context("somebody sees nothing any more")?;
    ensure!(program.id()? == id);
    stop.store(true, Ordering::Relaxed);
    for watcher in watchers {
        watcher.watching.await?.context("a viewer was lost")?;
    }
    Ok(())
}
