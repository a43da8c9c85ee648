//! What scripted cameras film: access units in decode order, made without files where our own encoder can.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use codec::encode::StillEncoder;
use codec::{Picture, Pool, Stamp, h264};
use media::{Codec, Color, Moment, Size, StillFormat, Timestamp, annexb};

use crate::scene;

/// A clip; a camera plays it round and round, with timestamps that go on.
pub struct Clip {
    /// How it is compressed: H.264, H.265 or JPEG.
    pub codec: Codec,
    /// Pixels.
    pub size: Size,
    /// Pictures a second.
    pub fps: u32,
    /// In decode order.
    pub units: Vec<Unit>,
}

/// One access unit of a clip.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Annex B with parameter sets before key frames, or a JPEG file.
    pub data: Bytes,
    /// Whether decoding can begin here.
    pub key: bool,
    /// Its place in the order of presentation, from 0.
    pub order: u32,
    /// The number that its picture shows.
    pub number: u32,
}

/// A clip to be drawn: pictures with a moving box and their number in squares.
#[derive(Clone, Copy, Debug)]
pub struct Numbered {
    /// Pixels; even.
    pub size: Size,
    /// Pictures a second.
    pub fps: u32,
    /// How many.
    pub pictures: u32,
    /// Pictures from key frame to key frame.
    pub gop: u32,
    /// The number of the first; different ones tell clips apart.
    pub first: u32,
    /// Bits a second, for H.264.
    pub bitrate_bps: u32,
}

impl Default for Numbered {
    /// 320x192 at 25/s, ten seconds, a GOP of one second.
    fn default() -> Self {
        Self { size: Size::new(320, 192), fps: 25, pictures: 250, gop: 25, first: 0, bitrate_bps: 400_000 }
    }
}

impl Numbered {
    fn pictures(self) -> impl Iterator<Item = (u32, u32, Picture)> {
        let pool = Pool::new(8 << 20);
        (0..self.pictures).map(move |order| {
            let stamp = Stamp {
                pts: Timestamp::from_duration(Duration::from_secs(order.into()) / self.fps),
                sequence: order.into(),
                received: Moment::now(),
                captured: None::<SystemTime>,
            };
            let mut picture = Picture::black(&pool, self.size, Color::default(), stamp);
            let number = (self.first + order) & scene::LAST_NUMBER;
            scene::draw(&mut picture, number);
            (order, number, picture)
        })
    }

    /// As H.264 Baseline.
    pub fn h264(self) -> Arc<Clip> {
        let settings = h264::Settings { size: self.size, fps: self.fps, bitrate_bps: self.bitrate_bps, gop: self.gop };
        let mut encoder = h264::Encoder::open(&settings).expect("the encoder opens");
        let unit = |(order, number, picture): (u32, u32, Picture)| {
            let encoded = encoder.encode(&picture, order % self.gop == 0).expect("the picture is encoded");
            let encoded = encoded.expect("the encoder skips no picture");
            Unit { data: encoded.data, key: encoded.key, order, number }
        };
        Arc::new(Clip {
            codec: Codec::H264,
            size: self.size,
            fps: self.fps,
            units: self.pictures().map(unit).collect(),
        })
    }

    /// As JPEG files.
    pub fn jpeg(self) -> Arc<Clip> {
        let mut encoder = StillEncoder::new();
        let unit = |(order, number, picture): (u32, u32, Picture)| {
            let data = encoder.encode(&picture, StillFormat::Jpeg, 75).expect("the picture is encoded");
            Unit { data, key: true, order, number }
        };
        Arc::new(Clip {
            codec: Codec::Jpeg,
            size: self.size,
            fps: self.fps,
            units: self.pictures().map(unit).collect(),
        })
    }
}

impl Clip {
    /// H.264 High with two B-frames between references: `media/bframes.h264`.
    pub fn bframes() -> Arc<Self> {
        let units = split(include_bytes!("../media/bframes.h264"), Codec::H264);
        let gop = 25;
        let order_of = |decoded: u32| {
            let (start, at) = (decoded / gop * gop, decoded % gop);
            // I, then P B B over and over: each P is shown behind the two B-frames that follow it in decode order.
            start + if at == 0 { 0 } else { (at - 1) / 3 * 3 + [3, 1, 2][((at - 1) % 3) as usize] }
        };
        Self::stored(Codec::H264, units, order_of)
    }

