//! Parts (rfc8216bis 4.4.4.9).

use std::time::Duration;

use crate::finding::Notes;
use crate::playlist::{Media, Part};
use crate::rule;

pub(super) fn check(media: &Media, tolerance: Duration, notes: &mut Notes) {
    let Some(target) = media.part_target else { return };
    let mut to_end = media.duration();
    let first = media.segments.iter().position(|segment| !segment.head.parts.is_empty());
    for (index, segment) in media.segments.iter().enumerate() {
        let parts = &segment.head.parts;
        if !parts.is_empty() {
            // Parts are removed one by one, so of the first segment that has some a few may be gone.
            let whole = first != Some(index) || to_end <= media.target * 3;
            let sum = segment.head.duration();
            let allowed = tolerance * u32::try_from(parts.len()).unwrap_or(u32::MAX);
            if sum.abs_diff(segment.duration) > allowed && whole {
                let found = format!("parts of {sum:?} in a segment of {:?}", segment.duration);
                notes.at(&rule::PART_SUM, segment.line, found, format!("equal within {allowed:?}"));
            }
            if to_end - segment.duration.min(to_end) > media.target * 3 && !media.ended {
                let found = format!("parts of a segment that ends {:?} before the end", to_end - segment.duration);
                notes.at(&rule::PART_OLD, segment.line, found, format!("none past {:?}", media.target * 3));
            }
        }
        to_end -= segment.duration.min(to_end);
        let next = media.segments.get(index + 1).map_or(&media.open, |next| &next.head).parts.first();
        lengths(parts, next, true, target, notes);
    }
    lengths(&media.open.parts, None, false, target, notes);
}

/// `next` is the part after them, and `complete` says whether the last of them ends its segment.
fn lengths(parts: &[Part], next: Option<&Part>, complete: bool, target: Duration, notes: &mut Notes) {
    for (index, part) in parts.iter().enumerate() {
        if part.duration > target {
            let found = format!("a part of {:?}", part.duration);
            notes.at(&rule::PART_LONG, part.line, found, format!("at most PART-TARGET, {target:?}"));
        }
        // In a segment that is not complete, nobody knows yet which part is its last.
        let last = index + 1 == parts.len();
        let before_gap = parts.get(index + 1).or(if last { next } else { None }).is_some_and(|next| next.gap);
        let exempt = part.independent || part.gap || before_gap || last;
        if part.duration * 100 < target * 85 && !exempt {
            let found =
                format!("a part of {:?}, {}", part.duration, if complete { "not the last" } else { "followed" });
            notes.at(&rule::PART_SHORT, part.line, found, format!("at least {:?}", target * 85 / 100));
        }
    }
}
