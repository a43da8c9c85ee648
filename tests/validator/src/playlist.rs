//! Playlists as they are written (draft-pantos-hls-rfc8216bis, section 4): a strict reader.
//!
//! It owns syntax: lines, attribute lists, numbers, dates, which tag may be where. What the values must be to each other is
//! [`crate::rules`]; what may change from one load to the next is [`crate::succession`].

mod attributes;
mod decimal;
mod lines;
mod media;
mod multivariant;
mod tags;

use std::time::Duration;

pub use decimal::Date;

use crate::finding::{Finding, Line, Notes};
use crate::rule;
use lines::{Scope, Written};

/// What a playlist was, and what is wrong with how it is written.
#[derive(Debug)]
pub struct Parsed {
    /// Nothing if it is no playlist at all.
    pub playlist: Option<Playlist>,
    /// What is malformed.
    pub findings: Vec<Finding>,
}

/// One of the two kinds (rfc8216bis 4).
#[derive(Debug, Clone, PartialEq)]
pub enum Playlist {
    /// What there is to choose from.
    Multivariant(Multivariant),
    /// Segments.
    Media(Box<Media>),
}

/// A multivariant playlist.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Multivariant {
    /// Where it was.
    pub uri: String,
    /// `EXT-X-VERSION`.
    pub version: Option<u64>,
    /// `EXT-X-INDEPENDENT-SEGMENTS`.
    pub independent_segments: bool,
    /// `EXT-X-STREAM-INF`.
    pub variants: Vec<Variant>,
    /// `EXT-X-MEDIA`.
    pub renditions: Vec<Rendition>,
}

/// `EXT-X-STREAM-INF` and its URI (rfc8216bis 4.4.6.2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the attributes have the names of the specification")]
pub struct Variant {
    pub line: Line,
    pub uri: String,
    pub bandwidth: Option<u64>,
    pub average_bandwidth: Option<u64>,
    pub codecs: Option<String>,
    pub resolution: Option<(u64, u64)>,
    /// Thousandths of a picture a second.
    pub frame_rate_milli: Option<u128>,
    pub audio: Option<String>,
    pub video: Option<String>,
    pub subtitles: Option<String>,
}

/// `EXT-X-MEDIA` (rfc8216bis 4.4.6.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the attributes have the names of the specification")]
pub struct Rendition {
    pub line: Line,
    pub kind: String,
    pub group: String,
    pub name: String,
    pub uri: Option<String>,
    pub default: bool,
    pub autoselect: Option<bool>,
}

/// A media playlist.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Media {
    /// Where it was.
    pub uri: String,
    /// `EXT-X-VERSION`.
    pub version: Option<u64>,
    /// `EXT-X-TARGETDURATION`.
    pub target: Duration,
    /// `EXT-X-MEDIA-SEQUENCE`, 0 if absent.
    pub sequence: u64,
    /// `EXT-X-DISCONTINUITY-SEQUENCE`, 0 if absent.
    pub discontinuity_sequence: u64,
    /// `EXT-X-INDEPENDENT-SEGMENTS`.
    pub independent_segments: bool,
    /// `EXT-X-PLAYLIST-TYPE`.
    pub kind: Option<String>,
    /// `EXT-X-PART-INF`.
    pub part_target: Option<Duration>,
    /// `EXT-X-SERVER-CONTROL`.
    pub control: Option<Control>,
    /// `EXT-X-SKIP`: a delta update that leaves out this many segments.
    pub skipped: Option<u64>,
    /// Complete segments, after those that were skipped.
    pub segments: Vec<Segment>,
    /// What is written of the segment that is not complete yet.
    pub open: Head,
    /// `EXT-X-PRELOAD-HINT`.
    pub hints: Vec<Hint>,
    /// `EXT-X-RENDITION-REPORT`.
    pub reports: Vec<Report>,
    /// `EXT-X-ENDLIST`.
    pub ended: bool,
}

impl Media {
    /// Sum of the segments that are written, and of the parts after them.
    pub fn duration(&self) -> Duration {
        self.segments.iter().map(|segment| segment.duration).sum::<Duration>() + self.open.duration()
    }

    /// The media sequence number of the first segment that is written.
    pub fn first(&self) -> u64 {
        self.sequence.saturating_add(self.skipped.unwrap_or(0))
    }

