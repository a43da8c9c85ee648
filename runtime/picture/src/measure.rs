use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::{Histogram, HistogramSnapshot};

/// A step on the way of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// From the last byte of its access unit to the begin of its decoding.
    Wait,
    /// Decoding.
    Decode,
    /// All plugins.
    Plugins,
    /// From a still's hand-over to the encoders to its delivery, waiting included.
    Encode,
    /// From the last byte of its access unit to the delivery of its still.
    Whole,
    /// From a picture's hand-over to the encoder of a video variant to its re-encoded access unit, waiting included.
    Video,
    /// From the last byte of the source's access unit to the delivery of the re-encoded one.
    VideoWhole,
}

/// What the picture worker of a stream measures and counts.
#[derive(Debug, Default)]
pub(crate) struct Measure {
    wait: Histogram,
    decode: Histogram,
    plugins: Histogram,
    encode: Histogram,
    whole: Histogram,
    video: Histogram,
    video_whole: Histogram,
    /// Pictures decoded.
    pub(crate) decoded: AtomicU64,
    /// Stills delivered, each once however many viewers.
    pub(crate) stills: AtomicU64,
    /// Access units passed on untouched.
    pub(crate) untouched: AtomicU64,
    /// Access units that were not decoded since the worker was behind, or since no demand was fast enough to need them.
    pub(crate) undecoded: AtomicU64,
    /// Pictures that were not encoded since the encoders were behind.
    pub(crate) unencoded: AtomicU64,
    /// Pictures that plugins only looking at them did not see since the worker was behind.
    pub(crate) unseen: AtomicU64,
    /// Access units that could not be decoded.
    pub(crate) damaged: AtomicU64,
    /// Pictures that a plugin dropped.
    pub(crate) gated: AtomicU64,
    /// Pictures kept back since a plugin failed.
    pub(crate) withheld: AtomicU64,
    /// Stills that viewers did not get since they read too slowly, summed over them.
    pub(crate) missed: AtomicU64,
}

impl Measure {
    pub(crate) fn record(&self, step: Step, took: Duration) {
        match step {
            Step::Wait => self.wait.record(took),
            Step::Decode => self.decode.record(took),
            Step::Plugins => self.plugins.record(took),
            Step::Encode => self.encode.record(took),
            Step::Whole => self.whole.record(took),
            Step::Video => self.video.record(took),
            Step::VideoWhole => self.video_whole.record(took),
        }
    }

    pub(crate) fn snapshot(&self) -> MeasureSnapshot {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        MeasureSnapshot {
            wait: self.wait.snapshot(),
            decode: self.decode.snapshot(),
            plugins: self.plugins.snapshot(),
            encode: self.encode.snapshot(),
            whole: self.whole.snapshot(),
            video: self.video.snapshot(),
            video_whole: self.video_whole.snapshot(),
            counts: Counts {
                decoded: read(&self.decoded),
                stills: read(&self.stills),
                untouched: read(&self.untouched),
                undecoded: read(&self.undecoded),
                unencoded: read(&self.unencoded),
                unseen: read(&self.unseen),
                damaged: read(&self.damaged),
                gated: read(&self.gated),
                withheld: read(&self.withheld),
                missed: read(&self.missed),
            },
        }
    }
}

/// Counts one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// The way of a stream's pictures, measured; see [`Step`] for the histograms.
#[derive(Clone, Debug)]
pub struct MeasureSnapshot {
    /// [`Step::Wait`].
    pub wait: HistogramSnapshot,
    /// [`Step::Decode`].
    pub decode: HistogramSnapshot,
    /// [`Step::Plugins`].
    pub plugins: HistogramSnapshot,
    /// [`Step::Encode`].
    pub encode: HistogramSnapshot,
    /// [`Step::Whole`].
    pub whole: HistogramSnapshot,
    /// [`Step::Video`].
    pub video: HistogramSnapshot,
    /// [`Step::VideoWhole`].
    pub video_whole: HistogramSnapshot,
    /// What was made, and what was left out.
    pub counts: Counts,
}

/// What became of a stream's access units and pictures, since the start of the process.
#[derive(Clone, Copy, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Counts {
    /// Pictures decoded.
    pub decoded: u64,
    /// Stills delivered, each once however many viewers.
    pub stills: u64,
    /// Access units passed on untouched.
    pub untouched: u64,
    /// Access units that were not decoded: behind, or no demand was fast enough to need them.
    pub undecoded: u64,
    /// Pictures not encoded since the encoders were behind.
    pub unencoded: u64,
    /// Pictures that analyzers did not see since the worker was behind.
    pub unseen: u64,
    /// Access units that could not be decoded.
    pub damaged: u64,
    /// Pictures that a plugin dropped.
    pub gated: u64,
    /// Pictures kept back since a plugin failed.
    pub withheld: u64,
    /// Stills that viewers did not get since they read too slowly, summed over them.
    pub missed: u64,
}
