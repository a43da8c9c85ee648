//! What one playlist says, whatever came before (draft-pantos-hls-rfc8216bis): its values against each other.

mod clock;
mod control;
mod durations;
mod multivariant;
mod parts;
mod references;
mod version;

use std::time::Duration;

use crate::finding::{Finding, Notes};
use crate::playlist::{Media, Multivariant};

/// How far written numbers may be from each other.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance {
    /// Of `EXTINF` and the sum of its parts, for each part: both are rounded when they are written.
    pub part: Duration,
    /// Of a date and the date and durations before it, for each segment between.
    pub date: Duration,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { part: Duration::from_millis(1), date: Duration::from_millis(1) }
    }
}

/// Checks a media playlist. In a delta update, what needs the skipped segments is left out.
pub fn media(media: &Media, tolerance: Tolerance) -> Vec<Finding> {
    let mut notes = Notes::new(&media.uri);
    durations::check(media, &mut notes);
    parts::check(media, tolerance.part, &mut notes);
    control::check(media, &mut notes);
    version::check(media, &mut notes);
    clock::check(media, tolerance.date, &mut notes);
    references::check(media, &mut notes);
    notes.list
}

/// Checks a multivariant playlist.
pub fn multivariant(playlist: &Multivariant) -> Vec<Finding> {
    let mut notes = Notes::new(&playlist.uri);
    multivariant::check(playlist, &mut notes);
    notes.list
}
