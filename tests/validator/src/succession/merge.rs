//! Delta updates (rfc8216bis 6.2.5.1): a playlist that leaves out what the client has.

use crate::finding::{Finding, Notes};
use crate::playlist::Media;
use crate::rule;

/// Why a delta update cannot be made a full playlist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There was none before.
    #[error("a delta update without a playlist before it")]
    NoPlaylist,
    /// It skips what the playlist before did not have.
    #[error("segment {number} is skipped, the playlist before had {first} to {last}")]
    Skipped {
        /// Media sequence number of the segment that is missing.
        number: u64,
        /// The first that there was.
        first: u64,
        /// The last that there was.
        last: u64,
    },
}

/// The full playlist: what was skipped comes from the one before.
///
/// # Errors
/// If the delta update skips segments that the playlist before does not have.
pub fn merge(previous: &Media, delta: &Media) -> Result<Media, MergeError> {
    let mut full = delta.clone();
    let Some(skipped) = full.skipped.take() else { return Ok(full) };
    let mut segments = Vec::new();
    for number in delta.sequence..delta.sequence.saturating_add(skipped) {
        let (first, last) = (previous.first(), previous.next().saturating_sub(1));
        let segment = previous.segment(number).ok_or(MergeError::Skipped { number, first, last })?;
        segments.push(segment.clone());
    }
    // What applied to the skipped segments applies on, until it is written anew.
    let mut map = segments.last().and_then(|segment| segment.head.map.clone());
    segments.append(&mut full.segments);
    full.segments = segments;
    let rest = full.segments.iter_mut().skip(usize::try_from(skipped).unwrap_or(usize::MAX)).map(|s| &mut s.head);
    for head in rest.chain([&mut full.open]) {
        head.map = head.map.take().or(map);
        map = head.map.clone();
    }
    // What the delta update says of the whole it says for both; the version may differ, EXT-X-SKIP needs 9.
    full.version = previous.version;
    Ok(full)
}

/// Whether a merged delta update is the full playlist, both of the same moment.
pub fn alike(merged: &Media, full: &Media) -> Vec<Finding> {
    let mut notes = Notes::new(&full.uri);
    if merged == full {
        return notes.list;
    }
    let (mine, theirs) = ((merged.first(), merged.next()), (full.first(), full.next()));
    if mine != theirs {
        notes.add(&rule::DELTA_UNLIKE, format!("segments {mine:?} in the delta update"), format!("{theirs:?}"));
    }
    for ((number, segment), other) in merged.numbered().zip(&full.segments).filter(|((_, mine), other)| mine != other) {
        notes.at(&rule::DELTA_UNLIKE, segment.line, format!("segment {number}: {segment:?}"), format!("{other:?}"));
    }
    if notes.list.is_empty() {
        notes.add(&rule::DELTA_UNLIKE, "other values beside the segments", "those of the full playlist");
    }
    notes.list
}
