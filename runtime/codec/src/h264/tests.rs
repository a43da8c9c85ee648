use super::*;
use crate::draw::{self, Rect, Rgba};
use crate::{Pool, Stamp};

const SETTINGS: Settings = Settings { size: Size::new(320, 180), fps: 25, bitrate_bps: 500_000, gop: 10 };

fn picture(color: Color, at: i32) -> Picture {
    let mut picture = Picture::black(&Pool::new(0), SETTINGS.size, color, Stamp::test());
    draw::fill(&mut picture, Rect::new(at, 20, 60, 60), Rgba::rgb(255, 200, 0));
    picture
}

#[test]
fn every_group_begins_with_parameter_sets_and_an_idr_picture() {
    let mut encoder = Encoder::open(&SETTINGS).unwrap();
    for at in 0..35 {
        let encoded = encoder.encode(&picture(Color::default(), at), at == 13).unwrap().unwrap();
        let kind = media::h264::kind(media::annexb::nal_units(&encoded.data));
        // A forced key frame begins a group of its own.
        let key = at < 13 && at % 10 == 0 || at >= 13 && (at - 13) % 10 == 0;
        assert_eq!((encoded.key, kind.key, kind.sps.is_some(), kind.pps.is_some()), (key, key, key, key), "{at}");
        assert!(kind.picture);
    }
}

#[test]
fn the_sps_tells_size_and_colours_and_that_nothing_is_reordered() {
    for range in [Range::Limited, Range::Full] {
        for matrix in [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020] {
            let color = Color { range, matrix };
            let mut encoder = Encoder::open(&SETTINGS).unwrap();
            encoder.encode(&picture(Color::default(), 0), false).unwrap();
            let encoded = encoder.encode(&picture(color, 0), true).unwrap().unwrap();
            let kind = media::h264::kind(media::annexb::nal_units(&encoded.data));
            let parameters = media::h264::parameters(kind.sps.unwrap(), kind.pps.unwrap()).unwrap();
            assert_eq!((parameters.size, parameters.color), (SETTINGS.size, color));
            assert!(!parameters.reordered && !parameters.interlaced);
        }
    }
}

#[test]
fn the_bit_rate_is_held() {
    let mut encoder = Encoder::open(&SETTINGS).unwrap();
    let mut noise = picture(Color::default(), 0);
    let (mut bytes, mut state) = (0, 1u32);
    for _ in 0..100 {
        for sample in noise.planes_mut()[0].data.iter_mut() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = sample.wrapping_add((state >> 29) as u8);
        }
        bytes += encoder.encode(&noise, false).unwrap().map_or(0, |encoded| encoded.data.len());
    }
    let rate = bytes * 8 * 25 / 100;
    assert!((150_000..1_500_000).contains(&rate), "{rate} bits per second for 500,000");
}

#[test]
fn impossible_settings_and_other_sizes_are_refused() {
    for settings in [
        Settings { size: Size::new(321, 180), ..SETTINGS },
        Settings { size: Size::new(0, 0), ..SETTINGS },
        Settings { size: Size::new(8192, 4320), ..SETTINGS },
        Settings { fps: 0, ..SETTINGS },
        Settings { bitrate_bps: 0, ..SETTINGS },
        Settings { gop: 0, ..SETTINGS },
    ] {
        assert!(matches!(Encoder::open(&settings), Err(Error::Settings(..))), "{settings:?}");
    }
    let mut encoder = Encoder::open(&Settings { size: Size::new(64, 64), ..SETTINGS }).unwrap();
    assert!(matches!(encoder.encode(&picture(Color::default(), 0), false), Err(Error::Size { .. })));
}
