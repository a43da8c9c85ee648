use media::StillFormat::{Jpeg, WebP};

use crate::client::{Connection, get, request};
use crate::server::{Server, image, soon};

#[tokio::test]
async fn the_newest_picture_comes_in_the_format_of_its_address() {
    let server = Server::start().await;
    let mut posts = Connection::open(server.address).await;
    for n in 0..2 {
        assert_eq!(posts.post("localhost", "/ingest/lobby", &image(Jpeg, n)).await.status, 204);
    }
    soon(async { while get(server.address, "/still/lobby.jpg").await.body != image(Jpeg, 1) {} }).await;
    let jpeg = get(server.address, "/still/lobby.jpg").await;
    assert_eq!((jpeg.status, jpeg.headers["content-type"].as_str()), (200, "image/jpeg"));
    assert_eq!(jpeg.body, image(Jpeg, 1));
    assert!(jpeg.headers["cache-control"].contains("no-store"));
    assert!(jpeg.headers["last-modified"].ends_with(" GMT") && jpeg.headers["x-timestamp"].contains('.'));
    let webp = get(server.address, "/still/lobby.webp").await;
    assert_eq!(media::image::check(&webp.body).unwrap().format, WebP);
    // Nobody of them was a viewer.
    assert_eq!(server.hub.entry("lobby").unwrap().viewers().total, 0);
}

#[tokio::test]
async fn who_knows_the_picture_is_told_so() {
    let server = Server::start().await;
    assert_eq!(
        Connection::open(server.address).await.post("localhost", "/ingest/lobby", &image(Jpeg, 0)).await.status,
        204
    );
    let head = request(server.address, "HEAD", "/still/lobby.jpg", &[]).await;
    assert_eq!((head.status, head.headers["content-length"].parse()), (200, Ok(image(Jpeg, 0).len())));
    let known = format!("If-None-Match: {}", head.headers["etag"]);
    assert_eq!(request(server.address, "GET", "/still/lobby.jpg", &[&known]).await.status, 304);
    assert_eq!(
        Connection::open(server.address).await.post("localhost", "/ingest/lobby", &image(Jpeg, 1)).await.status,
        204
    );
    // It is on its way when the post is answered.
    soon(async { while request(server.address, "GET", "/still/lobby.jpg", &[&known]).await.body != image(Jpeg, 1) {} })
        .await;
}
