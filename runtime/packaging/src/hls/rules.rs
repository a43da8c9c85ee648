//! How long segments and parts are. Pure.
//!
//! Segments end at key frames: at the one that is as near to the target as they come. A GOP that is longer than TARGETDURATION allows is cut between key
//! frames (section 3 lets a segment begin without one, and EXT-X-INDEPENDENT-SEGMENTS is not said): TARGETDURATION may not change (section 6.2.1), and
//! players of Apple's stop where it does.

use media::Timestamp;

/// How much longer than the target a segment may be for the sake of a key frame: a fifth.
const STRETCH: (i64, i64) = (6, 5);
/// The longest TARGETDURATION that is chosen for a camera's GOP; a longer one is cut.
const LONGEST_TARGET: u64 = 12;

/// How a stream is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How long a segment is to be, in ticks of 90 kHz.
    pub segment: i64,
    /// How long a part is to be at most; none where segments are whole.
    pub part: Option<i64>,
    /// The most bytes of a segment.
    pub max_bytes: u64,
    /// TARGETDURATION in seconds.
    pub target: u64,
}

impl Rules {
    /// `gop`: how far apart the source's key frames were last, in ticks, if that is known.
    pub fn new(segment: i64, part: Option<i64>, max_bytes: u64, gop: Option<i64>) -> Self {
        let seconds = |ticks: i64| u64::try_from(ticks / Timestamp::CLOCK_RATE).unwrap_or(0);
        let stretched = segment * STRETCH.0 / STRETCH.1;
        let usual = seconds(stretched + Timestamp::CLOCK_RATE / 2);
        // Of a GOP of 10.1 s 10: durations are rounded to the nearest (section 4.4.3.1).
        let gop = gop.filter(|gop| *gop > stretched);
        let long = gop.map_or(0, |gop| seconds(gop + Timestamp::CLOCK_RATE * 7 / 10)).min(LONGEST_TARGET);
        Self { segment, part, max_bytes, target: usual.max(long).max(1) }
    }

    /// The longest duration that is rounded to no more than TARGETDURATION, in ticks.
    pub(super) fn longest(&self) -> i64 {
        self.target as i64 * Timestamp::CLOCK_RATE + Timestamp::CLOCK_RATE * 49 / 100
    }

    /// Whether a segment ends with so much in it, in front of a picture; `gop`: how far apart key frames are, `interval`: pictures.
    pub(super) fn ends(&self, length: i64, gop: Option<i64>, key: bool, interval: i64) -> bool {
        let stretched = self.segment * STRETCH.0 / STRETCH.1;
        let at_key = key && (length >= self.segment || gop.is_some_and(|gop| length + gop > stretched));
        // A GOP that is longer than a segment may be is cut where the target is, not where it cannot go on.
        let has_room = gop.is_none_or(|gop| gop <= self.longest());
        let longest = if has_room { self.longest() } else { self.segment };
        at_key || length + interval > longest
    }
}

/// A part of whole pictures, as near to what is wanted as they are, and no longer if that can be.
pub(super) fn part_length(wanted: i64, interval: i64) -> i64 {
    let interval = interval.max(1);
    ((wanted + interval / 10) / interval).max(1) * interval
}
