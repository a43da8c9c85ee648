//! A camera's sound, on every output of video, beside the pictures that it belongs to.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, ExtraTrack, Script, SoundClock};
use framegate_tests::client::hls::{assert_clean, watch};
use framegate_tests::client::{Message, Viewer};
use framegate_tests::clip::{Clip, Numbered};
use framegate_tests::program::Program;
use framegate_validator::fmp4;
use framegate_validator::watch::{Options, Reload};

const LIMIT: Duration = Duration::from_secs(20);

async fn program_for(camera: &Camera, more: &str) -> Result<Program> {
    Program::start(&format!("[streams.cam]\nsource = \"{}\"\n{more}\n", camera.url())).await
}

fn script(track: ExtraTrack) -> Script {
    Script::new(Numbered::default().h264()).track(track)
}

/// By how many milliseconds sound is late against the pictures of the same time, over so many units of sound, on `/ws/cam?format=mp4`.
async fn late_ms(program: &Program, units: usize) -> Result<Vec<i64>> {
    let mut viewer = Viewer::connect(program, "cam?format=mp4").await?;
    let mut init = None;
    let (mut zero, mut late) = (None, Vec::new());
    let end = Instant::now() + LIMIT;
    while late.len() < units {
        ensure!(Instant::now() < end, "{} pieces of sound within {LIMIT:?}", late.len());
        let bytes = match viewer.next().await? {
            Message::Still(bytes) => bytes,
            // Another init segment is next: there is sound now, or none any more.
            Message::Text(told) if told["type"] == "video" => {
                init = None;
                continue;
            }
            _ => continue,
        };
        let Some(init) = &init else {
            init = fmp4::init("init", &bytes).0;
            continue;
        };
        let (chunk, _) = fmp4::chunk("fragment", &bytes, init);
        // A session begins with the first picture of the clip, which was taken at 0.
        if let Some(picture) = chunk.samples(1).next() {
            zero.get_or_insert(picture.dts as i64 + picture.offset);
        }
        if let (Some(sound), Some(zero)) = (chunk.samples(2).next(), zero) {
            let taken: [u8; 8] = bytes[bytes.len() - 8..].try_into()?;
            let taken_ms = u64::from_be_bytes(taken) as i64 * 1_000 / 48_000;
            late.push(sound.dts as i64 * 1_000 / 48_000 - zero * 1_000 / 90_000 - taken_ms);
        }
    }
    Ok(late)
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_is_beside_its_pictures_however_the_camera_tells_it() -> Result<()> {
    for (clock, settled) in
        [(SoundClock::Told, 0), (SoundClock::Untold, 60), (SoundClock::Late(Duration::from_millis(700)), 60)]
    {
        let camera = Camera::start(script(ExtraTrack::Aac).sound_clock(clock));
        let program = program_for(&camera, "").await?;
        let late = late_ms(&program, settled + 60).await?;
        let worst = late[settled..].iter().map(|late| late.abs()).max().context("no sound")?;
        assert!(worst <= 40, "{clock:?}: {late:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn aac_passes_through_and_g711_becomes_flac() -> Result<()> {
    for (track, codec) in [(ExtraTrack::Aac, "mp4a.40.2"), (ExtraTrack::Pcmu, "flac")] {
        let camera = Camera::start(script(track));
        let program = program_for(&camera, "hls = { segment = \"1s\" }").await?;
        let watched = watch(&program, "/hls/cam/index.m3u8", Options::default(), Duration::from_secs(6)).await?;
        assert_clean(&watched, &[]);
        // From the first part on: not found out when it comes, which would be a discontinuity.
        assert!(
            watched.report().values().all(|media| media.discontinuities == 0),
            "{track:?}: {:#?}",
            watched.report()
        );
        let index = program.get("/hls/cam/index.m3u8").await?.text().await?;
        assert!(index.contains(&format!(",{codec}\"")), "{index}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_viewer_is_told_of_sound_before_any_has_come() -> Result<()> {
    for (track, codec) in [(ExtraTrack::Aac, "mp4a.40.2"), (ExtraTrack::Pcmu, "flac")] {
        let camera = Camera::start(script(track));
        let program = program_for(&camera, "").await?;
        let mut viewer = Viewer::connect(&program, "cam?format=mp4").await?;
        let (mut told, mut pictures) = (Vec::new(), 0);
        while pictures < 40 {
            match viewer.next().await? {
                Message::Text(text) if text["type"] == "video" => told.push(text["mime"].to_string()),
                Message::Still(_) => pictures += 1,
                Message::Text(_) => {}
                Message::Closed(code) => anyhow::bail!("closed with {code}"),
            }
        }
        ensure!(matches!(&*told, [only] if only.contains(codec)), "{track:?}: {told:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transport_stream_has_aac_and_goes_without_g711() -> Result<()> {
    for (track, has_sound) in [(ExtraTrack::Aac, true), (ExtraTrack::Pcmu, false)] {
        let camera = Camera::start(script(track));
        let program = program_for(&camera, "hls = { variant = \"ts\", segment = \"1s\" }").await?;
        let options = Options { reload: Reload::Plain, ..Options::default() };
        let watched = watch(&program, "/hls/cam/index.m3u8", options, Duration::from_secs(6)).await?;
        // What stands for AAC here is a number, which is no ADTS that a decoder would take, but a frame that can be counted.
        assert_clean(&watched, &[]);
        let index = program.get("/hls/cam/index.m3u8").await?.text().await?;
        assert_eq!(index.contains("mp4a"), has_sound, "{index}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_sound_gets_none() -> Result<()> {
    let camera = Camera::start(script(ExtraTrack::Aac));
    let program = program_for(&camera, "").await?;
    let mut viewer = Viewer::connect(&program, "cam?format=mp4&sound=0").await?;
    let told = loop {
        match viewer.next().await? {
            Message::Text(told) if told["type"] == "video" => break told,
            Message::Closed(code) => anyhow::bail!("closed with {code}"),
            _ => {}
        }
    };
    assert_eq!(told["sound"], false);
    drop((program, camera));
    let camera = Camera::start(script(ExtraTrack::Aac));
    let program = program_for(&camera, "sound = false").await?;
    let index = program.get("/hls/cam/index.m3u8").await?.text().await?;
    ensure!(!index.contains("mp4a"), "{index}");
    assert_eq!(camera.counts().tracks, [0], "it is not even set up");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_goes_on_over_udp_and_with_b_frames() -> Result<()> {
    let camera = Camera::start(Script::new(Clip::bframes()).track(ExtraTrack::Aac));
    let program = program_for(&camera, "transport = \"udp\"\nhls = { segment = \"1s\" }").await?;
    let watched = watch(&program, "/hls/cam/index.m3u8", Options::default(), Duration::from_secs(6)).await?;
    // The first segment is one part, which ends before all of its sound has come.
    assert_clean(&watched, &["TRACKS_APART"]);
    let apart = watched.findings().iter().filter(|finding| finding.rule.name == "TRACKS_APART").count();
    ensure!(apart <= 1, "{apart} segments");
    Ok(())
}
