use std::time::{Duration, Instant};

use config::{Config, Source, Stream};

use crate::client::{get, request};
use crate::server::Server;

/// As many streams as this, all idle.
fn many(count: usize) -> impl FnOnce(&mut Config) {
    move |config| {
        for number in 0..count {
            let name: media::StreamName = format!("idle-{number}").parse().unwrap();
            let source = Source::Rtsp("rtsp://viewer:hunter2@127.0.0.1:9/".into());
            config.streams.insert(name.clone(), Stream::new(name, source).into());
        }
    }
}

#[tokio::test]
async fn the_format_is_negotiated() {
    let server = Server::start().await;
    let text = get(server.address, "/metrics").await;
    assert_eq!(text.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let body = String::from_utf8(text.body.to_vec()).unwrap();
    assert!(body.contains("\nframegate_stream_state{stream=\"lobby\",state=\"idle\"} 1\n"), "{body}");
    let accept = "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
    let open = request(server.address, "GET", "/metrics", &[accept]).await;
    assert_eq!(open.headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(open.body.ends_with(b"# EOF\n"));
    let packed = request(server.address, "GET", "/metrics", &["Accept-Encoding: deflate, gzip"]).await;
    assert_eq!((packed.headers["content-encoding"].as_str(), &packed.body[..2]), ("gzip", &[0x1f, 0x8b][..]));
}

#[tokio::test]
async fn metrics_are_an_action_of_their_own_for_access() {
    let server = Server::start().await;
    let answer = request(server.address, "GET", "/metrics", &["Host: evil.example"]).await;
    assert_eq!((answer.status, answer.problem().as_str()), (403, "refused"));
}

/// A twelfth of the bound was measured, in a debug build: there is room for a machine with other work.
#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_of_a_thousand_idle_streams_is_cheap() {
    let server = Server::with(many(1_000)).await;
    let mut best = Duration::MAX;
    let mut body = bytes::Bytes::new();
    for _ in 0..5 {
        let begin = Instant::now();
        body = get(server.address, "/metrics").await.body;
        best = best.min(begin.elapsed());
    }
    println!("1,000 idle streams: {} bytes in {best:?}", body.len());
    assert!(best < Duration::from_millis(50), "{best:?} for {} bytes", body.len());
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(!text.contains("hunter2") && !text.contains("rtsp:"), "an address is in a label");
}
