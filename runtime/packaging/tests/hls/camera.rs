//! A camera made of numbers: access units with real headers and no picture in them, at the rhythm of its habits.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use config::HlsVariant;
use media::{AccessUnit, AudioCodec, AudioParameters, AudioUnit, Moment, Parameters, Timestamp, h264, nal};

/// SPS of x264, High, two reordered at most: 640x360, and 160x96.
const LARGE: &[u8] = &[
    0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00,
    0x03, 0x00, 0x32, 0x0f, 0x16, 0x2d, 0x96,
];
const SMALL: &[u8] = &[
    0x67, 0x64, 0x00, 0x0b, 0xac, 0xd1, 0x82, 0x8d, 0xb0, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00, 0x03, 0x00,
    0x32, 0x0f, 0x14, 0x29, 0x1a,
];
const PPS: &[u8] = &[0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0];

/// How it behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    pub(crate) fps: f64,
    /// Seconds between key frames.
    pub(crate) gop: f64,
    pub(crate) known_gop: bool,
    pub(crate) b_frames: bool,
    pub(crate) sound: bool,
    /// From when on it sends none, though it said so.
    pub(crate) silent_from: Option<f64>,
    /// By how much of an interval a picture may be early or late.
    pub(crate) trembles: f64,
    /// It goes away for some seconds each few minutes.
    pub(crate) reconnects: bool,
    /// It has another size behind each second of those.
    pub(crate) changes_size: bool,
    pub(crate) begins_at: i64,
    pub(crate) picture_bytes: usize,
    pub(crate) max_bytes: u64,
    pub(crate) variant: HlsVariant,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            fps: 25.0,
            gop: 2.0,
            known_gop: false,
            b_frames: false,
            sound: false,
            silent_from: None,
            trembles: 0.0,
            reconnects: false,
            changes_size: false,
            begins_at: 0,
            picture_bytes: 900,
            max_bytes: 50 << 20,
            variant: HlsVariant::LowLatency,
        }
    }
}

/// What it gives.
pub(crate) enum Given {
    Picture(AccessUnit),
    Sound(AudioUnit),
    Away,
}

/// See the module.
pub(crate) struct Camera {
    habits: Habits,
    parameters: [Arc<Parameters>; 2],
    sound: Arc<AudioParameters>,
    /// Seconds since its begin, of the next picture in the order of decoding.
    at: f64,
    /// Pictures since the key frame.
    of_gop: u32,
    gop: u32,
    /// When sound ends.
    heard: f64,
    sessions: usize,
    next_away: f64,
    start: Instant,
    dice: u64,
    gap_is_due: bool,
}

impl Camera {
    pub(crate) fn new(habits: Habits) -> Self {
        let parameters = [LARGE, SMALL].map(|sps| {
            let told = h264::parameters(sps, PPS).unwrap();
            let reorder_depth = Some(u8::from(habits.b_frames));
            Arc::new(Parameters { reorder_depth, interval: Some((90_000.0 / habits.fps) as u32), ..told })
        });
        Self {
            habits,
            parameters,
            sound: sound(),
            at: 0.0,
            of_gop: 0,
            gop: (habits.gop * habits.fps).round().max(1.0) as u32,
            heard: 0.0,
            sessions: 0,
            next_away: 170.0,
            start: Instant::now(),
            dice: 7,
            gap_is_due: false,
        }
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.at
    }

    pub(crate) fn next(&mut self) -> Given {
        if std::mem::take(&mut self.gap_is_due) {
            return Given::Away;
        }
        let is_heard = self.habits.silent_from.is_none_or(|from| self.heard < from);
        if self.habits.sound && self.heard < self.at {
            let unit = AudioUnit {
                data: Bytes::from(vec![0x21; 180]),
                pts: self.ticks(self.heard),
                samples: 1_024,
                received: self.moment(),
                parameters: self.sound.clone(),
            };
            self.heard += 1_024.0 / 48_000.0;
            if is_heard {
                return Given::Sound(unit);
            }
            return self.next();
        }
        if self.habits.reconnects && self.at > self.next_away && self.of_gop == 0 {
            self.next_away += 170.0;
            self.at += 7.3;
            self.heard = self.at;
            self.sessions += 1;
            return Given::Away;
        }
        let size = usize::from(self.habits.changes_size && self.sessions / 2 % 2 == 1);
        let key = self.of_gop == 0;
        let shown = self.at + f64::from(self.shown_later()) / self.habits.fps;
        let trembled = shown + self.tremble() / self.habits.fps;
        let mut data = Vec::new();
        let header = if key { 0x65 } else { 0x41 };
        let bytes = if key { 9 * self.habits.picture_bytes } else { self.habits.picture_bytes };
        nal::push(&mut data, &[&[header, 0x88][..], &vec![0xff; bytes]].concat());
        let unit = AccessUnit {
            key,
            captured: Some(UNIX_EPOCH + Duration::from_secs(1_790_000_000) + Duration::from_secs_f64(shown)),
            ..AccessUnit::alone(self.parameters[size].clone(), data.into(), self.ticks(trembled), self.moment())
        };
        self.at += 1.0 / self.habits.fps;
        self.of_gop = (self.of_gop + 1) % self.gop;
        Given::Picture(unit)
    }

    /// I P B B P B B …: how many pictures later than it is decoded a picture is shown, the delay of one left out.
    fn shown_later(&self) -> i32 {
        match (self.habits.b_frames, self.of_gop) {
            (false, _) | (true, 0) => 0,
            (true, at) if (at - 1) / 3 * 3 + 3 >= self.gop => 0,
            (true, at) => [2, -1, -1][(at as usize - 1) % 3],
        }
    }

    fn tremble(&mut self) -> f64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.dice >> 33) as f64 / f64::from(1_u32 << 31) - 0.5) * self.habits.trembles
    }

    fn ticks(&self, seconds: f64) -> Timestamp {
        Timestamp::from_ticks(self.habits.begins_at + (seconds * 90_000.0).round() as i64)
    }

    fn moment(&self) -> Moment {
        let since = Duration::from_secs_f64(self.at);
        Moment { wall: SystemTime::UNIX_EPOCH + since, steady: self.start + since }
    }
}

/// AAC-LC, 48 kHz, stereo.
pub(crate) fn sound() -> Arc<AudioParameters> {
    Arc::new(AudioParameters {
        codec: AudioCodec::Aac,
        sample_rate: 48_000,
        channels: 2,
        config: Bytes::from_static(&[0x11, 0x90]),
        rfc6381: "mp4a.40.2".into(),
    })
}
