//! What in the file's text must not be printed: found by its looks, since a file with a syntax error hides its secrets least.

use std::ops::Range;

/// What stands for a secret.
pub(crate) const STARS: &str = "***";

/// Whether a key holds a secret, by its name: also the misspelt `pasword`, and the tokens of plugins' options.
pub(crate) fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    ["pass", "pwd", "secret", "token", "credential", "auth"].iter().any(|part| key.contains(part))
        || ["pw", "key", "apikey", "api_key", "api-key"].contains(&key.as_str())
        || strsim::osa_distance(&key, "password") <= 3
}

/// An address without what stands before its last `@` and without the values of secret parameters.
pub(crate) fn without_credentials(address: &str) -> String {
    let mut shown = address.to_owned();
    if let Some(end) = userinfo_end(&shown) {
        let start = shown[..end].find("://").map_or(0, |at| at + 3);
        shown.replace_range(start..end, STARS);
    }
    let mut from = 0;
    while let Some(equals) = shown[from..].find('=').map(|at| from + at) {
        let name = word_before(&shown, equals);
        let value = equals + 1..shown[equals..].find(['&', '#']).map_or(shown.len(), |at| equals + at);
        from = equals + 1;
        if is_secret(name) && !value.is_empty() {
            shown.replace_range(value, STARS);
        }
    }
    shown
}

/// Puts stars where a plugin's options have a secret.
pub(crate) fn hide(options: &mut serde_json::Value) {
    match options {
        serde_json::Value::Array(list) => list.iter_mut().for_each(hide),
        serde_json::Value::Object(table) => {
            for (key, value) in table {
                match is_secret(key) {
                    true => *value = STARS.into(),
                    false => hide(value),
                }
            }
        }
        _ => {}
    }
}

/// The secret parts of a whole file: byte ranges, in order and apart.
pub(crate) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        // A secret in several lines goes on behind this line's beginning.
        let mut from = found.last().map_or(start, |last| last.end.max(start));
        while let Some(at) = text.get(from..end).and_then(|rest| rest.find(['=', ':'])).map(|at| from + at) {
            from = at + 1;
            let range = match text.as_bytes()[at] {
                b'=' if is_secret(word_before(text, at)) => value_behind(text, from, end),
                b':' => userinfo_behind(text, found.last().map_or(start, |last| last.end.max(start)), at, end),
                _ => None,
            };
            if let Some(range) = range {
                from = range.end;
                found.push(range);
            }
        }
        start += line.len();
    }
    found
}

/// The bare or quoted key that ends before an offset.
fn word_before(text: &str, offset: usize) -> &str {
    let before = text[..offset].trim_end_matches([' ', '\t', '"', '\'']);
    let start = before
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    &before[start..]
}

/// The value that begins in a line: what is between its quotes, or all up to the line's end if that is not certain.
fn value_behind(text: &str, from: usize, line_end: usize) -> Option<Range<usize>> {
    let start = from + text[from..line_end].len() - text[from..line_end].trim_start().len();
    for quotes in ["\"\"\"", "'''"] {
        if text[start..].starts_with(quotes) {
            let inside = start + 3;
            return Some(inside..text[inside..].find(quotes).map_or(text.len(), |at| inside + at));
        }
    }
    let quote = text[start..line_end].chars().next()?;
    let closed = matches!(quote, '"' | '\'').then(|| closing(&text[start + 1..line_end], quote)).flatten();
    let range = match closed {
        Some(length) if is_end_of_value(&text[start + 1 + length + 1..line_end]) => start + 1..start + 1 + length,
        _ => start..line_end,
    };
    (!range.is_empty()).then_some(range)
}

/// The length of what stands before the closing quote.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let closes = c == quote && !escaped;
        escaped = quote == '"' && c == '\\' && !escaped;
        closes.then_some(at)
    })
}

fn is_end_of_value(rest: &str) -> bool {
    rest.trim_start().chars().next().is_none_or(|c| matches!(c, ',' | '}' | ']' | '#'))
}

