use std::time::Duration;

use config::Source;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::Mending;

/// The smallest thing that `media::image::check` takes for a JPEG of 32x16.
const JPEG: &[u8] = &[
    0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 16, 0, 32, 1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0x34,
    0xff, 0xd9,
];

/// Gives the request of each connection to `answer`, sends what it says, and leaves the connection open until the client goes.
async fn server(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/video_feed?x=1", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let length = socket.read(&mut request).await.unwrap_or(0);
                let text = String::from_utf8_lossy(&request[..length]).into_owned();
                let _ = socket.write_all(&answer(&text)).await;
                let _ = socket.read(&mut request).await;
            });
        }
    });
    url
}

async fn open(url: &str, credentials: Option<(&str, &str)>) -> Result<Session, Error> {
    let mut stream = Stream::new("cam".parse().unwrap(), Source::Http(url.into()));
    stream.credentials = credentials
        .map(|(username, password)| Credentials { username: username.into(), password: password.to_owned().into() });
    let short = Duration::from_millis(300);
    Session::open(url, &stream, Timeouts { connect: short, describe: short, ..Timeouts::default() }).await
}

fn part(body: &[u8]) -> Vec<u8> {
    let mut part = format!("--b\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    part.extend_from_slice(body);
    part.extend_from_slice(b"\r\n");
    part
}

fn stream() -> Vec<u8> {
    let head = b"HTTP/1.1 200 OK\r\nServer: cam/1\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n";
    [head.as_slice(), &part(JPEG), &part(b"no picture"), &part(JPEG)].concat()
}

#[tokio::test]
async fn pictures_come_as_access_units_and_broken_ones_are_left_out() {
    let url = server(|_| stream()).await;
    let mut session = open(&url, None).await.unwrap();
    assert_eq!(session.description().server.as_deref(), Some("cam/1"));
    let first = session.next().await.unwrap();
    let second = session.next().await.unwrap();
    assert_eq!((&first.data[..], first.codec, first.key), (JPEG, Codec::Jpeg, true));
    assert_eq!((first.pts, second.data.len()), (Timestamp::ZERO, JPEG.len()));
    assert!(Arc::ptr_eq(&first.parameters, &second.parameters));
}

#[tokio::test]
async fn basic_and_digest_are_answered() {
    for (challenge, expected) in [
        ("Basic realm=\"cam\"", "basic ywrtaw46cge6c3m="),
        ("Digest realm=\"cam\", nonce=\"1234\", qop=\"auth\", algorithm=MD5", "uri=\"/video_feed?x=1\""),
    ] {
        let url = server(move |request| {
            let request = request.to_ascii_lowercase();
            match request.contains("authorization:") {
                true if request.contains(expected) => stream(),
                true => b"HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
                false => format!(
                    "HTTP/1.1 401 No\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
                .into(),
            }
        })
        .await;
        let mut session = open(&url, Some(("admin", "pa:ss"))).await.unwrap();
        session.next().await.unwrap();
        let error = open(&url, None).await.unwrap_err();
        assert_eq!(error, Error::Unauthorized { given: false });
    }
}

#[tokio::test]
async fn mistakes_are_told_in_words() {
    let cases: [(&[u8], &str, Mending); 5] = [
        (b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n", "one single picture", Mending::RetrySlowly),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html; x=y\r\n\r\n", "is text/html,", Mending::RetrySlowly),
        (b"HTTP/1.1 404 No\r\n\r\n", "404", Mending::RetrySlowly),
        (b"HTTP/1.1 503 No\r\n\r\n", "503", Mending::Retry),
        (b"SSH-2.0-OpenSSH\r\n", "127.0.0.1", Mending::Retry),
    ];
    for (answer, expected, mending) in cases {
        let url = server(move |_| answer.to_vec()).await;
        let error = open(&url, None).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.mending(), mending, "{error}");
    }
}

#[tokio::test]
async fn a_server_that_never_answers_times_out() {
    let url = server(|_| Vec::new()).await;
    assert!(matches!(open(&url, None).await.unwrap_err(), Error::TimedOut { step: "GET", .. }));
}

#[tokio::test]
async fn an_endless_part_ends_the_session() {
    let url = server(|_| [stream(), b"--b\r\nContent-Length: 999999999\r\n\r\n".to_vec()].concat()).await;
    let mut session = open(&url, None).await.unwrap();
    session.next().await.unwrap();
    session.next().await.unwrap();
    assert!(matches!(session.next().await.unwrap_err(), Error::Protocol { .. }));
}
