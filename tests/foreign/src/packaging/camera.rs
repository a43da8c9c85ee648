//! A camera that does what a script says: mostly what cameras do, else anything that the types allow.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use media::{AccessUnit, AudioCodec, AudioParameters, AudioUnit, Codec, Moment, Parameters, Size, Timestamp};
use media::{h264, h265, nal};

use super::script::Script;

/// SPS of x264, High, two reordered at most: 640x360, and 160x96.
const SETS: [&[u8]; 2] = [
    &[
        0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
        0x00, 0x03, 0x00, 0x32, 0x0f, 0x16, 0x2d, 0x96,
    ],
    &[
        0x67, 0x64, 0x00, 0x0b, 0xac, 0xd1, 0x82, 0x8d, 0xb0, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00, 0x03,
        0x00, 0x32, 0x0f, 0x14, 0x29, 0x1a,
    ],
];
const PPS: &[u8] = &[0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0];
/// An HEVCDecoderConfigurationRecord up to its arrays: Main, level 3.1, lengths of four bytes.
const HVCC: [u8; 22] = [1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93, 0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f];
/// An array each of VPS, SPS and PPS, of one set.
const ARRAYS: &[u8] =
    &[3, 0x20, 0, 1, 0, 3, 0x40, 1, 0x0c, 0x21, 0, 1, 0, 3, 0x42, 1, 1, 0x22, 0, 1, 0, 3, 0x44, 1, 0xc1];

/// What it gives.
pub(super) enum Given {
    Picture(AccessUnit),
    Sound(AudioUnit),
    /// What the source says of its sound.
    Announced(Option<Arc<AudioParameters>>),
    /// What comes next does not go on from what was there.
    Away,
    /// Nobody watched for a while.
    Unwatched,
}

/// See the module.
pub(super) struct Camera {
    video: Arc<Parameters>,
    audio: Arc<AudioParameters>,
    shown: i64,
    heard: i64,
    /// Units that it gave.
    count: u32,
    start: Instant,
}

impl Default for Camera {
    fn default() -> Self {
        let (video, audio) = (Arc::new(known(0)), Arc::new(aac()));
        Self { video, audio, shown: 0, heard: 0, count: 0, start: Instant::now() }
    }
}

impl Camera {
    pub(super) fn next(&mut self, script: &mut Script<'_>) -> Given {
        self.count += 1;
        match script.byte() {
            kind @ 0..0xa0 => Given::Picture(self.picture(script, kind)),
            0xa0..0xd0 => Given::Sound(self.sound(script)),
            0xd0..0xe0 => {
                self.video = Arc::new(parameters(script));
                Given::Picture(self.picture(script, 0))
            }
            0xe0..0xec => {
                self.audio = Arc::new(sound_parameters(script));
                Given::Sound(self.sound(script))
            }
            0xec..0xf0 => Given::Announced(Some(self.audio.clone())),
            0xf0..0xf4 => Given::Announced(None),
            0xf4..0xfa => Given::Away,
            0xfa.. => Given::Unwatched,
        }
    }

    pub(super) fn video(&self) -> &Arc<Parameters> {
        &self.video
    }

    pub(super) fn audio(&self) -> &Arc<AudioParameters> {
        &self.audio
    }

    fn picture(&mut self, script: &mut Script<'_>, kind: u8) -> AccessUnit {
        self.shown = script.time(self.shown, 3_600);
        let is_h265 = self.video.codec == Codec::H265;
        let mut data = Vec::new();
        match kind % 16 {
            // A key picture each so many.
            0..4 => nal::push(&mut data, &filled(if is_h265 { 0x26 } else { 0x65 }, 40)),
            4..12 => nal::push(&mut data, &filled(if is_h265 { 0x02 } else { 0x41 }, 12)),
            12 => nal::push(&mut data, &filled(script.byte(), usize::from(script.byte()) * 64 + 2)),
            13 => (0..script.byte() % 8).for_each(|_| nal::push(&mut data, script.counted())),
            14 => data.extend_from_slice(script.counted()),
            _ => {}
        }
        let data = nal::without_apart(&self.video, without_start_codes(data).into());
        let nals = || nal::units(&data);
        // Of H.265 without the types that are reserved (table 7-1), which tell readers nothing of what is in them.
        let is_irap = |nal: &[u8]| (16..=21).contains(&h265::nal_type(nal));
        let key = if is_h265 { nals().any(is_irap) } else { h264::kind(nals()).key };
        let captured = match script.byte() {
            0..0xe0 => Some(after(self.shown)),
            0xe0..0xf0 => Some(after(i64::from(script.word().cast_signed()) << 20)),
            0xf0.. => None,
        };
        let pts = Timestamp::from_ticks(self.shown);
        // Of stills all are.
        let key = key || self.video.codec.is_still();
        AccessUnit { key, captured, ..AccessUnit::alone(self.video.clone(), data.clone(), pts, self.moment()) }
    }

