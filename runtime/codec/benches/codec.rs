//! What a picture costs, part by part: `cargo bench -p framegate-codec`. One thread; medians count.
//!
//! Without FRAMEGATE_MEDIA the pictures are a made scene with noise; with it decoding is also measured on the footage there.
#![allow(clippy::unwrap_used, reason = "a benchmark ends where something is wrong")]

use std::sync::Arc;

use bytes::Bytes;
use divan::{Bencher, black_box};
use framegate_codec::decode::Decoder;
use framegate_codec::draw::{self, Point, Rect, Rgba, TextStyle};
use framegate_codec::encode::StillEncoder;
use framegate_codec::h264::{Encoder, Settings};
use framegate_codec::pixels::{self, Format, MotionReference};
use framegate_codec::{Picture, Pool, Stamp, scale};
use media::{AccessUnit, Codec, Color, Matrix, Moment, Parameters, Range, Size, StillFormat, Timestamp};

#[path = "../tests/footage/access_units.rs"]
mod access_units;

fn main() {
    divan::main();
}

const HD: Size = Size::new(1280, 720);
const FULL_HD: Size = Size::new(1920, 1080);
const CAMERA: Color = Color { range: Range::Limited, matrix: Matrix::Bt709 };
const PLAIN: Color = Color { range: Range::Limited, matrix: Matrix::Bt601 };

fn pool() -> Pool {
    Pool::new(64 << 20)
}

/// Gradients, shapes that move, and noise.
fn scene(size: Size, color: Color, at: u32) -> Picture {
    let stamp = Stamp {
        pts: Timestamp::from_ticks(i64::from(at) * 3000),
        sequence: at.into(),
        received: Moment::now(),
        captured: None,
    };
    let mut picture = Picture::black(&pool(), size, color, stamp);
    let mut state = at + 1;
    let [mut luma, ..] = picture.planes_mut();
    for (y, row) in luma.rows_mut().enumerate() {
        for (x, sample) in row.iter_mut().enumerate() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = (40 + (x / 12 + y / 9) % 120 + (state >> 29) as usize) as u8;
        }
    }
    for shape in 0..12 {
        let (x, y) = ((shape * 151 + at * 5) % size.width, shape * 83 % size.height);
        draw::fill(
            &mut picture,
            Rect::new(x as i32, y as i32, 120, 70),
            Rgba::rgb((shape * 20) as u8, 120, 200 - (shape * 10) as u8),
        );
    }
    picture
}

fn units(size: Size, bitrate_bps: u32) -> Vec<AccessUnit> {
    let mut encoder = Encoder::open(&Settings { size, fps: 30, bitrate_bps, gop: 60 }).unwrap();
    let mut parameters = Arc::new(Parameters::bare(Codec::H264, size));
    let made = (0..60).map(|at| {
        let picture = scene(size, CAMERA, at);
        let encoded = encoder.encode(&picture, false).unwrap().unwrap();
        let pts = Timestamp::from_ticks(at as i64 * 3000);
        let unit = AccessUnit::from_annexb(&encoded.data, &parameters, pts, Moment::now());
        parameters = unit.parameters.clone();
        unit
    });
    made.collect()
}

fn unit(codec: Codec, data: Bytes, at: i64, parameters: Arc<Parameters>) -> AccessUnit {
    let pts = Timestamp::from_ticks(at * 3000);
    AccessUnit {
        codec,
        data,
        pts,
        key: true,
        reference: true,
        lost: 0,
        received: Moment::now(),
        captured: None,
        parameters,
    }
}

/// Sixty pictures; the time of one is a sixtieth.
#[divan::bench(args = [(HD, 2_000_000), (FULL_HD, 4_000_000)], sample_count = 10)]
fn decode_60_made(bencher: Bencher<'_, '_>, (size, bitrate_bps): (Size, u32)) {
    let units = units(size, bitrate_bps);
    let mut decoder = Decoder::open(Codec::H264, pool()).unwrap();
    bencher.bench_local(|| {
        let mut out = Vec::new();
        for unit in &units {
            decoder.push(unit, &mut out).unwrap();
            out.clear();
        }
    });
}

#[divan::bench(args = ["openh264/Zhling_1280x720.264", "openh264/test_cif_I_CABAC_slice.264", "cros-codecs/test-25fps.h264"], sample_count = 5)]
fn decode_footage_file(bencher: Bencher<'_, '_>, name: &str) {
    let Some(data) = std::env::var_os("FRAMEGATE_MEDIA")
        .and_then(|folder| std::fs::read(std::path::Path::new(&folder).join(name)).ok())
    else {
        return;
    };
    let units = access_units::access_units(&data);
    bencher.counter(divan::counter::ItemsCount::new(units.len())).bench_local(|| {
        let mut decoder = Decoder::open(Codec::H264, pool()).unwrap();
        let mut out = Vec::new();
        for unit in &units {
            let _ = decoder.push(unit, &mut out);
            out.clear();
        }
    });
}

