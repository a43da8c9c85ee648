//! `wasi:http` as a guest speaks it that knows nothing of ours: the same hosts, the same bounds.

use std::time::{Duration, Instant};

use config::{Grants, HttpGrant};
use plugin::{Kind, ServiceSnapshot};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::rig::{HOST, declared, link, stream};
use crate::services::{OK, Rig, Web};

/// What the guest may wait for in one call, longer than any request may take.
const PATIENT: Duration = Duration::from_secs(30);
/// What a request may take, as the documentation has it.
const WITHIN: Duration = Duration::from_secs(10);

fn grants(host: &str, port: u16, private: bool) -> Grants {
    Grants { http: vec![HttpGrant { host: host.into(), below: false, port, private }], ..Grants::default() }
}

/// What became of the guest's first call as a poller.
#[derive(Debug)]
pub(crate) struct Called {
    poller: ServiceSnapshot,
    /// The event that it told.
    told: Option<Value>,
    /// What the journal has of requests that it may not make.
    refused: Vec<Value>,
    took: Duration,
}

/// Has the guest called with these grants and options.
pub(crate) async fn wasi_http(grants: Grants, timeout: Duration, options: Value) -> Called {
    let plugin = HOST.load(&config::Plugin { grants, timeout, ..declared("wasi-http") }).unwrap();
    let mut rig = Rig::new();
    let begin = Instant::now();
    rig.services.apply(&[link(plugin, options)], &[]);
    let poller = rig.until(|poller| poller.succeeded == 1 || !poller.faults.is_empty()).await;
    let told = rig.journal.since(0).iter().find(|event| event.kind == "answered").map(|event| event.data.value());
    let events = rig.journal.since(0);
    let refused = events.iter().filter(|event| event.kind == "plugin-request-refused").map(|event| event.data.value());
    Called { poller, told, refused: refused.collect(), took: begin.elapsed() }
}

/// What came back.
async fn answer(grants: Grants, options: Value) -> Value {
    let called = wasi_http(grants, PATIENT, options).await;
    called.told.clone().unwrap_or_else(|| panic!("{called:?}"))
}

/// The words of WASI for why nothing came back, or no more.
async fn refusal(grants: Grants, options: Value) -> String {
    let told = answer(grants, options).await;
    told["error"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned()
}

/// A server that sends this to whoever asks, reads on, and does nothing else.
async fn stalls(begin: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut room = vec![0; 65_536];
                // What comes before anything was asked would be no answer.
                _ = connection.read(&mut room).await;
                _ = connection.write_all(begin.as_bytes()).await;
                while connection.read(&mut room).await.is_ok_and(|read| read > 0) {}
            });
        }
    });
    port
}

#[tokio::test]
async fn what_is_sent_arrives_and_the_answer_comes_back() {
    const MADE: &str = "HTTP/1.1 201 Created\r\nContent-Length: 4\r\nX-Made: here\r\nConnection: close\r\n\r\nmade";
    let web = Web::serve(&[OK, MADE, MADE]).await;
    let authority = web.authority();
    let get =
        json!({ "authority": authority, "path": "/a/b?c=d", "headers": [["x-one", "1"], ["host", "evil.example"]] });
    let told = answer(web.grants(), get).await;
    assert_eq!((&told["status"], &told["begin"]), (&json!(200), &json!("ok")), "{told}");
    let post = json!({ "method": "POST", "authority": authority, "headers": [["content-length", "6"]], "body": "abc", "times": 2 });
    let told = answer(web.grants(), post).await;
    assert_eq!((&told["status"], &told["begin"]), (&json!(201), &json!("made")), "{told}");
    assert!(told["headers"].as_array().unwrap().contains(&json!(["x-made", "here"])), "{told}");
    // Of no length that was said, as what streams its bodies sends them.
    answer(web.grants(), json!({ "method": "PROPFIND", "authority": authority, "body": "abc" })).await;

    let requests = web.requests();
    let [get, post, other] = &requests[..] else { panic!("{requests:?}") };
    assert!(get.starts_with("GET /a/b?c=d HTTP/1.1\r\n") && get.contains("x-one: 1\r\n"), "{get}");
    assert!(get.contains(&format!("host: {authority}\r\n")) && !get.contains("evil"), "{get}");
    assert!(post.starts_with("POST / HTTP/1.1\r\n") && post.ends_with("\r\n\r\nabcabc"), "{post}");
    assert!(other.starts_with("PROPFIND / ") && other.contains("\r\n\r\n3\r\nabc\r\n0\r\n"), "{other}");
}

#[tokio::test]
async fn a_sink_may_ask_while_it_is_told_of_an_event() {
    const NO: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno";
    let web = Web::serve(&[OK, NO]).await;
    let plugin = HOST.load(&config::Plugin { grants: web.grants(), ..declared("wasi-http") }).unwrap();
    let mut rig = Rig::new();
    rig.sink(&plugin, json!({ "method": "POST", "authority": web.authority() }));
    for n in 0..2 {
        rig.journal.write("seen", Some(&stream()), None, json!({ "n": n }));
    }
    let sink = rig.until(|sink| sink.dropped == 1).await;
    assert_eq!(sink.succeeded, 1);
    assert!(sink.last_fault.as_deref().is_some_and(|told| told.contains("403")), "{sink:?}");
    assert!(web.bodies()[0].contains("{\"n\":0}") && web.bodies()[1].contains("{\"n\":1}"), "{:?}", web.bodies());
}

