use crate::client::{get, request};
use crate::server::Server;

#[tokio::test]
async fn every_refusal_is_a_problem_document() {
    let server = Server::start().await;
    let cases = [
        ("GET", "/mjpeg/nobody", 404, "unknown-stream"),
        ("GET", "/still/nobody.jpg", 404, "unknown-stream"),
        ("GET", "/api/streams/nobody", 404, "unknown-stream"),
        ("GET", "/mjpeg/%ff%fe", 404, "unknown-stream"),
        ("POST", "/ingest/nobody", 404, "unknown-stream"),
        ("GET", "/mjpeg/lobby", 404, "stream-offline"),
        ("GET", "/still/camera.webp", 404, "stream-offline"),
        ("GET", "/still/lobby.gif", 404, "not-found"),
        ("GET", "/mjpeg/lobby?quality=0", 400, "bad-parameter"),
        ("GET", "/mjpeg/lobby?format=webp", 400, "bad-parameter"),
        ("GET", "/still/lobby.jpg?width=wide", 400, "bad-parameter"),
        ("GET", "/ws/lobby", 426, "upgrade-required"),
        ("GET", "/nonsense", 404, "not-found"),
        ("GET", "/assets/nonsense.js", 404, "not-found"),
        ("DELETE", "/api/streams", 405, "method-not-allowed"),
        ("GET", "/ingest/lobby", 405, "method-not-allowed"),
    ];
    for (method, path, status, kind) in cases {
        let answer = request(server.address, method, path, &[]).await;
        assert_eq!((answer.status, answer.problem().as_str()), (status, kind), "{method} {path}");
    }
    let allow = &request(server.address, "GET", "/ingest/lobby", &[]).await.headers["allow"];
    assert_eq!(allow, "POST");
}

#[tokio::test]
async fn an_offline_stream_says_why_and_when_to_come_back() {
    let server = Server::start().await;
    let answer = get(server.address, "/mjpeg/camera").await;
    let json = answer.json();
    assert_eq!((json["stream"].as_str(), json["reason"].as_str()), (Some("camera"), Some("unreachable")), "{json}");
    assert!(answer.headers["retry-after"].parse::<u64>().unwrap() >= 1);
}

#[tokio::test]
async fn the_type_of_a_problem_is_an_address_that_explains_it() {
    let server = Server::start().await;
    let kind = get(server.address, "/nonsense").await.json()["type"].as_str().unwrap().to_owned();
    let answer = get(server.address, &kind).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with(b"not-found: "));
}

#[tokio::test]
async fn operators_see_streams_and_health() {
    let server = Server::start().await;
    let list = get(server.address, "/api/streams").await.json();
    let names: Vec<_> = list["streams"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["camera", "full", "lobby"]);
    let camera = get(server.address, "/api/streams/camera").await.json();
    assert_eq!((camera["source"].as_str(), camera["state"].as_str()), (Some("rtsp://127.0.0.1:9/"), Some("idle")));
    assert_eq!(camera["measure"]["whole"]["count"], 0);
    assert_eq!(camera["viewers"]["total"], 0);
    let health = get(server.address, "/api/health").await.json();
    assert_eq!((health["status"].as_str(), health["active_streams"].as_u64()), (Some("ok"), Some(0)));
    assert!(health["memory"].as_u64().is_none_or(|bytes| bytes > 1_000_000));
    assert_eq!(get(server.address, "/healthz").await.body, "ok\n");
    assert_eq!(get(server.address, "/readyz").await.body, "ready\n");
}
