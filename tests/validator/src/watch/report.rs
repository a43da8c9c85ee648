//! Figures of what was seen.

use std::time::Duration;

use crate::playlist::{Date, Media};
use crate::{fmp4, ts};

/// What was seen of a media playlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Loads of the playlist, of which so many were delta updates.
    pub loads: u64,
    /// Delta updates.
    pub deltas: u64,
    /// Segments that were loaded and read.
    pub segments: u64,
    /// Parts that were loaded and read.
    pub parts: u64,
    /// Sum of the durations of those segments.
    pub media: Duration,
    /// Bytes of segments.
    pub bytes: u64,
    /// The highest bit rate of a segment.
    pub peak_bits: u64,
    /// The longest time between loads with something new.
    pub longest_gap: Duration,
    /// How far the end of the newest media was behind the time of the load, in microseconds: the last load's, by
    /// `EXT-X-PROGRAM-DATE-TIME`. Negative where the dates run ahead.
    pub behind_us: Option<i64>,
    /// The largest of those.
    pub behind_most_us: Option<i64>,
    /// Discontinuities in the playlist.
    pub discontinuities: u64,
    /// Of parts.
    pub part_figures: fmp4::Figures,
    /// Of segments of fragmented MP4.
    pub segment_figures: fmp4::Figures,
    /// Of segments of transport streams.
    pub ts_figures: ts::Figures,
}

/// The date at which what is in the playlist ends.
pub(super) fn end(media: &Media) -> Option<Date> {
    let mut end: Option<Date> = None;
    for segment in &media.segments {
        end = segment.head.date.or(end.filter(|_| !segment.head.discontinuity));
        end = end.map(|start| start.after(segment.duration));
    }
    let start = media.open.date.or(end.filter(|_| !media.open.discontinuity));
    start.map(|start| start.after(media.open.duration()))
}
