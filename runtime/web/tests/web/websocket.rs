use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use media::StillFormat::{Jpeg, WebP};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::client::{Connection, get, request};
use crate::server::{Server, image, soon};

/// A client made by others.
pub(crate) struct Viewer {
    socket: WebSocketStream<TcpStream>,
    pub(crate) texts: Vec<serde_json::Value>,
}

impl Viewer {
    pub(crate) async fn open(address: SocketAddr, path: &str) -> Self {
        Self::open_from(address, path, None).await
    }

    async fn open_from(address: SocketAddr, path: &str, origin: Option<&str>) -> Self {
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let stream = TcpStream::connect(address).await.unwrap();
        let (socket, _) = soon(tokio_tungstenite::client_async(request, stream)).await.unwrap();
        Self { socket, texts: Vec::new() }
    }

    async fn message(&mut self) -> Message {
        soon(self.socket.next()).await.expect("the end came without a close frame").unwrap()
    }

    /// The next still; texts on the way are kept.
    pub(crate) async fn still(&mut self) -> Bytes {
        loop {
            match self.message().await {
                Message::Binary(bytes) => return bytes,
                Message::Text(text) => self.texts.push(serde_json::from_str(&text).unwrap()),
                Message::Close(frame) => panic!("closed: {frame:?}, {:?}", self.texts),
                _ => {}
            }
        }
    }

    /// The next text that this is true of.
    async fn text(&mut self, wanted: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        loop {
            if let Some(at) = self.texts.iter().position(&wanted) {
                return self.texts.remove(at);
            }
            match self.message().await {
                Message::Text(text) => self.texts.push(serde_json::from_str(&text).unwrap()),
                Message::Close(frame) => panic!("closed: {frame:?}, {:?}", self.texts),
                _ => {}
            }
        }
    }

    /// The code that it is closed with; what comes before is kept or passed over.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            match self.message().await {
                Message::Close(frame) => return frame.expect("a code").code.into(),
                Message::Text(text) => self.texts.push(serde_json::from_str(&text).unwrap()),
                _ => {}
            }
        }
    }
}

fn is(kind: &'static str) -> impl Fn(&serde_json::Value) -> bool {
    move |text| text["type"] == kind
}

#[tokio::test]
async fn a_refusal_is_told_in_a_message_and_a_close_code() {
    let server = Server::start().await;
    let _taken = Viewer::open(server.address, "/ws/full").await;
    let cases = [
        ("/ws/nobody", 4404, "unknown-stream"),
        ("/ws/full", 4503, "stream-full"),
        ("/ws/lobby?quality=1000", 4400, "bad-parameter"),
        ("/ws/lobby?format=mp4", 4406, "not-available"),
    ];
    for (path, code, kind) in cases {
        let mut viewer = Viewer::open(server.address, path).await;
        assert_eq!(viewer.closed().await, code, "{path}");
        let problem = &viewer.texts[0]["problem"];
        assert_eq!(
            (viewer.texts[0]["type"].as_str(), problem["type"].as_str()),
            (Some("problem"), Some(&*format!("/problems/{kind}")))
        );
        assert_eq!(problem["status"], code - 4000);
    }
    let mut viewer = Viewer::open(server.address, "/ws/lobby?format=h264").await;
    viewer.closed().await;
    assert_eq!(viewer.texts[0]["problem"]["outputs"][0], "/ws/lobby?format=webp");
}

#[tokio::test]
async fn a_page_of_another_origin_sees_nothing() {
    let server = Server::start().await;
    let mut viewer = Viewer::open_from(server.address, "/ws/lobby", Some("http://evil.example")).await;
    assert_eq!(viewer.closed().await, 4403);
    let own = format!("http://{}", server.host());
    let mut viewer = Viewer::open_from(server.address, "/ws/lobby", Some(&own)).await;
    assert_eq!(viewer.text(is("rendition")).await["format"], "as-pushed");
}

