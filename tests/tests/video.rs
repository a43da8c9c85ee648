//! Video over WebSocket: fragments for Media Source Extensions, access units for WebCodecs.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use framegate_tests::camera::{Camera, Script};
use framegate_tests::client::{Message, Viewer};
use framegate_tests::clip::{Clip, Numbered};
use framegate_tests::program::Program;
use framegate_validator::fmp4::{self, Expected, Init, Limits, Timeline};
use media::Size;
use serde_json::Value;

async fn program_for(camera: &Camera) -> Result<Program> {
    Program::start(&format!("[streams.cam]\nsource = \"{}\"\n", camera.url())).await
}

fn clip() -> Numbered {
    Numbered { size: Size::new(640, 352), gop: 50, ..Numbered::default() }
}

/// The next text message of a kind, and the binary messages before it.
async fn text(viewer: &mut Viewer, kind: &str) -> Result<(Value, usize)> {
    let mut binary = 0;
    loop {
        match viewer.next().await? {
            Message::Text(value) if value["type"] == kind => return Ok((value, binary)),
            Message::Text(_) => {}
            Message::Still(_) => binary += 1,
            Message::Closed(code) => anyhow::bail!("closed with {code}"),
        }
    }
}

/// The next binary message.
async fn binary(viewer: &mut Viewer) -> Result<Bytes> {
    viewer.still().await
}

async fn init(viewer: &mut Viewer) -> Result<(Value, Init)> {
    let (told, _) = text(viewer, "video").await?;
    let (init, findings) = fmp4::init("init", &binary(viewer).await?);
    ensure!(findings.iter().all(|finding| !finding.is_error()), "{findings:?}");
    Ok((told, init.context("an init segment")?))
}