    /// H.265 Main: `media/p.h265`.
    pub fn h265() -> Arc<Self> {
        Self::stored(Codec::H265, split(include_bytes!("../media/p.h265"), Codec::H265), |decoded| decoded)
    }

    fn stored(codec: Codec, units: Vec<Vec<u8>>, order_of: impl Fn(u32) -> u32) -> Arc<Self> {
        let unit = |(decoded, data): (usize, Vec<u8>)| {
            let order = order_of(decoded as u32);
            let key = match codec {
                Codec::H265 => media::h265::is_key(annexb::nal_units(&data)),
                _ => media::h264::kind(annexb::nal_units(&data)).key,
            };
            Unit { data: data.into(), key, order, number: order }
        };
        let units = units.into_iter().enumerate().map(unit).collect();
        Arc::new(Self { codec, size: Size::new(160, 96), fps: 25, units })
    }

    /// The whole clip as one Annex B file.
    pub fn to_annexb(&self) -> Vec<u8> {
        self.units.iter().flat_map(|unit| unit.data.iter().copied()).collect()
    }

    /// From one access unit to the next.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(1) / self.fps
    }

    /// The presentation time of the n-th access unit of an endless play, in ticks of 90 kHz.
    pub fn ticks(&self, n: usize) -> i64 {
        let round = n / self.units.len() * self.units.len();
        (round as i64 + i64::from(self.unit(n).order)) * Timestamp::CLOCK_RATE / i64::from(self.fps)
    }

    /// The n-th access unit of an endless play.
    pub fn unit(&self, n: usize) -> &Unit {
        &self.units[n % self.units.len()]
    }

    /// The parameter sets of the first access unit, without start codes.
    pub fn parameter_sets(&self) -> Vec<Bytes> {
        let is_set = |nal: &&[u8]| is_parameter_set(self.codec, nal);
        annexb::nal_units(&self.units[0].data).filter(is_set).map(Bytes::copy_from_slice).collect()
    }
}

impl fmt::Debug for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} at {}/s, {} pictures", self.codec.name(), self.size, self.fps, self.units.len())
    }
}

/// Whether a NAL unit is an SPS or PPS (H.265: or VPS).
pub(crate) fn is_parameter_set(codec: Codec, nal: &[u8]) -> bool {
    match codec {
        Codec::H264 => matches!(media::h264::nal_type(nal), 7 | 8),
        Codec::H265 => matches!(media::h265::nal_type(nal), 32..=34),
        _ => false,
    }
}

/// The access units of an Annex B file whose pictures have one slice each: what stands before a slice belongs to it.
fn split(file: &[u8], codec: Codec) -> Vec<Vec<u8>> {
    let mut units = Vec::new();
    let mut unit = Vec::new();
    for nal in annexb::nal_units(file) {
        annexb::push_nal(&mut unit, nal);
        let slice = match codec {
            Codec::H265 => media::h265::nal_type(nal) < 32,
            _ => matches!(media::h264::nal_type(nal), 1..=5),
        };
        if slice {
            units.push(std::mem::take(&mut unit));
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_clips_have_their_pictures_and_key_frames() {
        let bframes = Clip::bframes();
        assert_eq!((bframes.units.len(), bframes.units.iter().filter(|u| u.key).count()), (50, 2));
        let mut order: Vec<_> = bframes.units.iter().map(|u| u.order).collect();
        assert_eq!(order[..8], [0, 3, 1, 2, 6, 4, 5, 9]);
        order.sort_unstable();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
        let h265 = Clip::h265();
        assert_eq!((h265.units.len(), h265.parameter_sets().len()), (25, 3));
        assert!(h265.units[0].key && !h265.units[1].key);
    }

    #[test]
    fn timestamps_go_on_when_the_clip_begins_again() {
        let clip = Clip::bframes();
        assert_eq!(clip.ticks(1), 3 * 3_600);
        assert_eq!(clip.ticks(50), 50 * 3_600);
        assert_eq!(clip.ticks(51), 53 * 3_600);
    }
}
