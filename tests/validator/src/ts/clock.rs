//! Times of 33 bits at 90 kHz, which begin anew each 26.5 hours, and the program clock.

use std::time::Duration;

use super::packet::Packet;
use crate::finding::Notes;
use crate::rule;

const WRAP: u64 = 1 << 33;

/// How far `time` is past `other`, the short way round.
pub(super) fn since(time: u64, other: u64) -> i64 {
    let ahead = time.wrapping_sub(other) % WRAP;
    if ahead < WRAP / 2 { ahead.cast_signed() } else { ahead.cast_signed() - WRAP.cast_signed() }
}

pub(super) fn duration(ticks: u64) -> Duration {
    Duration::from_nanos(ticks.saturating_mul(100_000) / 9)
}

/// Units of the program clock in one of 90 kHz, and in 100 ms.
const FINE: u64 = 300;
const INTERVAL: u64 = 2_700_000;

/// The program clock.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: Option<u64>,
    /// The longest time without it, at 27 MHz.
    pub(super) longest: u64,
}

impl Clock {
    pub(super) fn forget(&mut self) {
        self.last = None;
    }

    /// The last that came, at 90 kHz.
    pub(super) fn now(&self) -> Option<u64> {
        self.last.map(|last| last / FINE)
    }

    pub(super) fn packet(&mut self, packet: &Packet<'_>, notes: &mut Notes) {
        let Some(pcr) = packet.pcr else { return };
        if let Some(last) = self.last.filter(|_| !packet.discontinuity) {
            let ahead = pcr.wrapping_add(WRAP * FINE).wrapping_sub(last) % (WRAP * FINE);
            if ahead == 0 || ahead > WRAP * FINE / 2 {
                notes.add(&rule::PCR_BACK, format!("program clock {pcr} after {last}"), "a later one");
            } else {
                self.longest = self.longest.max(ahead);
                if ahead > INTERVAL {
                    let found = format!("{:?} without the program clock", duration(ahead / FINE));
                    notes.add(&rule::PCR_RARE, found, "at most 100 ms");
                }
            }
        }
        self.last = Some(pcr);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_on_after_their_wrap() {
        assert_eq!(since(10, WRAP - 5), 15);
        assert_eq!(since(WRAP - 5, 10), -15);
        assert_eq!(since(7, 7), 0);
        assert_eq!(duration(90_000), Duration::from_secs(1));
    }
}
