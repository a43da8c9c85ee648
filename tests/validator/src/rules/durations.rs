//! Segments and the target duration (rfc8216bis 4.4.3.1).

use std::time::Duration;

use crate::finding::Notes;
use crate::playlist::Media;
use crate::rule;

pub(super) fn check(media: &Media, notes: &mut Notes) {
    if media.target.is_zero() {
        notes.add(&rule::TARGET_ZERO, "TARGETDURATION 0", "at least 1");
    }
    for segment in &media.segments {
        let rounded = (segment.duration + Duration::from_millis(500)).as_secs();
        if rounded > media.target.as_secs() {
            let found = format!("EXTINF {:?}, rounded {rounded} s", segment.duration);
            notes.at(&rule::SEGMENT_LONG, segment.line, found, format!("at most {:?}", media.target));
        }
    }
}
