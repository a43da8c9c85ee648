use crate::client::{get, request};
use crate::server::Server;

#[tokio::test]
async fn pages_load_nothing_from_elsewhere_and_are_asked_about_again() {
    let server = Server::start().await;
    for path in ["/", "/watch/lobby", "/watch/nobody", "/assets/style.css"] {
        let answer = get(server.address, path).await;
        assert_eq!(answer.status, 200, "{path}");
        let policy = &answer.headers["content-security-policy"];
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        let known = format!("If-None-Match: {}", answer.headers["etag"]);
        assert_eq!(request(server.address, "GET", path, &[&known]).await.status, 304, "{path}");
    }
    let page = get(server.address, "/").await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
}

#[tokio::test]
async fn what_a_page_names_is_there() {
    let server = Server::start().await;
    for path in ["/", "/watch/lobby"] {
        let page = String::from_utf8(get(server.address, path).await.body.to_vec()).unwrap();
        let named = page.split('"').filter(|text| text.starts_with("/assets/"));
        for asset in named {
            assert_eq!(get(server.address, asset).await.status, 200, "{asset}");
        }
        assert!(
            !page.contains("<style") && !page.contains(" style=") && !page.contains(" onclick="),
            "{path} has something inline"
        );
    }
}
