//! Which pictures become key frames: the same ones in all variants of a stream, so that players may go from one to another there. Pure.

use std::time::Duration;

use media::Timestamp;

/// Who comes gets the key frame that is there, and what lies behind it, if that is no more than this: six pictures at 30/s are decoded within the time that
/// a new key frame would take.
const FRESH: i64 = Timestamp::CLOCK_RATE / 5;
/// At most one key frame in this time is made since somebody came: a key frame is as large as ten other pictures.
const APART: i64 = Timestamp::CLOCK_RATE;
/// Timestamps are rounded and jitter: what is early by no more than this is the picture that was meant.
const EARLY: i64 = Timestamp::CLOCK_RATE / 200;

/// Where the key frames of a stream's video are.
#[derive(Debug)]
pub(crate) struct Cuts {
    gop: i64,
    /// The last key frame; none where the next picture must be one.
    last: Option<Timestamp>,
    /// Somebody came.
    asked: bool,
    /// The last key frame that was made for somebody who came.
    forced: Option<Timestamp>,
}

/// What a picture becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// No key frame.
    No,
    /// A key frame, since it is time.
    Due,
    /// A key frame, since somebody came.
    Forced,
}

impl Cuts {
    pub(crate) fn new(gop: Duration) -> Self {
        Self { gop: Timestamp::from_duration(gop).ticks(), last: None, asked: false, forced: None }
    }

    /// The next picture must be a key frame.
    pub(crate) fn need(&mut self) {
        self.last = None;
    }

    /// Somebody came, and would like one.
    pub(crate) fn ask(&mut self) {
        self.asked = true;
    }

    /// What a picture of this time becomes if it is taken.
    pub(crate) fn at(&self, at: Timestamp) -> Cut {
        let Some(last) = self.last else { return Cut::Due };
        let since = |before: Timestamp| at.ticks().saturating_sub(before.ticks());
        match since(last) {
            age if age >= self.gop - EARLY => Cut::Due,
            age if self.asked && age > FRESH && self.forced.is_none_or(|forced| since(forced) >= APART) => Cut::Forced,
            _ => Cut::No,
        }
    }

    /// A picture of this time is taken.
    pub(crate) fn take(&mut self, at: Timestamp) -> Cut {
        let cut = self.at(at);
        match cut {
            Cut::Due => (self.last, self.asked) = (Some(at), false),
            Cut::Forced => (self.last, self.asked, self.forced) = (Some(at), false, Some(at)),
            // Who came with a fresh key frame before him needs no other.
            Cut::No => self.asked &= self.last.is_some_and(|last| at.ticks() - last.ticks() > FRESH),
        }
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: i64) -> Timestamp {
        Timestamp::from_ticks(ms * 90)
    }

    /// The times of the key frames in milliseconds, at 25/s; somebody comes at `arrivals`.
    fn keys(arrivals: &[i64]) -> Vec<(i64, Cut)> {
        let mut cuts = Cuts::new(Duration::from_secs(2));
        let mut keys = Vec::new();
        for at in (0..6_000).step_by(40) {
            if arrivals.iter().any(|arrival| (at - 40..at).contains(arrival)) {
                cuts.ask();
            }
            match cuts.take(ms(at)) {
                Cut::No => {}
                cut => keys.push((at, cut)),
            }
        }
        keys
    }

    #[test]
    fn a_gop_is_as_long_as_it_should_be() {
        assert_eq!(keys(&[]), [(0, Cut::Due), (2_000, Cut::Due), (4_000, Cut::Due)]);
    }

    #[test]
    fn who_comes_gets_a_key_frame_unless_there_is_a_fresh_one() {
        assert_eq!(keys(&[990]), [(0, Cut::Due), (1_000, Cut::Forced), (3_000, Cut::Due), (5_000, Cut::Due)]);
        assert_eq!(keys(&[100]), keys(&[]));
    }

    #[test]
    fn many_who_come_get_one_a_second() {
        let all: Vec<i64> = (0..6_000).step_by(40).collect();
        let forced = keys(&all);
        assert!(forced.windows(2).skip(1).all(|pair| pair[1].0 - pair[0].0 >= 1_000), "{forced:?}");
        assert!(forced.len() <= 7, "{forced:?}");
    }

    #[test]
    fn a_need_is_met_at_once() {
        let mut cuts = Cuts::new(Duration::from_secs(2));
        assert_eq!([0, 40, 80].map(|at| cuts.take(ms(at))), [Cut::Due, Cut::No, Cut::No]);
        cuts.need();
        assert_eq!([120, 160].map(|at| cuts.take(ms(at))), [Cut::Due, Cut::No]);
    }
}
