//! Pictures to H.264 access units, by openh264.

use bytes::Bytes;
use media::{Color, Matrix, Range, Size};
use openh264::OpenH264API;
use openh264::encoder::{
    self as library, BitRate, Complexity, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, MatrixCoefficients,
    RateControlMode, UsageType, VuiConfig,
};
use openh264::formats::YUVSource;
use openh264_sys2::{ENCODER_OPTION_TRACE_LEVEL, WELS_LOG_QUIET};

use crate::{Picture, Plane};

/// What to encode, and how large it may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Pixels; both even (cropping counts in twos at 4:2:0, ITU-T H.264 clause 7.4.2.1.1), at most 3840x2160 or 2160x3840.
    pub size: Size,
    /// Pictures per second, 1 to 120.
    pub fps: u32,
    /// Bits per second to aim at.
    pub bitrate_bps: u32,
    /// A key frame at least every this many pictures.
    pub gop: u32,
}

impl Settings {
    /// The largest picture, lying or standing: level 5.2 is as far as the library goes.
    pub const LARGEST: Size = Size::new(3840, 2160);
    /// The smallest side that the library takes.
    pub const SMALLEST_SIDE: u32 = 16;
    /// No key frame but the first and those that are asked for.
    pub const NO_GOP: u32 = i32::MAX as u32;
}

/// One access unit.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// Annex B; SPS and PPS before each IDR picture.
    pub data: Bytes,
    /// Whether it is an IDR picture.
    pub key: bool,
}

/// Why nothing was encoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The settings are beyond what the encoder takes.
    #[error("an encoder for {0:?} cannot be opened: {1}")]
    Settings(Settings, &'static str),
    /// The picture has another size than the settings say.
    #[error("the picture is {got}, the encoder was opened for {expected}")]
    Size {
        /// Of the settings.
        expected: Size,
        /// Of the picture.
        got: Size,
    },
    /// The library failed.
    #[error("the H.264 encoder failed: {0}")]
    Failed(String),
}

/// An H.264 encoder: Constrained Baseline, no B-frames, one access unit for each picture, one thread. The colours of the pictures are told in the
/// VUI.
pub struct Encoder {
    settings: Settings,
    /// Set up with the first picture, and again when the colours change: they are in the SPS.
    library: Option<(Color, library::Encoder)>,
}

impl Encoder {
    /// Checks the settings; the library takes its memory (some 20 MB at 1080p) with the first picture.
    pub fn open(settings: &Settings) -> Result<Self, Error> {
        let Settings { size, fps, bitrate_bps, gop } = *settings;
        let refuse = |why| Err(Error::Settings(*settings, why));
        if !size.width.is_multiple_of(2)
            || !size.height.is_multiple_of(2)
            || size.width.min(size.height) < Settings::SMALLEST_SIDE
        {
            return refuse("width and height must be even and at least 16");
        }
        let Size { width: long, height: short } = Settings::LARGEST;
        if size.width.max(size.height) > long || size.width.min(size.height) > short {
            return refuse("at most 3840x2160 or 2160x3840");
        }
        if !(1..=120).contains(&fps) {
            return refuse("1 to 120 pictures per second");
        }
        if !(1..=200_000_000).contains(&bitrate_bps) {
            return refuse("1 to 200,000,000 bits per second");
        }
        if !(1..=Settings::NO_GOP).contains(&gop) {
            return refuse("a key frame every 1 to 2,147,483,647 pictures");
        }
        Ok(Self { settings: *settings, library: None })
    }

    /// Encodes one picture, as a key frame if asked; `None` if the encoder left it out.
    pub fn encode(&mut self, picture: &Picture, force_key: bool) -> Result<Option<Encoded>, Error> {
        let expected = self.settings.size;
        if picture.size() != expected {
            return Err(Error::Size { expected, got: picture.size() });
        }
        let failed = |e: openh264::Error| Error::Failed(e.to_string());
        let library = match &mut self.library {
            Some((color, library)) if *color == picture.color() => library,
            other => {
                let config = config(&self.settings, picture.color());
                let mut library =
                    library::Encoder::with_api_config(OpenH264API::from_source(), config).map_err(failed)?;
                silence(&mut library);
                &mut other.insert((picture.color(), library)).1
            }
        };
        if force_key {
            library.force_intra_frame();
        }
        let time_ms = (picture.stamp().pts.nanos() / 1_000_000).min(i64::MAX as u64);
        let stream =
            library.encode_at(&Source(picture.planes()), openh264::Timestamp::from_millis(time_ms)).map_err(failed)?;
        let key = match stream.frame_type() {
            FrameType::IDR => true,
            FrameType::I | FrameType::P | FrameType::IPMixed => false,
            FrameType::Skip => return Ok(None),
            FrameType::Invalid => return Err(Error::Failed("it made no valid picture".into())),
        };
        let data = stream.to_vec();
        Ok((!data.is_empty()).then(|| Encoded { data: data.into(), key }))
    }
}

fn config(settings: &Settings, color: Color) -> EncoderConfig {
    let vui = match color.matrix {
        Matrix::Bt601 => VuiConfig::bt601(),
        Matrix::Bt709 => VuiConfig::bt709(),
        Matrix::Bt2020 => VuiConfig::bt709().matrix_coefficients(MatrixCoefficients::Bt2020Ncl),
    };
    // The library's own defaults are 120 kbit/s with pictures left out.
    EncoderConfig::new()
        .usage_type(UsageType::CameraVideoRealTime)
        .complexity(Complexity::Low)
        .rate_control_mode(RateControlMode::Bitrate)
        .bitrate(BitRate::from_bps(settings.bitrate_bps))
        .max_frame_rate(FrameRate::from_hz(settings.fps as f32))
        .intra_frame_period(IntraFramePeriod::from_num_frames(settings.gop))
        .skip_frames(false)
        .scene_change_detect(false)
        .num_threads(1)
        .vui(vui.full_range(color.range == Range::Full))
}

/// No lines on stderr: the library would write a warning each time it is set up without leaving pictures out, before the crate tells it to be
/// quiet.
fn silence(library: &mut library::Encoder) {
    let mut level = WELS_LOG_QUIET;
    // SAFETY: the option takes a pointer to an int, which it reads during the call; it may be set before the encoder is set up (`SetOption` in
    // welsEncoderExt.cpp).
    unsafe {
        library.raw_api().set_option(ENCODER_OPTION_TRACE_LEVEL, (&raw mut level).cast());
    }
}

/// A picture as the library reads it.
struct Source<'a>([Plane<'a>; 3]);

impl YUVSource for Source<'_> {
    fn dimensions(&self) -> (usize, usize) {
        (self.0[0].size.width as usize, self.0[0].size.height as usize)
    }

    fn strides(&self) -> (usize, usize, usize) {
        (self.0[0].stride, self.0[1].stride, self.0[2].stride)
    }

    fn y(&self) -> &[u8] {
        self.0[0].data
    }

    fn u(&self) -> &[u8] {
        self.0[1].data
    }

    fn v(&self) -> &[u8] {
        self.0[2].data
    }
}

#[cfg(test)]
mod tests;
