//! RFC 6184: single NAL units, STAP-A (section 5.7.1), FU-A (section 5.8).

use crate::camera::script::Packets;

const STAP_A: u8 = 24;
const FU_A: u8 = 28;

pub(crate) fn payloads<'a>(nals: impl Iterator<Item = &'a [u8]>, packets: Packets) -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    let mut together: Vec<&[u8]> = Vec::new();
    let mut length = 1;
    for nal in nals {
        if packets.aggregate && length + 2 + nal.len() <= packets.payload_limit {
            length += 2 + nal.len();
            together.push(nal);
            continue;
        }
        aggregate(&mut payloads, &mut together);
        length = 1;
        if nal.len() <= packets.payload_limit {
            payloads.push(nal.to_vec());
        } else {
            fragment(&mut payloads, nal, packets.payload_limit);
        }
    }
    aggregate(&mut payloads, &mut together);
    payloads
}

fn aggregate(payloads: &mut Vec<Vec<u8>>, nals: &mut Vec<&[u8]>) {
    match nals.as_slice() {
        [] => {}
        [nal] => payloads.push(nal.to_vec()),
        several => {
            let importance = several.iter().map(|nal| nal[0] & 0x60).max().unwrap_or(0);
            let mut payload = vec![importance | STAP_A];
            for nal in several {
                payload.extend((nal.len() as u16).to_be_bytes());
                payload.extend(*nal);
            }
            payloads.push(payload);
        }
    }
    nals.clear();
}

fn fragment(payloads: &mut Vec<Vec<u8>>, nal: &[u8], limit: usize) {
    let (indicator, kind) = (nal[0] & 0xe0 | FU_A, nal[0] & 0x1f);
    let pieces: Vec<_> = nal[1..].chunks(limit - 2).collect();
    for (at, piece) in pieces.iter().enumerate() {
        let start = u8::from(at == 0) << 7;
        let end = u8::from(at + 1 == pieces.len()) << 6;
        payloads.push([&[indicator, start | end | kind], *piece].concat());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_units_are_put_together_and_large_ones_cut() {
        let nals: [&[u8]; 3] = [&[0x67, 1], &[0x68, 2], &[0x65, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]];
        let packets = Packets { payload_limit: 9, aggregate: true };
        let expected: [&[u8]; 3] = [
            &[0x60 | 24, 0, 2, 0x67, 1, 0, 2, 0x68, 2],
            &[0x60 | 28, 0x80 | 5, 1, 2, 3, 4, 5, 6, 7],
            &[0x60 | 28, 0x40 | 5, 8, 9, 10, 11],
        ];
        assert_eq!(payloads(nals.into_iter(), packets), expected);
        let packets = Packets { payload_limit: 100, aggregate: false };
        assert_eq!(payloads(nals.into_iter(), packets), nals);
    }
}
