//! Transport streams by hand: H.264 on PID 256 with 25 pictures a second, AAC at 48 kHz on PID 257.

use std::collections::HashMap;

/// Puts packets together, with the counters of their PIDs.
#[derive(Debug, Default, Clone)]
pub(crate) struct Muxer {
    counters: HashMap<u16, u8>,
}

/// A segment of 0.96 s, 24 pictures and 45 frames of sound, with what tests break. Times at 90 kHz.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(crate) start: u64,
    pub(crate) pictures: Vec<Vec<u8>>,
    pub(crate) tables: Vec<(u16, Vec<u8>)>,
    /// The program clock is so much before the decode time.
    pub(crate) delay: i64,
    /// It is in each so manieth picture.
    pub(crate) clock_each: usize,
    /// What is added to PTS alone.
    pub(crate) later: i64,
    pub(crate) audio_late: u64,
    pub(crate) frames: Vec<Vec<u8>>,
    pub(crate) length_off: usize,
    pub(crate) times: bool,
}

const START: &[u8] = &[0, 0, 0, 1];

/// NAL units behind start codes.
pub(crate) fn unit(units: &[&[u8]]) -> Vec<u8> {
    units.iter().flat_map(|unit| [START, unit].concat()).collect()
}

pub(crate) fn key() -> Vec<u8> {
    unit(&[&[9, 0xf0], &super::mp4::SPS, &super::mp4::PPS, &[0x65; 400]])
}

pub(crate) fn slice() -> Vec<u8> {
    unit(&[&[9, 0xf0], &[0x41; 40]])
}

/// An ADTS frame of AAC-LC with this index of its sample rate.
pub(crate) fn frame(rate: u8) -> Vec<u8> {
    let length = 7 + 60;
    [&[0xff, 0xf1, 0x40 | rate << 2, 0x80, (length >> 3) as u8, (length << 5) as u8 | 0x1f, 0xfc][..], &[0x21; 60]]
        .concat()
}

fn section(table: u8, body: &[u8]) -> Vec<u8> {
    let length = u8::try_from(body.len() + 9).unwrap_or(u8::MAX);
    let mut bytes = [&[table, 0xb0, length, 0, 1, 0xc1, 0, 0][..], body].concat();
    let mut crc = u32::MAX;
    for bit in bytes.iter().flat_map(|byte| (0..8).rev().map(move |shift| u32::from(byte >> shift & 1))) {
        let high = crc >> 31;
        crc <<= 1;
        if high != bit {
            crc ^= 0x04c1_1db7;
        }
    }
    bytes.extend(crc.to_be_bytes());
    bytes
}

pub(crate) fn pat(programs: &[u8]) -> (u16, Vec<u8>) {
    let body: Vec<u8> = programs.iter().flat_map(|number| [0, *number, 0xf0, 0]).collect();
    (0, section(0, &body))
}

pub(crate) fn pmt(video: u8, audio: u8) -> (u16, Vec<u8>) {
    (0x1000, section(2, &[0xe1, 0, 0xf0, 0, video, 0xe1, 0, 0xf0, 0, audio, 0xe1, 1, 0xf0, 0]))
}

impl Segment {
    pub(crate) fn first() -> Self {
        let pictures = [vec![key()], vec![slice(); 23]].concat();
        Self {
            start: 900_000,
            pictures,
            tables: vec![pat(&[1]), pmt(0x1b, 0x0f)],
            delay: 9_000,
            clock_each: 1,
            later: 0,
            audio_late: 0,
            frames: vec![frame(3); 45],
            length_off: 0,
            times: true,
        }
    }

    /// What follows it without a gap.
    pub(crate) fn next(&self) -> Self {
        Self { start: self.start + 86_400, ..Self::first() }
    }
}

impl Muxer {
    pub(crate) fn write(&mut self, segment: &Segment) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (pid, section) in &segment.tables {
            let mut payload = [&[0][..], section].concat();
            payload.resize(184, 0xff);
            bytes.extend(self.packets(*pid, &payload, None));
        }
        let mut frames = segment.frames.chunks(6);
        for (index, picture) in segment.pictures.iter().enumerate() {
            let dts = segment.start + index as u64 * 3_600;
            let clock = dts.wrapping_add_signed(-segment.delay) % (1 << 33);
            let clock = (segment.clock_each > 0 && index % segment.clock_each.max(1) == 0).then_some(clock);
            let payload = pes(segment, 0xe0, dts.wrapping_add_signed(segment.later), dts, picture);
            bytes.extend(self.packets(256, &payload, clock));
            if index % 3 == 0
                && let Some(frames) = frames.next()
            {
                let time = segment.start + segment.audio_late + index as u64 / 3 * 6 * 1_920;
                bytes.extend(self.packets(257, &pes(segment, 0xc0, time, time, &frames.concat()), None));
            }
        }
        bytes
    }

    fn packets(&mut self, pid: u16, payload: &[u8], clock: Option<u64>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let (mut rest, mut clock, mut first) = (payload, clock, true);
        while !rest.is_empty() {
            let counter = self.counters.entry(pid).or_insert(15);
            *counter = (*counter + 1) % 16;
            let mut field: Vec<u8> = Vec::new();
            if let Some(clock) = clock.take() {
                let word = clock << 15 | 0x7e00;
                field = [&[7, 0x10][..], &word.to_be_bytes()[2..]].concat();
            }
            let room = 184 - field.len();
            if rest.len() < room {
                let missing = room - rest.len();
                if field.is_empty() {
                    field.push(0);
                    if missing > 1 {
                        field.push(0);
                    }
                    field.resize(missing, 0xff);
                } else {
                    field.resize(field.len() + missing, 0xff);
                }
                field[0] = u8::try_from(field.len() - 1).unwrap_or(u8::MAX);
            }
            let taken = rest.len().min(184 - field.len());
            let start = if first { 0x40 } else { 0 };
            let control = if field.is_empty() { 0x10 } else { 0x30 };
            let pid = pid.to_be_bytes();
            bytes.extend([0x47, start | pid[0], pid[1], control | *counter]);
            bytes.extend(field);
            bytes.extend(&rest[..taken]);
            (rest, first) = (&rest[taken..], false);
        }
        bytes
    }
}

fn pes(segment: &Segment, stream: u8, pts: u64, dts: u64, payload: &[u8]) -> Vec<u8> {
    let (flags, header) = match (segment.times, pts == dts) {
        (false, _) => (0, Vec::new()),
        (_, true) => (0x80, time(2, pts)),
        (_, false) => (0xc0, [time(3, pts), time(1, dts)].concat()),
    };
    let length = if stream == 0xe0 { 0 } else { 3 + header.len() + payload.len() + segment.length_off };
    let length = u16::try_from(length).unwrap_or(0).to_be_bytes();
    let size = u8::try_from(header.len()).unwrap_or(0);
    [&[0, 0, 1, stream, length[0], length[1], 0x80, flags, size][..], &header, payload].concat()
}

fn time(mark: u8, time: u64) -> Vec<u8> {
    let time = time % (1 << 33);
    let bits = |shift: u32, mask: u64| (time >> shift & mask) as u8;
    vec![mark << 4 | bits(30, 7) << 1 | 1, bits(22, 255), bits(15, 127) << 1 | 1, bits(7, 255), bits(0, 127) << 1 | 1]
}
