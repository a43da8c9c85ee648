//! Real players, each for some seconds: no stall, no discontinuity, no growing distance. What they say is printed as one line of JSON.
//!
//! `FRAMEGATE_PLAY_SECONDS=60` judges as long as that, `FRAMEGATE_NODE_MODULES` names a folder that has puppeteer-core and hls.js.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, ExtraTrack, Script};
use framegate_tests::clip::Numbered;
use framegate_tests::players::{self, Play};
use framegate_tests::program::Program;
use media::Size;
use serde_json::Value;

/// What players find that come to a stream which is watched already, or `always` there.
const WINDOW: Duration = Duration::from_secs(20);
/// Three segments that begin with a key frame, behind the first GOP, which is two segments.
const WHOLE: usize = 5;
/// Two sizes of a scene that is worth its bits. What `levels.mjs` lets through is between what they take.
const LADDER: &str = "plugins = [{ use = \"clock\" }]\nhls = { segment = \"1s\" }\nvideo = { gop = \"1s\" }\n\
                      [[streams.cam.ladder]]\nname = \"high\"\nbitrate = \"1M\"\n\
                      [[streams.cam.ladder]]\nname = \"low\"\nheight = 176\nbitrate = \"200k\"\n";

/// Pages of other origins may play it, as an integrator's do.
async fn program_for(source: &str, more: &str) -> Result<Program> {
    Program::start(&format!("access = \"open\"\n[streams.cam]\nsource = \"{source}\"\n{more}\n")).await
}

/// With sound that decoders take.
fn camera() -> Camera {
    let clip = Numbered { size: Size::new(640, 352), bitrate_bps: 1_000_000, ..Numbered::default() };
    Camera::start(Script::new(clip.h264()).track(ExtraTrack::Silence))
}

/// In a browser that comes first: there is nothing before it does.
async fn page(test: &str, player: &str, browser: &str) -> Result<()> {
    let _turn = players::turn().await;
    let camera = camera();
    let program = program_for(&camera.url(), "").await?;
    play_page(test, player, browser, &program).await?;
    Ok(())
}

async fn play_page(test: &str, player: &str, browser: &str, program: &Program) -> Result<Option<Value>> {
    let base = program.url("");
    let seconds = players::seconds();
    Play { script: "page.mjs", player, browser, base: &base, stream: "cam", seconds }.run(test).await
}

/// A stream for players that take what is there, which `docs/video.md` says `always` for, with a window to begin in.
async fn always(camera: &Camera, variant: &str) -> Result<Program> {
    let program = program_for(&camera.url(), &format!("hls = {{ variant = \"{variant}\", always = true }}")).await?;
    let whole = async {
        while program.get("/hls/cam/stream.m3u8").await?.text().await?.matches("#EXTINF").count() < WHOLE {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(WINDOW, whole).await.context("no window")??;
    Ok(program)
}

async fn program(test: &str, player: &str, variant: &str) -> Result<()> {
    let camera = camera();
    let program = always(&camera, variant).await?;
    let _turn = players::turn().await;
    let base = program.url("");
    let seconds = players::seconds();
    Play { script: "program.mjs", player, browser: "", base: &base, stream: "cam", seconds }.run(test).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn hls_js_plays_with_low_latency() -> Result<()> {
    page("hls_js_plays_with_low_latency", "hls", "chromium").await
}

#[tokio::test(flavor = "multi_thread")]
async fn hls_js_plays_whole_segments() -> Result<()> {
    page("hls_js_plays_whole_segments", "hls-whole", "chromium").await
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_plays_hls_by_itself() -> Result<()> {
    let camera = camera();
    let program = always(&camera, "ll").await?;
    let _turn = players::turn().await;
    play_page("chromium_plays_hls_by_itself", "native", "chromium", &program).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_plays_the_element() -> Result<()> {
    page("chromium_plays_the_element", "element", "chromium").await
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_plays_with_hls_js() -> Result<()> {
    page("firefox_plays_with_hls_js", "hls", "firefox").await
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_plays_the_element() -> Result<()> {
    page("firefox_plays_the_element", "element", "firefox").await
}

#[tokio::test(flavor = "multi_thread")]
async fn ffmpeg_plays() -> Result<()> {
    program("ffmpeg_plays", "ffmpeg", "ll").await
}

#[tokio::test(flavor = "multi_thread")]
async fn gstreamer_plays_with_its_new_demultiplexer() -> Result<()> {
    program("gstreamer_plays_with_its_new_demultiplexer", "playbin3", "ll").await
}

#[tokio::test(flavor = "multi_thread")]
async fn gstreamer_plays_a_transport_stream_with_its_old_demultiplexer() -> Result<()> {
    program("gstreamer_plays_a_transport_stream_with_its_old_demultiplexer", "gstreamer", "ts").await
}

#[tokio::test(flavor = "multi_thread")]
async fn vlc_plays() -> Result<()> {
    program("vlc_plays", "vlc", "ll").await
}

#[tokio::test(flavor = "multi_thread")]
async fn vlc_plays_a_transport_stream() -> Result<()> {
    program("vlc_plays_a_transport_stream", "vlc", "ts").await
}

async fn ladder(test: &str, player: &str) -> Result<Option<Value>> {
    let _turn = players::turn().await;
    let program = program_for("test://?size=640x352&fps=25", LADDER).await?;
    play_page(test, player, "chromium", &program).await
}

/// Beside what plays well: what does not is seen not to.
#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_stops_for_a_while_is_a_stall() -> Result<()> {
    let test = "a_camera_that_stops_for_a_while_is_a_stall";
    let _turn = players::turn().await;
    let camera = camera();
    let program = program_for(&camera.url(), "").await?;
    let base = program.url("");
    let play =
        Play { script: "page.mjs", player: "element", browser: "chromium", base: &base, stream: "cam", seconds: 10 };
    let stops = async {
        camera.wait_for(Duration::from_secs(60), |counts| counts.pictures > 25 * 12).await?;
        camera.stall();
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        camera.resume();
        anyhow::Ok(())
    };
    let mut playing = Box::pin(play.look(test));
    let said = tokio::select! {
        said = &mut playing => said?,
        stopped = stops => {
            stopped?;
            playing.await?
        }
    };
    let Some(said) = said else { return Ok(()) };
    let pause = said["longest_pause"].as_f64().unwrap_or_default();
    ensure!(said["well"] == false && said["wrong"][0] == "it stalled" && pause > 0.8, "{said}");
    Ok(())
}

/// The widths that were shown, one after the other.
fn widths(said: &Value) -> Vec<(u64, u64)> {
    let width = |change: &Value, end: &str| change[end].as_u64().unwrap_or_default();
    let changes = said["changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    changes.iter().map(|change| (width(change, "from"), width(change, "to"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hls_js_shows_the_variant_that_it_is_told_to() -> Result<()> {
    let test = "hls_js_shows_the_variant_that_it_is_told_to";
    let Some(said) = ladder(test, "levels").await? else { return Ok(()) };
    ensure!(widths(&said) == [(640, 320), (320, 640)].repeat(3), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn hls_js_chooses_a_variant_by_its_connection() -> Result<()> {
    let test = "hls_js_chooses_a_variant_by_its_connection";
    let Some(said) = ladder(test, "narrow").await? else { return Ok(()) };
    ensure!(widths(&said) == [(640, 320), (320, 640)], "{said}");
    Ok(())
}
