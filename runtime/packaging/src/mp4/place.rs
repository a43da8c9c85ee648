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
        let shown = in_file(unit.pts) - HEAD * Timestamp::CLOCK_RATE;
        // None before the file begins, however far ahead decoding is said to run.
        let earliest = self.last.map_or(-HEAD * Timestamp::CLOCK_RATE, |last| last + 1);
        let decode = self.decode.next(shown, self.interval).max(earliest);
        if let Some(last) = self.last.filter(|last| *last < decode) {
            self.interval = decode - last;
        }
        self.last = Some(decode);
        let offset = (shown - decode).clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        Placed { decode: decode + HEAD * Timestamp::CLOCK_RATE, offset }
    }

    /// Where sound begins, in samples of the file; none if it was there already, or nothing is heard in it.
    pub fn sound(&mut self, unit: &AudioUnit) -> Option<u64> {
        if unit.samples == 0 || unit.data.is_empty() {
            return None;
        }
        let rate = i64::from(unit.parameters.sample_rate.max(1));
        let told = in_samples(in_file(unit.pts), rate);
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

/// A time of the stream in ticks of the file. Those that no camera has, and that would overflow in what is made of them, are at its ends.
pub(crate) fn in_file(pts: Timestamp) -> i64 {
    pts.ticks().clamp(0, i64::MAX / 4) + HEAD * Timestamp::CLOCK_RATE
}

/// Ticks of the file in samples.
pub(crate) fn in_samples(ticks: i64, rate: i64) -> i64 {
    i64::try_from(i128::from(ticks) * i128::from(rate) / i128::from(Timestamp::CLOCK_RATE)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use media::{AudioCodec, AudioParameters, Codec, Moment, Size};

    use super::*;

    #[test]
    fn decoding_goes_forward_however_far_ahead_it_is_said_to_run() {
        let depth = Some(u8::MAX);
        let told = Parameters {
            reorder_depth: depth,
            interval: Some(u32::MAX),
            ..Parameters::bare(Codec::H264, Size::new(16, 16))
        };
        let mut place = Place::new(&told);
        let told = Arc::new(told);
        let mut decoded = |pts| {
            let unit = AccessUnit::alone(told.clone(), Bytes::new(), Timestamp::from_ticks(pts), Moment::now());
            place.picture(&unit).decode
        };
        let decoded: Vec<_> = [0, 3_600, i64::MIN, 7_200, i64::MAX, 10_800].map(&mut decoded).into();
        assert_eq!(decoded[0], 0);
        assert!(decoded.windows(2).all(|pair| pair[0] < pair[1]), "{decoded:?}");
    }

    #[test]
    fn sound_in_which_nothing_is_heard_is_left_out() {
        let (codec, config) = (AudioCodec::Aac, Bytes::from_static(&[0x11, 0x90]));
        let parameters =
            Arc::new(AudioParameters { codec, sample_rate: 48_000, channels: 2, config, rfc6381: String::new() });
        let mut place = Place::new(&Parameters::bare(Codec::H264, Size::new(16, 16)));
        let mut begin = |samples, data| {
            let (pts, received, parameters) = (Timestamp::ZERO, Moment::now(), parameters.clone());
            place.sound(&AudioUnit { data: Bytes::from_static(data), pts, samples, received, parameters })
        };
        assert_eq!((begin(0, &[1]), begin(1_024, &[]), begin(1_024, &[1])), (None, None, Some(480_000)));
    }
}
