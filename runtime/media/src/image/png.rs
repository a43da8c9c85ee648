//! PNG's chunks (PNG third edition, clause 5).

use super::BadImage;
use crate::{Size, StillFormat::Png};

/// The size in IHDR; the chunks must follow each other to IEND.
pub(super) fn size(body: &[u8]) -> Result<Size, BadImage> {
    if !body.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Err(BadImage::Broken(Png, "its signature is damaged"));
    }
    let mut at = 8;
    let mut size = None;
    loop {
        let Some(&[l3, l2, l1, l0, a, b, c, d]) = body.get(at..at + 8).and_then(|head| head.first_chunk::<8>()) else {
            return Err(BadImage::Incomplete(Png, "IEND is missing"));
        };
        let length = u32::from_be_bytes([l3, l2, l1, l0]) as usize;
        // Behind the data stand four bytes of CRC.
        let Some(data) = length.checked_add(at + 12).filter(|end| *end <= body.len()).map(|end| &body[at + 8..end - 4])
        else {
            return Err(BadImage::Incomplete(Png, "a chunk goes beyond the end"));
        };
        match (&[a, b, c, d], size) {
            (b"IHDR", None) => match *data {
                [w3, w2, w1, w0, h3, h2, h1, h0, ..] => {
                    size = Some(Size::new(u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0])));
                }
                _ => return Err(BadImage::Broken(Png, "IHDR is too short")),
            },
            (_, None) => return Err(BadImage::Broken(Png, "its first chunk is not IHDR")),
            (b"IEND", Some(size)) => return Ok(size),
            _ => {}
        }
        at += length + 12;
    }
}
