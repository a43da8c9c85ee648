use framegate_plugin::harness::{Answer, Asked, Test, Value, json, schema_agrees};
use framegate_plugin::{Annotation, http, types};

use super::*;

const TOKEN: &str = "123456:ABC-def";
const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xd9];

fn opened() -> Event {
    let area = types::Rect { x: 1, y: 2, width: 3, height: 4 };
    let attributes = vec![("plate".to_owned(), "B-FG 1".to_owned())];
    let found = Annotation { label: "car".into(), score: 0.5, area, track: Some(7), attributes };
    Event::new("gate-opened", json!({ "count": 3 })).numbered(42).by("motion-gate").found(found)
}

fn webhook() -> Value {
    json!({ "url": "https://hooks.example.org/in", "zone": "UTC" })
}

fn telegram() -> Value {
    json!({ "preset": "telegram", "token": TOKEN, "chat_id": -100, "zone": "UTC" })
}

fn sheet() -> Value {
    json!({ "preset": "google-sheets", "url": "https://script.google.com/macros/s/x/exec", "zone": "UTC" })
}

/// With more options.
fn with(mut options: Value, more: Value) -> Value {
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    options
}

/// What is asked when an event is delivered, and what becomes of it.
fn delivered(options: Value, event: &Event, answer: Result<Answer, http::Error>) -> (Vec<Asked>, Result<(), Failure>) {
    let mut test = Test::<Webhook>::new(options).unwrap();
    test.answer(move |_| answer.clone());
    let result = test.deliver(event);
    (test.asked(), result)
}

