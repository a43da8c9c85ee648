use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use ring::hmac;

use crate::random::random;
use crate::{Claim, Person};

/// How long a password that was right is not checked again. A player sends it with each segment; who is taken out of the file is out at once.
const FOR: Duration = Duration::from_secs(600);
/// Credentials that are remembered at most: when it is full, the one that ends first goes.
const MOST: usize = 4_096;

/// Credentials that were right a while ago, each with the address that it came from, as keyed hashes, so that they are not in memory.
///
/// Wrong ones are checked each time. Elsewhere a right one is new: whoever tries passwords there is slowed, whatever their user does meanwhile.
#[derive(Debug)]
pub struct Remembered {
    key: hmac::Key,
    until: HashMap<[u8; 32], Instant>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &random::<32>()), until: HashMap::new() }
    }
}

impl Remembered {
    /// Who it is, if this name with this password was right from there a while ago, and the user's hash is what it was.
    pub fn recall<'c>(&self, claim: &'c Claim, from: IpAddr, now: Instant) -> Option<&'c Person> {
        claim.person().filter(|_| self.knows(&claim.parts(), from, now))
    }

    /// This name with this password was right.
    pub fn remember(&mut self, claim: &Claim, from: IpAddr, now: Instant) {
        self.keep(&claim.parts(), from, now);
    }

    /// Whether this token was somebody's a while ago, from there. Whose it is, the rules say.
    pub fn knows_token(&self, token: &str, from: IpAddr, now: Instant) -> bool {
        self.knows(&of_token(token), from, now)
    }

    /// This token is somebody's.
    pub fn remember_token(&mut self, token: &str, from: IpAddr, now: Instant) {
        self.keep(&of_token(token), from, now);
    }

    fn knows(&self, parts: &[u8], from: IpAddr, now: Instant) -> bool {
        self.until.get(&self.tag(parts, from)).is_some_and(|until| now < *until)
    }

    fn keep(&mut self, parts: &[u8], from: IpAddr, now: Instant) {
        let tag = self.tag(parts, from);
        let is_new = !self.until.contains_key(&tag);
        if is_new && self.until.len() >= MOST {
            self.until.retain(|_, until| now < *until);
        }
        if is_new
            && self.until.len() >= MOST
            && let Some(first) = self.until.iter().min_by_key(|(_, until)| **until).map(|(tag, _)| *tag)
        {
            self.until.remove(&first);
        }
        self.until.insert(tag, now + FOR);
    }

    fn tag(&self, parts: &[u8], from: IpAddr) -> [u8; 32] {
        let mut hmac = hmac::Context::with_key(&self.key);
        // Sixteen bytes for each address, so that no two pairs read alike.
        hmac.update(&match from.to_canonical() {
            IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
            IpAddr::V6(address) => address.octets(),
        });
        hmac.update(parts);
        hmac.sign().as_ref().try_into().expect("HMAC-SHA256 has 32 bytes")
    }
}

/// A claim begins with the length of a name, which is never so large.
fn of_token(token: &str) -> Vec<u8> {
    [&u64::MAX.to_le_bytes()[..], token.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn claim(password: &str, hash: &str) -> Claim {
        Claim::new("anna", password.into(), Some((hash.into(), Person::anybody())))
    }

    #[test]
    fn a_right_password_is_known_for_a_while_and_no_other() {
        let (mut remembered, now) = (Remembered::default(), Instant::now());
        remembered.remember(&claim("right", "hash"), HERE, now);
        assert!(remembered.recall(&claim("right", "hash"), HERE, now).is_some());
        assert!(remembered.recall(&claim("wrong", "hash"), HERE, now).is_none());
        let elsewhere = "10.0.0.9".parse().unwrap();
        assert!(remembered.recall(&claim("right", "hash"), elsewhere, now).is_none());
        // Another password was put into the file.
        assert!(remembered.recall(&claim("right", "other"), HERE, now).is_none());
        assert!(remembered.recall(&claim("right", "hash"), HERE, now + FOR).is_none());
    }

    #[test]
    fn a_token_is_no_password() {
        let (mut remembered, now) = (Remembered::default(), Instant::now());
        remembered.remember_token("right", HERE, now);
        assert!(remembered.knows_token("right", HERE, now) && !remembered.knows_token("wrong", HERE, now));
        assert!(!remembered.knows_token("right", HERE, now + FOR));
    }

    #[test]
    fn the_table_is_bounded() {
        let (mut remembered, now) = (Remembered::default(), Instant::now());
        for number in 0..MOST + 10 {
            remembered.remember(&claim(&number.to_string(), "hash"), HERE, now + Duration::from_millis(number as u64));
        }
        assert_eq!(remembered.until.len(), MOST);
        assert!(remembered.recall(&claim("0", "hash"), HERE, now).is_none());
        assert!(remembered.recall(&claim(&(MOST + 9).to_string(), "hash"), HERE, now).is_some());
    }
}
