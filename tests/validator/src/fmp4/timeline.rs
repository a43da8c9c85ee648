//! Chunks one after another, and against their playlist.

use std::collections::BTreeMap;
use std::time::Duration;

use super::chunk::{Chunk, Run, Sample};
use super::track::{Init, Kind, Track};
use crate::finding::{Finding, Notes};
use crate::rule;

/// How far media may be from what is said of it.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Between a duration in the playlist and that of the media.
    pub duration: Duration,
    /// Between the starts, and the ends, of the tracks of a segment.
    pub skew: Duration,
}

impl Default for Limits {
    /// 1 ms of rounding; audio frames of 1024 samples at 16 kHz last 64 ms, and video frames 40 or 67.
    fn default() -> Self {
        Self { duration: Duration::from_millis(1), skew: Duration::from_millis(100) }
    }
}

/// What a playlist says of a chunk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expected {
    /// `EXTINF`, or `DURATION` of a part.
    pub duration: Option<Duration>,
    /// Decoding can start with it.
    pub independent: bool,
    /// It does not continue what was before it.
    pub discontinuity: bool,
    /// It is a part: its tracks need not end together.
    pub part: bool,
}

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// The largest difference of a decode time to what the sample before it promised.
    pub deviation: Duration,
    /// The largest difference between starts or ends of the tracks of a segment.
    pub skew: Duration,
    /// The largest difference between a duration in the playlist and that of the media.
    pub duration: Duration,
}

/// Where a track was left.
#[derive(Debug, Clone, Copy)]
struct End {
    last: u64,
    duration: u32,
    due: u64,
}

/// A run of chunks.
#[derive(Debug, Default)]
pub struct Timeline {
    limits: Limits,
    figures: Figures,
    sequence: Option<u32>,
    ends: BTreeMap<u32, End>,
}

