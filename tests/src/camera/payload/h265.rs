//! RFC 7798: single NAL units (section 4.4.1) and fragmentation units (section 4.4.3).

use crate::camera::script::Packets;

const FU: u8 = 49;

pub(crate) fn payloads<'a>(nals: impl Iterator<Item = &'a [u8]>, packets: Packets) -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    for nal in nals {
        if nal.len() <= packets.payload_limit {
            payloads.push(nal.to_vec());
            continue;
        }
        let kind = nal[0] >> 1 & 0x3f;
        let pieces: Vec<_> = nal[2..].chunks(packets.payload_limit - 3).collect();
        for (at, piece) in pieces.iter().enumerate() {
            let start = u8::from(at == 0) << 7;
            let end = u8::from(at + 1 == pieces.len()) << 6;
            payloads.push([&[nal[0] & 0x81 | FU << 1, nal[1], start | end | kind], *piece].concat());
        }
    }
    payloads
}
