//! Timestamps of one stream, continuous over the sessions that it is made of. Pure: the moments of arrival are passed in.
//!
//! A session counts from its own first access unit, a camera sets its clock in the middle, a file begins again. Who watches sees one clock
//! that begins at zero, runs as fast as the camera's, goes back only where B-frames do, and shows an outage as long as it was.

use std::time::{Duration, Instant};

use media::Timestamp;

/// The furthest that the order of decoding is behind that of presentation: 16 pictures (H.264, annex A.3.1, `MaxDpbFrames`) at 8/s. Further
/// back is a jump.
const REORDERED_BY: i64 = 2 * Timestamp::CLOCK_RATE;
/// Further forward than this beyond the time that passed is a jump. What a network held back and then delivers at once stays below `stall_timeout`.
const AHEAD_BY: i64 = 5 * Timestamp::CLOCK_RATE;
/// The least step over a seam: a picture at 25/s.
const SEAM: i64 = Timestamp::CLOCK_RATE / 25;

/// Where the stream's clock is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timeline {
    /// What is added to the session's timestamps.
    offset: i64,
    /// The access unit before, of whichever session.
    last: Option<Last>,
    /// Whether `last` is of this session.
    joined: bool,
    /// What is added to the sound's timestamps beyond that: its clock may be set at another moment than that of the pictures.
    sound: i64,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    /// As the session said.
    pts_in: i64,
    /// As the stream said.
    pts_out: i64,
    /// The latest that the stream said.
    highest: i64,
    received: Instant,
}

impl Timeline {
    /// The next access unit is the first of a session.
    pub(crate) fn begin_session(&mut self) {
        self.joined = false;
    }

    /// The stream's time for an access unit of the running session, in order of arrival.
    pub(crate) fn place(&mut self, pts: Timestamp, received: Instant) -> Timestamp {
        let pts_in = pts.ticks();
        match &self.last {
            None => self.offset = pts_in.saturating_neg(),
            Some(last) => {
                let elapsed = ticks(received.saturating_duration_since(last.received));
                let back = pts_in.saturating_add(self.offset) < last.highest - REORDERED_BY;
                let ahead = pts_in.saturating_sub(last.pts_in) > elapsed.saturating_add(AHEAD_BY);
                if !self.joined || back || ahead {
                    let next = last.pts_out.saturating_add(elapsed).max(last.highest.saturating_add(SEAM));
                    self.offset = next.saturating_sub(pts_in);
                    self.sound = 0;
                }
            }
        }
        let pts_out = pts_in.saturating_add(self.offset);
        let highest = self.last.map_or(pts_out, |last| last.highest.max(pts_out));
        self.last = Some(Last { pts_in, pts_out, highest, received });
        self.joined = true;
        Timestamp::from_ticks(pts_out)
    }

    /// The same for sound of the running session, whose clock is that of the pictures. Where it is seconds away from them it is put beside them.
    pub(crate) fn place_sound(&mut self, pts: Timestamp, received: Instant) -> Timestamp {
        let out = pts.ticks().saturating_add(self.offset);
        let Some(last) = &self.last else {
            return Timestamp::from_ticks(out);
        };
        let expected = last.pts_out.saturating_add(ticks(received.saturating_duration_since(last.received)));
        let is_away = |shift: i64| out.saturating_add(shift).saturating_sub(expected).saturating_abs() > AHEAD_BY;
        if is_away(self.sound) {
            self.sound = if is_away(0) { expected.saturating_sub(out) } else { 0 };
        }
        Timestamp::from_ticks(out.saturating_add(self.sound))
    }
}

fn ticks(duration: Duration) -> i64 {
    Timestamp::from_duration(duration).ticks()
}

#[cfg(test)]
mod tests {
    use super::*;

    enum Step {
        Session,
        /// Milliseconds of arrival, session's milliseconds, stream's milliseconds.
        Unit(u64, i64, i64),
    }
    use Step::{Session, Unit};

