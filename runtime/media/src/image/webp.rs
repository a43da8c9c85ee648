//! WebP's container (RFC 9649, sections 2 and 3).

use super::BadImage;
use crate::{Size, StillFormat::WebP};

/// The size in the first chunk; the file must be as long as RIFF says.
pub(super) fn size(body: &[u8]) -> Result<Size, BadImage> {
    let short = BadImage::Incomplete(WebP, "the header is cut");
    if body.len() < 20 {
        return Err(short);
    }
    if &body[8..12] != b"WEBP" {
        return Err(BadImage::Broken(WebP, "a RIFF file, but not of WebP"));
    }
    let riff = u32::from_le_bytes([body[4], body[5], body[6], body[7]]) as usize;
    if riff.checked_add(8).is_none_or(|whole| whole > body.len()) {
        return Err(BadImage::Incomplete(WebP, "RIFF says that it is longer"));
    }
    if riff + 8 + 1 < body.len() {
        return Err(BadImage::Broken(WebP, "bytes follow behind the end that RIFF says"));
    }
    let chunk = &body[20..];
    match &body[12..16] {
        // Section 2.5 and RFC 6386, section 9.1: three bytes of frame tag, start code, then 14 bits each.
        b"VP8 " => match *chunk {
            [tag, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..] if tag & 1 == 0 => Ok(Size::new(
                u32::from(u16::from_le_bytes([w0, w1]) & 0x3fff),
                u32::from(u16::from_le_bytes([h0, h1]) & 0x3fff),
            )),
            [_, _, _, _, _, _, _, _, _, _, ..] => {
                Err(BadImage::Broken(WebP, "its VP8 data does not begin with a key frame"))
            }
            _ => Err(short),
        },
        // RFC 9649, section 3.4: signature, then 14 bits each, less one.
        b"VP8L" => match *chunk {
            [0x2f, a, b, c, d, ..] => {
                let bits = u32::from_le_bytes([a, b, c, d]);
                Ok(Size::new((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
            }
            [_, _, _, _, _, ..] => Err(BadImage::Broken(WebP, "its VP8L data has no signature")),
            _ => Err(short),
        },
        // Section 2.7: flags, reserved, then 24 bits each, less one.
        b"VP8X" => match *chunk {
            [_, _, _, _, w0, w1, w2, h0, h1, h2, ..] => {
                Ok(Size::new(u32::from_le_bytes([w0, w1, w2, 0]) + 1, u32::from_le_bytes([h0, h1, h2, 0]) + 1))
            }
            _ => Err(short),
        },
        _ => Err(BadImage::Broken(WebP, "its first chunk is none of `VP8 `, `VP8L`, `VP8X`")),
    }
}
