use std::time::{Duration, Instant};

use media::StillFormat::Jpeg;
use tokio::io::AsyncReadExt;

use crate::client::Connection;
use crate::server::{Server, image, soon};
use crate::websocket::Viewer;

#[tokio::test]
async fn stopping_tells_viewers_and_ends_within_a_second_or_so() {
    let mut server = Server::start().await;
    let mut posts = Connection::open(server.address).await;
    assert_eq!(posts.post("localhost", "/ingest/lobby", &image(Jpeg, 0)).await.status, 204);
    let mut viewer = Viewer::open(server.address, "/ws/lobby").await;
    viewer.still().await;
    let mut mjpeg = Connection::open(server.address).await;
    mjpeg.send("GET /mjpeg/lobby HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    mjpeg.head().await;
    // This one would wait for a picture that never comes.
    let mut waiting = Connection::open(server.address).await;
    waiting.send("GET /still/full.jpg HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let silent = Connection::open(server.address).await;
    let stopped = Instant::now();
    server.stop();
    assert_eq!(viewer.closed().await, 1001);
    let mut rest = Vec::new();
    soon(mjpeg.io.read_to_end(&mut rest)).await.unwrap();
    assert!(rest.ends_with(b"\r\n0\r\n\r\n"), "the body has its end");
    drop(viewer);
    soon(&mut server.serving).await.unwrap().unwrap();
    assert!(stopped.elapsed() < Duration::from_secs(2), "{:?}", stopped.elapsed());
    drop((silent, waiting));
}

#[tokio::test]
async fn a_server_that_stops_is_not_ready() {
    let server = Server::start().await;
    let mut probe = Connection::open(server.address).await;
    probe.send("GET /readyz HTTP/1.1\r\nHost: localhost\r\n").await;
    // What is still coming when the server stops is answered.
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop();
    tokio::time::sleep(Duration::from_millis(100)).await;
    probe.send("\r\n").await;
    let answer = probe.answer("GET").await;
    assert_eq!((answer.status, answer.problem().as_str()), (503, "stopping"));
}

#[tokio::test]
async fn who_sends_a_header_slowly_is_cut_off() {
    let server = Server::start().await;
    let mut connections = Vec::new();
    for begin in ["", "GET / HTTP/1.1\r\nHost: local", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut connection = Connection::open(server.address).await;
        connection.send(begin).await;
        connections.push(connection);
    }
    let begun = Instant::now();
    for mut connection in connections {
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(15), connection.io.read_to_end(&mut rest));
        let _ = closed.await.expect("closed within 15 s");
    }
    assert!(begun.elapsed() > Duration::from_secs(8), "{:?}", begun.elapsed());
}
