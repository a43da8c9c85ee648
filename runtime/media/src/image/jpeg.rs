//! JPEG's markers (ITU-T T.81, annex B).

use super::BadImage;
use crate::{Size, StillFormat::Jpeg};

const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

/// The size in the frame header; the file must have one scan at least and end with EOI (zero bytes behind it are forgiven: cameras pad).
pub(super) fn size(body: &[u8]) -> Result<Size, BadImage> {
    let mut at = 2;
    let mut size = None;
    loop {
        let marker = next_marker(body, &mut at)?;
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            continue;
        }
        if marker == EOI {
            return Err(BadImage::Broken(Jpeg, "it ends before any scan"));
        }
        let Some(length) = body.get(at..at + 2).map(|b| usize::from(b[0]) << 8 | usize::from(b[1])) else {
            return Err(BadImage::Incomplete(Jpeg, "no room for the length of a segment"));
        };
        let Some(segment) = body.get(at + 2..at + length) else {
            return Err(match length {
                0 | 1 => BadImage::Broken(Jpeg, "a segment is shorter than its own length field"),
                _ => BadImage::Incomplete(Jpeg, "a segment goes beyond the end"),
            });
        };
        match marker {
            // SOF0 to SOF15, without DHT, JPG and DAC.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let [_, h1, h0, w1, w0, ..] = *segment else {
                    return Err(BadImage::Broken(Jpeg, "the frame header is too short"));
                };
                size = Some(Size::new(u32::from(w1) << 8 | u32::from(w0), u32::from(h1) << 8 | u32::from(h0)));
            }
            SOS => {
                let Some(size) = size else {
                    return Err(BadImage::Broken(Jpeg, "a scan comes before the frame header"));
                };
                let end = body.iter().rposition(|b| *b != 0).map_or(0, |last| last + 1);
                return match body.get(at + length..end) {
                    Some([.., 0xff, EOI]) => Ok(size),
                    _ => Err(BadImage::Incomplete(Jpeg, "its end marker (ff d9) is missing")),
                };
            }
            _ => {}
        }
        at += length;
    }
}

fn next_marker(body: &[u8], at: &mut usize) -> Result<u8, BadImage> {
    if body.get(*at).is_some_and(|b| *b != 0xff) {
        return Err(BadImage::Broken(Jpeg, "a marker is missing"));
    }
    // Any number of fill bytes may precede a marker (B.1.1.2).
    while body.get(*at) == Some(&0xff) {
        *at += 1;
    }
    let marker = *body.get(*at).ok_or(BadImage::Incomplete(Jpeg, "no scan"))?;
    *at += 1;
    Ok(marker)
}