#[divan::bench(args = [HD, FULL_HD])]
fn decode_jpeg(bencher: Bencher<'_, '_>, size: Size) {
    let still = StillEncoder::new().encode(&scene(size, CAMERA, 0), StillFormat::Jpeg, 80).unwrap();
    let parameters = units(HD, 2_000_000)[0].parameters.clone();
    let unit = unit(Codec::Jpeg, still, 0, parameters);
    let mut decoder = Decoder::open(Codec::Jpeg, pool()).unwrap();
    let mut out = Vec::new();
    bencher.bench_local(|| {
        out.clear();
        decoder.push(&unit, &mut out).unwrap();
    });
}

#[divan::bench(args = [HD, FULL_HD], sample_count = 10)]
fn encode_h264(bencher: Bencher<'_, '_>, size: Size) {
    let mut encoder = Encoder::open(&Settings { size, fps: 30, bitrate_bps: 4_000_000, gop: 60 }).unwrap();
    let pictures: Vec<Picture> = (0..8).map(|at| scene(size, CAMERA, at)).collect();
    let mut at = 0;
    bencher.bench_local(|| {
        at += 1;
        encoder.encode(&pictures[at % 8], false).unwrap()
    });
}

#[divan::bench(args = [HD, FULL_HD], sample_count = 20)]
fn encode_webp_q80(bencher: Bencher<'_, '_>, size: Size) {
    still(bencher, size, PLAIN, StillFormat::WebP);
}

/// What a BT.709 camera costs more: the conversion to what WebP fixes.
#[divan::bench(args = [HD, FULL_HD], sample_count = 20)]
fn encode_webp_q80_converted(bencher: Bencher<'_, '_>, size: Size) {
    still(bencher, size, CAMERA, StillFormat::WebP);
}

#[divan::bench(args = [HD, FULL_HD])]
fn encode_jpeg_q80(bencher: Bencher<'_, '_>, size: Size) {
    still(bencher, size, Color::JPEG, StillFormat::Jpeg);
}

/// Limited to full range.
#[divan::bench(args = [HD, FULL_HD])]
fn encode_jpeg_q80_expanded(bencher: Bencher<'_, '_>, size: Size) {
    still(bencher, size, PLAIN, StillFormat::Jpeg);
}

/// Limited to full range, BT.709 to BT.601.
#[divan::bench(args = [HD, FULL_HD])]
fn encode_jpeg_q80_converted(bencher: Bencher<'_, '_>, size: Size) {
    still(bencher, size, CAMERA, StillFormat::Jpeg);
}

fn still(bencher: Bencher<'_, '_>, size: Size, color: Color, format: StillFormat) {
    let picture = scene(size, color, 0);
    let mut encoder = StillEncoder::new();
    bencher.bench_local(|| encoder.encode(&picture, format, 80).unwrap());
}

#[divan::bench(args = [HD, FULL_HD])]
fn thumbnail_160x90(bencher: Bencher<'_, '_>, size: Size) {
    let picture = scene(size, CAMERA, 0);
    // A copy has no thumbnail yet.
    let fresh = || {
        let mut copy = picture.clone();
        copy.planes_mut();
        copy
    };
    bencher.with_inputs(fresh).bench_local_refs(|picture| pixels::thumbnail(picture, Size::new(160, 90)).unwrap());
}

#[divan::bench]
fn motion_grid_16x9(bencher: Bencher<'_, '_>) {
    let pictures = [scene(FULL_HD, CAMERA, 0), scene(FULL_HD, CAMERA, 1)];
    let mut reference = MotionReference::default();
    let mut at = 0;
    bencher.bench_local(|| {
        at += 1;
        pixels::motion(&pictures[at % 2], Size::new(16, 9), 12, &mut reference).unwrap()
    });
}

#[divan::bench]
fn histogram_1080p(bencher: Bencher<'_, '_>) {
    let picture = scene(FULL_HD, CAMERA, 0);
    bencher.bench_local(|| pixels::histogram(&picture, Rect::whole(FULL_HD)));
}

#[divan::bench(args = [640, 1280])]
fn scale_1080p_to_width(bencher: Bencher<'_, '_>, width: u32) {
    let picture = scene(FULL_HD, CAMERA, 0);
    let pool = pool();
    bencher.bench_local(|| scale::to_width(&picture, width, &pool));
}

