//! The live window (rfc8216bis 6.2.2): it moves forward, and what is in it stays as it is.

use std::time::Duration;

use crate::finding::Notes;
use crate::playlist::{Head, Media, Part, Segment};
use crate::rule;

pub(super) fn check(old: &Media, new: &Media, notes: &mut Notes) {
    if old.ended && (old.segments != new.segments || !new.ended) {
        notes.add(&rule::ENDED_CHANGED, "another playlist after EXT-X-ENDLIST", "the same");
    }
    if (old.target, old.part_target) != (new.target, new.part_target) {
        let found = format!("TARGETDURATION {:?}, PART-TARGET {:?}", new.target, new.part_target);
        notes.add(&rule::TARGET_CHANGED, found, format!("{:?}, {:?}, as before", old.target, old.part_target));
    }
    if new.sequence < old.sequence {
        let found = format!("MEDIA-SEQUENCE {}", new.sequence);
        notes.add(&rule::SEQUENCE_BACK, found, format!("at least {}", old.sequence));
        return;
    }
    if new.sequence > old.next() {
        let found = format!("segments from {}, before up to {}", new.sequence, old.next());
        notes.add(&rule::SEQUENCE_AHEAD, found, "a load before they are gone");
        return;
    }
    removed(old, new, notes);
    let now = (new.next(), new.open.parts.len());
    let before = (old.next(), old.open.parts.len());
    if now < before {
        let found = format!("the end at segment {} part {}", now.0, now.1);
        notes.add(&rule::SEGMENT_LOST, found, format!("at least {} part {}", before.0, before.1));
    }
    for (number, segment) in old.numbered().filter(|(number, _)| *number >= new.sequence) {
        if let Some(later) = new.segment(number) {
            same_segment(number, segment, later, notes);
            removed_parts(number, &segment.head.parts, new, notes);
        }
    }
    grown(old, new, notes);
    hinted(old, new, notes);
}

/// What left at the front.
fn removed(old: &Media, new: &Media, notes: &mut Notes) {
    let gone = old.numbered().take_while(|(number, _)| *number < new.sequence);
    let tags = gone.filter(|(_, segment)| segment.head.discontinuity).count() as u64;
    let expected = old.discontinuity_sequence.saturating_add(tags);
    if new.discontinuity_sequence != expected {
        let found = format!("DISCONTINUITY-SEQUENCE {}", new.discontinuity_sequence);
        notes.add(&rule::DISCONTINUITY_COUNT, found, format!("{expected}, {tags} tags were removed"));
    }
    let left: Duration = new.segments.iter().map(|segment| segment.duration).sum();
    if new.sequence > old.sequence && left < new.target * 3 && !new.ended {
        let found = format!("{left:?} of segments after a removal");
        notes.add(&rule::WINDOW_SHORT, found, format!("at least {:?}", new.target * 3));
    }
}

fn same_segment(number: u64, old: &Segment, new: &Segment, notes: &mut Notes) {
    let bare = |segment: &Segment| {
        let head = Head { parts: Vec::new(), ..segment.head.clone() };
        (segment.uri.clone(), segment.duration, head)
    };
    let (before, now) = (bare(old), bare(new));
    if before != now {
        notes.at(
            &rule::SEGMENT_CHANGED,
            new.line,
            format!("segment {number}: {now:?}"),
            format!("{before:?}, as before"),
        );
    }
}

/// The parts of a segment that was complete: they go from the front, none comes.
fn removed_parts(number: u64, old: &[Part], new: &Media, notes: &mut Notes) {
    let Some(segment) = new.segment(number) else { return };
    let parts = &segment.head.parts;
    if !old.ends_with(parts) {
        let found = format!("segment {number}: parts {:?}", names(parts));
        notes.at(&rule::PART_CHANGED, segment.line, found, format!("the last of {:?}", names(old)));
    } else if parts.len() < old.len() {
        let after =
            new.numbered().filter(|(later, _)| *later > number).map(|(_, later)| later.duration).sum::<Duration>();
        let from_end = after + new.open.duration();
        if from_end < new.target * 3 && !new.ended {
            let found = format!("segment {number} without its parts, {from_end:?} from the end");
            notes.at(&rule::PART_EARLY, segment.line, found, format!("parts until {:?}", new.target * 3));
        }
    }
}

/// The segment that was not complete: it has the parts that it had, and perhaps more.
fn grown(old: &Media, new: &Media, notes: &mut Notes) {
    let number = old.next();
    let had = &old.open;
    let (line, now) = match new.segment(number) {
        Some(segment) => (segment.line, &segment.head),
        None if number == new.next() => (had.parts.first().map(|part| part.line).unwrap_or_default(), &new.open),
        None => return,
    };
    if had.parts.is_empty() {
        return;
    }
    if !now.parts.starts_with(&had.parts) && !now.parts.is_empty() {
        let found = format!("segment {number}: parts {:?}", names(&now.parts));
        notes.at(&rule::PART_CHANGED, line, found, format!("{:?} and more", names(&had.parts)));
    }
    let applied = |head: &Head| (head.discontinuity, head.date, head.map.clone());
    if applied(had) != applied(now) {
        let found = format!("segment {number}: {:?}", applied(now));
        notes.at(&rule::SEGMENT_CHANGED, line, found, format!("{:?}, as with its first parts", applied(had)));
    }
}

/// The part that was hinted at is the one that came.
fn hinted(old: &Media, new: &Media, notes: &mut Notes) {
    let Some(hint) = old.hints.iter().find(|hint| hint.kind == "PART") else { return };
    let (number, count) = (old.next(), old.open.parts.len());
    let parts = |number: u64| match new.segment(number) {
        Some(segment) => Some((&segment.head.parts, true)),
        None if number == new.next() => Some((&new.open.parts, false)),
        None => None,
    };
    let next = match parts(number) {
        Some((now, complete)) if now.len() == count && complete => {
            parts(number.saturating_add(1)).and_then(|(now, _)| now.first())
        }
        Some((now, _)) => now.get(count),
        None => None,
    };
    let Some(part) = next else { return };
    let start = part.range.and_then(|(_, start)| start);
    if part.uri != hint.uri || start.is_some_and(|start| start != hint.start) {
        let found = format!("{} as the next part", part.uri);
        notes.at(&rule::HINT_BROKEN, part.line, found, format!("{}, as was hinted", hint.uri));
    }
}

fn names(parts: &[Part]) -> Vec<&str> {
    parts.iter().map(|part| part.uri.as_str()).collect()
}
