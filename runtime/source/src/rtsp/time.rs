use std::time::{Duration, SystemTime, UNIX_EPOCH};

use media::Timestamp;

/// Seconds from 1900 (NTP) to 1970 (RFC 5905, figure 4).
const NTP_TO_UNIX: u64 = 2_208_988_800;

/// How far the two tracks may have to be moved against each other: more than this is a report that means something else.
const MOST_APART: i64 = 5 * Timestamp::CLOCK_RATE;
/// Sound is moved when it is further from where its reports say than this: half of what is noticed (ITU-R BT.1359 has 45 ms for sound that is early).
const NOTICED: i64 = Timestamp::CLOCK_RATE / 50;

/// A time as a track tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    /// By the track's own clock.
    pub(super) ticks: i64,
    /// Since the beginning that PLAY told (`rtptime`, RFC 2326 section 12.33), or since the track's first packet.
    pub(super) elapsed: i64,
    /// Ticks in a second.
    pub(super) rate: u32,
}

impl From<retina::Timestamp> for At {
    fn from(at: retina::Timestamp) -> Self {
        Self { ticks: at.timestamp(), elapsed: at.elapsed(), rate: at.clock_rate().get() }
    }
}

/// The clocks of a session's tracks: both give times since the first access unit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clocks {
    pub(super) video: Clock,
    pub(super) sound: Clock,
    /// What the sender reports say beyond what PLAY told.
    shift: i64,
}

impl Clocks {
    /// The presentation time of sound, by the clock of the pictures; none before the first picture.
    ///
    /// Where both tracks have sent reports these tell (RFC 3550, section 6.4.1); before that it is taken that both began together.
    pub(super) fn sound(&mut self, at: At) -> Option<Timestamp> {
        let first = self.video.first?;
        let told = scaled(at.elapsed.into(), at.rate) - scaled(first.elapsed.into(), first.rate);
        if let (Some(sound), Some(begin)) =
            (self.sound.captured(at.ticks, at.rate), self.video.captured(first.ticks, first.rate))
        {
            let shift = signed(sound, begin).saturating_sub(told);
            if shift.abs() <= MOST_APART && (shift - self.shift).abs() > NOTICED {
                self.shift = shift;
            }
        }
        Some(Timestamp::from_ticks(told.saturating_add(self.shift)))
    }
}

/// The clock of one track.
///
/// Presentation times are what the camera says, relative to the first access unit: a camera whose clock jumps by seconds gives access units that
/// jump by as much, forwards or backwards. They are passed on as they are; the stream makes them continuous.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    first: Option<At>,
    report: Option<Report>,
}

/// A pair out of an RTCP sender report: this RTP time was that time by the camera's clock (RFC 3550, section 6.4.1).
#[derive(Clone, Copy, Debug)]
struct Report {
    ticks: i64,
    wall: SystemTime,
}

impl Clock {
    /// The presentation time of an access unit.
    pub(super) fn pts(&mut self, at: At) -> Timestamp {
        let first = *self.first.get_or_insert(at);
        Timestamp::from_ticks(scaled(i128::from(at.ticks) - i128::from(first.ticks), at.rate))
    }

    /// Takes note of a sender report: `ntp` is 32 bits of seconds since 1900 and 32 bits of fraction.
    pub(super) fn report(&mut self, ticks: i64, ntp: u64) {
        self.report = unix(ntp).map(|wall| Report { ticks, wall });
    }

    /// When the camera took what is at `ticks`, by its own clock; none before the first report.
    pub(super) fn captured(&self, ticks: i64, rate: u32) -> Option<SystemTime> {
        let Report { ticks: at, wall } = self.report?;
        let apart = ticks.checked_sub(at)?;
        let duration = Duration::from_nanos(
            u64::try_from(u128::from(apart.unsigned_abs()) * 1_000_000_000 / u128::from(rate.max(1))).ok()?,
        );
        match apart >= 0 {
            true => wall.checked_add(duration),
            false => wall.checked_sub(duration),
        }
    }
}

/// Ticks of a track in those of 90 kHz.
fn scaled(ticks: i128, rate: u32) -> i64 {
    let scaled = ticks * i128::from(Timestamp::CLOCK_RATE) / i128::from(rate.max(1));
    // Half of what there is, so that two of them have a sum and a difference.
    scaled.clamp(i128::from(i64::MIN / 4), i128::from(i64::MAX / 4)) as i64
}

