use framegate_web as web;

use crate::client::{get, request};
use crate::server::Server;

#[tokio::test]
async fn a_rebound_name_gets_nothing() {
    let server = Server::start().await;
    for path in ["/", "/api/streams", "/still/lobby.jpg", "/nonsense"] {
        let answer = request(server.address, "GET", path, &["Host: evil.example"]).await;
        assert_eq!((answer.status, answer.problem().as_str()), (403, "refused"), "{path}");
    }
    assert_eq!(request(server.address, "GET", "/healthz", &["Host: localhost"]).await.status, 200);
}

#[tokio::test]
async fn a_page_of_another_origin_pushes_nothing() {
    let server = Server::start().await;
    let post =
        async |origin: String| request(server.address, "POST", "/ingest/lobby", &[&origin, "Content-Length: 0"]).await;
    assert_eq!(post("Origin: http://evil.example".into()).await.problem(), "refused");
    assert_eq!(post("Origin: null".into()).await.problem(), "refused");
    assert_eq!(post(format!("Origin: http://{}", server.host())).await.problem(), "bad-image");
}

#[tokio::test]
async fn a_listener_beyond_loopback_does_not_start_unless_it_is_written() {
    let listen = "0.0.0.0:0".parse().unwrap();
    let closed = web::Settings { listen, control: None, admits: access::Admits::Loopback };
    assert!(matches!(web::bind(closed).await, Err(web::Error::NotAllowed(_))));
    let open = web::Settings { listen, control: None, admits: access::Admits::Everybody };
    assert!(web::bind(open).await.is_ok());
}

#[tokio::test]
async fn an_address_in_use_is_told() {
    let server = Server::start().await;
    let taken = web::Settings { listen: server.address, control: None, admits: access::Admits::Loopback };
    let error = web::bind(taken).await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("`server.listen`: cannot listen on {}", server.address)), "{error}");
}

#[tokio::test]
async fn open_access_is_for_any_name() {
    let server = Server::with(|config| config.server.access = config::Access::Open).await;
    assert_eq!(request(server.address, "GET", "/healthz", &["Host: cams.example"]).await.status, 200);
    assert_eq!(get(server.address, "/healthz").await.status, 200);
}
