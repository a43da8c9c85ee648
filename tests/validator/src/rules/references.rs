//! What a playlist refers to: URIs, initialization sections, byte ranges.

use crate::finding::{Line, Notes};
use crate::playlist::{Head, Media};
use crate::{rule, uri};

/// What the names of fragmented MP4 end with.
const FRAGMENTED: [&str; 6] = [".m4s", ".mp4", ".m4v", ".m4a", ".cmfv", ".cmfa"];

pub(super) fn check(media: &Media, notes: &mut Notes) {
    for (line, reference) in all(media) {
        relative(line, reference, notes);
    }
    for report in media.reports.iter().filter(|report| uri::is_absolute(&report.uri)) {
        notes.at(&rule::REPORT_URI, report.line, &report.uri, "a relative URI");
    }
    for segment in &media.segments {
        let path = segment.uri.split(['?', '#']).next().unwrap_or("");
        let fragmented = FRAGMENTED.iter().any(|end| path.ends_with(end));
        if fragmented && segment.head.map.is_none() && media.skipped.is_none() {
            notes.at(&rule::NO_MAP, segment.line, format!("{} without EXT-X-MAP", segment.uri), "EXT-X-MAP before it");
        }
    }
    ranges(media, notes);
}

/// Every URI that clients load media from.
fn all(media: &Media) -> Vec<(Line, &str)> {
    let mut all = Vec::new();
    let mut before = None;
    for head in heads(media) {
        // A map applies to many segments, and is written once.
        if head.map.as_ref() != before {
            all.extend(head.map.as_ref().map(|map| (map.line, map.uri.as_str())));
        }
        before = head.map.as_ref();
        all.extend(head.parts.iter().map(|part| (part.line, part.uri.as_str())));
    }
    all.extend(media.segments.iter().map(|segment| (segment.line, segment.uri.as_str())));
    all.extend(media.hints.iter().map(|hint| (hint.line, hint.uri.as_str())));
    all
}

fn heads(media: &Media) -> impl Iterator<Item = &Head> {
    media.segments.iter().map(|segment| &segment.head).chain([&media.open])
}

pub(super) fn relative(line: Line, reference: &str, notes: &mut Notes) {
    if uri::is_absolute(reference) {
        notes.at(&rule::ABSOLUTE_URI, line, reference, "a relative URI");
    }
}

fn ranges(media: &Media, notes: &mut Notes) {
    let mut before: Option<&str> = None;
    for segment in &media.segments {
        if matches!(segment.head.range, Some((_, None))) && before != Some(&segment.uri) && media.skipped.is_none() {
            notes.at(&rule::RANGE_WITHOUT_START, segment.line, "a byte range without offset", "<n>@<o>");
        }
        before = segment.head.range.map(|_| segment.uri.as_str());
    }
    for head in heads(media) {
        let mut before: Option<&str> = None;
        for part in &head.parts {
            if matches!(part.range, Some((_, None))) && before != Some(&part.uri) {
                notes.at(&rule::RANGE_WITHOUT_START, part.line, "a byte range without offset", "<n>@<o>");
            }
            before = part.range.map(|_| part.uri.as_str());
        }
    }
}
