//! Access units to pictures: H.264 by openh264, JPEG by libjpeg-turbo, WebP by libwebp, PNG by the crate `png`.
//!
//! Owns what is needed to bring a stream's pictures into the order of presentation. Owns no retry: an error is for one access unit, and the next
//! one may be decoded again.

mod bits;
mod h264;
mod headers;
mod jpeg;
mod openh264;
mod order;
mod png;
mod webp;

use media::{AccessUnit, Codec, Size};

pub(crate) use self::png::rgba as png_rgba;
use crate::{Picture, Pool, Stamp};

/// Why an access unit gave no picture. Decoding goes on with the next one; of H.264 there may be nothing until the next key frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no decoder for this codec here.
    #[error("{codec} cannot be decoded here")]
    NotAvailable {
        /// The codec.
        codec: Codec,
    },
    /// Fields instead of pictures: openh264 does not decode them.
    #[error("interlaced H.264 cannot be decoded here")]
    Interlaced,
    /// A kind of the codec that is not decoded: 10 bits, 4:4:4, animation …
    #[error("{codec} with {what} cannot be decoded here")]
    Unsupported {
        /// The codec.
        codec: Codec,
        /// What is not supported.
        what: String,
    },
    /// The access unit is of another codec than the decoder.
    #[error("a decoder of {expected} was given {got}")]
    OtherCodec {
        /// The decoder's.
        expected: Codec,
        /// The access unit's.
        got: Codec,
    },
    /// The bytes are no access unit of this codec, or damaged ones.
    #[error("damaged {codec}: {why}")]
    Damaged {
        /// The codec.
        codec: Codec,
        /// What the decoder says.
        why: String,
    },
    /// It says that it has a size that nothing here takes ([`media::Size::is_sane`]).
    #[error("the {codec} says it is {size}, which is too large")]
    TooLarge {
        /// The codec.
        codec: Codec,
        /// The size in its headers.
        size: Size,
    },
    /// The library could not be set up: out of memory.
    #[error("the {codec} decoder could not be set up: {why}")]
    Setup {
        /// The codec.
        codec: Codec,
        /// What the library says.
        why: String,
    },
}

/// A decoder of one stream.
pub struct Decoder {
    codec: Codec,
    kind: Kind,
    pool: Pool,
    /// Stills that came out; H.264 counts in its order.
    sequence: u64,
}

enum Kind {
    H264(Box<h264::Video>),
    Jpeg(jpeg::Jpeg),
    WebP,
    Png,
}

impl Decoder {
    /// A decoder for this codec; [`Error::NotAvailable`] for H.265. It takes little memory until the first access unit.
    pub fn open(codec: Codec, pool: Pool) -> Result<Self, Error> {
        let kind = match codec {
            Codec::H264 => Kind::H264(Box::new(h264::Video::open(pool.clone()))),
            Codec::Jpeg => Kind::Jpeg(jpeg::Jpeg::open()?),
            Codec::WebP => Kind::WebP,
            Codec::Png => Kind::Png,
            Codec::H265 => return Err(Error::NotAvailable { codec }),
        };
        Ok(Self { codec, kind, pool, sequence: 0 })
    }

    /// The codec that it was opened for.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Decodes one access unit. The pictures that are ready by now are added to `out`, in order of presentation, each with the times of the access
    /// unit that it came from; `sequence` counts the pictures that came out.
    ///
    /// H.264 pictures have the colours of the access unit's parameters; JPEG and WebP have those that their formats fix; PNG is converted to those
    /// of the parameters.
    pub fn push(&mut self, unit: &AccessUnit, out: &mut Vec<Picture>) -> Result<(), Error> {
        if unit.codec != self.codec {
            return Err(Error::OtherCodec { expected: self.codec, got: unit.codec });
        }
        let stamp = Stamp { pts: unit.pts, sequence: self.sequence, received: unit.received, captured: unit.captured };
        let picture = match &mut self.kind {
            Kind::H264(video) => return video.push(unit, out),
            Kind::Jpeg(jpeg) => jpeg.decode(&unit.data, stamp, &self.pool)?,
            Kind::WebP => webp::decode(&unit.data, stamp, &self.pool)?,
            Kind::Png => png::decode(&unit.data, unit.parameters.color, stamp, &self.pool)?,
        };
        self.sequence += 1;
        out.push(picture);
        Ok(())
    }

    /// The pictures that were held back for their order: at the end of a stream, or before a jump.
    pub fn flush(&mut self, out: &mut Vec<Picture>) {
        if let Kind::H264(video) = &mut self.kind {
            video.flush(out);
        }
    }
}

/// A size out of a still's header, if it is one that we take.
fn sane(codec: Codec, width: usize, height: usize) -> Result<Size, Error> {
    let size = Size::new(width.try_into().unwrap_or(u32::MAX), height.try_into().unwrap_or(u32::MAX));
    match size.is_sane() {
        true => Ok(size),
        false => Err(Error::TooLarge { codec, size }),
    }
}

#[cfg(test)]
mod tests;
