//! Cameras that drop, stall and change, and viewers who stay.

use std::time::{Duration, Instant};

use anyhow::Result;
use framegate_tests::camera::{Camera, Fault, Script};
use framegate_tests::client::{Multipart, Viewer};
use framegate_tests::clip::{Clip, Numbered};
use framegate_tests::program::{LIMIT, Program};
use framegate_tests::still;
use media::Size;

/// Back-off begins with one second and at most doubles once in these tests; then there is a second for the first picture.
const COMEBACK: Duration = Duration::from_secs(8);

fn script() -> Script {
    Script::new(Numbered::default().h264())
}

async fn program_for(camera: &Camera, more: &str) -> Result<Program> {
    Program::start(&format!("[streams.cam]\nsource = \"{}\"\n{more}\n", camera.url())).await
}

/// Stills until one shows a number that is so; each within a limit.
async fn still_where(viewer: &mut Viewer, is_it: impl Fn(u32) -> bool) -> Result<u32> {
    let until = Instant::now() + LIMIT;
    loop {
        let number = still::number(&viewer.still_within(COMEBACK).await?);
        match number {
            Some(number) if is_it(number) => return Ok(number),
            _ if Instant::now() > until => anyhow::bail!("no such picture, the last one is {number:?}"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_goes_away_and_comes_back_finds_its_viewers_connected() -> Result<()> {
    let camera = Camera::start(script());
    let program = program_for(&camera, "").await?;
    let mut viewer = Viewer::connect(&program, "cam").await?;
    let mut image = Multipart::connect(&program, "cam").await?;
    viewer.still().await?;
    image.next().await?;
    camera.down().await?;
    let told = viewer.status("offline").await?;
    assert!(told["reason"].is_string() || told["reason"].is_object(), "{told}");
    program.wait_for_state("cam", "back-off").await?;
    camera.switch(Numbered { first: 1_000, ..Numbered::default() }.h264());
    camera.up().await?;
    viewer.status("live").await?;
    still_where(&mut viewer, |number| number >= 1_000).await?;
    while !matches!(still::number(&image.next().await?.body), Some(1_000..)) {}
    program.wait_for_viewers("cam", 2).await?;
    assert_eq!(camera.counts().plays, 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_camera_that_answers_keepalives_is_noticed() -> Result<()> {
    let script = script().session_timeout(Duration::from_secs(1)).first_fault(Fault::StallsAfter(20));
    let camera = Camera::start(script);
    let program = program_for(&camera, "stall_timeout = \"2s\"").await?;
    let mut viewer = Viewer::connect(&program, "cam").await?;
    still_where(&mut viewer, |number| number >= 15).await?;
    let counts = camera.wait_for(LIMIT, |counts| counts.plays == 2).await?;
    assert!(counts.keepalives > 0, "it answered keepalives meanwhile: {counts:?}");
    still_where(&mut viewer, |number| number > 30).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_ends_without_a_word_is_noticed() -> Result<()> {
    let camera = Camera::start(script().first_fault(Fault::EndsAfter(20)));
    let program = program_for(&camera, "stall_timeout = \"2s\"").await?;
    let mut viewer = Viewer::connect(&program, "cam").await?;
    viewer.still().await?;
    still_where(&mut viewer, |number| number > 30).await?;
    assert_eq!(camera.counts().plays, 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_shorter_than_the_watchdog_is_no_reason_to_reconnect() -> Result<()> {
    let camera = Camera::start(script().fault(Fault::PausesAfter(20, Duration::from_secs(1))));
    let program = program_for(&camera, "stall_timeout = \"4s\"").await?;
    let mut viewer = Viewer::connect(&program, "cam").await?;
    still_where(&mut viewer, |number| number > 40).await?;
    assert_eq!(camera.counts().plays, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_size_in_mid_stream_is_carried_on_with() -> Result<()> {
    let other = Numbered { size: Size::new(480, 272), first: 1_000, ..Numbered::default() };
    let camera = Camera::start(script().fault(Fault::SwitchesAfter(25, other.h264())));
    let program = program_for(&camera, "").await?;
    let mut viewer = Viewer::connect(&program, "cam?format=jpeg").await?;
    assert_eq!(still::size(&viewer.still().await?), Size::new(320, 192));
    still_where(&mut viewer, |number| number >= 1_000).await?;
    assert_eq!(still::size(&viewer.still().await?), Size::new(480, 272));
    assert_eq!(camera.counts().plays, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_of_time_a_new_ssrc_and_garbage_do_not_end_the_pictures() -> Result<()> {
    let faults = [
        Fault::JumpsAfter(20, 90_000 * 7_200),
        Fault::JumpsAfter(20, -90_000 * 7_200),
        Fault::ChangesSsrcAfter(20),
        Fault::SendsGarbageAfter(20),
        Fault::BreaksFramingAfter(20),
    ];
    let cameras: Vec<_> = faults.iter().map(|fault| Camera::start(script().first_fault(fault.clone()))).collect();
    let section = |(index, camera): (usize, &Camera)| {
        format!("[streams.cam{index}]\nsource = \"{}\"\nstall_timeout = \"2s\"\n", camera.url())
    };
    let program = Program::start(&cameras.iter().enumerate().map(section).collect::<String>()).await?;
    let watching = (0..cameras.len()).map(async |index| {
        let mut viewer = Viewer::connect(&program, &format!("cam{index}")).await?;
        viewer.still().await?;
        still_where(&mut viewer, |number| number > 40).await
    });
    for (fault, outcome) in faults.iter().zip(futures::future::join_all(watching).await) {
        assert!(outcome.is_ok(), "{fault:?}: {outcome:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_bframes_are_shown_in_their_order() -> Result<()> {
    let camera = Camera::start(Script::new(Clip::bframes()));
    let program = program_for(&camera, "").await?;
    let mut viewer = Viewer::connect(&program, "cam?format=jpeg").await?;
    let mut numbers = Vec::new();
    while numbers.len() < 20 {
        numbers.extend(still::number(&viewer.still().await?));
    }
    let backwards = numbers.windows(2).filter(|pair| pair[0] >= pair[1] && pair[1] > 5).count();
    assert_eq!(backwards, 0, "only the clip's end may lead back: {numbers:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_who_arrives_during_back_off_causes_an_attempt_at_once() -> Result<()> {
    let camera = Camera::start(script());
    camera.down().await?;
    let program = program_for(&camera, "").await?;
    let mut patient = Viewer::connect(&program, "cam").await?;
    patient.status("offline").await?;
    // Behind the attempts after one and two seconds, the next one is four away (with jitter: at least two).
    tokio::time::sleep(Duration::from_secs(4)).await;
    program.wait_for_state("cam", "back-off").await?;
    camera.up().await?;
    let started = Instant::now();
    let mut new = Viewer::connect(&program, "cam").await?;
    new.still().await?;
    assert!(started.elapsed() < Duration::from_millis(1_900), "{:?}", started.elapsed());
    patient.still().await?;
    Ok(())
}