#[tokio::test]
async fn who_is_not_granted_is_not_even_connected_to() {
    let (granted, other) = (Web::serve(&[OK]).await, Web::serve(&[OK]).await);
    let options = json!({ "authority": other.authority() });
    assert_eq!(refusal(granted.grants(), options).await, "ErrorCode::HttpRequestDenied");
    // Granted, but as if it were of the internet.
    let options = json!({ "authority": format!("localhost:{}", other.port) });
    let refused = refusal(grants("localhost", other.port, false), options.clone()).await;
    assert_eq!(refused, "ErrorCode::DestinationIpProhibited");
    assert_eq!(other.requests(), [""; 0]);
    let called = wasi_http(granted.grants(), PATIENT, json!({ "authority": other.authority() })).await;
    assert_eq!(called.refused.len(), 1, "{called:?}");
    assert!(called.refused[0]["reason"].as_str().is_some_and(|reason| reason.contains("grants")), "{called:?}");
    let told = answer(grants("localhost", other.port, true), options).await;
    assert_eq!((&told["status"], other.requests().len()), (&json!(200), 1), "{told}");
}

#[tokio::test]
async fn where_an_answer_points_to_is_the_guests_to_ask() {
    const AWAY: &str =
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:9/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let web = Web::serve(&[AWAY]).await;
    let told = answer(web.grants(), json!({ "authority": web.authority() })).await;
    assert_eq!(told["status"], 302, "{told}");
    assert!(told["headers"].as_array().unwrap().contains(&json!(["location", "http://127.0.0.2:9/"])), "{told}");
    assert_eq!(web.requests().len(), 1);
    let refused = refusal(web.grants(), json!({ "authority": "127.0.0.2:9" })).await;
    assert_eq!(refused, "ErrorCode::HttpRequestDenied");
}

#[tokio::test]
async fn bodies_are_bounded_both_ways() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        _ = connection.read(&mut [0; 4096]).await;
        _ = connection.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await;
        while connection.write_all(&[b'x'; 65_536]).await.is_ok() {}
    });
    let refused = refusal(grants("127.0.0.1", port, true), json!({ "authority": format!("127.0.0.1:{port}") })).await;
    assert!(refused.contains("response body size exceeds limit: 1048576 bytes"), "{refused}");

    let port = stalls("").await;
    let mebibyte = "x".repeat(1 << 20);
    let options = json!({ "method": "POST", "authority": format!("127.0.0.1:{port}"), "body": mebibyte, "times": 17 });
    assert_eq!(
        refusal(grants("127.0.0.1", port, true), options).await,
        "ErrorCode::HttpRequestBodySize(Some(16777216))"
    );
}

#[tokio::test]
async fn no_guest_waits_longer_than_a_request_may_take() {
    const HALF: &str = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf";
    let (silent, half) = (stalls("").await, stalls(HALF).await);
    let ask = async |port: u16, waits: Value| {
        let mut options = json!({ "authority": format!("127.0.0.1:{port}") });
        options.as_object_mut().unwrap().extend(waits.as_object().unwrap().clone());
        let called = wasi_http(grants("127.0.0.1", port, true), PATIENT, options).await;
        (called.told.unwrap_or_default()["error"].to_string(), called.took)
    };
    let (no_answer, no_more) = ("HttpResponseTimeout", "connection read timeout");
    // Less than it may.
    let (told, took) = ask(silent, json!({ "first_ms": 300 })).await;
    assert!(told.contains(no_answer) && took < WITHIN, "{told} behind {took:?}");
    let (told, took) = ask(half, json!({ "between_ms": 300 })).await;
    assert!(told.contains(no_more) && took < WITHIN, "{told} behind {took:?}");
    // An hour: the call itself would be ended some time later, and nothing be told.
    let hour = json!({ "first_ms": 3_600_000, "between_ms": 3_600_000 });
    let (first, rest) = tokio::join!(ask(silent, hour.clone()), ask(half, hour));
    for ((told, took), words) in [(first, no_answer), (rest, no_more)] {
        assert!(told.contains(words) && took >= WITHIN, "{told} behind {took:?}");
    }
}

#[tokio::test]
async fn a_call_that_waits_for_an_answer_ends_with_its_time() {
    let port = stalls("").await;
    let options = json!({ "authority": format!("127.0.0.1:{port}") });
    let called = wasi_http(grants("127.0.0.1", port, true), Duration::from_millis(300), options).await;
    let Called { poller, told, .. } = called;
    assert_eq!((poller.faults.get(&Kind::Deadline), told), (Some(&1), None));
    assert!(poller.last_fault.as_deref().is_some_and(|fault| fault.contains("waiting included")), "{poller:?}");
}

#[tokio::test]
async fn nothing_is_asked_while_options_are_looked_at() {
    let web = Web::serve(&[OK]).await;
    let plugin = HOST.load(&config::Plugin { grants: web.grants(), ..declared("wasi-http") }).unwrap();
    let options = json!({ "authority": web.authority(), "at_once": true });
    let refused = plugin.check(Some(&stream()), &options).unwrap_err();
    assert!(
        refused[0].message.contains("may not wait") || refused[0].message.contains("a plugin waits for"),
        "{refused:?}"
    );
    assert_eq!(web.requests(), [""; 0]);
}
