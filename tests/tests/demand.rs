//! Work is done only for somebody, and once for everybody.

use std::time::{Duration, Instant};

use anyhow::Result;
use framegate_tests::camera::{Camera, Counts, Script};
use framegate_tests::client::{Multipart, Viewer};
use framegate_tests::clip::Numbered;
use framegate_tests::program::{LIMIT, Program};
use framegate_tests::still;

/// A key frame each four seconds: whoever waits for the next one is late.
const LONG_GOP: Numbered =
    Numbered { size: media::Size::new(320, 192), fps: 25, pictures: 300, gop: 100, first: 0, bitrate_bps: 400_000 };

fn stream(camera: &Camera, more: &str) -> String {
    format!("[streams.cam]\nsource = \"{}\"\n{more}\n", camera.url())
}

#[tokio::test]
async fn nobody_watches_and_the_camera_is_left_alone() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program = Program::start(&stream(&camera, "")).await?;
    assert_eq!(program.stream("cam").await?["state"], "idle");
    assert_eq!(camera.counts(), Counts { listening: true, ..Counts::default() });
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_viewers_share_one_camera_session_and_the_last_one_ends_it() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program = Program::start(&stream(&camera, "close_after = \"1s\"")).await?;
    let mut viewers = Vec::new();
    for index in 0..7 {
        let query = ["", "?format=jpeg", "?width=320", "?fps=5"][index % 4];
        viewers.push(Viewer::connect(&program, &format!("cam{query}")).await?);
    }
    let mut images = Vec::new();
    for _ in 0..3 {
        images.push(Multipart::connect(&program, "cam").await?);
    }
    for viewer in &mut viewers {
        for _ in 0..3 {
            viewer.still().await?;
        }
    }
    for image in &mut images {
        image.next().await?;
    }
    assert_eq!(program.get("/still/cam.jpg").await?.status(), 200);
    program.wait_for_viewers("cam", 10).await?;
    let counts = camera.counts();
    assert_eq!((counts.connections, counts.describes, counts.setups, counts.plays), (1, 1, 1, 1), "{counts:?}");
    assert_eq!((counts.teardowns, counts.playing), (0, 1));
    drop((viewers, images));
    let counts = camera.wait_for(LIMIT, |counts| counts.playing == 0).await?;
    assert_eq!(counts.teardowns, 1, "{counts:?}");
    program.wait_for_state("cam", "idle").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_who_comes_back_in_time_finds_the_camera_connected() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program = Program::start(&stream(&camera, "close_after = \"5s\"")).await?;
    for _ in 0..3 {
        let mut viewer = Viewer::connect(&program, "cam").await?;
        viewer.still().await?;
        viewer.close().await?;
        program.wait_for_viewers("cam", 0).await?;
    }
    let counts = camera.counts();
    assert_eq!((counts.plays, counts.teardowns), (1, 0), "{counts:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_on_demand_the_camera_is_connected_from_the_start() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program = Program::start(&stream(&camera, "on_demand = false")).await?;
    program.wait_for_state("cam", "live").await?;
    assert_eq!(camera.counts().plays, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_viewer_of_stills_has_a_picture_within_100_ms() -> Result<()> {
    let camera = Camera::start(Script::new(LONG_GOP.h264()));
    let program = Program::start(&stream(&camera, "")).await?;
    let mut first = Viewer::connect(&program, "cam").await?;
    first.still().await?;
    let reading = tokio::spawn(async move { while first.still().await.is_ok() {} });
    let mut waited = Vec::new();
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(150)).await;
        let (time, body) = first_still(&program, "cam").await?;
        waited.push(time);
        let number = still::number(&body).expect("a numbered picture");
        let age = camera.sent_at(number).expect("the camera sent it").elapsed();
        assert!(age < Duration::from_secs(1), "the first picture is {age:?} old");
    }
    reading.abort();
    assert!(median(&mut waited) <= Duration::from_millis(100), "{waited:?}");
    assert_eq!(camera.counts().plays, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_viewer_of_passed_through_video_has_a_picture_within_300_ms() -> Result<()> {
    let camera = Camera::start(Script::new(LONG_GOP.h264()));
    let program = Program::start(&stream(&camera, "on_demand = false")).await?;
    program.wait_for_state("cam", "live").await?;
    camera.wait_for(LIMIT, |counts| counts.pictures >= 30).await?;
    let mut waited = Vec::new();
    for _ in 0..5 {
        let (time, _) = first_still(&program, "cam?format=jpeg").await?;
        waited.push(time);
        program.wait_for_viewers("cam", 0).await?;
    }
    assert!(median(&mut waited) <= Duration::from_millis(300), "{waited:?}");
    assert_eq!(camera.counts().plays, 1);
    Ok(())
}

/// From the first byte of the handshake to the last of the first still.
async fn first_still(program: &Program, stream: &str) -> Result<(Duration, bytes::Bytes)> {
    let started = Instant::now();
    let mut viewer = Viewer::connect(program, stream).await?;
    let body = viewer.still().await?;
    Ok((started.elapsed(), body))
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