/// From `begin` to `at`, in ticks of 90 kHz.
fn signed(at: SystemTime, begin: SystemTime) -> i64 {
    match at.duration_since(begin) {
        Ok(later) => Timestamp::from_duration(later).ticks(),
        Err(earlier) => -Timestamp::from_duration(earlier.duration()).ticks(),
    }
}

/// NTP time as time since 1970. Zero says that the camera has no clock (RFC 3550, section 6.4.1), and so do times before 1970: cameras that
/// count from their start.
fn unix(ntp: u64) -> Option<SystemTime> {
    let seconds = (ntp >> 32).checked_sub(NTP_TO_UNIX)?;
    let nanos = ((ntp & 0xffff_ffff) * 1_000_000_000) >> 32;
    UNIX_EPOCH.checked_add(Duration::new(seconds, nanos as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A time of a track that began with its time 0.
    fn at(ticks: i64, rate: u32) -> At {
        At { ticks, elapsed: ticks, rate }
    }

    /// An NTP time so many milliseconds after some moment.
    fn ntp(ms: u64) -> u64 {
        ((NTP_TO_UNIX + 1_700_000_000 + ms / 1_000) << 32) | (((ms % 1_000) << 32) / 1_000)
    }

    #[test]
    fn sound_is_put_beside_pictures_by_what_play_told_and_then_by_the_reports() {
        let mut clocks = Clocks::default();
        assert_eq!(clocks.sound(at(0, 8_000)), None, "there is no picture yet");
        clocks.video.pts(At { ticks: 5_000, elapsed: 9_000, rate: 90_000 });
        // A tenth of a second after the beginning came the first picture; half a second after it, this sound.
        let sound = At { ticks: 77_000, elapsed: 4_000, rate: 8_000 };
        assert_eq!(clocks.sound(sound).unwrap().ticks(), 36_000);
        // By the reports that sound was taken 60 ms later than PLAY made believe.
        clocks.video.report(5_000, ntp(0));
        assert_eq!(clocks.sound(sound).unwrap().ticks(), 36_000, "one report says nothing");
        clocks.sound.report(77_000, ntp(460));
        assert!((clocks.sound(sound).unwrap().ticks() - 41_400).abs() <= 2);
        // Reports that are a little off change nothing, those that are hours off neither.
        clocks.sound.report(77_000, ntp(470));
        assert!((clocks.sound(sound).unwrap().ticks() - 41_400).abs() <= 2);
        clocks.sound.report(77_000, ntp(7_200_000));
        assert!((clocks.sound(sound).unwrap().ticks() - 41_400).abs() <= 2);
    }

    #[test]
    fn presentation_times_begin_at_zero_and_jump_as_the_camera_does() {
        let mut clock = Clock::default();
        let cases = [(1_000, 0), (4_000, 3_000), (2_500, 1_500), (904_000, 903_000), (-89_000, -90_000)];
        for (ticks, pts) in cases {
            assert_eq!(clock.pts(at(ticks, 90_000)).ticks(), pts);
        }
        let mut clock = Clock::default();
        clock.pts(at(0, 1_000));
        assert_eq!(clock.pts(at(40, 1_000)).ticks(), 3_600);
    }

    #[test]
    fn extreme_times_do_not_overflow() {
        let mut clock = Clock::default();
        clock.pts(at(i64::MIN, 1));
        assert_eq!(clock.pts(at(i64::MAX, 1)).ticks(), i64::MAX / 4);
        clock.report(i64::MIN, u64::MAX);
        assert_eq!(clock.captured(i64::MAX, 1), None);
    }

    #[test]
    fn sender_reports_tell_when_the_camera_took_it() {
        let mut clock = Clock::default();
        assert_eq!(clock.captured(0, 90_000), None);
        clock.report(90_000, ((NTP_TO_UNIX + 1_700_000_000) << 32) | 0x8000_0000);
        let at = UNIX_EPOCH + Duration::from_millis(1_700_000_000_500);
        assert_eq!(clock.captured(90_000, 90_000), Some(at));
        assert_eq!(clock.captured(180_000, 90_000), Some(at + Duration::from_secs(1)));
        assert_eq!(clock.captured(45_000, 90_000), Some(at - Duration::from_millis(500)));
        clock.report(0, 0);
        assert_eq!(clock.captured(0, 90_000), None, "no clock in the camera");
    }
}
