//! Who may come in, and to what.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::Jwt;

/// `[users.*]`, `[tokens.*]`, `[anonymous]` and `[access.jwt]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// `[users.*]`, by name.
    pub users: BTreeMap<String, User>,
    /// `[tokens.*]`, by name.
    pub tokens: BTreeMap<String, Token>,
    /// `[anonymous]`: what is allowed to who says nothing of who it is.
    pub anonymous: Option<Permissions>,
    /// `[access.jwt]`: whose signature is believed.
    pub jwt: Option<Jwt>,
}

/// `[users.*]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// `password`: its hash.
    pub password: PasswordHash,
    /// What it may.
    pub permissions: Permissions,
}

/// `[tokens.*]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// `secret`.
    pub secret: TokenSecret,
    /// What it may.
    pub permissions: Permissions,
}

/// An argon2id hash as a PHC string, whose shape and costs were checked. Prints as `***`: who has it may try passwords as fast as the machine can.
#[derive(Clone)]
pub struct PasswordHash(pub(crate) SecretString);

/// What links are signed with. Prints as `***`.
#[derive(Clone)]
pub struct LinkSecret(pub(crate) SecretString);

/// What a token is recognised by. Prints as `***`.
#[derive(Clone)]
pub enum TokenSecret {
    /// As it is sent.
    Plain(SecretString),
    /// The SHA-256 of what is sent.
    Sha256([u8; 32]),
}

/// What somebody may do, each with the streams: names, or patterns in which `*` stands for any characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// `view`.
    pub view: Vec<String>,
    /// `publish`.
    pub publish: Vec<String>,
    /// `control`.
    pub control: Vec<String>,
    /// `metrics`.
    pub metrics: Vec<String>,
}

impl People {
    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.tokens.is_empty() && self.anonymous.is_none() && self.jwt.is_none()
    }
}

impl PasswordHash {
    /// The hash, for who checks a password by it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for PasswordHash {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for PasswordHash {}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl LinkSecret {
    /// The secret, for who signs.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for LinkSecret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl PartialEq for TokenSecret {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plain(one), Self::Plain(other)) => one.expose_secret() == other.expose_secret(),
            (Self::Sha256(one), Self::Sha256(other)) => one == other,
            (Self::Plain(_), Self::Sha256(_)) | (Self::Sha256(_), Self::Plain(_)) => false,
        }
    }
}

impl Eq for TokenSecret {}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Permissions {
    /// Whether nothing is allowed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