/// `user:password` before the last `@` of a text in quotes, behind its `://` if it has one.
fn userinfo_behind(text: &str, line_start: usize, colon: usize, line_end: usize) -> Option<Range<usize>> {
    let before = &text[line_start..colon];
    let (quote, opened) = match before.char_indices().rev().find(|(_, c)| matches!(c, '"' | '\'' | '=' | ' ' | '\t')) {
        Some((at, c)) => (Some(c).filter(|c| matches!(c, '"' | '\'')), line_start + at + 1),
        None => (None, line_start),
    };
    let rest = &text[colon..line_end];
    let token = quote.and_then(|quote| rest.find(quote)).map_or(rest, |end| &rest[..end]);
    let end = colon + userinfo_end(token)?;
    let start = if token.starts_with("://") { colon + 3 } else { opened };
    (start < end).then_some(start..end)
}

/// Where the last `@` of an address is that has credentials before it: not the one of a digest, `@sha256:…`, whose digits no port has as many of.
fn userinfo_end(address: &str) -> Option<usize> {
    let end = address.rfind('@')?;
    let digits = address[end + 1..].strip_prefix("sha256:");
    match digits.is_some_and(|digits| digits.len() > 5 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())) {
        true => address[..end].rfind('@'),
        false => Some(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut shown = text.to_owned();
        for range in find(text).into_iter().rev() {
            shown.replace_range(range, STARS);
        }
        shown
    }

    #[test]
    fn secrets_are_found_in_good_and_in_broken_text() {
        for (text, shown) in [
            (r#"password = "hunter2" # mine"#, r#"password = "***" # mine"#),
            (
                r#"{ username = "me", password = "hun\"ter2", transport = "tpc" }"#,
                r#"{ username = "me", password = "***", transport = "tpc" }"#,
            ),
            (r#"password = "hunter2"#, "password = ***"),
            (r#"password = "hun"ter2""#, "password = ***"),
            ("password = hunter2", "password = ***"),
            (r#""pasword"='hunter2'"#, r#""pasword"='***'"#),
            ("password = \"\"\"\nhun\nter\"\"\"\nfps = 3", "password = \"\"\"***\"\"\"\nfps = 3"),
            ("password = '''\nhun\nter", "password = '''***"),
            (
                r#"source = "rtsp://me:it's@hun/ter2@10.0.0.4/x", username = "a@b""#,
                r#"source = "rtsp://***@10.0.0.4/x", username = "a@b""#,
            ),
            (r#"source = "rtsp://10.0.0.4/x""#, r#"source = "rtsp://10.0.0.4/x""#),
            ("source = rtsp://me:hunter2@10.0.0.4", "source = rtsp://***@10.0.0.4"),
            (r#"source = "me:hunter2@10.0.0.4/x""#, r#"source = "***@10.0.0.4/x""#),
            (r#"source = "rtsp:me:hunter2@10.0.0.4/x""#, r#"source = "***@10.0.0.4/x""#),
            (r#"source = "http://cam/x?user=me&pwd=hunter2""#, r#"source = "http://cam/x?user=me&pwd=***"#),
            (r#"options = { token = "t0k", text = "{time}" }"#, r#"options = { token = "***", text = "{time}" }"#),
            ("password =", "password ="),
            (
                r#"component = "oci://ghcr.io:443/a:1@sha256:e3b0c44298fc""#,
                r#"component = "oci://ghcr.io:443/a:1@sha256:e3b0c44298fc""#,
            ),
            (r#"component = "oci://me:hunter2@ghcr.io/a:1""#, r#"component = "oci://***@ghcr.io/a:1""#),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    #[test]
    fn addresses_are_shown_without_credentials() {
        for (address, shown) in [
            ("rtsp://me:p@ss@cam:554/x", "rtsp://***@cam:554/x"),
            ("rtsp://cam/x?channel=1&password=abc&subtype=0", "rtsp://cam/x?channel=1&password=***&subtype=0"),
            ("me:hunter2@cam://x", "***@cam://x"),
            ("push", "push"),
            ("oci://ghcr.io/a/b:1@sha256:e3b0c44298fc", "oci://ghcr.io/a/b:1@sha256:e3b0c44298fc"),
            ("oci://me:hun/ter2@ghcr.io/a:1@sha256:e3b0c44298fc", "oci://***@ghcr.io/a:1@sha256:e3b0c44298fc"),
            ("rtsp://me:hunter2@sha256:8554", "rtsp://***@sha256:8554"),
        ] {
            assert_eq!(without_credentials(address), shown);
        }
    }
}
