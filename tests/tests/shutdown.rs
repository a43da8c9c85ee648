//! SIGTERM ends it within five seconds, and everybody is told.

use std::time::{Duration, Instant};

use anyhow::Result;
use framegate_tests::camera::{Camera, Fault, Method, Script};
use framegate_tests::client::{Message, Multipart, Viewer};
use framegate_tests::clip::Numbered;
use framegate_tests::program::{LIMIT, Program};

/// What the issue allows.
const SHUTDOWN: Duration = Duration::from_secs(5);

fn script() -> Script {
    Script::new(Numbered::default().h264())
}

#[tokio::test(flavor = "multi_thread")]
async fn cameras_are_told_teardown_and_viewers_get_close_frames() -> Result<()> {
    let cameras = [Camera::start(script()), Camera::start(script())];
    let section = |(index, camera): (usize, &Camera)| format!("[streams.cam{index}]\nsource = \"{}\"\n", camera.url());
    let mut program = Program::start(&cameras.iter().enumerate().map(section).collect::<String>()).await?;
    let mut viewers = [Viewer::connect(&program, "cam0").await?, Viewer::connect(&program, "cam1").await?];
    let mut image = Multipart::connect(&program, "cam0").await?;
    for viewer in &mut viewers {
        viewer.still().await?;
    }
    image.next().await?;
    let started = Instant::now();
    program.terminate()?;
    for viewer in &mut viewers {
        let (_, code) = viewer.until_closed().await?;
        assert!(matches!(code, 1001 | 1012), "going away is 1001, not {code}");
    }
    while image.next().await.is_ok() {}
    let status = program.ended(SHUTDOWN).await?;
    assert!(status.success(), "{status}; {}", program.log());
    assert!(started.elapsed() < SHUTDOWN, "{:?}", started.elapsed());
    for camera in &cameras {
        let counts = camera.wait_for(LIMIT, |counts| counts.playing == 0).await?;
        assert_eq!(counts.teardowns, 1, "{counts:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_ignores_teardown_and_a_viewer_that_reads_nothing_hold_nobody_up() -> Result<()> {
    let camera = Camera::start(script().fault(Fault::NeverAnswers(Method::Teardown)));
    let sections =
        format!("[streams.cam]\nsource = \"{}\"\n[streams.big]\nsource = \"test://?size=1280x720\"\n", camera.url());
    let mut program = Program::start(&sections).await?;
    let mut viewer = Viewer::connect(&program, "cam").await?;
    viewer.still().await?;
    let mut idle = Viewer::connect(&program, "big?format=jpeg&quality=100").await?;
    idle.still().await?;
    camera.wait_for(LIMIT, |counts| counts.pictures >= 40).await?;
    program.terminate()?;
    program.ended(SHUTDOWN).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_never_answers_holds_nobody_up() -> Result<()> {
    let camera = Camera::start(script().fault(Fault::NeverAnswers(Method::Describe)));
    let mut program = Program::start(&format!("[streams.cam]\nsource = \"{}\"\n", camera.url())).await?;
    let _viewer = Viewer::connect(&program, "cam").await?;
    camera.wait_for(LIMIT, |counts| counts.describes == 1).await?;
    program.terminate()?;
    program.ended(SHUTDOWN).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_first_media_is_answered_at_shutdown() -> Result<()> {
    let camera = Camera::start(script().fault(Fault::NeverAnswers(Method::Describe)));
    let mut program = Program::start(&format!("[streams.cam]\nsource = \"{}\"\n", camera.url())).await?;
    let mut viewer = Viewer::connect(&program, "cam").await?;
    // In the moment of the handshake: nothing was sent to this viewer yet.
    program.terminate()?;
    let closed = loop {
        if let Message::Closed(code) = viewer.next().await? {
            break code;
        }
    };
    assert!(matches!(closed, 1001 | 1012), "{closed}");
    program.ended(SHUTDOWN).await?;
    Ok(())
}

#[tokio::test]
async fn an_idle_program_ends_at_once() -> Result<()> {
    let mut program = Program::start("[streams.lobby]\nsource = \"test://\"\n").await?;
    program.terminate()?;
    let status = program.ended(Duration::from_secs(2)).await?;
    assert!(status.success(), "{status}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() -> Result<()> {
    let camera = Camera::start(script().fault(Fault::NeverAnswers(Method::Teardown)));
    let mut program = Program::start(&format!("[streams.cam]\nsource = \"{}\"\n", camera.url())).await?;
    let mut viewer = Viewer::connect(&program, "cam").await?;
    viewer.still().await?;
    program.terminate()?;
    // The first one is being obeyed: the viewer is told. Nobody tells the camera within a second.
    viewer.until_closed().await?;
    let started = Instant::now();
    program.terminate()?;
    program.ended(SHUTDOWN).await?;
    assert!(started.elapsed() < Duration::from_millis(600), "{:?}", started.elapsed());
    Ok(())
}
