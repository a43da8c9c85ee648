use media::{Size, StillFormat};

use super::Error;
use crate::Picture;
use crate::pixels::{self, Format, Rect};

/// A complete PNG file (W3C PNG, third edition) of 8-bit sRGB: for people who look, and for comparing. 20 ms at 1080p.
pub fn png(picture: &Picture) -> Result<Vec<u8>, Error> {
    let failed = |why: String| Error::Failed { format: StillFormat::Png, why };
    let Size { width, height } = picture.size();
    let pixels =
        pixels::view(picture, Rect::whole(picture.size()), Format::Rgb24).map_err(|error| failed(error.to_string()))?;
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, width, height);
    encoder.set_color(::png::ColorType::Rgb);
    encoder.set_depth(::png::BitDepth::Eight);
    encoder.set_compression(::png::Compression::Fast);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
    written.map_err(|error| failed(error.to_string()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use media::Color;

    use super::*;
    use crate::{Pool, Stamp, decode};

    #[test]
    fn a_picture_comes_back_as_it_was_but_for_its_conversion() {
        let mut picture = Picture::black(&Pool::new(0), Size::new(5, 3), Color::JPEG, Stamp::test());
        picture.planes_mut()[0].data.fill(200);
        let (size, pixels) = decode::png_rgba(&png(&picture).unwrap()).unwrap();
        assert_eq!(size, picture.size());
        assert!(pixels.chunks_exact(4).all(|pixel| pixel == [200, 200, 200, 255]), "{pixels:?}");
    }
}