    /// The media sequence number of the segment that is not complete yet.
    pub fn next(&self) -> u64 {
        self.first().saturating_add(self.segments.len() as u64)
    }

    /// The segment of a media sequence number.
    pub fn segment(&self, number: u64) -> Option<&Segment> {
        self.segments.get(usize::try_from(number.checked_sub(self.first())?).ok()?)
    }

    /// The segments with their media sequence numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (u64, &Segment)> {
        let first = self.first();
        (0..).zip(&self.segments).map(move |(index, segment)| (first.saturating_add(index), segment))
    }
}

/// `EXT-X-SERVER-CONTROL` (rfc8216bis 4.4.3.8).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the attributes have the names of the specification")]
pub struct Control {
    pub line: Line,
    pub can_block_reload: bool,
    pub can_skip_until: Option<Duration>,
    pub can_skip_dateranges: bool,
    pub hold_back: Option<Duration>,
    pub part_hold_back: Option<Duration>,
}

/// A complete segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The line of its URI.
    pub line: Line,
    /// As written.
    pub uri: String,
    /// `EXTINF`.
    pub duration: Duration,
    /// Whether `EXTINF` has a decimal point.
    pub fractional: bool,
    /// What was written before it.
    pub head: Head,
}

/// What is written of a segment before its URI.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// `EXT-X-DISCONTINUITY`.
    pub discontinuity: bool,
    /// `EXT-X-GAP`.
    pub gap: bool,
    /// `EXT-X-PROGRAM-DATE-TIME`.
    pub date: Option<Date>,
    /// The `EXT-X-MAP` that applies, written here or earlier.
    pub map: Option<Map>,
    /// `EXT-X-BYTERANGE`, length and offset.
    pub range: Option<(u64, Option<u64>)>,
    /// `EXT-X-PART`.
    pub parts: Vec<Part>,
}

impl Head {
    /// Sum of its parts.
    pub fn duration(&self) -> Duration {
        self.parts.iter().map(|part| part.duration).sum()
    }
}

/// `EXT-X-MAP` (rfc8216bis 4.4.4.5).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the attributes have the names of the specification")]
pub struct Map {
    pub line: Line,
    pub uri: String,
    pub range: Option<(u64, Option<u64>)>,
}

/// `EXT-X-PART` (rfc8216bis 4.4.4.9).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the attributes have the names of the specification")]
pub struct Part {
    pub line: Line,
    pub uri: String,
    pub duration: Duration,
    pub independent: bool,
    pub gap: bool,
    pub range: Option<(u64, Option<u64>)>,
}

/// `EXT-X-PRELOAD-HINT` (rfc8216bis 4.4.5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the attributes have the names of the specification")]
pub struct Hint {
    pub line: Line,
    /// `PART` or `MAP`.
    pub kind: String,
    pub uri: String,
    pub start: u64,
    pub length: Option<u64>,
}

/// `EXT-X-RENDITION-REPORT` (rfc8216bis 4.4.5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the attributes have the names of the specification")]
pub struct Report {
    pub line: Line,
    pub uri: String,
    pub last_msn: Option<u64>,
    pub last_part: Option<u64>,
}

/// Reads the bytes that were at `uri`.
pub fn parse(uri: &str, bytes: &[u8]) -> Parsed {
    let mut notes = Notes::new(uri);
    let playlist = lines::read(bytes, &mut notes).and_then(|lines| build(uri, &lines, &mut notes));
    Parsed { playlist, findings: notes.list }
}

fn build(uri: &str, lines: &[(Line, Written<'_>)], notes: &mut Notes) -> Option<Playlist> {
    let has = |wanted: Scope| {
        lines.iter().find_map(|(line, written)| match written {
            Written::Tag { scope, .. } if *scope == wanted => Some(*line),
            _ => None,
        })
    };
    match (has(Scope::Multivariant), has(Scope::Media)) {
        (Some(line), Some(_)) => {
            notes.at(&rule::MIXED_KINDS, line, "tags of both kinds of playlist", "those of one");
            None
        }
        (Some(_), None) => Some(Playlist::Multivariant(multivariant::read(uri, lines, notes))),
        (None, Some(_)) => Some(Playlist::Media(Box::new(media::read(uri, lines, notes)))),
        (None, None) => {
            notes.add(&rule::MIXED_KINDS, "tags of neither kind of playlist", "those of one");
            None
        }
    }
}
