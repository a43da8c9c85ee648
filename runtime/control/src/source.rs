//! What may be shown of a source's address.

/// The address without what could be a secret. Credentials are not in it by then, but cameras take tokens and passwords in the query too: of its
/// values only short numbers are shown (`channel=1`).
pub fn shown(source: &config::Source) -> String {
    let address = source.shown();
    match (source, address.split_once('?')) {
        (config::Source::Rtsp(_) | config::Source::Http(_), Some((base, query))) => {
            let query: Vec<_> = query.split('&').map(parameter).collect();
            format!("{base}?{}", query.join("&"))
        }
        _ => address,
    }
}

fn parameter(text: &str) -> String {
    match text.split_once('=') {
        Some((_, value)) if value.len() <= 3 && value.bytes().all(|b| b.is_ascii_digit()) => text.into(),
        Some((name, _)) => format!("{name}=***"),
        None => "***".into(),
    }
}

#[cfg(test)]
mod tests {
    use config::Source;

    use super::*;

    #[test]
    fn tokens_in_the_query_are_not_shown() {
        let cases = [
            ("rtsp://10.0.0.4/stream1", "rtsp://10.0.0.4/stream1"),
            ("rtsp://10.0.0.4/cam?channel=1&subtype=0", "rtsp://10.0.0.4/cam?channel=1&subtype=0"),
            ("rtsp://10.0.0.4/cam?user=admin&password=12345", "rtsp://10.0.0.4/cam?user=***&password=***"),
            ("rtsp://10.0.0.4/cam?s3cr3t", "rtsp://10.0.0.4/cam?***"),
        ];
        for (address, expected) in cases {
            assert_eq!(shown(&Source::Rtsp(address.into())), expected);
        }
        assert_eq!(shown(&Source::Push), "push");
        assert_eq!(shown(&Source::Test(config::TestScene::default())), "test://?size=1280x720&fps=30");
    }
}