#[tokio::test(flavor = "multi_thread")]
async fn mp4_is_an_init_segment_and_a_fragment_for_each_access_unit() -> Result<()> {
    for (clip, codecs) in [(clip().h264(), "avc1."), (Clip::bframes(), "avc1."), (Clip::h265(), "hvc1.")] {
        let camera = Camera::start(Script::new(clip.clone()));
        let program = program_for(&camera).await?;
        let mut viewer = Viewer::connect(&program, "cam?format=mp4").await?;
        let (told, init) = init(&mut viewer).await?;
        assert_eq!(told["mime"], format!("video/mp4; codecs=\"{}\"", init.codecs()));
        assert!(told["mime"].as_str().is_some_and(|mime| mime.contains(codecs)), "{told}");
        let mut timeline = Timeline::new(Limits::default());
        for n in 0..60 {
            let bytes = binary(&mut viewer).await?;
            let (chunk, findings) = fmp4::chunk("fragment", &bytes, &init);
            ensure!(findings.iter().all(|finding| !finding.is_error()), "{findings:?}");
            let expected = Expected { independent: n == 0, ..Expected::default() };
            let findings = timeline.push("fragment", &chunk, &init, expected);
            // A picture's duration is told before it is known.
            let errors: Vec<_> = findings.iter().filter(|finding| finding.is_error()).collect();
            assert!(errors.is_empty(), "{n}: {errors:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_viewer_has_the_whole_gop_at_once() -> Result<()> {
    let camera = Camera::start(Script::new(clip().h264()));
    let program = program_for(&camera).await?;
    let mut first_viewer = Viewer::connect(&program, "cam?format=mp4").await?;
    init(&mut first_viewer).await?;
    // Into the middle of a GOP of two seconds.
    for _ in 0..30 {
        binary(&mut first_viewer).await?;
    }
    // The machine may have other work: of three who come, one is given all of it at once.
    let mut tried = Vec::new();
    for _ in 0..3 {
        let came = Instant::now();
        let mut late = Viewer::connect(&program, "cam?format=mp4").await?;
        init(&mut late).await?;
        binary(&mut late).await?;
        let first = came.elapsed();
        let mut kept = 1;
        while came.elapsed() < Duration::from_millis(150) {
            binary(&mut late).await?;
            kept += 1;
        }
        if first < Duration::from_millis(100) && kept >= 20 {
            return Ok(());
        }
        tried.push((first, kept));
        // The next one comes as far behind a key frame.
        for _ in 0..46 {
            binary(&mut first_viewer).await?;
        }
    }
    anyhow::bail!("the first fragment, and how many there were within 150 ms: {tried:?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn h264_is_access_units_behind_a_header() -> Result<()> {
    let camera = Camera::start(Script::new(clip().h264()));
    let program = program_for(&camera).await?;
    let mut viewer = Viewer::connect(&program, "cam?format=h264&sound=0").await?;
    let (told, _) = text(&mut viewer, "decoders").await?;
    assert_eq!((&told["width"], &told["height"], &told["sound"]), (&640.into(), &352.into(), &Value::Null));
    let first = binary(&mut viewer).await?;
    let second = binary(&mut viewer).await?;
    let time = |bytes: &Bytes| i64::from_be_bytes(bytes[8..16].try_into().unwrap_or_default());
    assert_eq!((first[0], second[0]), (1, 0));
    assert_eq!(time(&second) - time(&first), 40_000);
    let kinds: Vec<_> = media::nal::units(&first[16..]).map(media::h264::nal_type).collect();
    assert!(kinds.contains(&media::h264::IDR), "{kinds:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_size_is_another_init_segment_and_a_camera_that_comes_back_goes_on() -> Result<()> {
    let camera = Camera::start(Script::new(clip().h264()));
    let program = program_for(&camera).await?;
    let mut viewer = Viewer::connect(&program, "cam?format=mp4").await?;
    init(&mut viewer).await?;
    camera.switch(Numbered { size: Size::new(320, 192), ..clip() }.h264());
    let (told, _) = init(&mut viewer).await?;
    assert_eq!((&told["width"], &told["height"]), (&320.into(), &192.into()));
    camera.close_sessions();
    let (told, _) = text(&mut viewer, "status").await?;
    assert_ne!(told["state"], "live");
    let (told, _) = text(&mut viewer, "status").await?;
    assert!(matches!(told["state"].as_str(), Some("live" | "connecting")), "{told}");
    binary(&mut viewer).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn stills_that_may_not_be_encoded_are_no_video_and_the_viewer_is_told_what_works() -> Result<()> {
    let program = Program::start("[streams.cam]\nsource = \"push\"\nvideo = { reencode = \"never\" }\n").await?;
    let mut viewer = Viewer::connect(&program, "cam?format=mp4").await?;
    let (told, _) = text(&mut viewer, "problem").await?;
    assert_eq!(told["problem"]["status"], 406);
    assert!(told["problem"]["outputs"].as_array().is_some_and(|outputs| outputs.len() >= 4), "{told}");
    let closed = loop {
        if let Message::Closed(code) = viewer.next().await? {
            break code;
        }
    };
    assert_eq!(closed, 4406);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn pushed_stills_are_offered_as_video() -> Result<()> {
    let program = Program::start("[streams.cam]\nsource = \"push\"\n").await?;
    let (posted, clip) = (program.url("/ingest/cam"), clip().jpeg());
    let http = reqwest::Client::builder().no_proxy().build()?;
    let pushing = async {
        let mut pace = tokio::time::interval(Duration::from_millis(40));
        for unit in clip.units.iter().cycle() {
            pace.tick().await;
            http.post(&posted).body(unit.data.clone()).send().await?.error_for_status()?;
        }
        Ok::<(), anyhow::Error>(())
    };
    let watching = async {
        let mut viewer = Viewer::connect(&program, "cam?format=mp4").await?;
        let (told, init) = init(&mut viewer).await?;
        assert_eq!((&told["width"], &told["height"]), (&640.into(), &352.into()));
        for _ in 0..20 {
            let (_, findings) = fmp4::chunk("fragment", &binary(&mut viewer).await?, &init);
            ensure!(findings.iter().all(|finding| !finding.is_error()), "{findings:?}");
        }
        Ok::<(), anyhow::Error>(())
    };
    tokio::select! {
        pushed = pushing => pushed,
        watched = watching => watched,
    }
}