#[divan::bench]
fn scaled_1080p_to_rgb_640x360(bencher: Bencher<'_, '_>) {
    let picture = scene(FULL_HD, CAMERA, 0);
    let fresh = || {
        let mut copy = picture.clone();
        copy.planes_mut();
        copy
    };
    bencher.with_inputs(fresh).bench_local_refs(|picture| {
        pixels::scaled(picture, Rect::whole(FULL_HD), Size::new(640, 360), Format::Rgb24).unwrap()
    });
}

/// Reading and writing all of a 1080p picture; two copies of as many bytes beside it, to compare.
#[divan::bench]
fn read_and_write_i420(bencher: Bencher<'_, '_>) {
    let mut picture = scene(FULL_HD, CAMERA, 0);
    let mut guest = vec![0; Format::I420.length(FULL_HD) as usize];
    bencher.bench_local(|| {
        pixels::read_into(&picture, Rect::whole(FULL_HD), Format::I420, &mut guest).unwrap();
        pixels::write(&mut picture, Rect::whole(FULL_HD), Format::I420, &guest).unwrap();
    });
}

#[divan::bench]
fn two_copies_of_i420(bencher: Bencher<'_, '_>) {
    let mut picture = scene(FULL_HD, CAMERA, 0).samples().to_vec();
    let mut guest = vec![0; picture.len()];
    bencher.bench_local(|| {
        black_box(&mut guest).copy_from_slice(&picture);
        black_box(&mut picture).copy_from_slice(&guest);
    });
}

#[divan::bench(args = [Format::Rgb24, Format::Rgba32])]
fn read_1080p(bencher: Bencher<'_, '_>, format: Format) {
    let picture = scene(FULL_HD, CAMERA, 0);
    let mut to = vec![0; format.length(FULL_HD) as usize];
    bencher.bench_local(|| pixels::read_into(&picture, Rect::whole(FULL_HD), format, &mut to).unwrap());
}

#[divan::bench(args = [Format::Rgb24, Format::Rgba32])]
fn write_1080p(bencher: Bencher<'_, '_>, format: Format) {
    let mut picture = scene(FULL_HD, CAMERA, 0);
    let from = vec![128; format.length(FULL_HD) as usize];
    bencher.bench_local(|| pixels::write(&mut picture, Rect::whole(FULL_HD), format, &from).unwrap());
}

#[divan::bench]
fn write_1080p_opaque_rgba(bencher: Bencher<'_, '_>) {
    let mut picture = scene(FULL_HD, CAMERA, 0);
    let from = vec![255; Format::Rgba32.length(FULL_HD) as usize];
    bencher.bench_local(|| pixels::write(&mut picture, Rect::whole(FULL_HD), Format::Rgba32, &from).unwrap());
}

#[divan::bench(args = [8, 16, 32])]
fn twenty_fills(bencher: Bencher<'_, '_>, side: u32) {
    let mut picture = scene(FULL_HD, CAMERA, 0);
    bencher.bench_local(|| {
        for at in 0..20 {
            draw::fill(&mut picture, Rect::new(40 * at + 3, 200 + at, side, side), black_box(Rgba::rgb(200, 30, 60)));
        }
    });
}

#[divan::bench(args = [20, 32])]
fn text_of_24_characters(bencher: Bencher<'_, '_>, height: u32) {
    let mut picture = scene(FULL_HD, CAMERA, 0);
    let mut style = TextStyle::new(height, Rgba::rgb(255, 255, 255));
    style.set_background(Some(Rgba::new(0, 0, 0, 128)));
    bencher.bench_local(|| draw::text(&mut picture, Point::new(20, 20), "lobby 2026-11-21 14:03:2", &style));
}

#[divan::bench]
fn pixelate_1080p(bencher: Bencher<'_, '_>) {
    let mut picture = scene(FULL_HD, CAMERA, 0);
    bencher.bench_local(|| draw::pixelate(&mut picture, Rect::whole(FULL_HD), 32));
}

#[divan::bench]
fn blur_1080p(bencher: Bencher<'_, '_>) {
    let mut picture = scene(FULL_HD, CAMERA, 0);
    bencher.bench_local(|| draw::blur(&mut picture, Rect::whole(FULL_HD), 16));
}

#[divan::bench]
fn blend_a_logo_of_200x100(bencher: Bencher<'_, '_>) {
    let mut picture = scene(FULL_HD, CAMERA, 0);
    let image = draw::Image::from_rgba(Size::new(200, 100), &[90, 200, 30, 160].repeat(20_000)).unwrap();
    bencher.bench_local(|| draw::blend(&mut picture, Rect::new(30, 30, 200, 100), &image, 255));
}