#[tokio::test]
async fn a_place_is_free_when_its_viewer_left() {
    let server = Server::start().await;
    let mut first = Viewer::open(server.address, "/ws/full").await;
    first.text(is("status")).await;
    first.socket.close(None).await.unwrap();
    while first.socket.next().await.is_some() {}
    soon(async {
        while server.hub.entry("full").unwrap().viewers().total > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let mut second = Viewer::open(server.address, "/ws/full").await;
    second.text(is("status")).await;
}

#[tokio::test]
async fn an_offline_stream_stays_open_until_pictures_come() {
    let server = Server::start().await;
    let mut camera = Viewer::open(server.address, "/ws/camera").await;
    let status = camera.text(|text| text["type"] == "status" && text["state"] == "offline").await;
    assert_eq!(status["reason"], "unreachable", "{status}");
    let mut viewer = Viewer::open(server.address, "/ws/lobby").await;
    assert_ne!(viewer.text(is("status")).await["state"], "live");
    let still = image(Jpeg, 1);
    assert_eq!(Connection::open(server.address).await.post("localhost", "/ingest/lobby", &still).await.status, 204);
    assert_eq!(viewer.still().await, still);
    viewer.text(|text| text["type"] == "status" && text["state"] == "live").await;
}

#[tokio::test]
async fn a_late_viewer_has_the_last_still_at_once() {
    let server = Server::start().await;
    let still = image(WebP, 1);
    assert_eq!(Connection::open(server.address).await.post("localhost", "/ingest/lobby", &still).await.status, 204);
    for _ in 0..3 {
        assert_eq!(Viewer::open(server.address, "/ws/lobby").await.still().await, still);
    }
}

#[tokio::test]
async fn another_format_is_made_for_who_asks() {
    let server = Server::start().await;
    let still = image(Jpeg, 1);
    assert_eq!(Connection::open(server.address).await.post("localhost", "/ingest/lobby", &still).await.status, 204);
    let webp = Viewer::open(server.address, "/ws/lobby?format=webp").await.still().await;
    assert_eq!(media::image::check(&webp).unwrap().format, WebP);
}

#[tokio::test]
async fn stats_are_told_once_a_second_to_who_asks() {
    let server = Server::start().await;
    let mut viewer = Viewer::open(server.address, "/ws/lobby?stats=1").await;
    let still = image(Jpeg, 1);
    assert_eq!(Connection::open(server.address).await.post("localhost", "/ingest/lobby", &still).await.status, 204);
    assert_eq!(viewer.still().await, still);
    let stats = viewer.text(is("stats")).await;
    assert_eq!((stats["viewers"].as_u64(), stats["skipped"].as_u64()), (Some(1), Some(0)), "{stats}");
    assert!(stats["rate"].as_f64().is_some() && stats["bytes_per_second"].as_u64().is_some(), "{stats}");
}

#[tokio::test]
async fn a_ping_is_answered_and_too_long_a_message_is_not() {
    let server = Server::start().await;
    let mut viewer = Viewer::open(server.address, "/ws/lobby").await;
    viewer.socket.send(Message::Ping(Bytes::from_static(b"there?"))).await.unwrap();
    while viewer.message().await != Message::Pong(Bytes::from_static(b"there?")) {}
    viewer.socket.send(Message::text("x".repeat(4096))).await.unwrap();
    viewer.socket.send(Message::text("x".repeat(4097))).await.unwrap();
    assert_eq!(viewer.closed().await, 1009);
}

#[tokio::test]
async fn a_broken_handshake_is_a_problem() {
    let server = Server::start().await;
    let upgrade = ["Connection: keep-alive, Upgrade", "Upgrade: WebSocket"];
    let version_8 = [upgrade[0], upgrade[1], "Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
    let answer = request(server.address, "GET", "/ws/lobby", &version_8).await;
    assert_eq!((answer.status, answer.headers["sec-websocket-version"].as_str()), (426, "13"));
    let no_key = [upgrade[0], upgrade[1], "Sec-WebSocket-Version: 13"];
    assert_eq!(request(server.address, "GET", "/ws/lobby", &no_key).await.problem(), "bad-handshake");
    // The key and the answer of RFC 6455 section 1.3.
    let good = [upgrade[0], upgrade[1], "Sec-WebSocket-Version: 13", version_8[3]];
    let answer = request(server.address, "GET", "/ws/lobby", &good).await;
    assert_eq!((answer.status, answer.headers["sec-websocket-accept"].as_str()), (101, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
}

#[tokio::test]
async fn viewers_are_counted() {
    let server = Server::start().await;
    let mut viewers =
        [Viewer::open(server.address, "/ws/lobby").await, Viewer::open(server.address, "/ws/lobby").await];
    for viewer in &mut viewers {
        viewer.text(is("status")).await;
    }
    let lobby = get(server.address, "/api/streams/lobby").await.json();
    assert_eq!((lobby["viewers"]["websocket"].as_u64(), lobby["viewers"]["total"].as_u64()), (Some(2), Some(2)));
    drop(viewers);
    soon(async {
        while server.hub.entry("lobby").unwrap().viewers().total > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_viewer_that_reads_nothing_gets_the_newest_when_it_reads_again() {
    let server = Server::start().await;
    let mut viewer = Viewer::open(server.address, "/ws/lobby?stats=1").await;
    // Only who is there before the first picture misses what was skipped: a handshake's answer says not yet so.
    viewer.text(is("status")).await;
    // A large picture, padded: a JPEG may have any number of bytes between its segments' markers (ITU-T T.81, B.1.1.2).
    let large = |n: usize| {
        let still = image(Jpeg, n);
        [&still[..2], &[0xff; 2_000_000], &still[2..]].concat()
    };
    let mut posts = Connection::open(server.address).await;
    for n in 0..20 {
        assert_eq!(posts.post("localhost", "/ingest/lobby", &large(n)).await.status, 204, "{n}");
    }
    let newest = large(19);
    let mut count = 0;
    while viewer.still().await != newest {
        count += 1;
    }
    // The first may have come before its stills were wanted.
    let stills = get(server.address, "/api/streams/lobby").await.json()["renditions"][0]["stills"].as_u64().unwrap();
    assert!(count + 1 < stills, "nothing was skipped: {count} of {stills}");
    // Told once a second: what was told before the last does not count all.
    viewer.text(|text| text["skipped_total"].as_u64() == Some(stills - 1 - count)).await;
}
