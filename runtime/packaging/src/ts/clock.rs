//! What time a transport stream says it is (clauses 2.4.2.1 and 2.4.3.5), beside the times of its pictures.
//!
//! ```text
//!   first, or behind a discontinuity ──▶ told, and marked
//!   100 ms or less later             ──▶ told
//!   up to 10 s later                 ──▶ told in packets of its own on the way, at least each 100 ms, then told
//!   not later, by less than DELAY    ──▶ told as one tick later: a clock goes on
//!   anything else                    ──▶ a discontinuity that nobody announced: told, and marked
//! ```

/// Times have 33 bits, and wrap each 26.5 hours (clause 2.4.3.7).
pub(super) const MASK: u64 = (1 << 33) - 1;
/// Ticks in front of the stream's first: ten seconds, so that the clock, which is [`DELAY`] behind, and pictures decoded before time 0 are not told as
/// times just below the wrap.
const OFFSET: i64 = 900_000;
/// How long before it is decoded a picture's first byte arrives, in ticks: half a second. A key frame ten times as large as the pictures around it is there
/// before it is decoded, and sound is there in time where it comes up to 0.3 s later than the pictures of its time: gathering takes another
/// [`super::sound::GATHER`]. No byte may stay longer than 1 s in a decoder's buffer (clause 2.4.2.6).
///
/// The clock follows the pictures alone. Sound that comes before those of its time, since they are encoded anew on the way, is only early.
const DELAY: i64 = 45_000;
/// The clock is told at least each 100 ms (clause 2.7.2).
const INTERVAL: i64 = 9_000;
/// Beyond ten seconds without pictures it is another timeline; what is bounded by it is how many packets tell the time on the way, a hundred.
const LONGEST: i64 = 900_000;

/// A time as PTS, DTS and clock tell it, before 33 bits are taken of it.
pub(super) fn told(ticks: i64) -> i64 {
    ticks.wrapping_add(OFFSET)
}

/// The clock of one transport stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    /// What it told last; nothing at first and behind a discontinuity.
    last: Option<i64>,
    /// Whether what it tells next does not go on from what it told before.
    broken: bool,
}

/// What the clock tells in front of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Telling {
    /// The times on the way, for packets of their own.
    pub(super) between: Between,
    /// The time with the picture, before 33 bits are taken of it.
    pub(super) clock: i64,
    /// Whether this one does not go on from the one before.
    pub(super) discontinuity: bool,
}

/// Times at even distances between one and another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Between {
    from: i64,
    span: i64,
    steps: i64,
    at: i64,
}

impl Clock {
    /// What follows has nothing to do with what was before.
    pub(super) fn discontinuity(&mut self) {
        self.broken |= self.last.take().is_some();
    }

    /// Whether nothing was told yet on this timeline: no PTS may come before the clock it refers to (clause 2.4.3.5).
    pub(super) fn is_silent(&self) -> bool {
        self.last.is_none()
    }

    /// The time in front of what is decoded at `decode`.
    pub(super) fn tell(&mut self, decode: i64) -> Telling {
        let now = decode.saturating_sub(DELAY);
        let step = self.last.map(|last| now.saturating_sub(last));
        if step.is_some_and(|step| step <= -DELAY || step > LONGEST) {
            self.discontinuity();
        }
        let (now, between) = match self.last {
            Some(last) => {
                let now = now.max(last + 1);
                (now, Between::new(last, now))
            }
            None => (now, Between::new(now, now)),
        };
        self.last = Some(now);
        Telling { between, clock: told(now), discontinuity: std::mem::take(&mut self.broken) }
    }
}

impl Between {
    fn new(from: i64, to: i64) -> Self {
        let span = to - from;
        Self { from, span, steps: (span + INTERVAL - 1) / INTERVAL, at: 1 }
    }
}

impl Iterator for Between {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        let at = (self.at < self.steps).then_some(self.at)?;
        self.at += 1;
        Some(told(self.from + self.span * at / self.steps))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told at each of these times: on the way, with the picture, marked or not.
    fn tell(clock: &mut Clock, decode: i64) -> (Vec<i64>, i64, bool) {
        let told = clock.tell(decode);
        (told.between.collect(), told.clock, told.discontinuity)
    }

    #[test]
    fn each_edge_of_the_clock() {
        let (mut clock, start) = (Clock::default(), OFFSET - DELAY);
        assert!(clock.is_silent());
        for (decode, between, told, marked) in [
            (0, &[][..], start, false),
            (9_000, &[], start + 9_000, false),
            (36_000, &[start + 18_000, start + 27_000], start + 36_000, false),
            (35_000, &[], start + 36_001, false),
            (-8_000, &[], start + 36_002, false),
            (-9_000, &[], start - 9_000, true),
            (900_000 - 9_001, &[], 0, false),
            (-1, &[], start - 1, true),
            (900_000, &[], start + 900_000, true),
        ] {
            let (on_the_way, clock, discontinuity) = tell(&mut clock, decode);
            if told == 0 {
                assert_eq!((on_the_way.len(), clock, discontinuity), (99, start + decode, false), "{decode}");
                assert!(on_the_way.windows(2).all(|pair| (1..=INTERVAL).contains(&(pair[1] - pair[0]))));
            } else {
                assert_eq!((&on_the_way[..], clock, discontinuity), (between, told, marked), "{decode}");
            }
        }
        clock.discontinuity();
        assert!(clock.is_silent());
        assert_eq!(tell(&mut clock, 900_001), (vec![], start + 900_001, true));
        assert_eq!(tell(&mut clock, 900_002), (vec![], start + 900_002, false));
    }

    #[test]
    fn any_times_do() {
        let mut clock = Clock::default();
        for decode in [i64::MIN, i64::MIN, i64::MAX, i64::MAX, 0, i64::MAX - 1, i64::MIN, i64::MIN + 1, -1] {
            assert!(clock.tell(decode).between.count() < 100);
        }
    }
}
