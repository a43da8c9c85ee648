//! The bundled plugins that talk to others, as components, against a server on this machine that checks what those others document.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use codec::encode::StillEncoder;
use journal::Scene;
use media::StillFormat;
use plugin::{Chain, EventStills, Keep, Mode, Outcome, Plugin};
use serde_json::{Value, json};

use crate::rig::{HOST, link, picture, stream};
use crate::services::{Rig, Web};

fn granted(name: &str, web: &Web) -> Arc<Plugin> {
    let every = Duration::from_secs(1);
    HOST.load(&config::Plugin { grants: web.grants(), every, ..config::Plugin::bundled(name) }).unwrap()
}

fn jpeg() -> Bytes {
    StillEncoder::new().encode(&picture(0), StillFormat::Jpeg, 80).unwrap()
}

/// <https://core.telegram.org/bots/api#sendphoto> and `#sendmessage`: a form with the photo as a file, or JSON; 429 says when to come again.
#[tokio::test]
async fn telegram_gets_a_photo_or_a_message() {
    const BUSY: &str = "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length: 96\r\nConnection: close\r\n\r\n{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests\",\"parameters\":{\"retry_after\":0}}";
    const SENT: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 23\r\nConnection: close\r\n\r\n{\"ok\":true,\"result\":{}}";
    let web = Web::serve(&[BUSY, SENT]).await;
    let mut rig = Rig::new();
    let options = json!({ "preset": "telegram", "url": web.url.trim_end_matches('/'), "token": "123456:ABC-DEF", "chat_id": -100123, "zone": "UTC" });
    rig.sink(&granted("webhook", &web), options);
    let scene = Scene { still: Some(jpeg()), ..Scene::default() };
    rig.journal.write_scene("gate-opened", Some(&stream()), Some("motion"), Value::Null, scene);
    rig.journal.write("stream-live", Some(&stream()), None, Value::Null);
    let sink = rig.until(|sink| sink.succeeded == 2).await;
    assert_eq!((sink.retried, sink.dropped), (1, 0), "{sink:?}");
    let [_, photo, message] = &web.requests()[..] else { panic!("{:?}", web.requests()) };
    assert!(photo.starts_with("POST /bot123456:ABC-DEF/sendPhoto HTTP/1.1\r\n"), "{photo}");
    let boundary = photo
        .to_lowercase()
        .split("boundary=")
        .nth(1)
        .unwrap()
        .split('\r')
        .next()
        .unwrap()
        .trim_matches('"')
        .to_owned();
    let parts: Vec<_> = photo.split(&format!("--{boundary}")).collect();
    let part = |name: &str| *parts.iter().find(|part| part.contains(&format!("name=\"{name}\""))).unwrap();
    assert!(part("chat_id").ends_with("\r\n\r\n-100123\r\n"));
    assert!(part("caption").contains("lobby: gate-opened"), "{}", part("caption"));
    assert!(
        part("photo").contains("filename=") && part("photo").contains("image/jpeg") && part("photo").contains("JFIF")
    );
    assert!(parts.last().unwrap().starts_with("--"), "the form is closed");
    assert!(message.starts_with("POST /bot123456:ABC-DEF/sendMessage HTTP/1.1\r\n"), "{message}");
    let body: Value = serde_json::from_str(message.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body["chat_id"].to_string().trim_matches('"'), "-100123");
    assert!(body["text"].as_str().unwrap().starts_with("lobby: stream-live"), "{body}");
}

/// A web app answers a POST with a redirect to where its answer lies, to be fetched by GET:
/// <https://developers.google.com/apps-script/guides/content#redirects>.
#[tokio::test]
async fn a_sheet_gets_one_row_for_each_event() {
    const AWAY: &str = "HTTP/1.1 302 Moved\r\nLocation: /macros/echo?user_content_key=x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    const ADDED: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{\"ok\":true}";
    let web = Web::serve(&[AWAY, ADDED]).await;
    let mut rig = Rig::new();
    let url = format!("{}macros/s/AKfy/exec", web.url);
    rig.sink(&granted("webhook", &web), json!({ "preset": "google-sheets", "url": url, "zone": "UTC" }));
    rig.journal.write("counts", Some(&stream()), Some("doors"), json!({ "inbound": 3, "outbound": 1 }));
    rig.until(|sink| sink.succeeded == 1).await;
    let [row, answer] = &web.requests()[..] else { panic!("{:?}", web.requests()) };
    assert!(row.starts_with("POST /macros/s/AKfy/exec HTTP/1.1\r\n"), "{row}");
    let body: Value = serde_json::from_str(row.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!((&body["stream"], &body["plugin"], &body["kind"]), (&json!("lobby"), &json!("doors"), &json!("counts")));
    assert_eq!((&body["inbound"], &body["outbound"]), (&json!(3), &json!(1)));
    assert!(body["time"].as_str().unwrap().starts_with("20"), "{body}");
    assert!(answer.starts_with("GET /macros/echo?user_content_key=x HTTP/1.1\r\n"), "{answer}");
    assert_eq!(answer.split_once("\r\n\r\n").unwrap().1, "", "what was posted is not posted again");
}

#[test]
fn a_webhook_to_a_host_that_is_not_granted_is_a_mistake_with_the_line_to_add() {
    let config = config::Plugin {
        grants: config::Grants {
            http: vec![config::HttpGrant { host: "hooks.example.org".into(), below: false, port: 443, private: false }],
            ..config::Grants::default()
        },
        ..config::Plugin::bundled("webhook")
    };
    let plugin = HOST.load(&config).unwrap();
    assert!(plugin.check(Some(&stream()), &json!({ "url": "https://hooks.example.org/x" })).is_ok());
    let told = plugin.check(Some(&stream()), &json!({ "url": "https://other.example.org/x" })).unwrap_err();
    assert_eq!(told[0].path, "/url");
    assert!(told[0].message.contains("`grants.http = [\"other.example.org:443\"]`"), "{}", told[0].message);
    let told = HOST.load(&config::Plugin::bundled("webhook")).unwrap_err().to_string();
    assert!(told.contains("add `grants.http = "), "{told}");
}

/// The poller reads the sheet away from the pictures; the analyzer beside it tells what was read, and `annotate` draws it.
#[tokio::test]
async fn a_sheets_counts_reach_events_and_pictures() {
    const FEW: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\nConnection: close\r\n\r\n{\"inbound\":11,\"outbound\":7}";
    const MORE: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\nConnection: close\r\n\r\n{\"inbound\":12,\"outbound\":7}";
    let web = Web::serve(&[FEW, MORE]).await;
    let (mut rig, plugin) = (Rig::new(), granted("sheet-counter", &web));
    let links = vec![link(plugin, json!({ "url": web.url })), link(crate::rig::bundled("annotate"), json!({}))];
    rig.services.apply(&links, &[]);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(web.requests().is_empty(), "nobody wants its pictures");
    rig.wanted.send_replace(true);
    rig.until(|poller| poller.succeeded >= 2).await;
    let told = rig.journal.since(0);
    assert_eq!((told.len(), told[0].kind.as_str()), (1, "counts"), "the first ones are no change");
    assert_eq!((&told[0].data.value()["inbound"], &told[0].data.value()["outbound"]), (&json!(12), &json!(7)));
    let keep = Keep { states: rig.states.clone(), journal: rig.journal.clone(), stills: EventStills::default() };
    let shown = std::thread::spawn(move || {
        let mut chain = Chain::new(&stream(), links, keep);
        let Outcome::Shown(shown) = chain.process(picture(0), Mode::All) else { panic!("not shown") };
        let found: Vec<_> = chain.found().iter().map(|found| (found.label.clone(), found.attributes.clone())).collect();
        let is_drawn = (0..640).any(|x| (0..360).any(|y| crate::rig::luma(&shown, x, y) > 60));
        (is_drawn, found)
    });
    let (is_drawn, found) = shown.join().unwrap();
    assert!(is_drawn, "annotate draws the counts");
    let count = |n: &str| vec![("count".to_owned(), n.to_owned())];
    assert_eq!(found, [("inbound".to_owned(), count("12")), ("outbound".to_owned(), count("7"))]);
}
