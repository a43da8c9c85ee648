//! What a format policy is told of a viewer is real, and what it chooses is what the viewer gets. The policy here is a function: one step down for who
//! is slow, one step up for who is not.

use std::sync::Arc;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use config::{Config, PolicyUse, Source, Stills, StillsFormat, Stream, TestScene};
use futures::StreamExt;
use media::{Size, StillFormat};
use plugin::policy::{Choice, Output, Policies, Viewer as Seen};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{get, request};
use crate::server::{Server, soon};
use crate::throttled::{Throttle, Throttled};

const RATES: [f32; 6] = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0];
/// How long a viewer may take to come to a rate: four steps of two seconds, and what was too much before.
const SETTLE: Duration = Duration::from_secs(40);

/// What the policy was told, newest last.
type Told = Arc<Mutex<Vec<Seen>>>;

fn step(viewer: &Seen) -> Choice {
    let mut choice = Choice::new(StillFormat::Jpeg);
    if let Some(current) = viewer.current {
        let is_slow = viewer.write_wait.value() > 0.2 || viewer.skipped.value() > 1.0;
        let now = RATES.iter().position(|rate| *rate >= current.rate.value()).unwrap_or(RATES.len() - 1);
        let next = if is_slow { now.saturating_sub(1) } else { (now + 1).min(RATES.len() - 1) };
        choice.rate = Some(RATES[next]);
    }
    choice
}

fn scene(config: &mut Config) {
    let source = Source::Test(TestScene { size: Size::new(640, 360), fps: 30 });
    let stream = Stream::new("scene".parse().unwrap(), source);
    let stills = Stills { format: StillsFormat::Jpeg, ..stream.stills };
    let policy = PolicyUse { plugin: "steps".into(), options: serde_json::json!({}) };
    let stream = Stream { stills, format_policy: Some(policy), start_timeout: Duration::from_secs(10), ..stream };
    config.streams.insert(stream.name.clone(), stream.into());
}

async fn server(choose: impl Fn(&Seen) -> Option<Choice> + Send + Sync + 'static) -> (Server, Told) {
    let told = Told::default();
    let remembered = told.clone();
    let policies = Policies::native(move |viewer| {
        remembered.lock().unwrap_or_else(PoisonError::into_inner).push(viewer.clone());
        choose(viewer)
    });
    (Server::with_policy(policies, scene).await, told)
}

fn last(told: &Told) -> Seen {
    told.lock().unwrap_or_else(PoisonError::into_inner).last().expect("it was asked").clone()
}

/// The rate of the one rendition that is made.
fn rate(server: &Server) -> Option<u32> {
    server.hub.entry("scene").unwrap().pictures().running().first().and_then(|rendition| rendition.fps)
}

