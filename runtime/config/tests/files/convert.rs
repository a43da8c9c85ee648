//! Configurations of servers for one camera: what becomes of them is a file without mistakes and without secrets, and nothing is lost silently.

use std::io;
use std::path::Path;
use std::time::Duration;

use framegate_config::convert::{Converted, NotConverted, convert};
use framegate_config::{Config, Environment, Known, Source, Transport, read};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// What stands for every secret.
const SECRET: &str = "hunter2";

/// Where everything is set that a converted file asks for.
struct Filled;

impl Environment for Filled {
    fn variable(&self, name: &str) -> Option<String> {
        let value = match name {
            "USER_PASSWORD_HASH" => {
                "$argon2id$v=19$m=19456,t=2,p=1$gZiV/M1gPc22ElAH/Jh1Hw$CWOrkoo7oJBQ/iyh7uJ0LO2aLEfrHwTWllSAxT0zRno"
            }
            "CAMERA_URL" => "http://10.0.0.5/video?pwd=hunter2",
            "CAMERA_PASSWORD" | "TELEGRAM_TOKEN" | "WEBHOOK_URL" | "GOOGLE_SHEET_URL" => SECRET,
            _ => return None,
        };
        Some(value.into())
    }

    fn secret(&self, _: &Path) -> io::Result<String> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// What a converted file means; a mistake in it fails.
fn loaded(converted: &Converted) -> Config {
    let known = Known { bundled: &["motion-gate", "webhook"], environment: &Filled };
    let loaded = read(Path::new("streams.toml"), converted.toml.clone(), &known)
        .unwrap_or_else(|report| panic!("{report}\n{}", converted.toml));
    assert!(loaded.advice.is_empty(), "{}\n{}", loaded.advice, converted.toml);
    for variable in &converted.variables {
        assert!(converted.toml.contains(&format!("${{{}}}", variable.name)), "{variable:?}\n{}", converted.toml);
    }
    assert!(!format!("{converted:?}").contains(SECRET), "{converted:?}");
    loaded.config
}

fn converted(file: &Value) -> Converted {
    convert(&file.to_string()).unwrap_or_else(|why| panic!("{why}: {file}"))
}

fn left(converted: &Converted) -> Vec<&str> {
    converted.left.iter().map(|told| &*told.key).collect()
}

#[test]
fn a_whole_configuration_is_carried_over() {
    let file = json!({
        "camera": {
            "name": "Front Door", "rtsp_url": "rtsp://admin:hunter2@10.0.0.4:554/stream1", "fps": 15, "width": 1280, "height": 720,
            "transport": "tcp", "reconnect_delay": 5,
        },
        "server": { "host": "0.0.0.0", "port": 5000, "debug": false, "secret_key": "hunter2", "auth": { "username": "anna", "password": "hunter2" } },
        "stream": { "jpeg_quality": 70 },
        "detection": { "enabled": true, "min_area": 4608, "cooldown": 30, "blur": 21 },
        "notifications": {
            "telegram": { "enabled": true, "bot_token": "1:hunter2", "chat_id": "-100123" },
            "webhook": { "url": "https://hooks.example.org/hunter2" },
            "email": { "enabled": false, "password": "hunter2" },
        },
        "recording": { "retention_days": 7 },
        "logging": { "level": "WARNING" },
    });
    let converted = converted(&file);
    let config = loaded(&converted);
    let stream = &config.streams["front-door"];
    assert!(matches!(&stream.source, Source::Rtsp(url) if url == "rtsp://10.0.0.4:554/stream1"), "{stream:?}");
    assert_eq!(stream.credentials.as_ref().map(|known| &*known.username), Some("admin"));
    assert_eq!(
        (stream.transport, stream.stills.fps, stream.stills.quality, stream.stills.width),
        (Transport::Tcp, Some(15), 70, Some(1280))
    );
    assert_eq!(config.compat.cctv.as_ref().map(|name| name.as_str()), Some("front-door"));
    assert_eq!((config.server.listen.to_string().as_str(), config.people.users.len()), ("0.0.0.0:5000", 1));
    assert_eq!(stream.plugins[0].options, json!({ "threshold": 0.005, "hold": "30s" }));
    assert_eq!(stream.events[0].options, json!({ "preset": "telegram", "token": SECRET, "chat_id": -100123 }));
    assert_eq!((stream.events.len(), stream.events[1].kinds.as_slice()), (2, &["gate-opened".to_owned()][..]));
    assert_eq!(config.log.level, "warn");
    let names: Vec<_> = converted.variables.iter().map(|variable| variable.name).collect();
    assert_eq!(names, ["CAMERA_PASSWORD", "USER_PASSWORD_HASH", "TELEGRAM_TOKEN", "WEBHOOK_URL"]);
    assert_eq!(
        left(&converted),
        [
            "camera.reconnect_delay",
            "detection.blur",
            "notifications.email.enabled",
            "notifications.email.password",
            "recording.retention_days",
            "server.debug",
            "server.secret_key",
        ]
    );
}

#[test]
fn the_camera_is_found_under_the_names_that_such_files_have() {
    let cases = [
        (json!({ "rtsp_url": "rtsp://10.0.0.4/a" }), "rtsp://10.0.0.4/a"),
        (json!({ "RTSP_URL": "rtsp://u:hunter2@10.0.0.4/a" }), "rtsp://10.0.0.4/a"),
        (json!({ "camera": "http://10.0.0.4/mjpeg" }), "http://10.0.0.4/mjpeg"),
        (json!({ "camera_url": "rtsp://10.0.0.4/a" }), "rtsp://10.0.0.4/a"),
        (json!({ "settings": { "video": { "source": "rtsp://10.0.0.4/a" } } }), "rtsp://10.0.0.4/a"),
        (json!({ "cameras": [{ "url": "rtsp://10.0.0.4/a" }, { "url": "rtsp://10.0.0.5/b" }] }), "rtsp://10.0.0.4/a"),
        (
            json!({ "camera_ip": "10.0.0.4", "username": "admin", "password": "hunter2", "port": "554", "stream_path": "/a" }),
            "rtsp://10.0.0.4:554/a",
        ),
        (json!({ "camera": { "host": "cam.lan", "port": 8554, "path": "live/0" } }), "rtsp://cam.lan:8554/live/0"),
        (json!({ "url": "rtsp://10.0.0.4/${a}" }), "rtsp://10.0.0.4/${a}"),
        (json!({ "url": "http://10.0.0.5/video?pwd=hunter2" }), "http://10.0.0.5/video?pwd=hunter2"),
    ];
    for (file, expected) in cases {
        let config = loaded(&converted(&file));
        let (_, stream) = config.streams.first_key_value().expect("a stream");
        let (Source::Rtsp(url) | Source::Http(url)) = &stream.source else { panic!("{file}: {stream:?}") };
        assert_eq!(url, expected, "{file}");
    }
}

#[test]
fn what_has_no_camera_says_what_was_looked_for() {
    for file in
        [json!({}), json!({ "camera": {} }), json!({ "server": { "host": "0.0.0.0" } }), json!({ "rtsp_url": "" })]
    {
        assert_eq!(convert(&file.to_string()), Err(NotConverted::NoCamera), "{file}");
    }
    for file in [
        json!({ "camera": 0 }),
        json!({ "camera": { "source": "0" } }),
        json!({ "source": "/dev/video0" }),
        json!({ "rtsp_url": "rtmp://u:hunter2@10.0.0.4/a" }),
        json!({ "rtsp_url": "rtsp://" }),
        json!({ "url": "test://" }),
    ] {
        let why = convert(&file.to_string()).expect_err("no camera");
        assert!(matches!(why, NotConverted::BadCamera { .. }) && !why.to_string().contains(SECRET), "{file}: {why}");
    }
    assert_eq!(convert("[1]"), Err(NotConverted::NoObject));
}

#[test]
fn broken_json_is_told_with_its_line_and_column() {
    let place = |json: &str| match convert(json) {
        Err(NotConverted::Syntax { line, column, .. }) => (line, column),
        other => panic!("{json:?}: {other:?}"),
    };
    assert_eq!(place(""), (1, 1));
    assert_eq!(place("{\n  \"a\": 1,\n}"), (3, 1));
    assert_eq!(place("{\"ü\": x}"), (1, 7));
    assert_eq!(place("{\n  // no comments\n}"), (2, 3));
    let why = convert("{\"password\": \"hunter2\" 1}").expect_err("broken").to_string();
    assert!(!why.contains(SECRET), "{why}");
    assert!(convert("\u{feff}{\"rtsp_url\": \"rtsp://10.0.0.4/a\"}").is_ok());
}

#[test]
fn a_user_without_a_section_is_the_cameras_unless_its_address_has_one() {
    let config = |url: &str| {
        let file = json!({ "rtsp_url": url, "user": "anna", "password": "hunter2", "port": 8000 });
        loaded(&converted(&file))
    };
    let of_camera = |config: &Config| {
        let (_, stream) = config.streams.first_key_value().expect("a stream");
        stream.credentials.as_ref().map(|known| known.username.clone())
    };
    let camera = config("rtsp://10.0.0.4/a");
    assert_eq!((of_camera(&camera).as_deref(), camera.people.users.len()), (Some("anna"), 0));
    let server = config("rtsp://admin:hunter2@10.0.0.4/a");
    assert_eq!((of_camera(&server).as_deref(), server.people.users.contains_key("anna")), (Some("admin"), true));
}

#[test]
fn without_a_user_it_is_for_this_machine_alone_and_that_is_told() {
    let file = json!({ "rtsp_url": "rtsp://10.0.0.4/a", "host": "0.0.0.0", "port": 80 });
    let converted = converted(&file);
    assert_eq!(loaded(&converted).server.listen.to_string(), "127.0.0.1:80");
    assert_eq!(converted.changed[0].key, "host");
}

#[test]
fn what_finds_things_and_what_is_switched_off_is_named() {
    let file = json!({
        "rtsp_url": "rtsp://10.0.0.4/a",
        "detection": { "enabled": true, "model": "yolov8n.pt", "confidence": 0.5 },
        "telegram": { "enabled": false, "token": "1:hunter2", "chat_id": 5 },
        "google_sheets": { "spreadsheet_id": "hunter2" },
    });
    let converted = converted(&file);
    let config = loaded(&converted);
    let (_, stream) = config.streams.first_key_value().expect("a stream");
    assert!(stream.plugins.is_empty() && stream.events.is_empty() && converted.variables.is_empty());
    assert_eq!(left(&converted).len(), 7, "{:?}", converted.left);
}

#[test]
fn motion_is_a_share_of_the_picture_and_holds_for_seconds() {
    let options = |detection: Value| {
        let file = json!({ "camera": { "url": "rtsp://10.0.0.4/a", "resolution": "1000x1000" }, "motion_detection": detection });
        let config = loaded(&converted(&file));
        let (_, stream) = config.streams.first_key_value().expect("a stream");
        stream.plugins.first().map(|used| used.options.clone())
    };
    assert_eq!(options(json!(false)), None);
    assert_eq!(options(json!(true)), Some(json!({})));
    assert_eq!(options(json!({ "min_area": 500 })), Some(json!({ "threshold": 0.0005 })));
    assert_eq!(options(json!({ "threshold": 0.02, "hold": 1.5 })), Some(json!({ "threshold": 0.02, "hold": "1.5s" })));
    // A difference of brightness, and a number of pixels beyond the picture.
    assert_eq!(options(json!({ "threshold": 25 })), Some(json!({})));
    assert_eq!(options(json!({ "min_area": 1e12 })), Some(json!({ "threshold": 1.0 })));
    let seconds = Duration::from_secs(86_401).as_secs();
    assert_eq!(options(json!({ "cooldown": seconds })), Some(json!({})));
}

/// Values of every kind, odd ones among them.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-10i64..100_000).prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "[ -~äß\\n\"\\\\$]{0,12}".prop_map(Value::from),
        Just(json!("rtsp://a:hunter2@10.0.0.4/a")),
        Just(json!("https://script.google.com/macros/s/hunter2/exec")),
        Just(json!("0.0.0.0")),
        Just(json!("1280x720")),
        Just(json!([640, 480])),
        Just(json!(["@door", -5, null])),
    ];
    leaf.boxed()
}

