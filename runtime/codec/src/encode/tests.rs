use media::{AccessUnit, Codec, Matrix, Moment, Parameters, Range, Timestamp};

use super::*;
use crate::draw::{self, Rect, Rgba};
use crate::pixels::{self, Format};
use crate::{Pool, Stamp, decode};

/// Red, green, blue, a skin, white, and black, in columns.
const PATCHES: [Rgba; 6] = [
    Rgba::rgb(255, 0, 0),
    Rgba::rgb(0, 255, 0),
    Rgba::rgb(0, 0, 255),
    Rgba::rgb(200, 150, 120),
    Rgba::rgb(255, 255, 255),
    Rgba::rgb(0, 0, 0),
];

fn patches(size: Size, color: Color) -> Picture {
    let mut picture = Picture::black(&Pool::new(1 << 20), size, color, Stamp::test());
    for (at, patch) in PATCHES.into_iter().enumerate() {
        draw::fill(&mut picture, Rect::new(32 * at as i32, 0, 32, size.height), patch);
    }
    picture
}

fn decoded(still: &Bytes, codec: Codec) -> Picture {
    let parameters = Parameters::bare(codec, Size::new(1, 1));
    let unit = AccessUnit::alone(parameters.into(), still.clone(), Timestamp::ZERO, Moment::now());
    let mut out = Vec::new();
    decode::Decoder::open(codec, Pool::new(0)).unwrap().push(&unit, &mut out).unwrap();
    out.remove(0)
}

#[test]
fn colours_are_right_whatever_the_picture_has() {
    let mut encoder = StillEncoder::new();
    for (format, codec) in [(StillFormat::Jpeg, Codec::Jpeg), (StillFormat::WebP, Codec::WebP)] {
        for range in [Range::Limited, Range::Full] {
            for matrix in [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020] {
                for size in [Size::new(192, 64), Size::new(191, 63)] {
                    let still = encoder.encode(&patches(size, Color { range, matrix }), format, 95).unwrap();
                    let back = decoded(&still, codec);
                    assert_eq!(back.size(), size);
                    for (at, patch) in PATCHES.into_iter().enumerate() {
                        let pixel =
                            pixels::read(&back, Rect::new(32 * at as i32 + 16, 32, 1, 1), Format::Rgb24).unwrap();
                        let far =
                            [patch.red, patch.green, patch.blue].iter().zip(&*pixel).map(|(a, b)| a.abs_diff(*b)).max();
                        assert!(far <= Some(8), "{format} {range:?} {matrix:?} {size}: {patch:?} became {pixel:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_picture_with_the_colours_of_the_format_is_not_converted() {
    let mut encoder = StillEncoder::new();
    encoder.encode(&patches(Size::new(192, 64), Color::JPEG), StillFormat::Jpeg, 80).unwrap();
    encoder.encode(&patches(Size::new(192, 64), Color::WEBP), StillFormat::WebP, 80).unwrap();
    encoder.encode(&patches(Size::new(191, 63), Color::WEBP), StillFormat::WebP, 80).unwrap();
    let kept = encoder.source.planes(&patches(Size::new(2, 2), Color::WEBP), Color::WEBP, true)[0].size;
    assert_eq!(kept, Size::new(2, 2));
}

#[test]
fn odd_and_tiny_sizes_work_and_quality_counts() {
    let mut encoder = StillEncoder::new();
    for format in [StillFormat::Jpeg, StillFormat::WebP] {
        for (width, height) in [(1, 1), (2, 1), (1, 2), (3, 5), (17, 33), (640, 1)] {
            let size = Size::new(width, height);
            let still = encoder.encode(&patches(size, Color::default()), format, 80).unwrap();
            assert_eq!(media::image::check(&still).unwrap().size, size);
        }
        let mut noise = patches(Size::new(320, 240), Color::default());
        let mut state = 1u32;
        for sample in noise.planes_mut()[0].data.iter_mut() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = (state >> 24) as u8;
        }
        let [low, high, beyond] = [10, 100, 255].map(|quality| encoder.encode(&noise, format, quality).unwrap());
        assert!(2 * low.len() < high.len(), "{format}");
        assert_eq!(high, beyond, "what lies beyond 100 is 100");
        assert_eq!(
            encoder.encode(&noise, format, 10).unwrap(),
            StillEncoder::new().encode(&noise, format, 10).unwrap()
        );
    }
}

#[test]
fn what_cannot_be_made_is_an_error() {
    let mut encoder = StillEncoder::new();
    let picture = patches(Size::new(16_384, 2), Color::default());
    assert_eq!(encoder.encode(&picture, StillFormat::Png, 80), Err(Error::NotAvailable(StillFormat::Png)));
    assert_eq!(
        encoder.encode(&picture, StillFormat::WebP, 80),
        Err(Error::TooLarge(picture.size(), StillFormat::WebP))
    );
    assert!(encoder.encode(&picture, StillFormat::Jpeg, 80).is_ok());
}
