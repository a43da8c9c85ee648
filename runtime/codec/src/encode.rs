//! Pictures to stills: WebP by libwebp, JPEG by libjpeg-turbo, both from the planes.
//!
//! A still has the colours that its format fixes: limited range BT.601 in WebP (RFC 9649, section 2.5), full range BT.601 in JPEG (JFIF 1.02).
//! Samples with another range or matrix are converted first (0.35 ms at 1080p): without it a red patch of a BT.709 camera
//! would be 20 of 255 too dark, and everything of a limited-range camera grey in a JPEG.

mod png;
mod source;
mod webp;

use bytes::Bytes;
use media::{Color, Size, StillFormat};
use turbojpeg::{Compressor, OutputBuf, Subsamp, YuvPlanesImage};

pub use self::png::png;
use self::source::Source;
use crate::Picture;

/// Why there is no still.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Stills of this format are never made here.
    #[error("{0} is not made here, only JPEG and WebP")]
    NotAvailable(StillFormat),
    /// WebP has at most 16,383 pixels a side.
    #[error("a picture of {0} is too large for {1}")]
    TooLarge(Size, StillFormat),
    /// The library failed: out of memory.
    #[error("the {format} encoder failed: {why}")]
    Failed {
        /// The format.
        format: StillFormat,
        /// What the library says.
        why: String,
    },
}

/// Makes stills. One for each thread that encodes: it keeps its scratch memory (once a picture of the largest size).
#[derive(Default)]
pub struct StillEncoder {
    source: Source,
    jpeg: Option<Compressor>,
    /// The library's output: its memory is used again.
    output: Vec<u8>,
}

impl StillEncoder {
    /// An encoder without any memory yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One complete JPEG or WebP file. `quality` is 1 to 100; what lies outside is taken as the nearest.
    ///
    /// The same picture gives the same bytes, whichever encoder makes them.
    pub fn encode(&mut self, picture: &Picture, format: StillFormat, quality: u8) -> Result<Bytes, Error> {
        let quality = quality.clamp(1, 100);
        match format {
            StillFormat::Jpeg => self.jpeg(picture, quality),
            StillFormat::WebP => {
                let planes = self.source.planes(picture, Color::WEBP, false);
                webp::encode(&planes, picture.size(), quality, &mut self.output)?;
                Ok(Bytes::copy_from_slice(&self.output))
            }
            StillFormat::Png => Err(Error::NotAvailable(format)),
        }
    }

    fn jpeg(&mut self, picture: &Picture, quality: u8) -> Result<Bytes, Error> {
        let failed = |e: turbojpeg::Error| Error::Failed { format: StillFormat::Jpeg, why: e.to_string() };
        let jpeg = match &mut self.jpeg {
            Some(jpeg) => jpeg,
            none => none.insert(Compressor::new().map_err(failed)?),
        };
        jpeg.set_quality(i32::from(quality)).map_err(failed)?;
        let (width, height) = (picture.size().width as usize, picture.size().height as usize);
        // libjpeg-turbo reads whole blocks of chroma: an odd last column or row must be there twice.
        let [y, u, v] = self.source.planes(picture, Color::JPEG, true);
        let image = YuvPlanesImage {
            y_plane: y.data,
            u_plane: u.data,
            v_plane: v.data,
            width,
            height,
            y_stride: y.stride,
            u_stride: u.stride,
            v_stride: v.stride,
            subsamp: Subsamp::Sub2x2,
        };
        let room = turbojpeg::compressed_buf_len(width, height, Subsamp::Sub2x2).map_err(failed)?;
        if self.output.len() < room {
            self.output.resize(room, 0);
        }
        let mut output = OutputBuf::borrowed(&mut self.output);
        jpeg.compress_yuv_planes(&image, &mut output).map_err(failed)?;
        Ok(Bytes::copy_from_slice(&output))
    }
}

#[cfg(test)]
mod tests;
