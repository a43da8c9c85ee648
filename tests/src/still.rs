//! What viewers received, looked at as a person would: decoded.

use std::sync::Arc;

use bytes::Bytes;
use codec::{Picture, Pool, decode};
use media::{AccessUnit, Moment, Parameters, Size, StillFormat, Timestamp, image};

use crate::scene;

/// A still that is no image, or none that decodes, is a failed test.
pub fn decode(body: &[u8]) -> Picture {
    let image = image::check(body).expect("a complete image");
    let codec = image.format.into();
    let parameters = Arc::new(Parameters::bare(codec, image.size));
    let unit = AccessUnit::alone(parameters, Bytes::copy_from_slice(body), Timestamp::ZERO, Moment::now());
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
