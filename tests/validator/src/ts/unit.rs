//! Access units of H.264 and H.265 as byte streams (ITU-T H.264 Annex B; ISO/IEC 13818-1, 2.14 and 2.17).

use crate::finding::Notes;
use crate::rule;

/// What is in an access unit.
#[derive(Debug, Clone, Copy, Default)]
struct Unit {
    delimiters: usize,
    first_is_delimiter: bool,
    parameters: bool,
    key: bool,
    picture: bool,
}

/// Checks an access unit, and says whether decoding can start at it.
pub(super) fn key(bytes: &[u8], h265: bool, at: &str, notes: &mut Notes) -> bool {
    let mut unit = Unit::default();
    let (mut sps, mut pps) = (false, false);
    let starts = starts(bytes);
    // Zeros may come before the first start code.
    let lead = starts.first().map_or(bytes.len(), |first| first - 3);
    for (index, start) in starts.iter().enumerate() {
        let Some(byte) = bytes.get(*start) else { continue };
        let kind = if h265 { byte >> 1 & 0x3f } else { byte & 0x1f };
        let delimiter = kind == if h265 { 35 } else { 9 };
        unit.delimiters += usize::from(delimiter);
        unit.first_is_delimiter |= delimiter && index == 0;
        sps |= kind == if h265 { 33 } else { 7 };
        pps |= kind == if h265 { 34 } else { 8 };
        unit.key |= if h265 { (16..=21).contains(&kind) } else { kind == 5 };
        unit.picture |= if h265 { kind <= 21 } else { (1..=5).contains(&kind) };
    }
    unit.parameters = sps && pps;
    if !unit.first_is_delimiter || unit.delimiters != 1 || bytes[..lead].iter().any(|byte| *byte != 0) {
        let found = format!("{at}: {} delimiters, the first unit is one: {}", unit.delimiters, unit.first_is_delimiter);
        notes.add(&rule::UNIT_DELIMITER, found, "one, first");
    }
    if !unit.picture {
        notes.add(&rule::UNIT_DELIMITER, format!("{at}: no picture"), "a picture");
    }
    if unit.key && !unit.parameters {
        notes.add(&rule::KEY_PARAMETERS, format!("{at}: a key picture without parameter sets"), "SPS and PPS with it");
    }
    unit.key
}

/// Where NAL units begin, behind their start codes.
fn starts(bytes: &[u8]) -> Vec<usize> {
    let codes = bytes.windows(3).enumerate().filter(|(_, window)| *window == [0, 0, 1]);
    codes.map(|(at, _)| at + 3).collect()
}