fn kept(server: &Server) -> usize {
    server.hub.entry("scene").unwrap().pictures().snapshot().renditions.iter().map(|made| made.kept_bytes).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_viewer_comes_to_a_rate_that_it_holds_and_back() {
    let (server, told) = server(|viewer| Some(step(viewer))).await;
    let throttle = Throttle::default();
    let stream = Throttled::connect(server.address, throttle.clone()).await;
    let url = format!("ws://{}/ws/scene", server.address);
    let (mut socket, _) = soon(tokio_tungstenite::client_async(url, stream)).await.unwrap();
    // Rates that it was told, each with the number of stills behind it and when it came.
    let mut rates: Vec<(u64, u32, Instant)> = Vec::new();
    let mut bytes = 0;
    let mut most_kept = 0;
    let begun = Instant::now();
    let mut limit = None;
    let mut held = 0;
    loop {
        assert!(begun.elapsed() < 3 * SETTLE, "{rates:?}");
        match soon(socket.next()).await.unwrap().unwrap() {
            Message::Text(text) => {
                let text: serde_json::Value = serde_json::from_str(&text).unwrap();
                if text["type"] == "rendition" {
                    rates.push((text["fps"].as_u64().unwrap(), 0, Instant::now()));
                }
            }
            Message::Binary(still) => {
                let (fps, count, _) = rates.last_mut().expect("told before the first still");
                *count += 1;
                bytes += still.len();
                most_kept = most_kept.max(kept(&server));
                match limit {
                    // It gets all there is; then what 7.5 stills a second need.
                    None if *count == 60 => {
                        assert_eq!(*fps, 30);
                        limit = Some(bytes / 60 * 15 / 2);
                        throttle.set(limit.unwrap() as u32);
                    }
                    Some(_) if *fps == 5 && held < 20 => {
                        held += 1;
                        if held == 20 {
                            let seen = last(&told);
                            assert!(seen.current.unwrap().rate.value() <= 10.0, "{seen:?}");
                            throttle.set(0);
                        }
                    }
                    Some(_) if *fps == 30 && held == 20 && *count == 60 => break,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    let (_, _, since) = *rates.last().unwrap();
    assert!(since.elapsed() < Duration::from_secs(4), "60 stills took {:?}", since.elapsed());
    assert!(most_kept < 3 << 20, "{most_kept} bytes were kept");
    let slow = told.lock().unwrap().iter().filter(|seen| seen.write_wait.value() > 0.2).count();
    assert!(slow >= 3, "writes waited: {slow}");
    let last = last(&told);
    assert_eq!((last.output, last.source_width), (Output::WebSocket, 640));
    assert!(last.source_rate.value() > 25.0 && last.throughput > 0 && last.encoder_load.value() > 0.0, "{last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_of_mjpeg_is_seen_and_given_less() {
    let (server, told) = server(|viewer| Some(step(viewer))).await;
    let throttle = Throttle::default();
    let mut stream = Throttled::connect(server.address, throttle.clone()).await;
    stream.write_all(b"GET /mjpeg/scene HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut buffer = vec![0; 64 << 10];
    let begun = Instant::now();
    let mut bytes = 0;
    let mut slowed = None;
    loop {
        assert!(begun.elapsed() < 2 * SETTLE, "{:?}", last(&told));
        bytes += soon(stream.read(&mut buffer)).await.unwrap();
        match slowed {
            None if begun.elapsed() > Duration::from_secs(3) => {
                assert_eq!(rate(&server), Some(30));
                throttle.set((bytes as f64 / begun.elapsed().as_secs_f64() / 4.0) as u32);
                slowed = Some(false);
            }
            Some(false) if rate(&server) == Some(5) => {
                throttle.set(0);
                slowed = Some(true);
            }
            Some(true) if rate(&server) == Some(30) => break,
            _ => {}
        }
    }
    let told = told.lock().unwrap();
    assert!(told.iter().all(|seen| seen.output == Output::Mjpeg && seen.accepts == [StillFormat::Jpeg]));
    assert!(told.iter().any(|seen| seen.write_wait.value() > 0.2));
    assert!(told.iter().any(|seen| seen.skipped.value() > 1.0));
}

#[tokio::test]
async fn a_policy_chooses_within_what_is_asked_for_and_a_still_is_asked_for_once() {
    let (server, told) = server(|viewer| {
        let format = *viewer.accepts.first().unwrap();
        Some(Choice { quality: Some(100), width: Some(320), rate: Some(30.0), ..Choice::new(format) })
    })
    .await;
    let still = get(server.address, "/still/scene.jpg?quality=50").await;
    assert_eq!(media::image::check(&still.body).unwrap().size.width, 320);
    let jpeg = last(&told);
    assert_eq!((jpeg.output, &jpeg.accepts[..], jpeg.current), (Output::Still, &[StillFormat::Jpeg][..], None));
    assert_eq!((jpeg.asked.format, jpeg.asked.quality), (Some(StillFormat::Jpeg), Some(50)));
    let webp = get(server.address, "/still/scene.webp").await;
    assert_eq!(webp.headers["content-type"], "image/webp");
    assert_eq!(told.lock().unwrap().len(), 2);
    let refused = request(server.address, "GET", "/ws/scene", &["Accept: image/jpeg"]).await;
    assert_eq!((refused.status, told.lock().unwrap().len()), (426, 2), "nobody is asked about who is not let in");
}

#[tokio::test]
async fn without_an_answer_it_is_what_is_configured() {
    let (server, _) = server(|_| None).await;
    let url = format!("ws://{}/ws/scene?fps=10", server.address);
    let stream = Throttled::connect(server.address, Throttle::default()).await;
    let (mut socket, _) = soon(tokio_tungstenite::client_async(url, stream)).await.unwrap();
    let first = soon(socket.next()).await.unwrap().unwrap().into_text().unwrap();
    assert_eq!(first, r#"{"type":"rendition","format":"jpeg","quality":null,"width":null,"fps":10}"#);
}
