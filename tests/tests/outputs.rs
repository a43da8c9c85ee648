//! Stills as viewers ask for them, and players that are not ours.

use std::time::Duration;

use anyhow::Result;
use framegate_tests::camera::{Camera, Script};
use framegate_tests::client::{Multipart, Producer, Protocol, Viewer};
use framegate_tests::clip::Numbered;
use framegate_tests::program::Program;
use framegate_tests::{still, tool};
use media::{Size, StillFormat};
use tokio::process::Command;

const LIMIT: Duration = Duration::from_secs(30);
const LARGE: Numbered =
    Numbered { size: Size::new(960, 544), fps: 25, pictures: 125, gop: 25, first: 0, bitrate_bps: 2_000_000 };

async fn program_for(camera: &Camera) -> Result<Program> {
    Program::start(&format!("[streams.cam]\nsource = \"{}\"\n", camera.url())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_gives_webp_unless_another_format_is_asked_for() -> Result<()> {
    let camera = Camera::start(Script::new(LARGE.h264()));
    let program = program_for(&camera).await?;
    let cases = [
        ("cam", StillFormat::WebP, 960),
        ("cam?format=webp&width=640", StillFormat::WebP, 640),
        ("cam?format=jpeg&width=320", StillFormat::Jpeg, 320),
    ];
    for (path, format, width) in cases {
        let body = Viewer::connect(&program, path).await?.still().await?;
        assert_eq!((still::format(&body), still::size(&body).width), (format, width), "{path}");
        assert!(still::number(&body).is_some(), "{path}: the picture is the camera's");
    }
    let small = Viewer::connect(&program, "cam?format=jpeg&quality=20").await?.still().await?;
    let fine = Viewer::connect(&program, "cam?format=jpeg&quality=90").await?.still().await?;
    assert!(small.len() < fine.len(), "{} and {} bytes", small.len(), fine.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn renditions_are_bounded_and_the_nearest_is_given() -> Result<()> {
    let camera = Camera::start(Script::new(LARGE.h264()));
    let more = "max_renditions = 2";
    let program = Program::start(&format!("[streams.cam]\nsource = \"{}\"\n{more}\n", camera.url())).await?;
    let mut viewers = Vec::new();
    let mut sizes = std::collections::BTreeSet::new();
    for width in [320, 480, 640, 960] {
        let mut viewer = Viewer::connect(&program, &format!("cam?format=jpeg&width={width}")).await?;
        sizes.insert(still::size(&viewer.still().await?).width);
        viewers.push(viewer);
    }
    assert!(sizes.len() <= 2, "{sizes:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slower_rate_is_kept() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program = program_for(&camera).await?;
    let mut viewer = Viewer::connect(&program, "cam?fps=5").await?;
    viewer.still().await?;
    let mut numbers = Vec::new();
    for _ in 0..8 {
        numbers.extend(still::number(&viewer.still().await?));
    }
    let step = f64::from(numbers[numbers.len() - 1] - numbers[0]) / (numbers.len() - 1) as f64;
    assert!((4.0..=6.5).contains(&step), "each fifth picture of 25 a second: {numbers:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn stills_show_what_the_camera_sent_a_moment_ago() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program = program_for(&camera).await?;
    let mut viewer = Viewer::connect(&program, "cam?format=jpeg").await?;
    viewer.still().await?;
    let mut late = Vec::new();
    for _ in 0..40 {
        let body = viewer.still().await?;
        let now = std::time::Instant::now();
        if let Some(sent) = still::number(&body).and_then(|number| camera.sent_at(number)) {
            late.push(now.saturating_duration_since(sent));
        }
    }
    late.sort_unstable();
    assert!(late.len() > 30 && late[late.len() / 2] < Duration::from_millis(100), "{late:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_still_is_the_newest_picture_and_is_not_cached() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program = program_for(&camera).await?;
    for (path, format) in [("/still/cam.jpg", StillFormat::Jpeg), ("/still/cam.webp", StillFormat::WebP)] {
        let response = program.get(path).await?.error_for_status()?;
        let header =
            |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert_eq!(header("content-type"), format.media_type());
        assert!(header("cache-control").contains("no-"), "{path}: {:?}", header("cache-control"));
        let body = response.bytes().await?;
        assert_eq!(still::format(&body), format);
        let first = still::number(&body).expect("a numbered picture");
        tokio::time::sleep(Duration::from_millis(400)).await;
        let second = still::number(&program.get(path).await?.bytes().await?).expect("a numbered picture");
        assert!(second > first, "{path}: {first}, later {second}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_mjpeg_cameras_own_files_go_on_untouched() -> Result<()> {
    let program = Program::start("[streams.wall]\nsource = \"push\"\n").await?;
    // Another program whose camera is the first one's MJPEG output.
    let second = Program::start(&format!("[streams.copy]\nsource = \"{}\"\n", program.url("/mjpeg/wall"))).await?;
    let stills = Numbered { pictures: 60, ..Numbered::default() }.jpeg();
    let producer = Producer::new(&program, "wall", Protocol::H2c)?;
    let posting = tokio::spawn({
        let stills = stills.clone();
        async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(40));
            for unit in stills.units.iter().cycle() {
                ticks.tick().await;
                if producer.post(unit.data.clone()).await.is_err() {
                    return;
                }
            }
        }
    });
    let mut image = Multipart::connect(&second, "copy").await?;
    for _ in 0..10 {
        let part = image.next().await?;
        assert!(stills.units.iter().any(|unit| unit.data == part.body), "a part is none of the files that were posted");
    }
    posting.abort();
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ffmpeg_plays_mjpeg() -> Result<()> {
    let Some(ffmpeg) = tool::find("ffmpeg", "ffmpeg_plays_mjpeg") else {
        return Ok(());
    };
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    let program = program_for(&camera).await?;
    let mut command = Command::new(ffmpeg);
    command.args(["-hide_banner", "-loglevel", "error", "-f", "mpjpeg", "-i", &program.url("/mjpeg/cam")]);
    command.args(["-frames:v", "20", "-f", "framemd5", "-"]);
    let output = tool::run(&mut command, LIMIT).await?;
    let text = String::from_utf8_lossy(&output.stdout);
    let frames = text.lines().filter(|line| !line.starts_with('#')).count();
    assert!(output.status.success() && frames == 20, "{frames} frames; {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_gets_a_still_and_posts_one() -> Result<()> {
    let Some(curl) = tool::find("curl", "curl_gets_a_still_and_posts_one") else {
        return Ok(());
    };
    let program = Program::start("[streams.wall]\nsource = \"push\"\n").await?;
    let body = Numbered { pictures: 1, ..Numbered::default() }.jpeg().units[0].data.clone();
    let (sent, got) = (program.folder().join("sent.jpg"), program.folder().join("got.jpg"));
    std::fs::write(&sent, &body)?;
    for version in ["--http1.1", "--http2-prior-knowledge"] {
        let mut post = Command::new(&curl);
        post.args(["-sS", "--noproxy", "*", version, "-o", "-", "-w", "%{http_code} %{http_version}", "--data-binary"]);
        post.arg(format!("@{}", sent.display())).arg(program.url("/ingest/wall"));
        let output = tool::run(&mut post, LIMIT).await?;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.starts_with("204 "), "{version}: {told} {}", String::from_utf8_lossy(&output.stderr));
    }
    let mut get = Command::new(&curl);
    get.args(["-sS", "--fail", "--noproxy", "*", "-o"]).arg(&got).arg(program.url("/still/wall.jpg"));
    let output = tool::run(&mut get, LIMIT).await?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(std::fs::read(got)? == body);
    Ok(())
}
