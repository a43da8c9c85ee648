//! What operators and load balancers read, and what viewers are told beside the pictures.

use anyhow::Result;
use framegate_tests::client::{Multipart, Viewer};
use framegate_tests::program::Program;

const TWO: &str = "[streams.lobby]\nsource = \"test://?size=320x180&fps=20\"\n[streams.wall]\nsource = \"push\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_listed_with_state_source_and_viewers() -> Result<()> {
    let program = Program::start(TWO).await?;
    let list = program.json("/api/streams").await?;
    let streams = list["streams"].as_array().expect("a list");
    let names: Vec<_> = streams.iter().map(|stream| stream["name"].as_str().unwrap_or_default()).collect();
    assert_eq!(names, ["lobby", "wall"]);
    let lobby = program.stream("lobby").await?;
    assert_eq!((lobby["state"].as_str(), lobby["viewers"]["total"].as_u64()), (Some("idle"), Some(0)), "{lobby}");
    assert!(lobby["source"].as_str().is_some_and(|source| source.starts_with("test://")), "{lobby}");
    let mut viewer = Viewer::connect(&program, "lobby").await?;
    let mut image = Multipart::connect(&program, "lobby").await?;
    for _ in 0..25 {
        viewer.still().await?;
    }
    image.next().await?;
    let lobby = program.stream("lobby").await?;
    assert_eq!((lobby["state"].as_str(), lobby["viewers"]["total"].as_u64()), (Some("live"), Some(2)), "{lobby}");
    let rate = lobby["rate"].as_f64().expect("a rate");
    assert!((5.0..=25.0).contains(&rate), "{rate} access units a second of 20");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn health_counts_active_streams() -> Result<()> {
    let program = Program::start(TWO).await?;
    assert_eq!(program.get("/healthz").await?.status(), 200);
    let health = program.json("/api/health").await?;
    assert_eq!(health["active_streams"], 0, "{health}");
    assert!(health["status"].is_string() && health["uptime"].is_number(), "{health}");
    assert!(!health["memory"].is_null(), "{health}");
    let mut viewer = Viewer::connect(&program, "lobby").await?;
    viewer.still().await?;
    assert_eq!(program.json("/api/health").await?["active_streams"], 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn stats_come_once_a_second_to_who_asked() -> Result<()> {
    let program = Program::start(TWO).await?;
    let mut asked = Viewer::connect(&program, "lobby?stats=1").await?;
    asked.still().await?;
    asked.text("stats").await?;
    let since = std::time::Instant::now();
    let stats = asked.text("stats").await?;
    let gap = since.elapsed().as_secs_f64();
    assert!((0.7..1.6).contains(&gap), "{gap} s between two");
    assert!(stats["rate"].as_f64().is_some_and(|rate| (10.0..=25.0).contains(&rate)), "{stats}");
    assert_eq!((stats["viewers"].as_u64(), stats["skipped"].is_u64()), (Some(1), true), "{stats}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn states_are_told_on_the_way_to_the_first_picture() -> Result<()> {
    let program = Program::start(TWO).await?;
    let mut viewer = Viewer::connect(&program, "lobby").await?;
    viewer.say("viewers may talk, nobody listens").await?;
    let told = viewer.status("live").await?;
    assert_eq!(told["type"], "status");
    viewer.still().await?;
    viewer.close().await?;
    program.wait_for_viewers("lobby", 0).await
}

#[tokio::test]
async fn what_is_nowhere_is_a_problem_too() -> Result<()> {
    let program = Program::start(TWO).await?;
    let response = program.get("/api/nothing-here").await?;
    assert_eq!(response.status(), 404);
    let posted = reqwest::Client::new().post(program.url("/api/health")).send().await?;
    assert_eq!(posted.status(), 405);
    Ok(())
}
