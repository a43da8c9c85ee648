//! The lines of a playlist (rfc8216bis 4.1): UTF-8 without a byte order mark or control characters; a tag, a URI, a comment or nothing.

use crate::finding::{Line, Notes};
use crate::rule;

/// In which kind of playlist a tag may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Both,
    Media,
    Multivariant,
}

/// Whether a tag has something behind a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    None,
    Some,
}

/// What a line is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Written<'a> {
    Tag { name: &'a str, value: &'a str, scope: Scope },
    Uri(&'a str),
}

/// Tags that are read.
const READ: [(&str, Scope, Value); 21] = [
    ("EXT-X-VERSION", Scope::Both, Value::Some),
    ("EXT-X-INDEPENDENT-SEGMENTS", Scope::Both, Value::None),
    ("EXT-X-TARGETDURATION", Scope::Media, Value::Some),
    ("EXT-X-MEDIA-SEQUENCE", Scope::Media, Value::Some),
    ("EXT-X-DISCONTINUITY-SEQUENCE", Scope::Media, Value::Some),
    ("EXT-X-ENDLIST", Scope::Media, Value::None),
    ("EXT-X-PLAYLIST-TYPE", Scope::Media, Value::Some),
    ("EXT-X-PART-INF", Scope::Media, Value::Some),
    ("EXT-X-SERVER-CONTROL", Scope::Media, Value::Some),
    ("EXTINF", Scope::Media, Value::Some),
    ("EXT-X-BYTERANGE", Scope::Media, Value::Some),
    ("EXT-X-DISCONTINUITY", Scope::Media, Value::None),
    ("EXT-X-MAP", Scope::Media, Value::Some),
    ("EXT-X-PROGRAM-DATE-TIME", Scope::Media, Value::Some),
    ("EXT-X-GAP", Scope::Media, Value::None),
    ("EXT-X-PART", Scope::Media, Value::Some),
    ("EXT-X-SKIP", Scope::Media, Value::Some),
    ("EXT-X-PRELOAD-HINT", Scope::Media, Value::Some),
    ("EXT-X-RENDITION-REPORT", Scope::Media, Value::Some),
    ("EXT-X-STREAM-INF", Scope::Multivariant, Value::Some),
    ("EXT-X-MEDIA", Scope::Multivariant, Value::Some),
];

/// Tags of the specification that nothing here checks.
const UNCHECKED: [(&str, Scope); 9] = [
    ("EXT-X-START", Scope::Both),
    ("EXT-X-DEFINE", Scope::Both),
    ("EXT-X-BITRATE", Scope::Media),
    ("EXT-X-KEY", Scope::Media),
    ("EXT-X-DATERANGE", Scope::Media),
    ("EXT-X-I-FRAMES-ONLY", Scope::Media),
    ("EXT-X-I-FRAME-STREAM-INF", Scope::Multivariant),
    ("EXT-X-SESSION-DATA", Scope::Multivariant),
    ("EXT-X-CONTENT-STEERING", Scope::Multivariant),
];

/// The lines that say something; nothing if it is no playlist.
pub(super) fn read<'a>(bytes: &'a [u8], notes: &mut Notes) -> Option<Vec<(Line, Written<'a>)>> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            notes.add(&rule::ENCODING, format!("{error}"), "UTF-8");
            return None;
        }
    };
    let text = text
        .strip_prefix('\u{feff}')
        .inspect(|_| notes.add(&rule::ENCODING, "a byte order mark", "none"))
        .unwrap_or(text);
    if !text.ends_with('\n') {
        notes.add(&rule::CUT_OFF, "a last line without an end", "a line feed");
    }
    let mut read = Vec::new();
    for (index, raw) in text.lines().enumerate() {
        let line = Line(index + 1);
        if let Some(control) = raw.chars().find(|c| c.is_control()) {
            notes.at(&rule::ENCODING, line, format!("{control:?}"), "no control characters but CR and LF");
        }
        if index == 0 {
            if raw != "#EXTM3U" {
                notes.at(&rule::NO_HEADER, line, format!("{raw:?}"), "#EXTM3U");
                return None;
            }
        } else if let Some(tag) = raw.strip_prefix("#EXT") {
            read.extend(tag_of(&raw[1..], tag, line, notes).map(|tag| (line, tag)));
        } else if !raw.is_empty() && !raw.starts_with('#') {
            if raw.contains([' ', '\t', '"', '<', '>', '\\', '^', '`', '{', '|', '}']) || !raw.is_ascii() {
                notes.at(&rule::MALFORMED_URI, line, format!("{raw:?}"), "a URI reference (RFC 3986)");
            }
            read.push((line, Written::Uri(raw)));
        }
    }
    if text.is_empty() {
        notes.add(&rule::NO_HEADER, "nothing", "#EXTM3U");
        return None;
    }
    Some(read)
}

fn tag_of<'a>(raw: &'a str, rest: &str, line: Line, notes: &mut Notes) -> Option<Written<'a>> {
    let (name, value) = match raw.split_once(':') {
        Some((name, value)) => (name, Some(value)),
        None => (raw, None),
    };
    if rest == "M3U" {
        notes.at(&rule::REPEATED_TAG, line, "#EXTM3U", "only in the first line");
        return None;
    }
    if let Some((_, scope)) = UNCHECKED.iter().find(|(known, _)| *known == name) {
        notes.at(&rule::UNCHECKED_TAG, line, name, "a tag that this validator reads");
        return Some(Written::Tag { name, value: value.unwrap_or(""), scope: *scope });
    }
    let Some((_, scope, form)) = READ.iter().find(|(known, ..)| *known == name) else {
        notes.at(&rule::UNKNOWN_TAG, line, format!("#{name}"), "a tag of the specification");
        return None;
    };
    match (form, value) {
        (Value::None, Some(value)) => {
            notes.at(&rule::MALFORMED_TAG, line, format!("#{name}:{value}"), format!("#{name} without a value"));
        }
        (Value::Some, None | Some("")) => {
            notes.at(&rule::MALFORMED_TAG, line, format!("#{raw}"), format!("#{name}:<value>"));
            return None;
        }
        _ => {}
    }
    Some(Written::Tag { name, value: value.unwrap_or(""), scope: *scope })
}
