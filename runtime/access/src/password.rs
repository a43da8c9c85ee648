//! Passwords: argon2id (RFC 9106). A check takes tens of milliseconds and megabytes on purpose: never on a thread that others wait for.

use std::fmt;
use std::sync::Arc;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};

use crate::Person;
use crate::random::random;

/// A hash of no password: whoever asks for a user that there is not waits as long as one who mistypes.
const OF_NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmU$CWOrkoo7oJBQ/iyh7uJ0LO2aLEfrHwTWllSAxT0zRno";

/// A longer one is none: it would be hashed first.
const LONGEST: usize = 1_024;

/// A name with a password that has still to be checked.
#[derive(Clone)]
pub struct Claim {
    user: Arc<str>,
    password: SecretString,
    /// The user's hash and what it may, if there is one of this name.
    known: Option<(Arc<str>, Person)>,
}

impl Claim {
    pub(crate) fn new(user: &str, password: SecretString, known: Option<(Arc<str>, Person)>) -> Self {
        Self { user: user.into(), password, known }
    }

    /// Everything that the answer depends on, for who remembers it: name, password and hash, each with its length, so that no two read alike.
    pub(crate) fn parts(&self) -> Vec<u8> {
        let hash = self.known.as_ref().map_or("", |(hash, _)| hash);
        let mut bytes = Vec::new();
        for part in [&*self.user, hash, self.password.expose_secret()] {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }

    /// Who it is if the password is right, without looking.
    pub(crate) fn person(&self) -> Option<&Person> {
        self.known.as_ref().map(|(_, person)| person)
    }

    /// Whether the password is right. Takes long.
    pub fn check(&self) -> Option<Person> {
        let (hash, person) = match &self.known {
            Some((hash, person)) => (&**hash, Some(person)),
            None => (OF_NOBODY, None),
        };
        let password = self.password.expose_secret().as_bytes();
        let is_right = password.len() <= LONGEST && Argon2::default().verify_password(password, hash).is_ok();
        person.filter(|_| is_right).cloned()
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:***", self.user)
    }
}

/// Why there is no hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// Nobody remembers so long a one.
    #[error("a password has at most {LONGEST} bytes")]
    TooLong,
    /// Whoever may ask often guesses it.
    #[error("a password has at least {SHORTEST} characters")]
    TooShort,
    /// The memory that a hash takes is not to be had.
    #[error("there is not enough memory to hash it")]
    Memory,
}

/// NIST SP 800-63B, section 5.1.1.2.
const SHORTEST: usize = 8;

/// The hash of a password as `streams.toml` has it, with a salt of its own: 19 MiB, two passes (OWASP's choice). Takes long.
pub fn hash(password: &SecretString) -> Result<String, BadPassword> {
    let password = password.expose_secret();
    if password.chars().count() < SHORTEST {
        return Err(BadPassword::TooShort);
    }
    if password.len() > LONGEST {
        return Err(BadPassword::TooLong);
    }
    let salt: [u8; 16] = random();
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|_| BadPassword::Memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_that_was_hashed_is_right() {
        let hash: Arc<str> = hash(&"correct horse".into()).unwrap().into();
        let claim = |password: &str| Claim::new("anna", password.into(), Some((hash.clone(), Person::anybody())));
        assert!(claim("correct horse").check().is_some());
        assert!(claim("correct horsf").check().is_none());
        assert!(claim("").check().is_none());
        assert!(claim(&"x".repeat(LONGEST + 1)).check().is_none());
        assert!(Claim::new("bert", "correct horse".into(), None).check().is_none());
        assert!(!format!("{:?}", claim("correct horse")).contains("correct"));
    }

    #[test]
    fn a_hash_is_taken_by_the_file_and_never_the_same_twice() {
        let (one, other) = (hash(&"correct horse".into()).unwrap(), hash(&"correct horse".into()).unwrap());
        assert_ne!(one, other);
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_eq!(hash(&"short".into()), Err(BadPassword::TooShort));
        assert_eq!(hash(&"x".repeat(2_000).into()), Err(BadPassword::TooLong));
    }

    #[test]
    fn the_hash_of_nobody_is_computed_to_its_end() {
        let checked = Argon2::default().verify_password(b"any", OF_NOBODY);
        assert_eq!(checked, Err(argon2::password_hash::Error::PasswordInvalid));
    }

    #[test]
    fn no_two_claims_read_alike() {
        let parts = |user: &str, password: &str| Claim::new(user, password.into(), None).parts();
        assert_ne!(parts("ab", "c"), parts("a", "bc"));
    }
}
