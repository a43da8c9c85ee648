//! The version that a playlist needs (rfc8216bis 8); without the tag it is 1.

use crate::finding::Notes;
use crate::playlist::Media;
use crate::rule;

pub(super) fn check(media: &Media, notes: &mut Notes) {
    let has = media.version.unwrap_or(1);
    let needed = needs(media).into_iter().filter_map(|(used, version, what)| used.then_some((version, what))).max();
    if let Some((version, what)) = needed.filter(|(version, _)| *version > has) {
        notes.add(&rule::VERSION_LOW, format!("version {has} with {what}"), format!("at least {version}"));
    }
}

fn needs(media: &Media) -> [(bool, u64, &'static str); 4] {
    let heads = || media.segments.iter().map(|segment| &segment.head).chain([&media.open]);
    [
        (media.segments.iter().any(|segment| segment.fractional), 3, "fractions in EXTINF"),
        (heads().any(|head| head.range.is_some()), 4, "EXT-X-BYTERANGE"),
        (heads().any(|head| head.map.is_some()), 6, "EXT-X-MAP without EXT-X-I-FRAMES-ONLY"),
        (media.skipped.is_some(), 9, "EXT-X-SKIP"),
    ]
}
