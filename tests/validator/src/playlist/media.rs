//! Reads media playlists.

use std::time::Duration;

use super::lines::Written;
use super::{Head, Map, Media, Segment, attributes, decimal, multivariant, tags};
use crate::finding::{Line, Notes};
use crate::rule;

struct Reader<'n> {
    media: Media,
    /// What was written since the last URI.
    head: Head,
    /// `EXTINF`, which waits for its URI: where, how long, and whether with a point.
    information: Option<(Line, Duration, bool)>,
    map: Option<Map>,
    /// Tags that may be there once.
    seen: Vec<String>,
    any_discontinuity: bool,
    notes: &'n mut Notes,
}

pub(super) fn read(uri: &str, lines: &[(Line, Written<'_>)], notes: &mut Notes) -> Media {
    let mut reader = Reader {
        media: Media { uri: uri.into(), ..Default::default() },
        head: Head::default(),
        information: None,
        map: None,
        seen: Vec::new(),
        any_discontinuity: false,
        notes,
    };
    for (line, written) in lines {
        match *written {
            Written::Uri(uri) => reader.uri(uri, *line),
            Written::Tag { name, value, .. } => reader.tag(name, value, *line),
        }
    }
    reader.finish()
}

impl Reader<'_> {
    fn uri(&mut self, uri: &str, line: Line) {
        let Some((_, duration, fractional)) = self.information.take() else {
            self.notes.at(&rule::STRAY_URI, line, uri, "EXTINF before each URI");
            self.head = Head::default();
            return;
        };
        let head = Head { map: self.map.clone(), ..std::mem::take(&mut self.head) };
        self.media.segments.push(Segment { line, uri: uri.into(), duration, fractional, head });
    }

    fn tag(&mut self, name: &str, value: &str, line: Line) {
        let once = matches!(
            name,
            "EXT-X-TARGETDURATION"
                | "EXT-X-MEDIA-SEQUENCE"
                | "EXT-X-DISCONTINUITY-SEQUENCE"
                | "EXT-X-PLAYLIST-TYPE"
                | "EXT-X-PART-INF"
                | "EXT-X-SERVER-CONTROL"
                | "EXT-X-SKIP"
                | "EXT-X-ENDLIST"
        );
        if once && self.seen.iter().any(|seen| seen == name) {
            self.notes.at(&rule::REPEATED_TAG, line, format!("#{name} again"), "once");
        }
        self.seen.push(name.into());
        match name {
            "EXT-X-VERSION" => multivariant::version(&mut self.media.version, value, line, self.notes),
            "EXT-X-INDEPENDENT-SEGMENTS" => self.media.independent_segments = true,
            "EXT-X-TARGETDURATION" => {
                self.media.target = Duration::from_secs(self.integer(value, line).min(u64::from(u32::MAX)));
            }
            "EXT-X-MEDIA-SEQUENCE" => {
                self.early(name, line);
                self.media.sequence = self.integer(value, line);
            }
            "EXT-X-DISCONTINUITY-SEQUENCE" => {
                self.early(name, line);
                self.media.discontinuity_sequence = self.integer(value, line);
            }
            "EXT-X-PLAYLIST-TYPE" if matches!(value, "EVENT" | "VOD") => self.media.kind = Some(value.into()),
            "EXT-X-PLAYLIST-TYPE" => self.notes.at(&rule::MALFORMED_TAG, line, value, "EVENT or VOD"),
            "EXT-X-PART-INF" => self.media.part_target = tags::part_target(value, line, self.notes),
            "EXT-X-SERVER-CONTROL" => self.media.control = Some(tags::control(value, line, self.notes)),
            "EXT-X-SKIP" => {
                self.early(name, line);
                self.media.skipped = tags::skip(value, line, self.notes);
            }
            "EXT-X-ENDLIST" => self.media.ended = true,
            "EXT-X-PRELOAD-HINT" => self.media.hints.extend(tags::hint(value, line, self.notes)),
            "EXT-X-RENDITION-REPORT" => self.media.reports.extend(tags::report(value, line, self.notes)),
            _ => self.segment_tag(name, value, line),
        }
    }

    fn segment_tag(&mut self, name: &str, value: &str, line: Line) {
        // rfc8216bis 4.4.4.9: what applies to the parent applies to its first part, so it comes before that.
        let of_parent = matches!(name, "EXT-X-DISCONTINUITY" | "EXT-X-KEY" | "EXT-X-MAP" | "EXT-X-PROGRAM-DATE-TIME");
        if of_parent && !self.head.parts.is_empty() {
            self.notes.at(&rule::LATE_TAG, line, format!("#{name} after a part"), "before the first EXT-X-PART");
        }
        match name {
            "EXTINF" => self.information(value, line),
            "EXT-X-DISCONTINUITY" => {
                if self.head.discontinuity {
                    self.notes.at(&rule::REPEATED_TAG, line, "#EXT-X-DISCONTINUITY again", "once a segment");
                }
                self.head.discontinuity = true;
                self.any_discontinuity = true;
            }
            "EXT-X-GAP" => self.head.gap = true,
            "EXT-X-MAP" => self.map = tags::map(value, line, self.notes).or(self.map.take()),
            "EXT-X-PART" => self.head.parts.extend(tags::part(value, line, self.notes)),
            "EXT-X-BYTERANGE" => {
                self.head.range = attributes::range(value);
                if self.head.range.is_none() {
                    self.notes.at(&rule::MALFORMED_TAG, line, value, "<n>[@<o>]");
                }
            }
            "EXT-X-PROGRAM-DATE-TIME" => match decimal::date(value) {
                Some((date, zone)) => {
                    if !zone || !value.contains('.') {
                        self.notes.at(&rule::VAGUE_DATE, line, value, "a time zone and milliseconds");
                    }
                    self.head.date = Some(date);
                }
                None => self.notes.at(&rule::MALFORMED_TAG, line, value, "YYYY-MM-DDThh:mm:ss.SSSZ"),
            },
            _ => {}
        }
    }

    fn information(&mut self, value: &str, line: Line) {
        if let Some((first, ..)) = self.information {
            self.notes.at(&rule::MISSING_URI, first, "another EXTINF", "a URI after each EXTINF");
        }
        let (number, _title) = value.split_once(',').unwrap_or_else(|| {
            self.notes.at(&rule::MALFORMED_TAG, line, value, "<duration>,[<title>]");
            (value, "")
        });
        match decimal::seconds(number) {
            Some(duration) => self.information = Some((line, duration, number.contains('.'))),
            None => self.notes.at(&rule::MALFORMED_TAG, line, number, "a decimal-floating-point or decimal-integer"),
        }
    }

    /// A tag that must come before the first segment, and before the first discontinuity.
    fn early(&mut self, name: &str, line: Line) {
        let late_for_any = !self.media.segments.is_empty() || !self.head.parts.is_empty();
        if late_for_any || (name == "EXT-X-DISCONTINUITY-SEQUENCE" && self.any_discontinuity) {
            self.notes.at(&rule::LATE_TAG, line, format!("#{name} after segments"), "before the first of them");
        }
    }

    fn integer(&mut self, value: &str, line: Line) -> u64 {
        decimal::integer(value).unwrap_or_else(|| {
            self.notes.at(&rule::MALFORMED_TAG, line, value, "a decimal-integer");
            0
        })
    }

    fn finish(mut self) -> Media {
        if let Some((line, ..)) = self.information {
            self.notes.at(&rule::MISSING_URI, line, "the end", "a URI after each EXTINF");
        }
        if !self.seen.iter().any(|name| name == "EXT-X-TARGETDURATION") {
            self.notes.add(&rule::MISSING_TAG, "no EXT-X-TARGETDURATION", "one");
        }
        if self.media.part_target.is_none() && self.seen.iter().any(|name| name == "EXT-X-PART") {
            self.notes.add(&rule::MISSING_TAG, "parts without EXT-X-PART-INF", "one");
        }
        self.media.open = Head { map: self.map, ..self.head };
        self.media
    }
}
