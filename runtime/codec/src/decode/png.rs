use media::{Codec, Color, Size};

use super::{Error, sane};
use crate::pixels::from_rgb;
use crate::{Picture, Pool, Stamp};

/// PNG (W3C PNG, third edition), converted to the samples of `color`. Alpha is ignored, animation shows its first picture.
pub(super) fn decode(data: &[u8], color: Color, stamp: Stamp, pool: &Pool) -> Result<Picture, Error> {
    let (size, pixels) = rgba(data)?;
    let mut picture = Picture::dirty(pool, size, color, stamp);
    from_rgb(&mut picture, &pixels, 4);
    Ok(picture)
}

/// The pixels of a PNG as 8-bit RGBA, whatever it holds.
pub(crate) fn rgba(data: &[u8]) -> Result<(Size, Vec<u8>), Error> {
    let damaged = |e: png::DecodingError| Error::Damaged { codec: Codec::Png, why: e.to_string() };
    let mut decoder = png::Decoder::new(std::io::Cursor::new(data));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let size = sane(Codec::Png, reader.info().width as usize, reader.info().height as usize)?;
    let length = reader.output_buffer_size().ok_or(Error::TooLarge { codec: Codec::Png, size })?;
    let mut pixels = vec![0; length];
    let info = reader.next_frame(&mut pixels).map_err(damaged)?;
    pixels.truncate(info.buffer_size());
    if info.color_type == png::ColorType::GrayscaleAlpha {
        pixels = pixels.chunks_exact(2).flat_map(|pair| [pair[0], pair[0], pair[0], pair[1]]).collect();
    }
    if pixels.len() as u64 != 4 * size.pixels() {
        return Err(Error::Unsupported { codec: Codec::Png, what: format!("{:?} pixels", info.color_type) });
    }
    Ok((size, pixels))
}