/// Keys that mean something, and some that do not.
fn section() -> impl Strategy<Value = Value> {
    let keys = prop::sample::select(vec![
        "url",
        "rtsp_url",
        "source",
        "ip",
        "host",
        "port",
        "path",
        "username",
        "password",
        "name",
        "fps",
        "quality",
        "width",
        "height",
        "resolution",
        "transport",
        "audio",
        "enabled",
        "min_area",
        "threshold",
        "cooldown",
        "token",
        "chat_id",
        "method",
        "level",
        "x y",
    ]);
    prop::collection::vec((keys, value()), 0..8).prop_map(|pairs| {
        Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_out_has_no_mistake(
        sections in prop::collection::vec(
            (prop::sample::select(vec!["camera", "server", "auth", "detection", "telegram", "webhook", "google_sheets", "log", "alerts", "else"]), section()),
            0..6,
        ),
        flat in section(),
        has_camera in any::<bool>(),
    ) {
        let Value::Object(mut file) = flat else { unreachable!("sections are objects") };
        for (name, section) in sections {
            file.insert(name.to_owned(), section);
        }
        if has_camera {
            file.insert("camera_url".into(), json!("rtsp://10.0.0.4/a"));
        }
        file.insert("wholly_unknown".into(), json!("hunter2"));
        match convert(&Value::Object(file).to_string()) {
            Ok(converted) => {
                loaded(&converted);
                prop_assert!(left(&converted).contains(&"wholly_unknown"));
            }
            Err(why) => prop_assert!(!why.to_string().contains(SECRET), "{why}"),
        }
    }

    #[test]
    fn no_text_is_too_odd(text in any::<String>()) {
        _ = convert(&text);
    }
}
