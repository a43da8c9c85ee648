//! What goes wrong in mid-stream, and what a session makes of it: it goes on, or it ends with an error that a retry mends. It never hangs.

use std::time::Duration;

use anyhow::Result;
use config::Transport;
use framegate_tests::camera::{Camera, Fault, Script};
use framegate_tests::clip::Numbered;
use framegate_tests::session::{LIMIT, numbers, open, stream_of, stream_over, take, take_all};
use media::Size;
use source::{Error, Mending};

/// Half a second to the next key frame.
const CLIP: Numbered =
    Numbered { size: Size::new(320, 192), fps: 30, pictures: 150, gop: 15, first: 0, bitrate_bps: 400_000 };

fn script() -> Script {
    Script::new(CLIP.h264())
}

#[tokio::test]
async fn joining_in_the_middle_of_a_gop_is_no_reason_to_reconnect() -> Result<()> {
    let camera = Camera::start(script().joins_at(5));
    let units = take(&mut open(&stream_of(&camera)).await?, 30).await?;
    let key = units.iter().position(|unit| unit.key).expect("a key frame");
    assert_eq!(numbers(&units[key..]).first(), Some(&Some(15)));
    assert_eq!(camera.counts().connections, 1);
    Ok(())
}

#[tokio::test]
async fn lost_packets_are_counted_and_the_session_goes_on() -> Result<()> {
    for transport in [Transport::Tcp, Transport::Udp] {
        let camera = Camera::start(script().fault(Fault::LosesEach(7)));
        let units = take(&mut open(&stream_over(&camera, transport)).await?, 40).await?;
        assert!(units.iter().map(|unit| unit.lost).sum::<u32>() > 0, "{transport:?}");
        assert_eq!(camera.counts().connections, 1, "{transport:?}");
    }
    Ok(())
}

#[tokio::test]
async fn reordered_udp_packets_do_not_end_the_session() -> Result<()> {
    let camera = Camera::start(script().fault(Fault::ReordersEach(11)));
    take(&mut open(&stream_over(&camera, Transport::Udp)).await?, 40).await?;
    assert_eq!(camera.counts().plays, 1);
    Ok(())
}

/// Over TCP nothing reorders but a broken camera: either answer is right, a silent session is not.
#[tokio::test]
async fn reordered_tcp_packets_do_not_hang_the_session() -> Result<()> {
    let camera = Camera::start(script().fault(Fault::ReordersEach(11)));
    goes_on_or_ends_for_a_retry(&camera, Transport::Tcp).await
}

#[tokio::test]
async fn garbage_packets_do_not_hang_the_session() -> Result<()> {
    for transport in [Transport::Tcp, Transport::Udp] {
        let camera = Camera::start(script().first_fault(Fault::SendsGarbageAfter(5)));
        goes_on_or_ends_for_a_retry(&camera, transport).await?;
    }
    Ok(())
}

#[tokio::test]
async fn bytes_between_interleaved_packets_do_not_hang_the_session() -> Result<()> {
    let camera = Camera::start(script().first_fault(Fault::BreaksFramingAfter(5)));
    goes_on_or_ends_for_a_retry(&camera, Transport::Tcp).await
}

#[tokio::test]
async fn a_jump_of_time_does_not_hang_the_session() -> Result<()> {
    for ticks in [90_000 * 3_600, -90_000 * 3_600] {
        let camera = Camera::start(script().first_fault(Fault::JumpsAfter(5, ticks)));
        goes_on_or_ends_for_a_retry(&camera, Transport::Tcp).await?;
    }
    Ok(())
}

/// Forty pictures, or an error that a retry mends, and then forty pictures.
async fn goes_on_or_ends_for_a_retry(camera: &Camera, transport: Transport) -> Result<()> {
    let stream = stream_over(camera, transport);
    let mut session = open(&stream).await?;
    let taking = async {
        for _ in 0..40 {
            session.next().await?;
        }
        Ok::<_, Error>(())
    };
    if let Err(error) = tokio::time::timeout(LIMIT, taking).await? {
        assert_eq!(error.mending(), Mending::Retry, "{error}");
        drop(session);
        take(&mut open(&stream).await?, 1).await?;
    }
    Ok(())
}

/// A new SSRC is the end of a session for retina.
#[tokio::test]
async fn a_new_ssrc_is_mended_by_connecting_again_at_once() -> Result<()> {
    let camera = Camera::start(script().first_fault(Fault::ChangesSsrcAfter(5)));
    goes_on_or_ends_for_a_retry(&camera, Transport::Tcp).await
}

#[tokio::test]
async fn a_new_size_in_mid_stream_brings_new_parameters_with_its_key_frame() -> Result<()> {
    let other = Numbered { size: Size::new(160, 96), first: 1_000, ..CLIP };
    let camera = Camera::start(script().fault(Fault::SwitchesAfter(10, other.h264())));
    let units = take(&mut open(&stream_of(&camera)).await?, 20).await?;
    assert!(units[..10].iter().all(|unit| unit.parameters.size == CLIP.size));
    assert!(units[10..].iter().all(|unit| unit.parameters.size == other.size));
    assert!(units[10].key);
    assert_eq!(numbers(&units)[8..12], [8, 9, 1_000, 1_001].map(Some));
    Ok(())
}

#[tokio::test]
async fn a_connection_that_breaks_is_lost_and_mends() -> Result<()> {
    let camera = Camera::start(script().first_fault(Fault::ClosesAfter(5)));
    let stream = stream_of(&camera);
    let (units, error) = take_all(&mut open(&stream).await?).await?;
    assert!((1..=5).contains(&units.len()), "{}", units.len());
    assert_eq!(error.mending(), Mending::Retry, "{error}");
    take(&mut open(&stream).await?, 1).await?;
    Ok(())
}

/// retina neither ends nor errs then: nothing comes, and the stream's watchdog must notice.
#[tokio::test]
async fn a_source_that_said_bye_is_silent_or_over() -> Result<()> {
    let camera = Camera::start(script().fault(Fault::EndsAfter(5)));
    let mut session = open(&stream_of(&camera)).await?;
    take(&mut session, 4).await?;
    let rest = tokio::time::timeout(Duration::from_secs(1), take_all(&mut session)).await;
    if let Ok(over) = rest {
        assert_eq!(over?.1.mending(), Mending::Retry);
    }
    Ok(())
}

#[tokio::test]
async fn a_pause_shows_in_the_timestamps() -> Result<()> {
    let pause = Duration::from_millis(700);
    let camera = Camera::start(script().fault(Fault::PausesAfter(5, pause)));
    let units = take(&mut open(&stream_of(&camera)).await?, 8).await?;
    let gap = units[5].pts.since(units[4].pts);
    assert!(gap >= pause && gap < pause + Duration::from_millis(200), "{gap:?}");
    Ok(())
}