    fn sound(&mut self, script: &mut Script<'_>) -> AudioUnit {
        let step = 1_024 * 90_000 / i64::from(self.audio.sample_rate.max(1));
        self.heard = script.time(self.heard, step);
        let (data, samples) = match script.byte() {
            kind @ 0..0xc0 => (Bytes::from(filled(0x21, usize::from(kind) + 2)), 1_024),
            0xc0..0xe0 => (Bytes::copy_from_slice(script.counted()), u32::from(script.byte())),
            0xe0..0xf0 => (Bytes::from(filled(script.byte(), usize::from(script.byte()) * 64)), 1_024),
            0xf0.. => (Bytes::from(filled(0x21, 20)), script.word()),
        };
        let pts = Timestamp::from_ticks(self.heard);
        AudioUnit { data, pts, samples, received: self.moment(), parameters: self.audio.clone() }
    }

    fn moment(&self) -> Moment {
        let since = Duration::from_millis(40) * self.count;
        Moment { wall: UNIX_EPOCH + since, steady: self.start + since }
    }
}

/// A clock that goes with the pictures, as far as there are dates.
fn after(ticks: i64) -> SystemTime {
    let millis = Duration::from_millis((ticks / 90).unsigned_abs());
    let begin = UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let at = if ticks < 0 { begin.checked_sub(millis) } else { begin.checked_add(millis) };
    at.unwrap_or(begin)
}

/// NAL units have no start codes in them (ITU-T H.264, clause 7.4.1): where they do, they have no zeros.
fn without_start_codes(data: Vec<u8>) -> Vec<u8> {
    let is_start = |window: &[u8]| window[..2] == [0, 0] && window[2] < 3;
    if !nal::units(&data).any(|nal| nal.windows(3).any(is_start) || nal.ends_with(&[0])) {
        return data;
    }
    let mut without = Vec::with_capacity(data.len());
    for unit in nal::units(&data) {
        let unit: Vec<_> = unit.iter().map(|byte| *byte.max(&1)).collect();
        nal::push(&mut without, &unit);
    }
    without
}

fn filled(first: u8, length: usize) -> Vec<u8> {
    let mut nal = vec![0xff; length];
    nal.iter_mut().zip([first, 0x88]).for_each(|(to, byte)| *to = byte);
    nal
}

fn known(which: usize) -> Parameters {
    h264::parameters(SETS[which], PPS).unwrap_or_else(|error| panic!("a set of x264 is refused: {error}"))
}

/// As the sources make them: of H.264 by `media`, of H.265 with a record that somebody else wrote.
fn parameters(script: &mut Script<'_>) -> Parameters {
    let h265 = |record: Vec<u8>| Parameters {
        record: record.into(),
        rfc6381: "hvc1.1.6.L93.90".into(),
        ..Parameters::bare(Codec::H265, Size::new(640, 360))
    };
    let read = match script.byte() % 10 {
        which @ 0..=1 => known(which.into()),
        2 => h265([&HVCC[..], ARRAYS].concat()),
        3 => h265([&HVCC[..], script.counted()].concat()),
        4 => h265(script.counted().to_vec()),
        5 => h264::parameters(SETS[0], script.counted()).unwrap_or_else(|_| known(0)),
        6 => h264::parameters(script.counted(), PPS).unwrap_or_else(|_| known(1)),
        7 => {
            let (at, changed) = (usize::from(script.byte()) % SETS[0].len(), script.byte());
            let mut sps = SETS[0].to_vec();
            sps[at] ^= changed;
            h264::parameters(&sps, PPS).unwrap_or_else(|_| known(1))
        }
        8 => Parameters::bare(Codec::H264, Size::new(16, 16)),
        _ => Parameters::bare(Codec::Jpeg, Size::new(16, 16)),
    };
    match script.byte() {
        0..0x80 => read,
        depth @ 0x80..0xc0 => Parameters { reorder_depth: Some(depth & 0x1f), ..read },
        0xc0..0xe0 => Parameters { interval: Some(script.word()), ..read },
        0xe0.. => Parameters { reorder_depth: Some(u8::MAX), interval: Some(u32::MAX), ..read },
    }
}

fn aac() -> AudioParameters {
    AudioParameters {
        codec: AudioCodec::Aac,
        sample_rate: 48_000,
        channels: 2,
        config: Bytes::from_static(&[0x11, 0x90]),
        rfc6381: "mp4a.40.2".into(),
    }
}

fn sound_parameters(script: &mut Script<'_>) -> AudioParameters {
    let rate = |script: &mut Script<'_>| match script.byte() {
        0..0x80 => 8_000,
        0x80..0xc0 => 44_100,
        0xc0..0xe0 => script.word(),
        0xe0..0xf0 => 0,
        0xf0.. => u32::MAX,
    };
    let g711 = |codec, script: &mut Script<'_>| AudioParameters {
        codec,
        sample_rate: rate(script),
        channels: u16::from(script.byte() % 12),
        config: Bytes::new(),
        rfc6381: String::new(),
    };
    match script.byte() % 6 {
        0 => aac(),
        1 => g711(AudioCodec::Pcmu, script),
        2 => g711(AudioCodec::Pcma, script),
        3 => AudioParameters { config: Bytes::copy_from_slice(script.counted()), ..aac() },
        4 => AudioParameters { sample_rate: rate(script), channels: script.word() as u16, ..aac() },
        _ => AudioParameters {
            codec: AudioCodec::Flac,
            config: Bytes::copy_from_slice(script.counted()),
            rfc6381: "flac".into(),
            ..g711(AudioCodec::Flac, script)
        },
    }
}
