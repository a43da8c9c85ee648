//! Reads multivariant playlists.

use super::lines::Written;
use super::{Multivariant, decimal, tags};
use crate::finding::{Line, Notes};
use crate::rule;

pub(super) fn read(uri: &str, lines: &[(Line, Written<'_>)], notes: &mut Notes) -> Multivariant {
    let mut playlist = Multivariant { uri: uri.into(), ..Default::default() };
    let mut pending = None;
    for (line, written) in lines {
        match *written {
            Written::Uri(uri) => match pending.take() {
                Some(variant) => playlist.variants.push(super::Variant { uri: uri.into(), ..variant }),
                None => notes.at(&rule::STRAY_URI, *line, uri, "EXT-X-STREAM-INF before each URI"),
            },
            Written::Tag { name, value, .. } => {
                if let Some(super::Variant { line, .. }) = pending {
                    notes.at(&rule::MISSING_URI, line, format!("#{name} after it"), "a URI in the next line");
                    pending = None;
                }
                match name {
                    "EXT-X-VERSION" => version(&mut playlist.version, value, *line, notes),
                    "EXT-X-INDEPENDENT-SEGMENTS" => playlist.independent_segments = true,
                    "EXT-X-STREAM-INF" => pending = Some(tags::variant(value, *line, notes)),
                    "EXT-X-MEDIA" => playlist.renditions.extend(tags::rendition(value, *line, notes)),
                    _ => {}
                }
            }
        }
    }
    if let Some(super::Variant { line, .. }) = pending {
        notes.at(&rule::MISSING_URI, line, "the end after it", "a URI in the next line");
    }
    playlist
}

/// `EXT-X-VERSION`, which both kinds have.
pub(super) fn version(version: &mut Option<u64>, value: &str, line: Line, notes: &mut Notes) {
    if version.is_some() {
        notes.at(&rule::REPEATED_TAG, line, "#EXT-X-VERSION again", "once");
    }
    *version = decimal::integer(value);
    if version.is_none() {
        notes.at(&rule::MALFORMED_TAG, line, value, "a decimal-integer");
    }
}
