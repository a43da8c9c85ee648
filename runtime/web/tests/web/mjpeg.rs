use media::StillFormat::{Jpeg, WebP};

use crate::client::{Connection, request};
use crate::server::{Server, image};
use crate::websocket::Viewer;

async fn open(server: &Server, path: &str) -> Connection {
    let mut viewer = Connection::open(server.address).await;
    viewer.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await;
    let (status, headers) = viewer.head().await;
    assert_eq!((status, headers["content-type"].as_str()), (200, "multipart/x-mixed-replace; boundary=frame"));
    assert_eq!(headers["x-accel-buffering"], "no");
    assert!(headers["cache-control"].contains("no-store"));
    assert_eq!(viewer.chunk().await, "--frame\r\n");
    viewer
}

/// A part, and the boundary that must not wait for the next one.
async fn part(viewer: &mut Connection) -> bytes::Bytes {
    let head = String::from_utf8(viewer.chunk().await.to_vec()).unwrap();
    let data = viewer.chunk().await;
    let start = format!("Content-Type: image/jpeg\r\nContent-Length: {}\r\nX-Timestamp: ", data.len());
    assert!(head.starts_with(&start) && head.ends_with("\r\n\r\n"), "{head}");
    assert_eq!(viewer.chunk().await, "\r\n--frame\r\n");
    data
}

#[tokio::test]
async fn a_part_is_whole_before_the_next_one_comes() {
    let server = Server::start().await;
    let mut posts = Connection::open(server.address).await;
    let first = image(Jpeg, 0);
    assert_eq!(posts.post("localhost", "/ingest/lobby", &first).await.status, 204);
    let mut viewer = open(&server, "/mjpeg/lobby").await;
    assert_eq!(part(&mut viewer).await, first);
    for n in 1..5 {
        let next = image(Jpeg, n);
        assert_eq!(posts.post("localhost", "/ingest/lobby", &next).await.status, 204);
        assert_eq!(part(&mut viewer).await, next);
    }
    assert_eq!(server.hub.entry("lobby").unwrap().viewers().mjpeg, 1);
}

#[tokio::test]
async fn pushed_webp_is_made_jpeg() {
    let server = Server::start().await;
    assert_eq!(
        Connection::open(server.address).await.post("localhost", "/ingest/lobby", &image(WebP, 0)).await.status,
        204
    );
    let mut viewer = open(&server, "/mjpeg/lobby?format=jpeg").await;
    assert_eq!(media::image::check(&part(&mut viewer).await).unwrap().format, Jpeg);
}

#[tokio::test]
async fn the_next_viewer_of_a_full_stream_is_told_when_to_come_back() {
    let server = Server::start().await;
    assert_eq!(
        Connection::open(server.address).await.post("localhost", "/ingest/full", &image(Jpeg, 0)).await.status,
        204
    );
    let _first = open(&server, "/mjpeg/full").await;
    let answer = request(server.address, "GET", "/mjpeg/full", &[]).await;
    assert_eq!((answer.status, answer.problem().as_str()), (503, "stream-full"));
    assert!(answer.headers.contains_key("retry-after"));
    // A poll of a still takes no place.
    assert_eq!(request(server.address, "GET", "/still/full.jpg", &[]).await.status, 200);
}

#[tokio::test]
async fn when_all_renditions_are_of_another_format_it_says_so() {
    let server = Server::with(|config| {
        let mut lobby = (*config.streams["lobby"]).clone();
        lobby.max_renditions = 1;
        config.streams.insert(lobby.name.clone(), lobby.into());
    })
    .await;
    let posted = Connection::open(server.address).await.post("localhost", "/ingest/lobby", &image(Jpeg, 0)).await;
    assert_eq!(posted.status, 204);
    let mut other = Viewer::open(server.address, "/ws/lobby?format=webp").await;
    other.still().await;
    for path in ["/mjpeg/lobby", "/still/lobby.jpg"] {
        let answer = request(server.address, "GET", path, &[]).await;
        assert_eq!((answer.status, answer.problem().as_str()), (406, "not-available"), "{path}");
        assert_eq!(answer.json()["outputs"][0], "/ws/lobby");
    }
    assert_eq!(request(server.address, "GET", "/still/lobby.webp", &[]).await.status, 200);
}
