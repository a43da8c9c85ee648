//! The headers of image files: enough to know that a body is a complete JPEG, WebP or PNG of a sane size, without decoding it.

mod jpeg;
mod png;
mod webp;

use crate::{Size, StillFormat};

/// The most bytes that an image from outside may have.
pub const MAX_BYTES: usize = 16 << 20;

/// What an image file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// How it is compressed.
    pub format: StillFormat,
    /// Pixels.
    pub size: Size,
}

/// Why a body is no image that we take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadImage {
    /// Nothing at all.
    #[error("the body is empty: send one complete JPEG, WebP or PNG")]
    Empty,
    /// Larger than [`MAX_BYTES`].
    #[error("the image has {0} bytes, at most {MAX_BYTES} are taken")]
    TooLarge(usize),
    /// None of the three.
    #[error("the body begins with {0:02x?}, which is no JPEG, WebP or PNG")]
    Unknown(Vec<u8>),
    /// It stops before its end.
    #[error("the {0} ends too early: {1}")]
    Incomplete(StillFormat, &'static str),
    /// Its headers contradict the format.
    #[error("the {0} is broken: {1}")]
    Broken(StillFormat, &'static str),
    /// A size beyond [`Size::is_sane`].
    #[error("the {0} says it is {1}, at most 8192x4352 pixels and 16384 a side are taken")]
    Size(StillFormat, Size),
}

/// Checks that these bytes are one complete image of a sane size.
///
/// Complete means: the container's own end is there (JPEG: EOI, clause B.1.1.3 of ITU-T T.81; WebP: the RIFF size; PNG: IEND). Damage inside the
/// compressed data is found by whoever decodes it.
pub fn check(body: &[u8]) -> Result<Image, BadImage> {
    if body.is_empty() {
        return Err(BadImage::Empty);
    }
    if body.len() > MAX_BYTES {
        return Err(BadImage::TooLarge(body.len()));
    }
    let (format, size) = match body {
        [0xff, 0xd8, ..] => (StillFormat::Jpeg, jpeg::size(body)?),
        [b'R', b'I', b'F', b'F', ..] => (StillFormat::WebP, webp::size(body)?),
        [0x89, b'P', b'N', b'G', ..] => (StillFormat::Png, png::size(body)?),
        _ => return Err(BadImage::Unknown(body[..body.len().min(4)].to_vec())),
    };
    if !size.is_sane() {
        return Err(BadImage::Size(format, size));
    }
    Ok(Image { format, size })
}

#[cfg(test)]
mod tests;
