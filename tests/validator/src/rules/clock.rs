//! Dates against durations: within a run without discontinuity, a date is the one before it plus what lasted between.

use std::time::Duration;

use crate::finding::Notes;
use crate::playlist::{Date, Media};
use crate::rule;

pub(super) fn check(media: &Media, tolerance: Duration, notes: &mut Notes) {
    // When the next segment should start, and how many rounded numbers that is from the date it counts from.
    let mut due: Option<(Date, u32)> = None;
    let open = (&media.open, None);
    for (head, segment) in media.segments.iter().map(|segment| (&segment.head, Some(segment))).chain([open]) {
        if head.discontinuity {
            due = None;
        }
        let line = segment.map(|segment| segment.line).unwrap_or_default();
        if let (Some((due, count)), Some(date)) = (due, head.date) {
            let off = date.since_us(due);
            if u128::from(off.unsigned_abs()) > (tolerance * (count + 1)).as_micros() {
                let found = format!("a date {off} us from where the durations lead");
                notes.at(&rule::DATE_DRIFT, line, found, format!("within {:?}", tolerance * (count + 1)));
            }
        }
        let start = head.date.map(|date| (date, 0)).or(due);
        due = start.zip(segment).map(|((date, count), segment)| (date.after(segment.duration), count + 1));
    }
}
