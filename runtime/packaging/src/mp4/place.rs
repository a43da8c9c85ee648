//! Where units are on the time of a file.

use media::{AccessUnit, AudioUnit, Parameters, Timestamp};

use super::HEAD;
use crate::decode_time::DecodeTimes;

/// What is taken to lie between two pictures before two have come: 25 a second.
const USUAL: i64 = Timestamp::CLOCK_RATE / 25;
/// Sound that is this far from where the sound before it ended is behind a gap, or there twice. Below, its own time is only as exact as the packet's.
const TOLERANCE: Timestamp = Timestamp::from_ticks(Timestamp::CLOCK_RATE * 4 / 100);

/// Puts the units of a stream on the time of a file. Pure.
#[derive(Clone, Debug)]
pub struct Place {
    decode: DecodeTimes,
    /// The last time of decoding, in ticks of the stream.
    last: Option<i64>,
    /// What lies between two pictures.
    interval: i64,
    /// Where the sound before ended, in samples of the file.
    sound_end: Option<i64>,
}

/// When a picture is decoded and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// In ticks of the file.
    pub decode: i64,
    /// How much later it is shown.
    pub offset: i32,
}

impl Place {
    /// What the parameters tell of the order and the rate of pictures.
    pub fn new(video: &Parameters) -> Self {
        let interval = video.interval.map_or(USUAL, i64::from);
        Self { decode: DecodeTimes::new(video.reorder_depth), last: None, interval, sound_end: None }
    }

    /// When it is decoded and shown; pictures come in the order of decoding.
    pub fn picture(&mut self, unit: &AccessUnit) -> Placed {
        // Times that no camera has would overflow below.
        let shown = unit.pts.ticks().clamp(0, i64::MAX / 4);
        let decode = self.decode.next(shown, self.interval).max(-HEAD * Timestamp::CLOCK_RATE);
        if let Some(last) = self.last.filter(|last| *last < decode) {
            self.interval = decode - last;
        }
        self.last = Some(decode);
        let offset = (shown - decode).clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        Placed { decode: decode + HEAD * Timestamp::CLOCK_RATE, offset }
    }

    /// Where sound begins, in samples of the file; none if it was there already.
    pub fn sound(&mut self, unit: &AudioUnit) -> Option<u64> {
        let rate = i64::from(unit.parameters.sample_rate.max(1));
        let told = in_samples(unit.pts.ticks().clamp(0, i64::MAX / 4) + HEAD * Timestamp::CLOCK_RATE, rate);
        let tolerance = in_samples(TOLERANCE.ticks(), rate);
        let begin = match self.sound_end {
            Some(end) if (told - end).abs() <= tolerance => end,
            Some(end) if told < end => return None,
            _ => told,
        };
        self.sound_end = Some(begin.saturating_add(unit.samples.into()));
        u64::try_from(begin).ok()
    }

    /// What lies between two pictures, in ticks.
    pub fn interval(&self) -> i64 {
        self.interval
    }
}

/// Ticks of the file in samples.
pub(crate) fn in_samples(ticks: i64, rate: i64) -> i64 {
    (i128::from(ticks) * i128::from(rate) / i128::from(Timestamp::CLOCK_RATE)) as i64
}
