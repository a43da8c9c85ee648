use std::sync::Arc;

use bytes::Bytes;
use media::{Color, Moment, Parameters, Timestamp};

use super::*;
use crate::draw::{self, Rect, Rgba};
use crate::h264::{Encoder, Settings};
use crate::pixels::{self, Format};

fn unit(codec: Codec, data: impl Into<Bytes>, pts: i64) -> AccessUnit {
    let parameters = Arc::new(Parameters::bare(codec, Size::new(64, 48)));
    AccessUnit::alone(parameters, data.into(), Timestamp::from_ticks(pts), Moment::now())
}

/// A stream of a moving square.
fn stream(size: Size, pictures: usize, gop: u32) -> Vec<AccessUnit> {
    let pool = Pool::new(1 << 20);
    let mut encoder = Encoder::open(&Settings { size, fps: 25, bitrate_bps: 1_000_000, gop }).unwrap();
    let mut parameters = Arc::new(Parameters::bare(Codec::H264, size));
    let made = (0..pictures).map(|at| {
        let mut picture = Picture::black(&pool, size, Color::default(), Stamp::test());
        draw::fill(&mut picture, Rect::new(4 * at as i32 % 40, 8, 20, 20), Rgba::rgb(250, 200, 40));
        let encoded = encoder.encode(&picture, false).unwrap().unwrap();
        let pts = Timestamp::from_ticks(3600 * at as i64);
        let unit = AccessUnit::from_annexb(&encoded.data, &parameters, pts, Moment::now());
        parameters = unit.parameters.clone();
        unit
    });
    made.collect()
}

fn decode_all(decoder: &mut Decoder, units: &[AccessUnit]) -> (Vec<Picture>, Vec<Error>) {
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    for unit in units {
        errors.extend(decoder.push(unit, &mut out).err());
    }
    decoder.flush(&mut out);
    (out, errors)
}

#[test]
fn each_access_unit_gives_its_picture_at_once() {
    let mut decoder = Decoder::open(Codec::H264, Pool::new(1 << 20)).unwrap();
    for (at, unit) in stream(Size::new(64, 48), 20, 10).iter().enumerate() {
        let mut out = Vec::new();
        decoder.push(unit, &mut out).unwrap();
        assert_eq!(out.len(), 1, "{at}");
        let stamp = out[0].stamp();
        assert_eq!((stamp.pts, stamp.sequence, stamp.received), (unit.pts, at as u64, unit.received));
        let pixel = pixels::read(&out[0], Rect::new(4 * at as i32 % 40 + 10, 18, 1, 1), Format::Rgb24).unwrap();
        assert!(pixel[0] > 220 && pixel[2] < 90, "{at}: {pixel:?}");
    }
}

#[test]
fn pictures_of_the_stream_use_one_memory() {
    let pool = Pool::new(1 << 20);
    let mut decoder = Decoder::open(Codec::H264, pool.clone()).unwrap();
    for unit in stream(Size::new(64, 48), 20, 10) {
        decoder.push(&unit, &mut Vec::new()).unwrap();
        assert_eq!(pool.idle_bytes(), 64 * 48 * 3 / 2);
    }
}

#[test]
fn a_new_size_reopens_the_decoder() {
    let mut units = stream(Size::new(64, 48), 5, 10);
    units.extend(stream(Size::new(128, 96), 5, 10));
    units.extend(stream(Size::new(64, 48), 5, 10));
    let mut decoder = Decoder::open(Codec::H264, Pool::new(1 << 20)).unwrap();
    let (pictures, errors) = decode_all(&mut decoder, &units);
    assert_eq!(errors, []);
    let widths: Vec<u32> = pictures.iter().map(|picture| picture.size().width).collect();
    assert_eq!(widths, [[64; 5], [128; 5], [64; 5]].concat());
}

#[test]
fn lost_access_units_are_concealed_and_damage_is_a_value() {
    let mut units = stream(Size::new(64, 48), 60, 20);
    units.remove(3);
    for at in [7, 30, 41] {
        let mut data = units[at].data.to_vec();
        for byte in data.iter_mut().skip(12) {
            *byte = byte.wrapping_mul(31).wrapping_add(7);
        }
        units[at].data = data.into();
    }
    let mut decoder = Decoder::open(Codec::H264, Pool::new(1 << 20)).unwrap();
    let (pictures, errors) = decode_all(&mut decoder, &units);
    assert!(pictures.len() >= 55, "{} pictures, {errors:?}", pictures.len());
    let last = pictures.last().unwrap();
    assert_eq!(last.stamp().pts, units.last().unwrap().pts);
}

