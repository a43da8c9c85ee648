//! What a viewer is told when there is no picture: the same on every output, testable by a program.

use anyhow::Result;
use framegate_tests::camera::{Camera, Scheme, Script};
use framegate_tests::client::{Message, Multipart, Problem, Viewer};
use framegate_tests::clip::{Clip, Numbered};
use framegate_tests::program::Program;

/// The problem behind each HTTP output of a stream.
async fn http_problems(program: &Program, stream: &str) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for path in [format!("/mjpeg/{stream}"), format!("/still/{stream}.jpg"), format!("/still/{stream}.webp")] {
        problems.push(Problem::read(program.get(&path).await?).await?);
    }
    Ok(problems)
}

/// The problem that a WebSocket tells before it closes, and the code.
async fn ws_problem(program: &Program, stream: &str) -> Result<(Problem, u16)> {
    let mut viewer = Viewer::connect(program, stream).await?;
    let (messages, code) = viewer.until_closed().await?;
    let problem = messages.into_iter().find_map(|message| match message {
        Message::Text(text) if text["type"] == "problem" => Some(Problem::from_message(&text)),
        _ => None,
    });
    Ok((problem.ok_or_else(|| anyhow::anyhow!("closed with {code} without a problem message"))?, code))
}

#[tokio::test]
async fn an_unknown_stream_is_told_on_every_output() -> Result<()> {
    let program = Program::start("[streams.lobby]\nsource = \"test://\"\n").await?;
    for problem in http_problems(&program, "loby").await? {
        assert_eq!((problem.status, problem.kind.as_str()), (404, "unknown-stream"), "{problem:?}");
    }
    let (problem, code) = ws_problem(&program, "loby").await?;
    assert_eq!((code, problem.status, problem.kind.as_str()), (4404, 404, "unknown-stream"), "{problem:?}");
    let ingest = reqwest::Client::new().post(program.url("/ingest/loby")).body("x").send().await?;
    assert_eq!(Problem::read(ingest).await?.kind, "unknown-stream");
    assert_eq!(Problem::read(program.get("/api/streams/loby").await?).await?.kind, "unknown-stream");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_cannot_be_reached_is_offline_with_a_reason() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered { pictures: 25, ..Numbered::default() }.h264()));
    camera.down().await?;
    let program =
        Program::start(&format!("[streams.cam]\nsource = \"{}\"\nstart_timeout = \"1s\"\n", camera.url())).await?;
    for problem in http_problems(&program, "cam").await? {
        assert_eq!((problem.status, problem.kind.as_str()), (404, "stream-offline"), "{problem:?}");
        assert!(problem.retry_after.is_some_and(|seconds| (1..=60).contains(&seconds)), "{problem:?}");
        assert!(problem.body["detail"].as_str().is_some_and(|detail| detail.contains("reach")), "{problem:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_to_a_camera_that_is_offline_stays_open_until_pictures_come() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    camera.down().await?;
    let program =
        Program::start(&format!("[streams.cam]\nsource = \"{}\"\nstart_timeout = \"1s\"\n", camera.url())).await?;
    let mut viewer = Viewer::connect(&program, "cam").await?;
    let told = viewer.status("offline").await?;
    assert!(told["reason"].to_string().contains("reach"), "{told}");
    camera.up().await?;
    viewer.still().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_offline_with_a_reason_and_without_the_password() -> Result<()> {
    let clip = Numbered { pictures: 25, ..Numbered::default() }.h264();
    let camera = Camera::start(Script::new(clip).auth(Scheme::Digest, "admin", "right"));
    let section = "username = \"admin\"\npassword = \"s3same-open\"\nstart_timeout = \"3s\"\n";
    let program = Program::start(&format!("[streams.cam]\nsource = \"{}\"\n{section}", camera.url())).await?;
    for problem in http_problems(&program, "cam").await? {
        assert_eq!(problem.kind, "stream-offline");
        assert!(problem.body["detail"].as_str().is_some_and(|detail| detail.contains("401")), "{problem:?}");
        assert!(!problem.body.to_string().contains("s3same"));
    }
    let status = program.stream("cam").await?;
    assert_eq!(status["state"], "failed", "a retry does not mend it: {status}");
    assert!(!status.to_string().contains("s3same") && !program.log().contains("s3same"));
    assert!(camera.counts().describes <= 6, "failed streams are retried slowly: {:?}", camera.counts());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_stream_says_when_to_come_again() -> Result<()> {
    let program =
        Program::start("[streams.lobby]\nsource = \"test://?size=320x180&fps=10\"\nmax_viewers = 1\n").await?;
    let mut viewer = Viewer::connect(&program, "lobby").await?;
    viewer.still().await?;
    let problem = Problem::read(program.get("/mjpeg/lobby").await?).await?;
    assert_eq!((problem.status, problem.kind.as_str()), (503, "stream-full"), "{problem:?}");
    assert!(problem.retry_after.is_some(), "{problem:?}");
    let (problem, code) = ws_problem(&program, "lobby").await?;
    assert_eq!((code, problem.status, problem.kind.as_str()), (4503, 503, "stream-full"), "{problem:?}");
    assert_eq!(program.get("/still/lobby.jpg").await?.status(), 200, "a poll of a still is no viewer");
    viewer.close().await?;
    program.wait_for_viewers("lobby", 0).await?;
    Multipart::connect(&program, "lobby").await?.next().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_an_h265_camera_are_not_available() -> Result<()> {
    let camera = Camera::start(Script::new(Clip::h265()));
    let program = Program::start(&format!("[streams.cam]\nsource = \"{}\"\n", camera.url())).await?;
    for problem in http_problems(&program, "cam").await? {
        assert_eq!((problem.status, problem.kind.as_str()), (406, "not-available"), "{problem:?}");
        assert!(problem.body.to_string().contains("H.265"), "{problem:?}");
    }
    let (problem, code) = ws_problem(&program, "cam").await?;
    assert_eq!((code, problem.status, problem.kind.as_str()), (4406, 406, "not-available"), "{problem:?}");
    Ok(())
}

#[tokio::test]
async fn a_websocket_from_another_site_is_refused() -> Result<()> {
    let program = Program::start("[streams.lobby]\nsource = \"test://\"\n").await?;
    match Viewer::connect_from(&program, "lobby", Some("https://evil.example")).await {
        Ok(mut viewer) => assert_eq!(viewer.until_closed().await?.1, 4403),
        Err(error) => assert!(format!("{error:#}").contains("403"), "{error:#}"),
    }
    let own = program.url("");
    Viewer::connect_from(&program, "lobby", Some(&own)).await?.still().await?;
    Ok(())
}
