use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use media::StillFormat::{Jpeg, WebP};
use tokio::net::TcpStream;

use crate::client::Connection;
use crate::server::{Server, image, soon};
use crate::websocket::Viewer;

#[tokio::test]
async fn what_is_no_image_is_refused_with_a_reason() {
    let server = Server::start().await;
    let host = server.host();
    let whole = image(Jpeg, 1);
    let cases: [(&str, &[u8], u16, &str); 5] = [
        ("/ingest/lobby", b"", 400, "bad-image"),
        ("/ingest/lobby", b"hello", 415, "bad-image"),
        ("/ingest/lobby", &whole[..whole.len() / 2], 400, "bad-image"),
        ("/ingest/camera", &whole, 409, "not-push"),
        ("/ingest/nobody", &whole, 404, "unknown-stream"),
    ];
    for (path, body, status, kind) in cases {
        let answer = Connection::open(server.address).await.post(&host, path, body).await;
        assert_eq!((answer.status, answer.problem().as_str()), (status, kind), "{path}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_sent() {
    let server = Server::start().await;
    let mut connection = Connection::open(server.address).await;
    let length = media::image::MAX_BYTES + 1;
    let head = format!(
        "POST /ingest/lobby HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
    );
    connection.send(head).await;
    let answer = connection.answer("POST").await;
    assert_eq!((answer.status, answer.problem().as_str()), (413, "too-large"));
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_to_continue() {
    let server = Server::start().await;
    let mut connection = Connection::open(server.address).await;
    let body = image(WebP, 1);
    let length = body.len();
    let head = format!(
        "POST /ingest/lobby HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
    );
    connection.send(head).await;
    assert_eq!(connection.head().await.0, 100);
    connection.send(&body).await;
    assert_eq!(connection.answer("POST").await.status, 204);
}

#[tokio::test]
async fn posts_on_one_http1_connection_arrive_byte_for_byte_and_in_order() {
    let server = Server::start().await;
    let mut connection = Connection::open(server.address).await;
    let images: Vec<_> =
        [Jpeg, WebP].iter().cycle().take(20).enumerate().map(|(n, format)| image(*format, n)).collect();
    // The first one is there before anybody watches.
    assert_eq!(connection.post(&server.host(), "/ingest/lobby", &images[0]).await.status, 204);
    let mut viewer = Viewer::open(server.address, "/ws/lobby").await;
    assert_eq!(viewer.still().await, images[0]);
    for image in &images[1..] {
        assert_eq!(connection.post(&server.host(), "/ingest/lobby", image).await.status, 204);
        assert_eq!(viewer.still().await, *image);
    }
}

#[tokio::test]
async fn an_http2_client_that_does_not_wait_for_answers_keeps_its_order() {
    let server = Server::start().await;
    let io = TokioIo::new(TcpStream::connect(server.address).await.unwrap());
    let (mut sender, connection) = http2::handshake::<_, _, Full<Bytes>>(TokioExecutor::new(), io).await.unwrap();
    let connection = tokio::spawn(connection);
    let images: Vec<_> = (0..40).map(|n| image(Jpeg, n)).collect();
    let mut viewer = Viewer::open(server.address, "/ws/lobby").await;
    let posts: Vec<_> = images
        .iter()
        .map(|image| {
            let uri = format!("http://{}/ingest/lobby", server.address);
            sender.send_request(Request::post(uri).body(Full::new(image.clone())).unwrap())
        })
        .collect();
    for answer in futures::future::join_all(posts).await {
        assert_eq!(answer.unwrap().status(), StatusCode::NO_CONTENT);
    }
    // A viewer may skip, but what it sees is in order, and the last is the last.
    let mut seen = Vec::new();
    while seen.last() != Some(&(images.len() - 1)) {
        let still = soon(viewer.still()).await;
        seen.push(images.iter().position(|image| *image == still).expect("one of those that were posted"));
    }
    assert!(seen.is_sorted(), "{seen:?}");
    drop(sender);
    soon(connection).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_template_makes_a_stream_on_its_first_post() {
    let server = Server::with(|config| {
        config.template = Some(config::Stream::new("any".parse().unwrap(), config::Source::Push).into());
    })
    .await;
    let body = image(WebP, 1);
    let answer = Connection::open(server.address).await.post("localhost", "/ingest/new~one", &body).await;
    assert_eq!(answer.status, 204);
    assert!(server.hub.entry("new~one").is_ok());
}
