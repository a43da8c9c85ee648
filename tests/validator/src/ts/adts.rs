//! ADTS frames (ISO/IEC 14496-3, 1.A.2.2).

use crate::finding::Notes;
use crate::fmp4::RATES;
use crate::rule;

/// What all frames of a stream have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) object_type: u8,
    pub(super) sample_rate: u32,
    pub(super) channels: u8,
}

/// How many frames fill the payload, and their format.
pub(super) fn frames(payload: &[u8], at: &str, known: &mut Option<Format>, notes: &mut Notes) -> u32 {
    let mut rest = payload;
    let mut count = 0;
    while !rest.is_empty() {
        let Some((format, length)) = header(rest) else {
            let found = format!("{at}: {} of {} bytes that are no frame", rest.len(), payload.len());
            notes.add(&rule::ADTS_FRAMES, found, "frames that fill the packet");
            return count;
        };
        if let Some(known) = known.replace(format).filter(|known| *known != format) {
            notes.add(&rule::ADTS_CHANGED, format!("{at}: {format:?}"), format!("{known:?}"));
        }
        rest = &rest[length..];
        count += 1;
    }
    if count == 0 {
        notes.add(&rule::ADTS_FRAMES, format!("{at}: nothing"), "a frame");
    }
    count
}

fn header(bytes: &[u8]) -> Option<(Format, usize)> {
    let [sync, b, c, d, e, f, g] = *bytes.first_chunk::<7>()?;
    // Layer 0, and one block of 1,024 samples in a frame.
    let valid = sync == 0xff && b & 0xf6 == 0xf0 && g & 3 == 0;
    let length = usize::from(d & 3) << 11 | usize::from(e) << 3 | usize::from(f >> 5);
    let least = if b & 1 == 0 { 9 } else { 7 };
    let format = Format {
        object_type: (c >> 6) + 1,
        sample_rate: *RATES.get(usize::from(c >> 2 & 0xf))?,
        channels: (c & 1) << 2 | d >> 6,
    };
    (valid && length > least && length <= bytes.len()).then_some((format, length))
}