#[test]
fn garbage_never_panics_and_decoding_goes_on() {
    let good = stream(Size::new(64, 48), 3, 10);
    let mut decoder = Decoder::open(Codec::H264, Pool::new(1 << 20)).unwrap();
    let mut state = 7u32;
    for round in 0..300 {
        let mut data = good[round % 3].data.to_vec();
        for _ in 0..1 + round % 20 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (state >> 8) as usize % data.len();
            data[at] = state as u8;
        }
        data.truncate(1 + (state >> 4) as usize % data.len());
        let _ = decoder.push(&unit(Codec::H264, data, 0), &mut Vec::new());
    }
    let (pictures, _) = decode_all(&mut decoder, &[&good[..], &good[..]].concat());
    assert!(pictures.len() >= 3, "{}", pictures.len());
    for data in [&b""[..], b"\0\0\0\x01", b"\0\0\x01\x67", b"hello"] {
        let _ = decoder.push(&unit(Codec::H264, data.to_vec(), 0), &mut Vec::new());
    }
}

#[test]
fn parameter_sets_from_elsewhere_are_enough_for_a_join() {
    // A join between key frames: nothing is in band.
    let mut bare = stream(Size::new(64, 48), 3, 10).remove(0);
    bare.key = false;
    let mut decoder = Decoder::open(Codec::H264, Pool::new(0)).unwrap();
    let (pictures, errors) = decode_all(&mut decoder, &[bare]);
    assert_eq!((pictures.len(), errors.len()), (1, 0));
}

#[test]
fn what_is_not_decoded_is_told_by_name() {
    assert_eq!(Decoder::open(Codec::H265, Pool::new(0)).err(), Some(Error::NotAvailable { codec: Codec::H265 }));
    let mut decoder = Decoder::open(Codec::H264, Pool::new(0)).unwrap();
    let mut interlaced = stream(Size::new(64, 48), 1, 10).remove(0);
    interlaced.parameters = Arc::new(Parameters { interlaced: true, ..(*interlaced.parameters).clone() });
    assert_eq!(decoder.push(&interlaced, &mut Vec::new()), Err(Error::Interlaced));
    let other = Error::OtherCodec { expected: Codec::H264, got: Codec::Jpeg };
    assert_eq!(decoder.push(&unit(Codec::Jpeg, vec![1], 0), &mut Vec::new()), Err(other));
}

/// Left half red, right half blue.
fn halves(width: usize, height: usize) -> Vec<u8> {
    let row: Vec<u8> = (0..width).flat_map(|x| if x < width / 2 { [230, 20, 20] } else { [20, 20, 230] }).collect();
    row.repeat(height)
}

fn assert_halves(picture: &Picture, what: &str) {
    let Size { width, height } = picture.size();
    for (x, expected) in [(width / 4, [230, 20, 20]), (width * 3 / 4, [20, 20, 230])] {
        let pixel = pixels::read(picture, Rect::new(x as i32, height as i32 / 2, 1, 1), Format::Rgb24).unwrap();
        assert!(pixel.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 8), "{what}: {pixel:?} for {expected:?}");
    }
}

