//! What viewers received, looked at as a person would: decoded.

use std::sync::Arc;

use bytes::Bytes;
use codec::{Picture, Pool, decode};
use media::{AccessUnit, Codec, Color, Moment, Parameters, Size, StillFormat, Timestamp, image};

use crate::scene;

/// A still that is no image, or none that decodes, is a failed test.
pub fn decode(body: &[u8]) -> Picture {
    let image = image::check(body).expect("a complete image");
    let codec = match image.format {
        StillFormat::Jpeg => Codec::Jpeg,
        StillFormat::WebP => Codec::WebP,
        StillFormat::Png => Codec::Png,
    };
    let unit = AccessUnit {
        codec,
        data: Bytes::copy_from_slice(body),
        pts: Timestamp::ZERO,
        key: true,
        reference: false,
        lost: 0,
        received: Moment::now(),
        captured: None,
        parameters: Arc::new(Parameters {
            codec,
            size: image.size,
            color: Color::default(),
            sps: Bytes::new(),
            pps: Bytes::new(),
            rfc6381: String::new(),
            interlaced: false,
            reordered: false,
        }),
    };
    let mut decoder = decode::Decoder::open(codec, Pool::new(1 << 20)).expect("the decoder opens");
    let mut pictures = Vec::new();
    decoder.push(&unit, &mut pictures).expect("the image decodes");
    decoder.flush(&mut pictures);
    pictures.pop().expect("an image is a picture")
}

/// The number that a still shows, if it shows one.
pub fn number(body: &[u8]) -> Option<u32> {
    scene::read(&decode(body))
}

/// Pixels of a still.
pub fn size(body: &[u8]) -> Size {
    image::check(body).expect("a complete image").size
}

/// The format of a still.
pub fn format(body: &[u8]) -> StillFormat {
    image::check(body).expect("a complete image").format
}
