//! Sources other than a camera over RTSP, through the whole program.

use std::time::Duration;

use anyhow::Result;
use framegate_tests::camera::{Camera, Script, Transports};
use framegate_tests::client::Viewer;
use framegate_tests::clip::{Clip, Numbered};
use framegate_tests::program::Program;
use framegate_tests::{still, tool};
use media::Size;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn the_test_scene_moves_and_has_the_size_that_was_asked_for() -> Result<()> {
    let program = Program::start("[streams.lobby]\nsource = \"test://?size=640x360&fps=15\"\n").await?;
    let mut viewer = Viewer::connect(&program, "lobby?format=jpeg").await?;
    let first = viewer.still().await?;
    assert_eq!(still::size(&first), Size::new(640, 360));
    let mut others = Vec::new();
    for _ in 0..5 {
        others.push(viewer.still().await?);
    }
    assert!(others.iter().all(|other| *other != first), "nothing moves");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_annexb_file_is_looped_in_real_time() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let clip = Numbered { pictures: 25, ..Numbered::default() }.h264();
    let file = folder.path().join("clip.h264");
    std::fs::write(&file, clip.to_annexb())?;
    plays_round_and_round(&file, folder).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_mp4_file_is_looped_in_real_time() -> Result<()> {
    let Some(ffmpeg) = tool::find("ffmpeg", "an_mp4_file_is_looped_in_real_time") else {
        return Ok(());
    };
    for bframes in [false, true] {
        let folder = tempfile::tempdir()?;
        let (raw, file) = (folder.path().join("clip.h264"), folder.path().join("clip.mp4"));
        let clip = if bframes { Clip::bframes() } else { Numbered { pictures: 25, ..Numbered::default() }.h264() };
        std::fs::write(&raw, clip.to_annexb())?;
        let mut command = Command::new(&ffmpeg);
        command.args(["-hide_banner", "-loglevel", "error", "-framerate", "25", "-i"]).arg(raw);
        command.args(["-c", "copy"]).arg(&file);
        let output = tool::run(&mut command, Duration::from_secs(20)).await?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        plays_round_and_round(&file, folder).await?;
    }
    Ok(())
}

/// A clip of one or two seconds: its numbers rise, and begin again.
async fn plays_round_and_round(file: &std::path::Path, folder: tempfile::TempDir) -> Result<()> {
    let sections = format!("[streams.loop]\nsource = \"file://{}\"\n", file.display());
    let program = Program::start_in(folder, &sections).await?;
    let mut viewer = Viewer::connect(&program, "loop?format=jpeg").await?;
    viewer.still().await?;
    let started = std::time::Instant::now();
    let mut numbers = Vec::new();
    while numbers.len() < 75 {
        numbers.extend(still::number(&viewer.still().await?));
    }
    let took = started.elapsed();
    let rounds = numbers.windows(2).filter(|pair| pair[1] < pair[0]).count();
    assert!((1..=4).contains(&rounds), "{numbers:?}");
    assert!((2.4..4.5).contains(&took.as_secs_f64()), "75 pictures of 25 a second took {took:?}");
    assert_eq!(program.stream("loop").await?["state"], "live");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_mjpeg_camera_and_a_udp_camera_give_stills() -> Result<()> {
    let mjpeg = Camera::start(Script::new(Numbered { pictures: 50, ..Numbered::default() }.jpeg()));
    let udp = Camera::start(Script::new(Numbered::default().h264()).transports(Transports::UdpOnly));
    let sections = format!("[streams.a]\nsource = \"{}\"\n[streams.b]\nsource = \"{}\"\n", mjpeg.url(), udp.url());
    let program = Program::start(&sections).await?;
    for name in ["a", "b"] {
        for format in ["jpeg", "webp"] {
            let mut viewer = Viewer::connect(&program, &format!("{name}?format={format}")).await?;
            let first = still::number(&viewer.still().await?).expect("a numbered picture");
            let mut next = first;
            for _ in 0..5 {
                next = still::number(&viewer.still().await?).expect("a numbered picture");
            }
            assert_ne!(first, next, "{name} as {format}");
        }
    }
    assert_eq!((mjpeg.counts().plays, udp.counts().plays, udp.counts().udp), (1, 1, 1));
    Ok(())
}
