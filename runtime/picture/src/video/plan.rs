//! From what is configured and what the source brings to what an encoder is told. Pure.

use codec::h264::Settings;
use config::{VideoSize, VideoVariant};
use media::Size;

/// Bits a second of 1080p at 30/s. On a street camera's noisy pictures that is where openh264's look like those that the camera compressed itself.
const FULL_HD_BPS: f64 = 4_000_000.0;
/// Pixels a second of that.
const FULL_HD_PIXELS: f64 = 1920.0 * 1080.0 * 30.0;
/// Twice the pixels need 1.7 times the bits: what is larger or more frequent is more alike. (720p at 30/s becomes 2.2 Mbit/s, 360p 770 kbit/s.)
const EXPONENT: f64 = 0.75;
/// No less than this: a key frame's headers and edges need it at any size.
const LEAST_BPS: f64 = 100_000.0;

/// What the encoder of a variant is told where the source's pictures have this size and rate.
pub(crate) fn settings(variant: &VideoVariant, source: Size, fps: u32) -> Settings {
    let size = size(variant.size, source);
    let fps = variant.fps.map_or(fps, |most| most.min(fps)).clamp(1, 120);
    let bitrate_bps = variant.bitrate_bps.unwrap_or_else(|| bitrate(size, fps));
    Settings { size, fps, bitrate_bps, gop: Settings::NO_GOP }
}

/// By size and rate, in steps of 10 kbit/s.
fn bitrate(size: Size, fps: u32) -> u32 {
    let share = size.pixels() as f64 * f64::from(fps) / FULL_HD_PIXELS;
    let bps = (FULL_HD_BPS * share.powf(EXPONENT)).max(LEAST_BPS);
    (bps / 10_000.0).round() as u32 * 10_000
}

/// What fits into what is asked for, the source's size and what the encoder takes; the aspect ratio stays but for what even numbers ask.
fn size(asked: VideoSize, source: Size) -> Size {
    let (width, height) = (f64::from(source.width), f64::from(source.height));
    let asked = match asked {
        VideoSize::Camera => 1.0,
        VideoSize::Width(most) => f64::from(most) / width,
        VideoSize::Height(most) => f64::from(most) / height,
    };
    let (long, short) = (width.max(height), width.min(height));
    let most = (f64::from(Settings::LARGEST.width) / long).min(f64::from(Settings::LARGEST.height) / short);
    let scale = asked.min(most).min(1.0);
    let even = |side: f64| {
        let side = (side * scale / 2.0 + 0.25).floor() as u32 * 2;
        side.max(Settings::SMALLEST_SIDE)
    };
    Size::new(even(width), even(height))
}

#[cfg(test)]
mod tests {
    use codec::h264::Encoder;

    use super::*;

    const FULL_HD: Size = Size::new(1920, 1080);

    fn variant(size: VideoSize) -> VideoVariant {
        VideoVariant { name: "x".into(), size, bitrate_bps: None, fps: None }
    }

    #[test]
    fn sizes_keep_their_shape_and_are_even() {
        for (asked, source, expected) in [
            (VideoSize::Camera, FULL_HD, FULL_HD),
            (VideoSize::Width(1280), FULL_HD, Size::new(1280, 720)),
            (VideoSize::Height(720), FULL_HD, Size::new(1280, 720)),
            (VideoSize::Height(360), Size::new(640, 480), Size::new(480, 360)),
            (VideoSize::Width(641), FULL_HD, Size::new(640, 360)),
            (VideoSize::Width(3840), Size::new(640, 360), Size::new(640, 360)),
            (VideoSize::Camera, Size::new(333, 171), Size::new(332, 170)),
            (VideoSize::Camera, Size::new(7680, 4320), Size::new(3840, 2160)),
            (VideoSize::Camera, Size::new(1, 1), Size::new(16, 16)),
        ] {
            assert_eq!(size(asked, source), expected, "{asked:?} of {source}");
        }
    }

    #[test]
    fn every_source_gives_settings_that_the_encoder_takes() {
        for source in
            [FULL_HD, Size::new(1, 1), Size::new(16_384, 2_000), Size::new(2_000, 16_384), Size::new(8192, 4352)]
        {
            for asked in [VideoSize::Camera, VideoSize::Width(3840), VideoSize::Width(16), VideoSize::Height(2160)] {
                for fps in [0, 1, 30, 500] {
                    let settings = settings(&variant(asked), source, fps);
                    assert!(Encoder::open(&settings).is_ok(), "{settings:?}");
                }
            }
        }
    }

    #[test]
    fn bits_follow_size_and_rate() {
        let of = |size, fps| settings(&variant(VideoSize::Camera), size, fps).bitrate_bps;
        assert_eq!(of(FULL_HD, 30), 4_000_000);
        assert_eq!(of(Size::new(1280, 720), 30), 2_180_000);
        assert_eq!(of(Size::new(640, 360), 30), 770_000);
        assert_eq!(of(FULL_HD, 15), 2_380_000);
        assert_eq!(of(Size::new(64, 64), 1), 100_000);
        let written = VideoVariant { bitrate_bps: Some(5_000_000), fps: Some(10), ..variant(VideoSize::Camera) };
        let settings = settings(&written, FULL_HD, 25);
        assert_eq!((settings.bitrate_bps, settings.fps), (5_000_000, 10));
    }
}