fn asked(options: Value, event: &Event) -> Asked {
    let (mut asked, result) = delivered(options, event, Ok(Answer::new(200, r#"{"ok":true}"#)));
    assert_eq!((asked.len(), result), (1, Ok(())));
    asked.remove(0)
}

fn failure(options: Value, answer: Answer) -> Failure {
    delivered(options, &opened(), Ok(answer)).1.unwrap_err()
}

fn refusal(options: Value, answer: Answer) -> String {
    match failure(options, answer) {
        Failure::Refused(words) => words,
        other => panic!("a refusal, got {other:?}"),
    }
}

#[test]
fn an_endpoint_gets_all_of_an_event_as_json() {
    let asked = asked(webhook(), &opened());
    assert_eq!((&*asked.method, &*asked.url), ("POST", "https://hooks.example.org/in"));
    assert_eq!(asked.headers, [("content-type".to_owned(), "application/json".to_owned())]);
    let area = json!({ "x": 1, "y": 2, "width": 3, "height": 4 });
    let car = json!({ "label": "car", "score": 0.5, "area": area, "track": 7, "attributes": { "plate": "B-FG 1" } });
    let event = json!({
        "id": 42, "kind": "gate-opened", "stream": "lobby", "plugin": "motion-gate", "time": "2026-07-02T13:46:40.000+00:00",
        "data": { "count": 3 }, "annotations": [car], "attempt": 1,
    });
    assert_eq!(asked.json(), event);
}

#[test]
fn a_body_is_what_the_operator_wrote() {
    let slack =
        json!({ "body": r#"{"text": "{{kind}} x{{data.count}}"}"#, "method": "PUT", "headers": { "X-Key": "k" } });
    let put = asked(with(webhook(), slack), &opened());
    assert_eq!(
        (&*put.method, put.header("x-key"), put.text()),
        ("PUT", Some("k"), r#"{"text": "gate-opened x3"}"#.into())
    );
    let plain = json!({ "body": "\"{{stream}}\"", "headers": { "Content-Type": "text/plain" } });
    let plain = asked(with(webhook(), plain), &opened().of_stream(Some("a \"b\"")));
    assert_eq!((plain.header("content-type"), plain.text()), (Some("text/plain"), "\"a \"b\"\"".into()));
}

#[test]
fn a_still_goes_along_as_the_operator_wrote() {
    let event = opened().with_still(JPEG);
    assert_eq!(asked(webhook(), &event).json().get("still"), None);
    assert_eq!(asked(with(webhook(), json!({ "still": "base64" })), &event).json()["still"], "/9j/2Q==");
    assert_eq!(asked(with(webhook(), json!({ "still": "base64" })), &opened()).json()["still"], Value::Null);
    let form = asked(with(webhook(), json!({ "still": "multipart" })), &event);
    assert_eq!(form.header("content-type"), Some("multipart/form-data; boundary=framegate-part-00000000"));
    assert!(form.text().contains("name=\"event\"\r\ncontent-type: application/json\r\n\r\n{\"annotations\":"));
    assert!(form.body.windows(JPEG.len()).any(|window| window == JPEG));
}

#[test]
fn what_passes_is_tried_again_and_what_does_not_is_told() {
    for status in [408, 429, 500, 503] {
        assert_eq!(failure(webhook(), Answer::new(status, "")), Failure::Again(0));
    }
    assert_eq!(failure(webhook(), Answer::new(503, "").header("Retry-After", "7")), Failure::Again(7000));
    assert_eq!(failure(webhook(), Answer::new(429, "").header("Retry-After", "999999")), Failure::Again(3_600_000));
    for error in [http::Error::TimedOut, http::Error::Failed("connection refused".into())] {
        assert_eq!(delivered(webhook(), &opened(), Err(error)).1, Err(Failure::Again(0)));
    }
    let missing = refusal(webhook(), Answer::new(404, "<p>no\n such hook</p>"));
    assert_eq!(missing, "answered 404: there is nothing at `url`; it says: <p>no such hook</p>");
    assert_eq!(refusal(webhook(), Answer::new(401, "")), "answered 401: it wants other credentials: look at `headers`");
    let line = http::Error::NotGranted("http = [\"hooks.example.org:443\"]".into());
    let not_granted = Failure::Refused("this host is not granted: add http = [\"hooks.example.org:443\"]".into());
    assert_eq!(delivered(webhook(), &opened(), Err(line)).1, Err(not_granted));
}

#[test]
fn telegram_gets_a_photo_with_a_caption_or_a_message() {
    let message = asked(telegram(), &opened());
    assert_eq!(message.url, "https://api.telegram.org/bot123456:ABC-def/sendMessage");
    assert_eq!(
        message.json(),
        json!({ "chat_id": "-100", "text": "lobby: gate-opened\n2026-07-02T13:46:40.000+00:00" })
    );

    let own = json!({ "url": "http://localhost:8081/", "text": "{{data.count}} cars", "chat_id": "@yard" });
    let photo = asked(with(telegram(), own.clone()), &opened().with_still(JPEG));
    assert_eq!(photo.url, "http://localhost:8081/bot123456:ABC-def/sendPhoto");
    let text = photo.text();
    assert!(
        text.contains("name=\"chat_id\"\r\n\r\n@yard\r\n") && text.contains("name=\"caption\"\r\n\r\n3 cars\r\n"),
        "{text}"
    );
    assert!(text.contains("name=\"photo\"; filename=\"still.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n"), "{text}");
    assert!(photo.body.windows(JPEG.len()).any(|window| window == JPEG));

    let without = asked(with(telegram(), json!({ "still": "none" })), &opened().with_still(JPEG));
    assert!(without.url.ends_with("/sendMessage"));
}

#[test]
fn telegram_says_when_and_why() {
    let answer = |status, json: Value| Answer::new(status, json.to_string());
    let many = json!({ "ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": { "retry_after": 14 } });
    assert_eq!(failure(telegram(), answer(429, many)), Failure::Again(14_000));
    assert_eq!(failure(telegram(), Answer::new(502, "<html>bad gateway</html>")), Failure::Again(0));
    let wrong = refusal(telegram(), answer(401, json!({ "ok": false, "description": "Unauthorized" })));
    assert_eq!(wrong, "answered 401: the bot's token is wrong; it says: Unauthorized");
    let chat = refusal(telegram(), answer(400, json!({ "ok": false, "description": "Bad Request: chat not found" })));
    assert_eq!(chat, "answered 400: look at `chat_id`, which is \"-100\"; it says: Bad Request: chat not found");
    let moved = json!({ "ok": false, "description": "upgraded", "parameters": { "migrate_to_chat_id": -1007 } });
    assert!(refusal(telegram(), answer(400, moved)).contains("`chat_id` is -1007 now"));
    let page = refusal(telegram(), Answer::new(200, format!("no /bot{TOKEN}/ here")));
    assert!(page.contains("no answer of the Bot API") && !page.contains(TOKEN), "{page}");
}

#[test]
fn a_sheet_gets_a_flat_row() {
    let event = Event::new("counts", json!({ "inbound": 3, "kind": "not this" })).by("sheet-counter");
    let row = asked(sheet(), &event).json();
    let expected = json!({
        "time": "2026-07-02T13:46:40.000+00:00", "stream": "lobby", "plugin": "sheet-counter", "kind": "counts", "inbound": 3,
    });
    assert_eq!(row, expected);
    assert_eq!(asked(sheet(), &Event::new("a", json!([1]))).json()["data"], json!([1]));
    let page = refusal(sheet(), Answer::new(200, "<!DOCTYPE html><html><body>Sign in</body></html>"));
    assert!(page.contains("a page instead of data") && page.ends_with("It says: Sign in"), "{page}");
    assert_eq!(failure(sheet(), Answer::new(500, "")), Failure::Again(0));
}

#[test]
fn wrong_options_are_told_without_their_secrets() {
    let paths = |options: Value| -> Vec<String> {
        let mistakes = Test::<Webhook>::new(options).map(|_| ()).unwrap_err();
        assert!(mistakes.iter().all(|mistake| !mistake.message.contains("hunter2")));
        mistakes.into_iter().map(|mistake| format!("{} {}", mistake.path, mistake.message)).collect()
    };
    assert_eq!(paths(json!({})), [" missing field `url`"]);
    assert_eq!(paths(json!({ "preset": "google-sheets" })), [" missing field `url`"]);
    let bare = paths(json!({ "preset": "telegram" }));
    assert_eq!(bare[0], " missing field `token`, and there is no TELEGRAM_TOKEN in `grants.env`");
    assert_eq!(bare[1], " missing field `chat_id`");
    let begins = |options: Value, begins: &[&str]| {
        let mistakes = paths(options);
        assert_eq!(mistakes.len(), begins.len(), "{mistakes:?}");
        mistakes.iter().zip(begins).for_each(|(mistake, begin)| assert!(mistake.starts_with(begin), "{mistake}"));
    };
    begins(with(webhook(), json!({ "token": "hunter2", "body": "{{steam}}" })), &["/token needs", "/body knows"]);
    begins(with(webhook(), json!({ "url": "user:hunter2@host" })), &["/url must be"]);
    begins(
        with(webhook(), json!({ "headers": { "a b": "x", "c": "hunter2\n" } })),
        &["/headers/a b must", "/headers/c must"],
    );
    begins(with(webhook(), json!({ "body": "{{still}}" })), &["/still must be \"base64\""]);
    let more = json!({ "token": "hunter2", "method": "PUT", "still": "base64", "zone": "Mars" });
    begins(with(telegram(), more), &["/zone", "/method must not", "/still must be \"none\"", "/token must be a bot's"]);
}

#[test]
fn schema_and_options_agree() {
    schema_agrees::<Webhook>(&[webhook(), telegram(), sheet(), with(telegram(), json!({ "chat_id": "@yard" }))]);
}
