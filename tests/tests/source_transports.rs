//! How a camera is reached: TCP, UDP, refusals, silence, and leaving again.

use std::time::{Duration, Instant};

use anyhow::Result;
use config::Transport;
use framegate_tests::camera::{Camera, Fault, Method, Packets, Script, StatusCode, Transports};
use framegate_tests::clip::Numbered;
use framegate_tests::session::{LIMIT, numbers, open, stream_of, stream_over, take};
use source::{Error, Mending};

fn camera() -> Script {
    Script::new(Numbered { pictures: 50, ..Numbered::default() }.h264())
}

fn shown(first: u32, count: u32) -> Vec<Option<u32>> {
    (first..first + count).map(Some).collect()
}

#[tokio::test]
async fn camera_is_watched_over_tcp_and_each_request_is_made_once() -> Result<()> {
    let camera = Camera::start(camera());
    let mut session = open(&stream_of(&camera)).await?;
    assert_eq!(session.description().transport, "tcp");
    let units = take(&mut session, 30).await?;
    assert!(units[0].key && units[25].key && !units[1].key);
    assert_eq!(numbers(&units), shown(0, 30));
    let counts = camera.counts();
    assert_eq!((counts.describes, counts.setups, counts.plays, counts.udp), (1, 1, 1, 0), "{counts:?}");
    Ok(())
}

#[tokio::test]
async fn udp_only_camera_is_reached_after_461() -> Result<()> {
    let camera = Camera::start(camera().transports(Transports::UdpOnly));
    let mut session = open(&stream_of(&camera)).await?;
    assert_eq!(session.description().transport, "udp");
    assert_eq!(numbers(&take(&mut session, 10).await?), shown(0, 10));
    assert_eq!((camera.counts().refusals, camera.counts().udp), (1, 1));
    Ok(())
}

#[tokio::test]
async fn perl_server_400_counts_as_udp_only() -> Result<()> {
    let camera = Camera::start(camera().transports(Transports::UdpOnlyAnd400));
    let mut session = open(&stream_of(&camera)).await?;
    assert_eq!(session.description().transport, "udp");
    assert_eq!(numbers(&take(&mut session, 10).await?), shown(0, 10));
    Ok(())
}

#[tokio::test]
async fn a_written_transport_is_not_traded_for_another() -> Result<()> {
    let tcp_only = Camera::start(camera().transports(Transports::TcpOnly));
    let error = open(&stream_over(&tcp_only, Transport::Udp)).await.unwrap_err();
    assert!(matches!(error, Error::Refused { status: 461, .. }), "{error}");
    let udp_only = Camera::start(camera().transports(Transports::UdpOnly));
    let error = open(&stream_over(&udp_only, Transport::Tcp)).await.unwrap_err();
    assert!(matches!(error, Error::Refused { status: 461, .. }), "{error}");
    let both = Camera::start(camera());
    let mut session = open(&stream_over(&both, Transport::Udp)).await?;
    take(&mut session, 3).await?;
    assert_eq!(both.counts().udp, 1);
    Ok(())
}

#[tokio::test]
async fn a_camera_that_never_answers_is_given_up_whatever_the_request() {
    for method in [Method::Describe, Method::Setup, Method::Play] {
        let camera = Camera::start(camera().fault(Fault::NeverAnswers(method.clone())));
        let started = Instant::now();
        let error = open(&stream_of(&camera)).await.unwrap_err();
        assert!(matches!(error, Error::TimedOut { .. }), "{method:?}: {error}");
        assert_eq!(error.mending(), Mending::Retry);
        assert!(started.elapsed() < Duration::from_secs(3), "{method:?} took {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_camera_that_is_switched_off_is_unreachable() -> Result<()> {
    let camera = Camera::start(camera());
    camera.down().await?;
    let error = open(&stream_of(&camera)).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert_eq!(error.mending(), Mending::Retry);
    camera.up().await?;
    take(&mut open(&stream_of(&camera)).await?, 1).await?;
    Ok(())
}

#[tokio::test]
async fn a_path_that_the_camera_does_not_know_mends_slowly() {
    let camera = Camera::start(camera().fault(Fault::Answers(Method::Describe, StatusCode::NotFound)));
    let error = open(&stream_of(&camera)).await.unwrap_err();
    assert!(matches!(error, Error::NotFound), "{error}");
    assert_eq!(error.mending(), Mending::RetrySlowly);
}

#[tokio::test]
async fn a_camera_that_is_busy_mends_by_itself() {
    let camera = Camera::start(camera().fault(Fault::Answers(Method::Describe, StatusCode::ServiceUnavailable)));
    let error = open(&stream_of(&camera)).await.unwrap_err();
    assert_eq!(error.mending(), Mending::Retry, "{error}");
}

#[tokio::test]
async fn leaving_says_teardown_over_either_transport() -> Result<()> {
    for transport in [Transport::Tcp, Transport::Udp] {
        let camera = Camera::start(camera());
        let mut session = open(&stream_over(&camera, transport)).await?;
        take(&mut session, 3).await?;
        session.close().await;
        camera.wait_for(LIMIT, |counts| counts.teardowns == 1 && counts.playing == 0).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_camera_that_ignores_teardown_holds_nobody_up() -> Result<()> {
    let camera = Camera::start(camera().fault(Fault::NeverAnswers(Method::Teardown)));
    let mut session = open(&stream_of(&camera)).await?;
    take(&mut session, 3).await?;
    let started = Instant::now();
    session.close().await;
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    Ok(())
}

#[tokio::test]
async fn keepalives_are_sent_before_the_session_times_out() -> Result<()> {
    let camera = Camera::start(camera().session_timeout(Duration::from_secs(2)));
    let mut session = open(&stream_of(&camera)).await?;
    take(&mut session, 75).await?;
    assert!(camera.counts().keepalives >= 1, "{:?}", camera.counts());
    Ok(())
}

#[tokio::test]
async fn units_put_together_and_cut_into_many_fragments_come_whole() -> Result<()> {
    for payload_limit in [100, 65_000] {
        let camera = Camera::start(camera().packets(Packets { payload_limit, aggregate: true }));
        let mut session = open(&stream_over(&camera, Transport::Tcp)).await?;
        assert_eq!(numbers(&take(&mut session, 10).await?), shown(0, 10), "payloads of {payload_limit}");
    }
    Ok(())
}
