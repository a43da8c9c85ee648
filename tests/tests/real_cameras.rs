//! Real RTSP servers as cameras, where they are installed.

use anyhow::Result;
use framegate_tests::client::{Problem, Viewer};
use framegate_tests::clip::Numbered;
use framegate_tests::program::Program;
use framegate_tests::real::Server;
use framegate_tests::still;
use media::Size;

/// Two stills that differ, of the size of the camera.
async fn gives_moving_pictures(program: &Program, stream: &str) -> Result<()> {
    let mut viewer = Viewer::connect(program, &format!("{stream}?format=jpeg")).await?;
    let first = viewer.still().await?;
    assert_eq!(still::size(&first), Size::new(320, 240), "{stream}");
    for _ in 0..20 {
        if viewer.still().await? != first {
            return Ok(());
        }
    }
    panic!("{stream} stands still");
}

fn section(name: &str, url: &str) -> String {
    format!("[streams.{name}]\nsource = \"{url}\"\nclose_after = \"1s\"\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn gstreamer_cameras_give_moving_pictures() -> Result<()> {
    let test = "gstreamer_cameras_give_moving_pictures";
    let Some(server) = Server::gstreamer(test, &[]).await? else {
        return Ok(());
    };
    let names = ["baseline", "sdponly", "high", "mjpeg", "opus", "pcma", "udponly", "tcponly"];
    let sections: String = names.iter().map(|name| section(name, &server.url("rtsp", &format!("/{name}")))).collect();
    let program = Program::start(&sections).await?;
    // One after the other: each mount runs an encoder of its own.
    for name in names {
        gives_moving_pictures(&program, name).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn gstreamers_h265_is_not_available_as_pictures() -> Result<()> {
    let test = "gstreamers_h265_is_not_available_as_pictures";
    let Some(server) = Server::gstreamer(test, &[]).await? else {
        return Ok(());
    };
    let program = Program::start(&section("cam", &server.url("rtsp", "/h265"))).await?;
    let problem = Problem::read(program.get("/still/cam.jpg").await?).await?;
    assert_eq!((problem.status, problem.kind.as_str()), (406, "not-available"), "{problem:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn gstreamers_basic_and_digest_take_a_password_with_colon_and_space() -> Result<()> {
    for kind in ["basic", "digest"] {
        let test = "gstreamers_basic_and_digest_take_a_password_with_colon_and_space";
        let Some(server) = Server::gstreamer(test, &[kind]).await? else {
            return Ok(());
        };
        let url = server.url("rtsp", "/baseline");
        let good = format!("{}username = \"admin\"\npassword = \"pa:ss word\"\n", section("good", &url));
        let bad = format!("{}username = \"admin\"\npassword = \"no\"\nstart_timeout = \"5s\"\n", section("bad", &url));
        let program = Program::start(&(good + &bad)).await?;
        gives_moving_pictures(&program, "good").await?;
        let problem = Problem::read(program.get("/still/bad.jpg").await?).await?;
        assert_eq!(problem.kind, "stream-offline", "{problem:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vlc_which_tells_its_parameters_late_gives_pictures() -> Result<()> {
    let clip = Numbered { pictures: 250, ..Numbered::default() }.h264();
    let test = "vlc_which_tells_its_parameters_late_gives_pictures";
    let Some(server) = Server::vlc(test, &clip.to_annexb()).await? else {
        return Ok(());
    };
    let program = Program::start(&section("cam", &server.url("rtsp", "/cam"))).await?;
    let mut viewer = Viewer::connect(&program, "cam?format=jpeg").await?;
    let mut numbers = Vec::new();
    while numbers.len() < 5 {
        numbers.extend(still::number(&viewer.still().await?));
    }
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ffmpegs_multipart_mjpeg_gives_moving_pictures() -> Result<()> {
    let Some(server) = Server::ffmpeg("ffmpegs_multipart_mjpeg_gives_moving_pictures").await? else {
        return Ok(());
    };
    let program = Program::start(&section("cam", &server.url("http", "/feed"))).await?;
    gives_moving_pictures(&program, "cam").await
}
