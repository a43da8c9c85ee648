//! One elementary stream over segments.

use super::adts::{self, Format};
use super::clock::{duration, since};
use super::pes::{self, Pes};
use super::unit;
use crate::finding::Notes;
use crate::rule;

/// What a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    H264,
    H265,
    Adts,
}

impl Coding {
    /// Of a stream type (ISO/IEC 13818-1, table 2-34).
    pub(super) fn of(kind: u8) -> Option<Self> {
        match kind {
            0x1b => Some(Coding::H264),
            0x24 => Some(Coding::H265),
            0x0f => Some(Coding::Adts),
            _ => None,
        }
    }

    pub(super) fn is_video(self) -> bool {
        self != Coding::Adts
    }
}

/// An elementary stream.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) coding: Coding,
    last: Option<Last>,
    format: Option<Format>,
    pub(super) segment: Segment,
}

/// The last packet.
#[derive(Debug, Clone, Copy)]
struct Last {
    dts: u64,
    /// Frames of sound say how long they last, pictures do not: as long as the one before.
    lasts: u64,
    /// How far what comes next may be from where it ends.
    slack: u64,
}

/// What a segment has of it.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Segment {
    /// The first presentation time.
    pub(super) start: Option<u64>,
    /// From the first decode time to the end of the last.
    pub(super) first_dts: Option<u64>,
    end_dts: Option<u64>,
    /// Of which so much is a guess.
    pub(super) guessed: u64,
    pub(super) starts_with_key: Option<bool>,
}

impl Segment {
    pub(super) fn lasts(&self) -> Option<u64> {
        Some(u64::try_from(since(self.end_dts?, self.first_dts?)).unwrap_or(0))
    }
}

impl Track {
    pub(super) fn new(coding: Coding) -> Self {
        Self { coding, last: None, format: None, segment: Segment::default() }
    }

    /// The next segment begins.
    pub(super) fn begin(&mut self, discontinuity: bool) {
        self.segment = Segment::default();
        if discontinuity {
            (self.last, self.format) = (None, None);
        }
    }

    /// A PES packet, and the program clock when it began; says by how much sound is off what was due.
    pub(super) fn packet(&mut self, bytes: &[u8], now: Option<u64>, pid: u16, notes: &mut Notes) -> u64 {
        let at = format!("PID {pid}");
        let Some(pes) = pes::read(bytes, &at, notes) else { return 0 };
        let at = format!("PID {pid} at {}", pes.dts);
        clocked(&pes, now, &at, notes);
        let lasts = match self.coding {
            Coding::Adts => {
                let frames = u64::from(adts::frames(pes.payload, &at, &mut self.format, notes));
                self.format.map_or(0, |format| frames * 1_024 * 90_000 / u64::from(format.sample_rate))
            }
            Coding::H264 | Coding::H265 => {
                let key = unit::key(pes.payload, self.coding == Coding::H265, &at, notes);
                self.segment.starts_with_key.get_or_insert(key);
                0
            }
        };
        self.timed(&pes, lasts, &at, notes)
    }

    fn timed(&mut self, pes: &Pes<'_>, lasts: u64, at: &str, notes: &mut Notes) -> u64 {
        let frame = self.format.map_or(0, |format| 1_024 * 90_000 / u64::from(format.sample_rate));
        let mut now = Last { dts: pes.dts, lasts, slack: frame / 2 };
        let mut off = 0;
        if let Some(last) = self.last {
            let step = since(pes.dts, last.dts);
            if step <= 0 {
                notes.add(&rule::TIME_BACK, format!("{at}: decode time after {}", last.dts), "increasing times");
            }
            let step = u64::try_from(step).unwrap_or(0);
            off = step.abs_diff(last.lasts);
            if last.lasts > 0 && off > last.slack {
                let found = format!("{at}: {step} after the one before");
                notes.add(&rule::TIME_JUMP, found, format!("{}, within {}", last.lasts, last.slack));
            }
            if self.coding.is_video() {
                // Cameras skip a picture or two; they do not stop within a run.
                (now.lasts, now.slack) = (step, step * 3);
            }
        }
        self.segment.start.get_or_insert(pes.pts);
        self.segment.first_dts.get_or_insert(pes.dts);
        self.segment.end_dts = Some(pes.dts.wrapping_add(now.lasts));
        self.segment.guessed = if self.coding.is_video() { now.lasts } else { 0 };
        self.last = Some(now);
        // How regular pictures come is the camera's.
        if self.coding.is_video() { 0 } else { off }
    }
}

/// Decoding is after arrival, and not a second after.
fn clocked(pes: &Pes<'_>, now: Option<u64>, at: &str, notes: &mut Notes) {
    let Some(now) = now else { return };
    let ahead = since(pes.dts, now);
    if ahead < 0 {
        notes.add(&rule::DTS_LATE, format!("{at}: decoded before the program clock, {now}"), "at or after");
    } else if ahead > 90_000 {
        let found = format!("{at}: {:?} after the program clock", duration(ahead.unsigned_abs()));
        notes.add(&rule::DTS_EARLY, found, "at most a second");
    }
}
