use std::io::Write as _;

use config::Defaults;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// RFC 8037, appendix A.2.
const SET: &str =
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

fn rules(jwks: Jwks) -> config::Jwt {
    config::Jwt {
        jwks,
        issuer: None,
        audience: None,
        algorithms: config::Signing::USUAL.to_vec(),
        leeway: Defaults::LEEWAY,
        claim: Defaults::CLAIM.into(),
        refresh: Defaults::REFRESH,
    }
}

/// Answers each connection with these bytes, and gives its address.
async fn answering(answer: Vec<u8>) -> Jwks {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            _ = stream.read(&mut [0; 4096]).await;
            _ = stream.write_all(&answer).await;
        }
    });
    Jwks::Address(format!("http://{address}/jwks.json?key=hunter2"))
}

fn http(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

async fn fetched(jwks: &Jwks) -> Result<Vec<String>, String> {
    Fetcher::default().fetch(jwks).await.map(|keys| keys.names()).map_err(|why| why.to_string())
}

#[tokio::test]
async fn a_set_is_had_over_http_and_of_a_file_within_its_bounds() {
    assert_eq!(fetched(&answering(http("200 OK", SET)).await).await, Ok(vec!["a".to_owned()]));
    let moved = answering(http("302 Found\r\nLocation: http://127.0.0.1:9/", SET)).await;
    assert_eq!(fetched(&moved).await, Err("it answers 302 Found".into()));
    let page = answering(http("200 OK", "<html>")).await;
    assert!(fetched(&page).await.is_err_and(|why| why.contains("no JSON Web Key Set")));
    let long = answering(http("200 OK", &" ".repeat(MOST_READ + 1))).await;
    assert_eq!(fetched(&long).await, Err("what is there has more than 65536 bytes".into()));
    // Port 9 is discard's: nobody has it.
    let nobody = fetched(&Jwks::Address("http://127.0.0.1:9/".into())).await;
    assert!(nobody.as_ref().is_err_and(|why| why.contains("refused")), "{nobody:?}");

    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(SET.as_bytes()).expect("room");
    assert_eq!(fetched(&Jwks::File(file.path().into())).await, Ok(vec!["a".to_owned()]));
    file.write_all(&[b' '; MOST_READ]).expect("room");
    assert_eq!(fetched(&Jwks::File(file.path().into())).await, Err("what is there has more than 65536 bytes".into()));
    assert!(fetched(&Jwks::File("/nonexistent".into())).await.is_err_and(|why| why.contains("No such file")));
}

const MOST_READ: usize = 64 << 10;

#[tokio::test]
async fn one_that_does_not_answer_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let jwks = Jwks::Address(format!("http://{}/", listener.local_addr().expect("an address")));
    let mut fetcher = Fetcher::default();
    // In real time: with a test's clock the limit of connecting could come before the connection.
    assert_eq!(fetcher.fetch(&jwks).await.map(drop).unwrap_err().to_string(), "no answer within 5s");
}

#[tokio::test]
async fn what_is_new_is_an_event_and_the_rest_is_none() {
    let (issuer, journal, mut fetcher) = (Issuer::default(), Journal::default(), Fetcher::default());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("jwks.json");
    let kinds = || journal.since(0).iter().map(|event| event.kind.clone()).collect::<Vec<_>>();
    let (rules, other) = (rules(Jwks::File(path.clone())), rules(Jwks::File(folder.path().join("other.json"))));
    let jwt = Jwt::new(&rules);
    issuer.configure(Some(&rules));
    issuer.run_once(&mut fetcher, &journal).await;
    issuer.run_once(&mut fetcher, &journal).await;
    assert_eq!(kinds(), ["jwks-failed"]);
    assert!(issuer.keys(&jwt).is_none());
    std::fs::write(&path, SET).expect("room");
    issuer.run_once(&mut fetcher, &journal).await;
    issuer.run_once(&mut fetcher, &journal).await;
    assert_eq!(kinds(), ["jwks-failed", "jwks-fetched"]);
    std::fs::remove_file(&path).expect("it is there");
    issuer.run_once(&mut fetcher, &journal).await;
    assert_eq!(kinds().len(), 3);
    // They stay, also over a reload that says the same of them; not for another place.
    issuer.configure(Some(&config::Jwt { refresh: Duration::from_secs(60), ..rules.clone() }));
    assert_eq!(issuer.keys(&jwt).expect("keys").names(), ["a"]);
    issuer.configure(Some(&other));
    assert!(issuer.keys(&jwt).is_none() && issuer.keys(&Jwt::new(&other)).is_none());
    issuer.configure(None);
    issuer.run_once(&mut fetcher, &journal).await;
    assert_eq!(kinds().len(), 3);
}

#[tokio::test]
async fn a_request_waits_for_the_first_keys_and_no_longer() {
    let (issuer, journal, stop) = (Issuer::default(), Journal::default(), CancellationToken::new());
    let rules = rules(answering(http("200 OK", SET)).await);
    let jwt = Jwt::new(&rules);
    // Nothing fetches: the request is answered all the same.
    issuer.configure(Some(&rules));
    tokio::time::pause();
    assert_eq!(issuer.bearer(&jwt, "a.b.c").await.map(drop), Err(NotIn::NoKeys));
    tokio::time::resume();
    let running = tokio::spawn(issuer.clone().run(journal.clone(), stop.clone()));
    assert_eq!(issuer.bearer(&jwt, "a.b.c").await.map(drop), Err(NotIn::Token(BadToken::Unreadable)));
    let [event] = &journal.since(0)[..] else { panic!("one event") };
    assert_eq!((event.kind.as_str(), &event.data.value()["keys"][0]), ("jwks-fetched", &json!("a")));
    assert!(!event.data.to_string().contains("hunter2"), "{}", event.data);
    stop.cancel();
    running.await.expect("no panic");
}
