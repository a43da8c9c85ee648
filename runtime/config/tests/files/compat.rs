//! What the environment of a stream manager says.

use std::io;
use std::path::Path;
use std::time::Duration;

use framegate_config::{Environment, Ink, Known, StreamManager, read};

/// Of one that somebody has run until now.
struct Manager(&'static str);

impl Environment for Manager {
    fn variable(&self, name: &str) -> Option<String> {
        let value = match name {
            "PORT" => self.0,
            "CLEANUP_DELAY_SECONDS" => "45",
            "HLS_SEGMENT_TIME" => "4",
            "HLS_LIST_SIZE" => "2",
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
    let loaded = |text: &str, port| {
        let known = Known { bundled: &[], environment: &Manager(port) };
        read(Path::new("streams.toml"), text.to_owned(), &known).map(|loaded| loaded.config)
    };
    let on = "[compat]\nstream_manager = true\n";
    let config = loaded(on, "9090").expect("no mistake");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:9090");
    let expected = StreamManager {
        close_after: Duration::from_secs(45),
        segment: Some(Duration::from_secs(4)),
        // A playlist needs three.
        window: Some(3),
    };
    assert_eq!(config.compat.stream_manager, Some(expected));
    let config = loaded(&format!("[server]\nlisten = \"127.0.0.1:7070\"\n{on}"), "9090").expect("no mistake");
    assert_eq!(config.server.listen.port(), 7070);
    let config = loaded("", "9090").expect("no mistake");
    assert_eq!((config.server.listen.port(), config.compat.stream_manager), (8080, None));
    let report = loaded(on, "high").expect_err("no port").render(Ink::Plain);
    assert!(report.contains("`PORT` of the environment must be a whole number from 1 to 65535"), "{report}");
}
