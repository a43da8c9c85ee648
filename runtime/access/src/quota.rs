use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// Requests that a client may make at once, if it made none for a while.
const BURST: u32 = 1_000;
/// Requests a second that it may make for ever: four times what a program asks that polls every 20 ms.
const A_SECOND: u32 = 200;
/// The time of one.
const EACH: Duration = Duration::from_millis(1_000 / A_SECOND as u64);
/// Clients at most; one that has made no request for as long as its burst takes is as one that never came.
const MOST: usize = 8_192;

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// A user or a token, wherever from.
    Named(String),
    /// Somebody of whom only this is known; for IPv6 its /64.
    From(IpAddr),
}

/// How many requests to the API each client makes: a bucket that fills with time (the generic cell rate algorithm, ITU-T I.371).
#[derive(Debug, Default)]
pub struct Quota {
    /// When the bucket is full again.
    full_at: HashMap<Client, Instant>,
}

impl Client {
    /// By name if there is one.
    pub fn new(name: Option<&str>, address: IpAddr) -> Self {
        name.map_or_else(|| Self::From(network(address)), |name| Self::Named(name.into()))
    }
}

impl Quota {
    /// Counts a request, or says how long the client has to wait first.
    pub fn take(&mut self, client: Client, now: Instant) -> Result<(), Duration> {
        if self.full_at.len() >= MOST && !self.full_at.contains_key(&client) {
            self.full_at.retain(|_, full_at| now < *full_at);
            if self.full_at.len() >= MOST {
                // So many at once are no few clients that ask too often: nobody is kept from anything.
                self.full_at.clear();
            }
        }
        let full_at = self.full_at.entry(client).or_insert(now);
        let next = (*full_at).max(now) + EACH;
        match next.saturating_duration_since(now).checked_sub(EACH * BURST) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                *full_at = next;
                Ok(())
            }
        }
    }
}

/// The address that stands for a subscriber: all of one of IPv4, the first half of one of IPv6 (RFC 6177).
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_a_burst_and_then_a_rate() {
        let (mut quota, begin) = (Quota::default(), Instant::now());
        let client = || Client::new(None, "10.0.0.9".parse().unwrap());
        for _ in 0..BURST {
            assert_eq!(quota.take(client(), begin), Ok(()));
        }
        assert_eq!(quota.take(client(), begin), Err(EACH));
        let other = Client::new(Some("anna"), "10.0.0.9".parse().unwrap());
        assert_eq!(quota.take(other, begin), Ok(()));
        let later = begin + Duration::from_secs(1);
        assert_eq!((0..1_000).filter(|_| quota.take(client(), later).is_ok()).count(), A_SECOND as usize);
        let much_later = begin + Duration::from_secs(60);
        assert_eq!((0..2_000).filter(|_| quota.take(client(), much_later).is_ok()).count(), BURST as usize);
    }

    #[test]
    fn the_table_is_bounded() {
        let (mut quota, now) = (Quota::default(), Instant::now());
        for number in 0..2 * MOST {
            quota.take(Client::Named(number.to_string()), now).unwrap();
        }
        assert!(quota.full_at.len() <= MOST);
    }
}