#[test]
fn jpegs_of_every_subsampling_keep_their_colours() {
    use turbojpeg::{Image, PixelFormat, Subsamp};
    let mut decoder = Decoder::open(Codec::Jpeg, Pool::new(1 << 20)).unwrap();
    let kinds = [
        Subsamp::None,
        Subsamp::Sub2x1,
        Subsamp::Sub2x2,
        Subsamp::Sub1x2,
        Subsamp::Sub4x1,
        Subsamp::Sub1x4,
        Subsamp::Gray,
    ];
    for subsamp in kinds {
        for (width, height) in [(64, 48), (61, 37)] {
            let pixels = halves(width, height);
            let image = Image { pixels: &pixels[..], width, pitch: 3 * width, height, format: PixelFormat::RGB };
            let jpeg = turbojpeg::compress(image, 95, subsamp).unwrap();
            let (pictures, errors) = decode_all(&mut decoder, &[unit(Codec::Jpeg, jpeg.to_vec(), 5)]);
            assert_eq!(errors, []);
            let picture = &pictures[0];
            assert_eq!((picture.size(), picture.color()), (Size::new(width as u32, height as u32), Color::JPEG));
            if subsamp == Subsamp::Gray {
                assert!(picture.planes()[1].data.iter().all(|sample| *sample == 128));
            } else {
                assert_halves(picture, &format!("{subsamp:?} {width}x{height}"));
            }
            for end in [1, 3, 30, jpeg.len() / 2, jpeg.len() - 40] {
                let cut = unit(Codec::Jpeg, jpeg[..end].to_vec(), 0);
                assert!(matches!(decoder.push(&cut, &mut Vec::new()), Err(Error::Damaged { .. })));
            }
        }
    }
}

#[test]
fn jpegs_with_bytes_between_their_parts_are_taken() {
    use turbojpeg::{Image, PixelFormat, Subsamp};
    let pixels = halves(64, 48);
    let image = Image { pixels: &pixels[..], width: 64, pitch: 192, height: 48, format: PixelFormat::RGB };
    let mut jpeg = turbojpeg::compress(image, 95, Subsamp::Sub2x1).unwrap().to_vec();
    let end = jpeg.len() - 2;
    jpeg.splice(end..end, [0; 5]);
    let mut decoder = Decoder::open(Codec::Jpeg, Pool::new(0)).unwrap();
    let (pictures, errors) = decode_all(&mut decoder, &[unit(Codec::Jpeg, jpeg, 0)]);
    assert_eq!((pictures.len(), errors), (1, vec![]));
}

#[test]
fn webp_and_png_are_decoded() {
    let (width, height) = (61usize, 37usize);
    let rgb = halves(width, height);
    let lossy = ::webp::Encoder::from_rgb(&rgb, width as u32, height as u32).encode(95.0).to_vec();
    let lossless = ::webp::Encoder::from_rgb(&rgb, width as u32, height as u32).encode_lossless().to_vec();
    let mut png = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut png, width as u32, height as u32);
    encoder.set_color(::png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&rgb).unwrap();
    for (codec, data) in [(Codec::WebP, lossy), (Codec::WebP, lossless), (Codec::Png, png)] {
        let mut decoder = Decoder::open(codec, Pool::new(0)).unwrap();
        let (pictures, errors) =
            decode_all(&mut decoder, &[unit(codec, data.clone(), 7), unit(codec, data.clone(), 8)]);
        assert_eq!(errors, []);
        assert_eq!((pictures[1].stamp().sequence, pictures[1].stamp().pts.ticks()), (1, 8));
        assert_halves(&pictures[0], codec.name());
        for end in [0, 5, 20, data.len() / 2] {
            assert!(decoder.push(&unit(codec, data[..end].to_vec(), 0), &mut Vec::new()).is_err(), "{codec} {end}");
        }
    }
}

#[test]
fn pngs_of_every_kind_become_rgba() {
    use ::png::{BitDepth, ColorType};
    for (color, depth, data) in [
        (ColorType::Grayscale, BitDepth::Eight, &[200u8][..]),
        (ColorType::Grayscale, BitDepth::One, &[0x80]),
        (ColorType::Grayscale, BitDepth::Sixteen, &[200, 0]),
        (ColorType::GrayscaleAlpha, BitDepth::Eight, &[200, 255]),
        (ColorType::Rgba, BitDepth::Sixteen, &[200, 0, 200, 0, 200, 0, 255, 255]),
    ] {
        let mut file = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut file, 1, 1);
        encoder.set_color(color);
        encoder.set_depth(depth);
        encoder.write_header().unwrap().write_image_data(data).unwrap();
        let (size, pixels) = png_rgba(&file).unwrap();
        assert_eq!((size, pixels.len()), (Size::new(1, 1), 4));
        assert!(pixels[0] >= 200 && pixels[0] == pixels[2] && pixels[3] == 255, "{color:?} {depth:?}: {pixels:?}");
    }
}
