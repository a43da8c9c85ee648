use std::time::{Duration, SystemTime, UNIX_EPOCH};

use media::Timestamp;

/// Seconds from 1900 (NTP) to 1970 (RFC 5905, figure 4).
const NTP_TO_UNIX: u64 = 2_208_988_800;

/// The clock of one track.
///
/// Presentation times are what the camera says, relative to the first access unit: a camera whose clock jumps by seconds gives access units that
/// jump by as much, forwards or backwards. They are passed on as they are; the stream makes them continuous.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    first: Option<i64>,
    report: Option<Report>,
}

/// A pair out of an RTCP sender report: this RTP time was that time by the camera's clock (RFC 3550, section 6.4.1).
#[derive(Clone, Copy, Debug)]
struct Report {
    ticks: i64,
    wall: SystemTime,
}

impl Clock {
    /// The presentation time of an access unit at `ticks` of a clock of `rate` Hz.
    pub(super) fn pts(&mut self, ticks: i64, rate: u32) -> Timestamp {
        let first = *self.first.get_or_insert(ticks);
        let elapsed = i128::from(ticks) - i128::from(first);
        let scaled = elapsed * i128::from(Timestamp::CLOCK_RATE) / i128::from(rate.max(1));
        Timestamp::from_ticks(scaled.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
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

    #[test]
    fn presentation_times_begin_at_zero_and_jump_as_the_camera_does() {
        let mut clock = Clock::default();
        let cases = [(1_000, 0), (4_000, 3_000), (2_500, 1_500), (904_000, 903_000), (-89_000, -90_000)];
        for (ticks, pts) in cases {
            assert_eq!(clock.pts(ticks, 90_000).ticks(), pts);
        }
        let mut clock = Clock::default();
        clock.pts(0, 1_000);
        assert_eq!(clock.pts(40, 1_000).ticks(), 3_600);
    }

    #[test]
    fn extreme_times_do_not_overflow() {
        let mut clock = Clock::default();
        clock.pts(i64::MIN, 1);
        assert_eq!(clock.pts(i64::MAX, 1).ticks(), i64::MAX);
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
