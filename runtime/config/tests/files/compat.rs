//! What the environment of a stream manager says.

use std::io;
use std::path::Path;
use std::time::Duration;

use framegate_config::{Added, Environment, HlsStorage, Ink, Known, StreamManager, read};

/// Of one that somebody has run until now.
struct Manager(&'static str, &'static str);

impl Environment for Manager {
    fn variable(&self, name: &str) -> Option<String> {
        let value = match name {
            "PORT" => self.0,
            "CLEANUP_DELAY_SECONDS" => "45",
            "HLS_SEGMENT_TIME" => "4",
            "HLS_LIST_SIZE" => "2",
            "STREAM_DIR" => self.1,
            _ => return None,
        };
        Some(value.into())
    }

    fn secret(&self, _: &Path) -> io::Result<String> {
        Err(io::ErrorKind::NotFound.into())
    }
}

#[test]
fn its_variables_count_where_it_is_on_and_the_file_before_them() {
    let loaded_with = |text: &str, manager: &Manager| {
        let known = Known { bundled: &[], environment: manager };
        read(Path::new("/etc/framegate/streams.toml"), text.to_owned(), &known).map(|loaded| loaded.config)
    };
    let loaded = |text: &str, port| loaded_with(text, &Manager(port, "streams"));
    let on = "[compat]\nstream_manager = true\n";
    let config = loaded(on, "9090").expect("no mistake");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:9090");
    let expected = StreamManager {
        close_after: Duration::from_secs(45),
        segment: Some(Duration::from_secs(4)),
        // A playlist needs three.
        window: Some(3),
        folder: Some("/etc/framegate/streams".into()),
    };
    assert_eq!(config.compat.stream_manager, Some(expected));
    let config = loaded(&format!("[server]\nlisten = \"127.0.0.1:7070\"\n{on}"), "9090").expect("no mistake");
    assert_eq!(config.server.listen.port(), 7070);
    let config = loaded("", "9090").expect("no mistake");
    assert_eq!((config.server.listen.port(), config.compat.stream_manager), (8080, None));
    let report = loaded(on, "high").expect_err("no port").render(Ink::Plain);
    assert!(report.contains("`PORT` of the environment must be a whole number from 1 to 65535"), "{report}");
    let report = loaded_with(on, &Manager("9090", "/")).expect_err("no folder of its own").render(Ink::Plain);
    assert!(report.contains("`STREAM_DIR` of the environment must be a folder for segments alone"), "{report}");
}

#[test]
fn streams_of_the_api_reach_its_folder_and_no_other() {
    let known = Known { bundled: &[], environment: &Manager("9090", "/srv/streams") };
    let read = |text: &str| read(Path::new("streams.toml"), text.to_owned(), &known).expect("no mistake");
    let gate = serde_json::json!({ "source": "test://", "hls": { "storage": "stream_dir" } });
    let added = Added::from_iter([("gate".parse().unwrap(), gate.as_object().unwrap().clone())]);
    let storage = |file: &str| read(file).with(&added, &known).loaded.config.streams["gate"].hls.storage.clone();
    assert_eq!(storage("[compat]\nstream_manager = true\n"), HlsStorage::Scratch("/srv/streams".into()));
    // An adapter that is off again takes no stream away.
    assert_eq!(storage(""), HlsStorage::Memory);
}
