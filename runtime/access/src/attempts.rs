use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::quota::network;

/// Wrong tries that cost nothing: a person who mistypes.
const FREE: u32 = 5;
/// The wait behind the first one that does; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait: 300 tries a day.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// An address that has tried nothing for so long begins anew.
const FORGOTTEN: Duration = Duration::from_secs(1_800);
/// Addresses at most, 64 bytes each; when there are more, the one whose last try is the oldest is forgotten.
const MOST: usize = 8_192;

/// Tries to say who one is that were wrong, for each address; for IPv6 for each /64, which is what one subscriber has.
///
/// A try counts from its beginning, so that many at once are no way round it; one that was right is taken back.
#[derive(Debug, Default)]
pub struct Attempts {
    made: HashMap<IpAddr, Made>,
}

#[derive(Clone, Copy, Debug)]
struct Made {
    wrong: u32,
    last: Instant,
    /// No other before then.
    until: Instant,
}

impl Attempts {
    /// Begins a try, or says how long this address has to wait first.
    pub fn begin(&mut self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let address = network(address);
        if !self.made.contains_key(&address) && self.made.len() >= MOST {
            self.make_room(now);
        }
        let made = self.made.entry(address).or_insert(Made { wrong: 0, last: now, until: now });
        if now.saturating_duration_since(made.last) >= FORGOTTEN {
            *made = Made { wrong: 0, last: now, until: now };
        }
        if now < made.until {
            return Err(made.until - now);
        }
        made.wrong = made.wrong.saturating_add(1);
        made.last = now;
        if let Some(beyond) = made.wrong.checked_sub(FREE) {
            made.until = now + LONGEST_WAIT.min(FIRST_WAIT * 2_u32.saturating_pow(beyond));
        }
        Ok(())
    }

    /// The try was right. The wait that it began is over; those before it stay counted, so that one's own account is no way to try others.
    pub fn was_right(&mut self, address: IpAddr, now: Instant) {
        if let Some(made) = self.made.get_mut(&network(address)) {
            made.wrong = made.wrong.saturating_sub(1);
            made.until = now;
        }
    }

    fn make_room(&mut self, now: Instant) {
        self.made.retain(|_, made| now.saturating_duration_since(made.last) < FORGOTTEN);
        if self.made.len() >= MOST
            && let Some(oldest) = self.made.iter().min_by_key(|(_, made)| made.last).map(|(address, _)| *address)
        {
            self.made.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn wrong_tries_are_slowed_more_and_more_and_others_are_not() {
        let (mut attempts, begin) = (Attempts::default(), Instant::now());
        let guest = address("10.0.0.9");
        for _ in 0..FREE {
            assert_eq!(attempts.begin(guest, begin), Ok(()));
        }
        let mut now = begin;
        for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            let wait = attempts.begin(guest, now).expect_err("it has to wait");
            assert_eq!(wait, Duration::from_secs(seconds));
            now += wait;
            assert_eq!(attempts.begin(guest, now), Ok(()));
        }
        assert_eq!(attempts.begin(address("10.0.0.8"), now), Ok(()));
        assert_eq!(attempts.begin(guest, now + FORGOTTEN), Ok(()));
        assert_eq!(attempts.begin(guest, now + FORGOTTEN), Ok(()));
    }

    #[test]
    fn a_right_try_does_not_wipe_out_the_wrong_ones() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        let guest = address("10.0.0.9");
        for _ in 0..FREE - 1 {
            attempts.begin(guest, now).unwrap();
        }
        for _ in 0..100 {
            attempts.begin(guest, now).unwrap();
            attempts.was_right(guest, now);
        }
        attempts.begin(guest, now).unwrap();
        assert!(attempts.begin(guest, now).is_err());
    }

    #[test]
    fn a_subscriber_of_ipv6_has_one_count() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        for number in 0..FREE {
            attempts.begin(address(&format!("2001:db8:0:1::{number:x}")), now).unwrap();
        }
        assert!(attempts.begin(address("2001:db8:0:1:ffff::1"), now).is_err());
        assert!(attempts.begin(address("2001:db8:0:2::1"), now).is_ok());
    }

    #[test]
    fn the_table_is_bounded() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        for number in 0..MOST as u32 + 10 {
            let when = now + Duration::from_millis(u64::from(number));
            attempts.begin(IpAddr::from(number.to_be_bytes()), when).unwrap();
        }
        assert_eq!(attempts.made.len(), MOST);
    }
}
