use std::collections::HashMap;
use std::time::{Duration, Instant};

use ring::hmac;

use crate::random::random;
use crate::{Claim, Person};

/// How long a password that was right is not checked again. A player sends it with each segment; who is taken out of the file is out at once.
const FOR: Duration = Duration::from_secs(600);
/// Passwords that are remembered at most: when it is full, those that end first go.
const MOST: usize = 1_024;

/// Passwords that were right a while ago, as keyed hashes, so that they are not in memory. Wrong ones are checked each time.
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
    /// Who it is, if this name with this password was right a while ago, and the user's hash is what it was.
    pub fn recall<'c>(&self, claim: &'c Claim, now: Instant) -> Option<&'c Person> {
        let until = self.until.get(&self.tag(claim))?;
        claim.person().filter(|_| now < *until)
    }

    /// This name with this password was right.
    pub fn remember(&mut self, claim: &Claim, now: Instant) {
        if self.until.len() >= MOST {
            self.until.retain(|_, until| now < *until);
        }
        if self.until.len() >= MOST
            && let Some(first) = self.until.iter().min_by_key(|(_, until)| **until).map(|(tag, _)| *tag)
        {
            self.until.remove(&first);
        }
        self.until.insert(self.tag(claim), now + FOR);
    }

    fn tag(&self, claim: &Claim) -> [u8; 32] {
        let tag = hmac::sign(&self.key, &claim.parts());
        tag.as_ref().try_into().expect("HMAC-SHA256 has 32 bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(password: &str, hash: &str) -> Claim {
        Claim::new("anna", password.into(), Some((hash.into(), Person::anybody())))
    }

    #[test]
    fn a_right_password_is_known_for_a_while_and_no_other() {
        let (mut remembered, now) = (Remembered::default(), Instant::now());
        remembered.remember(&claim("right", "hash"), now);
        assert!(remembered.recall(&claim("right", "hash"), now).is_some());
        assert!(remembered.recall(&claim("wrong", "hash"), now).is_none());
        // Another password was put into the file.
        assert!(remembered.recall(&claim("right", "other"), now).is_none());
        assert!(remembered.recall(&claim("right", "hash"), now + FOR).is_none());
    }

    #[test]
    fn the_table_is_bounded() {
        let (mut remembered, now) = (Remembered::default(), Instant::now());
        for number in 0..MOST + 10 {
            remembered.remember(&claim(&number.to_string(), "hash"), now + Duration::from_millis(number as u64));
        }
        assert_eq!(remembered.until.len(), MOST);
        assert!(remembered.recall(&claim("0", "hash"), now).is_none());
        assert!(remembered.recall(&claim(&(MOST + 9).to_string(), "hash"), now).is_some());
    }
}
