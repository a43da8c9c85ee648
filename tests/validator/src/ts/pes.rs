//! PES packets (ISO/IEC 13818-1, 2.4.3.6).

use crate::bytes::Reader;
use crate::finding::Notes;
use crate::rule;

/// A PES packet, its times in units of 90 kHz.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pes<'a> {
    pub(super) pts: u64,
    pub(super) dts: u64,
    pub(super) payload: &'a [u8],
}

pub(super) fn read<'a>(bytes: &'a [u8], at: &str, notes: &mut Notes) -> Option<Pes<'a>> {
    let Some((flags, mut header, payload)) = parts(bytes) else {
        let found = format!("{at}: {:02x?}…", &bytes[..bytes.len().min(9)]);
        notes.add(&rule::PES_HEADER, found, "00 00 01, a stream id, a length that is right, a header");
        return None;
    };
    let pts = if flags & 0x80 != 0 { header.array().and_then(time) } else { None };
    let Some(pts) = pts else {
        notes.add(&rule::PES_TIME, format!("{at}: no PTS"), "one");
        return None;
    };
    let dts = if flags & 0x40 != 0 { header.array().and_then(time).unwrap_or(pts) } else { pts };
    if super::clock::since(pts, dts) < 0 {
        notes.add(&rule::PES_ORDER, format!("{at}: PTS {pts} before DTS {dts}"), "at or after");
    }
    Some(Pes { pts, dts, payload })
}

fn parts(bytes: &[u8]) -> Option<(u8, Reader<'_>, &[u8])> {
    let mut fields = Reader::new(bytes);
    let [0, 0, 1, stream] = fields.array()? else { return None };
    let length = usize::from(fields.u16()?);
    let is_video = stream & 0xf0 == 0xe0;
    let is_known = is_video || stream & 0xe0 == 0xc0 || stream == 0xbd;
    // A length of 0 is for video alone, and says: until the next.
    let right = if length == 0 { is_video } else { length == fields.rest.len() };
    let [mark, flags, header] = fields.array()?;
    let header = Reader::new(fields.take(usize::from(header))?);
    (is_known && right && mark & 0xc0 == 0x80).then_some((flags, header, fields.rest))
}

/// 33 bits, with a marker after the third, the 18th and the last.
fn time(bytes: [u8; 5]) -> Option<u64> {
    let [a, b, c, d, e] = bytes.map(u64::from);
    let marked = a & c & e & 1 == 1;
    marked.then_some((a >> 1 & 7) << 30 | b << 22 | (c >> 1) << 15 | d << 7 | e >> 1)
}
