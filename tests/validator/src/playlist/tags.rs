//! The attributes that each tag may have (rfc8216bis 4.4), and what a tag says with them.

use std::time::Duration;

use super::attributes::{Attributes, Field, Kind, Need};
use super::{Control, Hint, Map, Part, Rendition, Report, Variant};
use crate::finding::{Line, Notes};
use crate::rule;

use Kind::{Integer, Quoted, QuotedOrNone, Range, Resolution, Seconds, Word};
use Need::{Optional, Required};

const YES: Kind = Word(&["YES"]);
const YES_NO: Kind = Word(&["YES", "NO"]);

const MAP: &[Field] = &[("URI", Quoted, Required), ("BYTERANGE", Range, Optional)];
const PART: &[Field] = &[
    ("URI", Quoted, Required),
    ("DURATION", Seconds, Required),
    ("INDEPENDENT", YES, Optional),
    ("BYTERANGE", Range, Optional),
    ("GAP", YES, Optional),
];
const PART_INF: &[Field] = &[("PART-TARGET", Seconds, Required)];
const CONTROL: &[Field] = &[
    ("CAN-SKIP-UNTIL", Seconds, Optional),
    ("CAN-SKIP-DATERANGES", YES, Optional),
    ("HOLD-BACK", Seconds, Optional),
    ("PART-HOLD-BACK", Seconds, Optional),
    ("CAN-BLOCK-RELOAD", YES, Optional),
];
const SKIP: &[Field] = &[("SKIPPED-SEGMENTS", Integer, Required), ("RECENTLY-REMOVED-DATERANGES", Quoted, Optional)];
const HINT: &[Field] = &[
    ("TYPE", Word(&["PART", "MAP"]), Required),
    ("URI", Quoted, Required),
    ("BYTERANGE-START", Integer, Optional),
    ("BYTERANGE-LENGTH", Integer, Optional),
];
// The numbers may be left out where they equal those of the playlist itself (rfc8216bis 4.4.5.4).
const REPORT: &[Field] =
    &[("URI", Quoted, Required), ("LAST-MSN", Integer, Optional), ("LAST-PART", Integer, Optional)];
const STREAM: &[Field] = &[
    ("BANDWIDTH", Integer, Required),
    ("AVERAGE-BANDWIDTH", Integer, Optional),
    ("SCORE", Seconds, Optional),
    ("CODECS", Quoted, Optional),
    ("SUPPLEMENTAL-CODECS", Quoted, Optional),
    ("RESOLUTION", Resolution, Optional),
    ("FRAME-RATE", Seconds, Optional),
    ("HDCP-LEVEL", Word(&["TYPE-0", "TYPE-1", "NONE"]), Optional),
    ("ALLOWED-CPC", Quoted, Optional),
    ("VIDEO-RANGE", Word(&["SDR", "HLG", "PQ"]), Optional),
    ("REQ-VIDEO-LAYOUT", Quoted, Optional),
    ("STABLE-VARIANT-ID", Quoted, Optional),
    ("AUDIO", Quoted, Optional),
    ("VIDEO", Quoted, Optional),
    ("SUBTITLES", Quoted, Optional),
    ("CLOSED-CAPTIONS", QuotedOrNone, Optional),
    ("PATHWAY-ID", Quoted, Optional),
];
const RENDITION: &[Field] = &[
    ("TYPE", Word(&["AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"]), Required),
    ("URI", Quoted, Optional),
    ("GROUP-ID", Quoted, Required),
    ("LANGUAGE", Quoted, Optional),
    ("ASSOC-LANGUAGE", Quoted, Optional),
    ("NAME", Quoted, Required),
    ("STABLE-RENDITION-ID", Quoted, Optional),
    ("DEFAULT", YES_NO, Optional),
    ("AUTOSELECT", YES_NO, Optional),
    ("FORCED", YES_NO, Optional),
    ("INSTREAM-ID", Quoted, Optional),
    ("BIT-DEPTH", Integer, Optional),
    ("SAMPLE-RATE", Integer, Optional),
    ("CHARACTERISTICS", Quoted, Optional),
    ("CHANNELS", Quoted, Optional),
];

