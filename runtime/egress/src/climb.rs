//! When a viewer is given more again. Pure: time is passed in.
//!
//! A policy that depends on what it is told alone cannot remember that more was too much the last time: it would try again at once, and a viewer would
//! get more and less by turns for ever. So the host lets it try more and more seldom.
//!
//! ```text
//!   more ──▶ less within 6 s: it was too much; the next try after 4 s, 8 s … 60 s
//!     └────▶ 10 s without less: it was not; the next try at once
//! ```

use std::time::{Duration, Instant};

use media::StillFormat;
use plugin::policy::Rendition;

/// Less within so long means that more was too much: the system's buffers hide it for a period or two.
const TOO_MUCH: Duration = Duration::from_secs(6);
/// More that lasts so long was not too much.
const HELD: Duration = Duration::from_secs(10);
const FIRST: Duration = Duration::from_secs(4);
const LONGEST: Duration = Duration::from_secs(60);

/// The tries of one viewer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Climb {
    /// When it was given more last.
    given: Option<Instant>,
    /// Behind the next try that is too much.
    wait: Duration,
    not_before: Option<Instant>,
}

/// How one rendition stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    More,
    Less,
    /// More of one thing and less of another, or neither.
    Other,
}

impl Climb {
    /// Whether a viewer goes from one rendition to another now.
    pub(crate) fn goes(&mut self, from: &Rendition, to: &Rendition, now: Instant) -> bool {
        let since = self.given.map(|given| now.saturating_duration_since(given));
        if since.is_some_and(|since| since >= HELD) {
            *self = Self::default();
        }
        match step(from, to) {
            Step::Other => true,
            Step::Less => {
                if since.is_some_and(|since| since <= TOO_MUCH) {
                    self.wait = (self.wait * 2).clamp(FIRST, LONGEST);
                    self.not_before = Some(now + self.wait);
                }
                // Several steps down are one failure.
                self.given = None;
                true
            }
            Step::More => {
                let goes = self.not_before.is_none_or(|at| now >= at);
                if goes {
                    self.given = Some(now);
                }
                goes
            }
        }
    }
}

fn step(from: &Rendition, to: &Rendition) -> Step {
    // WebP is more work for the encoders.
    let work = |rendition: &Rendition| u8::from(rendition.format == StillFormat::WebP);
    let orders =
        [to.rate.cmp(&from.rate), to.width.cmp(&from.width), to.quality.cmp(&from.quality), work(to).cmp(&work(from))];
    match (orders.iter().any(|order| order.is_gt()), orders.iter().any(|order| order.is_lt())) {
        (true, false) => Step::More,
        (false, true) => Step::Less,
        _ => Step::Other,
    }
}

#[cfg(test)]
mod tests {
    use plugin::policy::Figure;

    use super::*;

    fn rate(rate: u32) -> Rendition {
        Rendition { format: StillFormat::Jpeg, quality: 80, width: 640, rate: Figure::whole(rate) }
    }

    /// The seconds at which a viewer that can hold 5/s is given 10/s by a policy that always wants more when all is well.
    fn tries(climb: &mut Climb, start: Instant, seconds: std::ops::Range<u64>) -> Vec<u64> {
        let mut now = rate(5);
        let mut tries = Vec::new();
        for second in seconds.step_by(2) {
            let wanted = if now == rate(5) { rate(10) } else { rate(5) };
            if climb.goes(&now, &wanted, start + Duration::from_secs(second)) {
                now = wanted;
                if now == rate(10) {
                    tries.push(second);
                }
            }
        }
        tries
    }

    #[test]
    fn what_was_too_much_is_tried_more_and_more_seldom() {
        let tries = tries(&mut Climb::default(), Instant::now(), 0..300);
        assert_eq!(tries, [0, 6, 16, 34, 68, 130, 192, 254]);
    }

    #[test]
    fn what_lasts_makes_up_for_what_did_not() {
        let (mut climb, start) = (Climb::default(), Instant::now());
        let at = |second| start + Duration::from_secs(second);
        assert_eq!(tries(&mut climb, start, 0..40), [0, 6, 16, 34]);
        // The throttle ended: up in steps, each at once.
        for (second, from, to) in [(68, 5, 10), (70, 10, 15), (72, 15, 30)] {
            assert!(climb.goes(&rate(from), &rate(to), at(second)), "{second}");
        }
        assert!(climb.goes(&rate(30), &rate(10), at(90)));
        assert!(climb.goes(&rate(10), &rate(30), at(92)), "it had held");
    }

    #[test]
    fn less_and_other_never_wait() {
        let (mut climb, now) = (Climb::default(), Instant::now());
        assert!(climb.goes(&rate(10), &rate(30), now));
        assert!(climb.goes(&rate(30), &rate(10), now));
        assert!(climb.goes(&rate(10), &rate(5), now));
        assert!(!climb.goes(&rate(5), &rate(10), now));
        let webp = Rendition { format: StillFormat::WebP, ..rate(5) };
        assert!(!climb.goes(&rate(5), &webp, now));
        assert!(climb.goes(&webp, &rate(10), now), "a trade");
    }
}
