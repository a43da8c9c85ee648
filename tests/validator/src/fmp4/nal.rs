//! NAL units in samples (ISO/IEC 14496-15, 5.3.4.2): each behind its length, and they fill the sample.

use super::track::Nal;
use crate::finding::Notes;
use crate::rule;

/// What a NAL unit is, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Parameters,
    Delimiter,
    /// Of a picture from which decoding can start.
    Key,
    /// Of another picture.
    Slice,
    Other,
}

fn unit(byte: u8, h265: bool) -> Unit {
    let kind = if h265 { byte >> 1 & 0x3f } else { byte & 0x1f };
    match (h265, kind) {
        (false, 7 | 8) | (true, 32..=34) => Unit::Parameters,
        (false, 9) | (true, 35) => Unit::Delimiter,
        (false, 5) | (true, 16..=21) => Unit::Key,
        (false, 1..=4) | (true, 0..=9) => Unit::Slice,
        _ => Unit::Other,
    }
}

/// Checks a sample, and says whether decoding can start at it; nothing if it holds no picture.
pub(super) fn key(sample: &[u8], nal: Nal, at: &str, notes: &mut Notes) -> Option<bool> {
    let mut rest = sample;
    let mut units = Vec::new();
    while !rest.is_empty() {
        let cut = rest.split_at_checked(nal.length_size).and_then(|(length, rest)| {
            let length = length.iter().fold(0, |sum: usize, byte| sum << 8 | usize::from(*byte));
            rest.split_at_checked(length).filter(|_| length > 0)
        });
        let Some((bytes, after)) = cut else {
            let found = format!("{at}: {} of {} bytes that are no NAL unit", rest.len(), sample.len());
            notes.add(&rule::SAMPLE_NAL, found, "lengths that fill the sample");
            return None;
        };
        units.push(unit(bytes[0], nal.h265));
        rest = after;
    }
    if units.contains(&Unit::Parameters) && !nal.in_band {
        notes.add(&rule::SAMPLE_PARAMETERS, format!("{at}: parameter sets"), "in the sample entry alone");
    }
    if units.contains(&Unit::Delimiter) {
        notes.add(&rule::SAMPLE_DELIMITER, format!("{at}: an access unit delimiter"), "none: samples are units");
    }
    let (keys, slices) = (units.contains(&Unit::Key), units.contains(&Unit::Slice));
    if !keys && !slices {
        notes.add(&rule::SAMPLE_NAL, format!("{at}: no picture"), "a picture");
        return None;
    }
    if keys && slices {
        notes.add(&rule::SAMPLE_NAL, format!("{at}: slices of a key picture and of another"), "those of one picture");
    }
    Some(keys)
}
