//! An edge in a private network and a broker in a public one: stills go out over one connection, over a link that breaks and one that is slow.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::client::{Message, Viewer};
use framegate_tests::clip::Numbered;
use framegate_tests::link::{Link, Wire};
use framegate_tests::program::{LIMIT, Program};
use framegate_tests::still;
use media::Size;
use serde_json::Value;
use tokio::time::{Instant, sleep};

const TOKEN: &str = "edge-0123456789abcdef";

/// Lets an edge publish and anybody watch.
async fn broker() -> Result<Program> {
    Program::start(&format!(
        "[tokens.edge]\nsecret = \"{TOKEN}\"\npublish = [\"*\"]\n\n[anonymous]\nview = [\"*\"]\n\n[streams.\"*\"]\nsource = \"push\"\n"
    ))
    .await
}

async fn edge(camera: &Camera, wire: &Wire, token: &str, more: &str) -> Result<Program> {
    Program::start(&format!(
        "[streams.lobby]\nsource = \"{}\"\n\n[[streams.lobby.push]]\nto = \"http://{}/ingest/lobby\"\ntoken = \"{token}\"\nformat = \"jpeg\"\n{more}",
        camera.url(),
        wire.address()
    ))
    .await
}

fn camera() -> Camera {
    Camera::start(Script::new(Numbered { size: Size::new(640, 352), ..Numbered::default() }.h264()))
}

async fn pushed(edge: &Program) -> Result<Value> {
    Ok(edge.json("/api/streams/lobby/pushes").await?["pushes"][0].clone())
}

async fn until(edge: &Program, what: &str, is_so: impl Fn(&Value) -> bool) -> Result<Value> {
    let limit = Instant::now() + LIMIT;
    loop {
        let pushed = pushed(edge).await?;
        if is_so(&pushed) {
            return Ok(pushed);
        }
        ensure!(Instant::now() < limit, "{what}: {pushed}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// The number of the next still that somebody sees.
async fn seen(viewer: &mut Viewer) -> Result<u32> {
    loop {
        if let Message::Still(body) = viewer.next().await? {
            return still::number(&body).context("no number in it");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn viewers_of_a_broker_stay_while_the_link_of_its_edge_breaks() -> Result<()> {
    let (camera, broker) = (camera(), broker().await?);
    let wire = Wire::to(broker.address()).await?;
    let edge = edge(&camera, &wire, TOKEN, "").await?;
    until(&edge, "stills are taken", |pushed| pushed["sent"].as_u64() > Some(5)).await?;
    let mut viewer = Viewer::connect(&broker, "lobby").await?;
    let before = seen(&mut viewer).await?;
    ensure!(seen(&mut viewer).await? > before, "the picture does not move");
    ensure!(wire.connections() == 1, "{} connections", wire.connections());

    wire.set(Link::Down);
    let lost = until(&edge, "the loss is noticed", |pushed| pushed["condition"] == "back-off").await?;
    ensure!(lost["error"].is_string() && !lost.to_string().contains(TOKEN), "{lost}");
    // Nobody wants pictures of it meanwhile.
    sleep(Duration::from_millis(300)).await;
    wire.set(Link::Up);
    until(&edge, "it comes back", |pushed| pushed["condition"] == "connected").await?;
    while seen(&mut viewer).await? <= before + 1 {}
    ensure!(wire.connections() >= 2);
    let told = edge.request(reqwest::Method::GET, "/api/events?kind=push-*").header("accept", "application/json");
    let told: Value = told.send().await?.json().await?;
    let kinds: Vec<_> =
        told["events"].as_array().context("no list")?.iter().map(|event| event["kind"].clone()).collect();
    ensure!(kinds == ["push-connected", "push-failed", "push-connected"], "{told}");
    ensure!(!edge.log().contains(TOKEN));
    Ok(())
}

/// A slow link carries fewer pictures, and each is the newest when it begins its way.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_link_carries_the_newest() -> Result<()> {
    let (camera, broker) = (camera(), broker().await?);
    let wire = Wire::to(broker.address()).await?;
    let edge = edge(&camera, &wire, TOKEN, "quality = 60\n").await?;
    let first = until(&edge, "stills are taken", |pushed| pushed["sent"].as_u64() > Some(20)).await?;
    let still = first["bytes"].as_u64().context("bytes")? / first["sent"].as_u64().context("sent")?;
    // Three pictures a second of the camera's twenty-five.
    wire.set(Link::Slow(still * 3));
    let mut viewer = Viewer::connect(&broker, "lobby").await?;
    let mut direct = Viewer::connect(&edge, "lobby?format=jpeg").await?;
    let (begin, mut behind, mut numbers) = (Instant::now(), Vec::new(), Vec::new());
    let mut newest = seen(&mut direct).await?;
    while begin.elapsed() < Duration::from_secs(12) {
        tokio::select! {
            number = seen(&mut direct) => newest = number?,
            number = seen(&mut viewer) => {
                let number = number?;
                if begin.elapsed() > Duration::from_secs(6) {
                    behind.push(i64::from(newest) - i64::from(number));
                    numbers.push(number);
                }
            }
        }
    }
    let now = pushed(&edge).await?;
    println!("{still} bytes a still; behind by {behind:?} pictures; {now}");
    // The clip begins anew now and then.
    let never_back = numbers.windows(2).all(|pair| pair[1] > pair[0] || pair[0] - pair[1] > 100);
    ensure!(numbers.len() >= 6 && never_back, "{numbers:?}");
    ensure!(now["skipped"].as_u64() > Some(50) && now["condition"] == "connected", "{now}");
    // What is on its way is two stills and what the system takes beyond: not what came in the last seconds.
    let late = behind.iter().filter(|behind| **behind > 25 * 4).count();
    ensure!(late == 0, "{behind:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_in_the_words_of_the_broker() -> Result<()> {
    let (camera, broker) = (camera(), broker().await?);
    let wire = Wire::to(broker.address()).await?;
    let edge = edge(&camera, &wire, "wrong-0123456789abcdef", "").await?;
    let refused = until(&edge, "it is refused", |pushed| pushed["condition"] == "back-off").await?;
    ensure!(refused["error"] == "it answers 401: these credentials are nobody's", "{refused}");
    edge.logs("stills are refused there").await?;
    // Mended in the file, without a restart.
    let sections = format!(
        "[streams.lobby]\nsource = \"{}\"\n[[streams.lobby.push]]\nto = \"http://{}/ingest/lobby\"\ntoken = \"{TOKEN}\"\n",
        camera.url(),
        wire.address()
    );
    edge.apply(&sections).await?;
    until(&edge, "it is taken", |pushed| pushed["condition"] == "connected").await?;
    broker.get("/still/lobby.jpg").await?.error_for_status()?;
    // Taken out, it ends, and the camera with it.
    edge.apply(&format!("[streams.lobby]\nsource = \"{}\"\nclose_after = \"0s\"\n", camera.url())).await?;
    camera.wait_for(LIMIT, |counts| counts.playing == 0).await?;
    ensure!(pushed(&edge).await?.is_null());
    Ok(())
}
