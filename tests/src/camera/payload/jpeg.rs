//! RFC 2435: a baseline JPEG without its headers; the quantization tables go along (Q = 255).

/// What of a JPEG file goes into the payload headers.
struct Parts<'a> {
    /// 0 is 4:2:2, 1 is 4:2:0 (section 4.1).
    kind: u8,
    width: u16,
    height: u16,
    tables: Vec<u8>,
    scan: &'a [u8],
}

pub(crate) fn payloads(file: &[u8], limit: usize) -> Vec<Vec<u8>> {
    let parts = parts(file);
    let mut payloads = Vec::new();
    let mut offset = 0;
    while offset < parts.scan.len() {
        let mut payload = vec![0];
        payload.extend(&(offset as u32).to_be_bytes()[1..]);
        payload.extend([parts.kind, 255, parts.width.div_ceil(8) as u8, parts.height.div_ceil(8) as u8]);
        if offset == 0 {
            payload.extend([0, 0]);
            payload.extend((parts.tables.len() as u16).to_be_bytes());
            payload.extend(&parts.tables);
        }
        let length = limit.saturating_sub(payload.len()).clamp(1, parts.scan.len() - offset);
        payload.extend(&parts.scan[offset..offset + length]);
        offset += length;
        payloads.push(payload);
    }
    payloads
}

fn parts(file: &[u8]) -> Parts<'_> {
    let (mut kind, mut width, mut height, mut tables) = (1, 0, 0, Vec::new());
    let mut at = 2;
    loop {
        let (marker, length) = (file[at + 1], usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]])));
        let body = &file[at + 4..at + 2 + length];
        match marker {
            0xdb => body.chunks(65).for_each(|table| tables.extend(&table[1..])),
            0xc0 => {
                (height, width) = (u16::from_be_bytes([body[1], body[2]]), u16::from_be_bytes([body[3], body[4]]));
                kind = match body[7] {
                    0x21 => 0,
                    0x22 => 1,
                    other => panic!("RFC 2435 has no sampling {other:#x}"),
                };
            }
            0xda => {
                let end = file.len() - 2;
                assert_eq!(&file[end..], [0xff, 0xd9], "a JPEG ends with EOI");
                return Parts { kind, width, height, tables, scan: &file[at + 2 + length..end] };
            }
            // RFC 2435 carries neither: the receiver assumes the tables of Annex K and no restart.
            0xdd => panic!("restart intervals are not sent"),
            0xc1..=0xc3 => panic!("only baseline JPEG is sent"),
            _ => {}
        }
        at += 2 + length;
    }
}