    fn check(steps: &[Step]) {
        let start = Instant::now();
        let mut timeline = Timeline::default();
        for step in steps {
            match *step {
                Session => timeline.begin_session(),
                Unit(arrival, pts, expected) => {
                    let out = timeline.place(Timestamp::from_ticks(pts * 90), start + Duration::from_millis(arrival));
                    assert_eq!(out.ticks(), expected * 90, "arrived at {arrival} ms with {pts} ms");
                }
            }
        }
    }

    #[test]
    fn a_stream_begins_at_zero_wherever_its_first_key_frame_is() {
        check(&[Session, Unit(0, 480, 0), Unit(40, 520, 40)]);
    }

    #[test]
    fn b_frames_go_back_and_come_forward_again() {
        check(&[Unit(0, 0, 0), Unit(40, 120, 120), Unit(80, 40, 40), Unit(120, 80, 80), Unit(160, 240, 240)]);
    }

    #[test]
    fn an_outage_is_as_long_as_it_was() {
        check(&[Session, Unit(0, 0, 0), Unit(40, 40, 40), Session, Unit(7_040, 0, 7_040), Unit(7_080, 40, 7_080)]);
    }

    #[test]
    fn a_session_never_begins_before_the_last_picture_of_the_one_before() {
        check(&[Session, Unit(0, 0, 0), Unit(1, 2_000, 2_000), Session, Unit(10, 0, 2_040), Unit(11, 40, 2_080)]);
    }

    #[test]
    fn a_camera_that_sets_its_clock_is_bridged_by_the_time_that_passed() {
        check(&[Unit(0, 0, 0), Unit(40, 3_600_000, 40), Unit(80, 3_600_040, 80)]);
        check(&[Unit(0, 0, 0), Unit(9_000, 9_000, 9_000), Unit(9_040, 1_000, 9_040), Unit(9_080, 1_040, 9_080)]);
    }

    #[test]
    fn a_pause_that_the_camera_counts_too_is_no_jump() {
        check(&[Unit(0, 0, 0), Unit(60_000, 60_010, 60_010), Unit(60_040, 60_050, 60_050)]);
    }

    #[test]
    fn what_the_network_held_back_keeps_its_times() {
        check(&[Unit(0, 0, 0), Unit(4_000, 40, 40), Unit(4_000, 80, 80), Unit(4_001, 4_000, 4_000)]);
    }

    #[test]
    fn sound_stays_beside_the_pictures_also_when_one_clock_is_set_before_the_other() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut timeline = Timeline::default();
        let picture = |timeline: &mut Timeline, arrival: u64, ms: i64| {
            timeline.place(Timestamp::from_ticks(ms * 90), at(arrival)).ticks() / 90
        };
        let sound = |timeline: &mut Timeline, arrival: u64, ms: i64| {
            timeline.place_sound(Timestamp::from_ticks(ms * 90), at(arrival)).ticks() / 90
        };
        assert_eq!(picture(&mut timeline, 0, 500), 0);
        assert_eq!(sound(&mut timeline, 5, 520), 20);
        assert_eq!(picture(&mut timeline, 40, 3_600_540), 40, "the pictures' clock is set");
        assert_eq!(sound(&mut timeline, 45, 560), 45);
        assert_eq!(sound(&mut timeline, 85, 3_600_600), 100, "and now that of the sound");
    }

    #[test]
    fn absurd_timestamps_do_not_overflow() {
        let now = Instant::now();
        let mut timeline = Timeline::default();
        for pts in [i64::MIN, i64::MAX, 0, i64::MIN, 5, i64::MAX] {
            timeline.place(Timestamp::from_ticks(pts), now);
            timeline.place_sound(Timestamp::from_ticks(pts), now);
            timeline.place_sound(Timestamp::from_ticks(!pts), now);
        }
    }
}
