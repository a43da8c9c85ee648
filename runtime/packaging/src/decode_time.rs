//! When access units are decoded, told by when they are shown. Pure.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The most pictures that one may have to wait for (`MaxDpbFrames`, H.264 annex A.3.1).
const MOST: usize = 16;

/// Gives access units, in the order of decoding, times that increase and are never behind their presentation.
///
/// Where pictures are reordered by at most N, the n-th picture in the order of decoding is decoded when the (n - N)-th in the order of presentation is
/// shown: the smallest of the last N + 1 presentation times. What N is the SPS mostly tells; where it does not, N begins with 0 and grows when a
/// picture comes that was to be shown before one that was decoded already. Only until then may a time of decoding be behind that of presentation.
#[derive(Clone, Debug, Default)]
pub struct DecodeTimes {
    /// N.
    depth: usize,
    /// The presentation times that were not times of decoding yet.
    waiting: BinaryHeap<Reverse<i64>>,
    last: Option<i64>,
}

impl DecodeTimes {
    /// Begins with what the SPS tells.
    pub fn new(told: Option<u8>) -> Self {
        Self { depth: usize::from(told.unwrap_or(0)).min(MOST), ..Self::default() }
    }

    /// The time of the next access unit in ticks; `interval` is about what lies between two pictures, for those before the first presentation.
    pub fn next(&mut self, shown: i64, interval: i64) -> i64 {
        self.waiting.push(Reverse(shown));
        let time = match (self.waiting.len() > self.depth, self.last) {
            (true, last) => {
                let smallest = self.waiting.pop().map_or(shown, |Reverse(smallest)| smallest);
                if last.is_some_and(|last| smallest < last) && self.depth < MOST {
                    // It should have been decoded before: one more must be waited for.
                    self.depth += 1;
                    self.waiting.push(Reverse(smallest));
                }
                smallest
            }
            (false, Some(last)) => last.saturating_add(interval.max(1)),
            (false, None) => shown.saturating_sub(interval.max(1).saturating_mul(self.depth as i64)),
        };
        let time = self.last.map_or(time, |last| time.max(last.saturating_add(1)));
        self.last = Some(time);
        time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(told: Option<u8>, shown: &[i64]) -> Vec<i64> {
        let mut times = DecodeTimes::new(told);
        shown.iter().map(|shown| times.next(*shown, 10)).collect()
    }

    #[test]
    fn without_reordering_a_picture_is_decoded_when_it_is_shown() {
        assert_eq!(times(Some(0), &[0, 10, 20, 35]), [0, 10, 20, 35]);
        assert_eq!(times(None, &[0, 10, 20, 35]), [0, 10, 20, 35]);
    }

    #[test]
    fn with_b_frames_decoding_runs_ahead_by_what_the_sps_tells() {
        // I P B B P B B, then a key frame.
        let shown = [0, 30, 10, 20, 60, 40, 50, 70, 100, 80, 90];
        let decoded = times(Some(1), &shown);
        assert_eq!(decoded, [-10, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
        assert!(decoded.iter().zip(shown).all(|(decoded, shown)| *decoded <= shown));
        assert_eq!(times(Some(2), &shown)[..4], [-20, -10, 0, 10]);
    }

    #[test]
    fn what_nobody_told_is_learnt_from_the_first_b_frame() {
        let shown = [0, 30, 10, 20, 60, 40, 50, 90, 70, 80, 120, 100, 110];
        let decoded = times(None, &shown);
        assert!(decoded.windows(2).all(|pair| pair[0] < pair[1]), "{decoded:?}");
        assert!(decoded[5..].iter().zip(&shown[5..]).all(|(decoded, shown)| decoded <= shown), "{decoded:?}");
    }

    #[test]
    fn any_times_increase_and_none_overflows() {
        for told in [None, Some(0), Some(3), Some(255)] {
            let shown = [i64::MAX - 40, i64::MIN, 5, 5, 5, -7, i64::MIN, 0, 1 << 40, 3];
            let decoded = times(told, &shown);
            assert!(decoded.windows(2).all(|pair| pair[0] < pair[1] || pair[1] == i64::MAX), "{told:?} {decoded:?}");
        }
    }
}