impl Timeline {
    /// With the limits that it checks.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Default::default() }
    }

    /// What was measured until now.
    pub fn figures(&self) -> Figures {
        self.figures
    }

    /// Forgets where it was, since what comes next was not loaded.
    pub fn lose(&mut self) {
        self.sequence = None;
        self.ends.clear();
    }

    /// Takes the next chunk.
    pub fn push(&mut self, uri: &str, chunk: &Chunk, init: &Init, expected: Expected) -> Vec<Finding> {
        let mut notes = Notes::new(uri);
        if expected.discontinuity {
            self.lose();
        }
        for fragment in &chunk.fragments {
            if let Some(before) = self.sequence.filter(|before| fragment.sequence <= *before) {
                let found = format!("fragment {} after {before}", fragment.sequence);
                notes.add(&rule::FRAGMENT_SEQUENCE, found, "increasing numbers");
            }
            self.sequence = Some(fragment.sequence);
            for run in &fragment.runs {
                if let Some(track) = init.track(run.track) {
                    self.continues(run, track, &mut notes);
                }
            }
        }
        if expected.independent {
            independent(chunk, init, &mut notes);
        }
        if let Some(duration) = expected.duration {
            self.lasts(chunk, init, duration, &mut notes);
        }
        if !expected.part {
            self.in_step(chunk, init, &mut notes);
        }
        notes.list
    }

    fn continues(&mut self, run: &Run, track: &Track, notes: &mut Notes) {
        for sample in &run.samples {
            if sample.duration == 0 {
                notes.add(
                    &rule::TIME_BACK,
                    format!("track {}: a sample of no duration at {}", track.id, sample.dts),
                    "one",
                );
            }
            if let Some(end) = self.ends.get(&track.id) {
                if sample.dts <= end.last {
                    let found = format!("track {}: decode time {} after {}", track.id, sample.dts, end.last);
                    notes.add(&rule::TIME_BACK, found, "increasing times");
                }
                let off = sample.dts.abs_diff(end.due);
                self.figures.deviation = self.figures.deviation.max(time(off, track));
                if off * 2 > u64::from(end.duration) {
                    let found = format!("track {}: decode time {} of {} Hz", track.id, sample.dts, track.timescale);
                    notes.add(&rule::TIME_JUMP, found, format!("{}, within half of {}", end.due, end.duration));
                }
            }
            let due = sample.dts.saturating_add(u64::from(sample.duration));
            self.ends.insert(track.id, End { last: sample.dts, duration: sample.duration, due });
        }
    }

    fn lasts(&mut self, chunk: &Chunk, init: &Init, expected: Duration, notes: &mut Notes) {
        // Sound has frames of its own: where there is video, the playlist speaks of that.
        let Some(track) = leading(chunk, init) else { return };
        let units: u64 = chunk.samples(track.id).map(|sample| u64::from(sample.duration)).sum();
        let media = time(units, track);
        let off = media.abs_diff(expected);
        self.figures.duration = self.figures.duration.max(off);
        if off > self.limits.duration {
            let found = format!("{media:?} of {:?} for {expected:?} in the playlist", track.kind);
            notes.add(&rule::MEDIA_DURATION, found, format!("equal within {:?}", self.limits.duration));
        }
    }

    fn in_step(&mut self, chunk: &Chunk, init: &Init, notes: &mut Notes) {
        let spans: Vec<_> = init.tracks.iter().filter_map(|track| span(chunk.samples(track.id), track)).collect();
        if spans.len() < 2 {
            if init.tracks.len() > 1 {
                let found = format!("samples of {} of {} tracks", spans.len(), init.tracks.len());
                notes.add(&rule::TRACKS_APART, found, "those of each in each segment");
            }
            return;
        }
        let spread = |of: fn(&(i128, i128)) -> i128| {
            let (min, max) = (spans.iter().map(of).min(), spans.iter().map(of).max());
            let nanos = max.unwrap_or(0) - min.unwrap_or(0);
            Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
        };
        for (what, skew) in [("start", spread(|span| span.0)), ("end", spread(|span| span.1))] {
            self.figures.skew = self.figures.skew.max(skew);
            if skew > self.limits.skew {
                let found = format!("tracks that {what} {skew:?} apart");
                notes.add(&rule::TRACKS_APART, found, format!("within {:?}", self.limits.skew));
            }
        }
    }
}

/// The video track, else the first that has samples.
fn leading<'i>(chunk: &Chunk, init: &'i Init) -> Option<&'i Track> {
    let present = |track: &&Track| chunk.samples(track.id).next().is_some();
    let video = init.tracks.iter().filter(present).find(|track| track.kind == Kind::Video);
    video.or_else(|| init.tracks.iter().find(present))
}

fn independent(chunk: &Chunk, init: &Init, notes: &mut Notes) {
    for track in init.tracks.iter().filter(|track| track.kind == Kind::Video) {
        if let Some(first) = chunk.samples(track.id).next()
            && (!first.sync || first.key == Some(false))
        {
            let found = format!("track {} begins with sync flag {}, key picture {:?}", track.id, first.sync, first.key);
            notes.add(&rule::NOT_INDEPENDENT, found, "a sync sample that is a key picture");
        }
    }
}

fn time(units: u64, track: &Track) -> Duration {
    let nanos = u128::from(units) * 1_000_000_000 / u128::from(track.timescale);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// When its presentation starts and ends, in nanoseconds.
fn span<'a>(samples: impl Iterator<Item = &'a Sample>, track: &Track) -> Option<(i128, i128)> {
    let nanos = |units: i128| units * 1_000_000_000 / i128::from(track.timescale);
    let shown = |sample: &Sample| i128::from(sample.dts) + i128::from(sample.offset) - i128::from(track.edit);
    let (starts, ends): (Vec<_>, Vec<_>) =
        samples.map(|sample| (shown(sample), shown(sample) + i128::from(sample.duration))).unzip();
    Some((nanos(starts.into_iter().min()?), nanos(ends.into_iter().max()?)))
}