pub(super) fn map(value: &str, line: Line, notes: &mut Notes) -> Option<Map> {
    let list = Attributes::parse(value, MAP, line, notes);
    let range = list.range("BYTERANGE");
    if matches!(range, Some((_, None))) {
        notes.at(&rule::MALFORMED_VALUE, line, "a BYTERANGE without its offset", "\"<n>@<o>\"");
    }
    Some(Map { line, uri: list.quoted("URI")?, range })
}

pub(super) fn part(value: &str, line: Line, notes: &mut Notes) -> Option<Part> {
    let list = Attributes::parse(value, PART, line, notes);
    Some(Part {
        line,
        uri: list.quoted("URI")?,
        duration: list.seconds("DURATION")?,
        independent: list.yes("INDEPENDENT"),
        gap: list.yes("GAP"),
        range: list.range("BYTERANGE"),
    })
}

pub(super) fn part_target(value: &str, line: Line, notes: &mut Notes) -> Option<Duration> {
    Attributes::parse(value, PART_INF, line, notes).seconds("PART-TARGET")
}

pub(super) fn control(value: &str, line: Line, notes: &mut Notes) -> Control {
    let list = Attributes::parse(value, CONTROL, line, notes);
    Control {
        line,
        can_block_reload: list.yes("CAN-BLOCK-RELOAD"),
        can_skip_until: list.seconds("CAN-SKIP-UNTIL"),
        can_skip_dateranges: list.yes("CAN-SKIP-DATERANGES"),
        hold_back: list.seconds("HOLD-BACK"),
        part_hold_back: list.seconds("PART-HOLD-BACK"),
    }
}

pub(super) fn skip(value: &str, line: Line, notes: &mut Notes) -> Option<u64> {
    Attributes::parse(value, SKIP, line, notes).integer("SKIPPED-SEGMENTS")
}

pub(super) fn hint(value: &str, line: Line, notes: &mut Notes) -> Option<Hint> {
    let list = Attributes::parse(value, HINT, line, notes);
    Some(Hint {
        line,
        kind: list.word("TYPE")?.into(),
        uri: list.quoted("URI")?,
        start: list.integer("BYTERANGE-START").unwrap_or(0),
        length: list.integer("BYTERANGE-LENGTH"),
    })
}

pub(super) fn report(value: &str, line: Line, notes: &mut Notes) -> Option<Report> {
    let list = Attributes::parse(value, REPORT, line, notes);
    let (last_msn, last_part) = (list.integer("LAST-MSN"), list.integer("LAST-PART"));
    Some(Report { line, uri: list.quoted("URI")?, last_msn, last_part })
}

pub(super) fn variant(value: &str, line: Line, notes: &mut Notes) -> Variant {
    let list = Attributes::parse(value, STREAM, line, notes);
    Variant {
        line,
        uri: String::new(),
        bandwidth: list.integer("BANDWIDTH"),
        average_bandwidth: list.integer("AVERAGE-BANDWIDTH"),
        codecs: list.quoted("CODECS"),
        resolution: list.resolution("RESOLUTION"),
        frame_rate_milli: list.seconds("FRAME-RATE").map(|rate| rate.as_millis()),
        audio: list.quoted("AUDIO"),
        video: list.quoted("VIDEO"),
        subtitles: list.quoted("SUBTITLES"),
    }
}

pub(super) fn rendition(value: &str, line: Line, notes: &mut Notes) -> Option<Rendition> {
    let list = Attributes::parse(value, RENDITION, line, notes);
    Some(Rendition {
        line,
        kind: list.word("TYPE")?.into(),
        group: list.quoted("GROUP-ID")?,
        name: list.quoted("NAME")?,
        uri: list.quoted("URI"),
        default: list.yes("DEFAULT"),
        autoselect: list.word("AUTOSELECT").map(|word| word == "YES"),
    })
}
