//! Tokens that an identity provider signs: JSON Web Tokens (RFC 7519) by its JSON Web Key Set (RFC 7517), after the advice of RFC 8725.
//!
//! A token says who its bearer is (`sub`), until when (`exp`), and what they may: a claim that holds the four permissions of `streams.toml`, or a list as
//! MediaMTX has it ([`permissions`]). The signature is looked at before anything that the token claims, with a key of the provider's set alone: what a
//! token says of keys itself (`jwk`, `jku`, `x5u`, `x5c`) is passed over. What kind of key it is decides how a signature is checked (RFC 8725 section 3.1):
//! there is no secret among them, so that none is checked by `HS256`.
//!
//! Pure: the time and the keys are passed in.

mod keyring;
mod keys;
mod permissions;
mod ring;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::ring::digest::{SHA256, digest};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Validation, decode, decode_header};
use serde_json::{Map, Value};

use crate::{Kind, Person};

pub use keyring::{Keyring, News};
pub use keys::{BadKeys, Keys};

/// The longest name of a bearer that is kept of `sub`, in characters.
const LONGEST_NAME: usize = 64;

/// Whose tokens are believed: `[access.jwt]`.
#[derive(Clone, Debug)]
pub struct Jwt {
    rules: config::Jwt,
}

/// Why a token is not taken. Nothing of the token is in the words, but for what names a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// Not three parts in base64url of which the first says how the third is made; `none` is no such way.
    #[error("it is no JSON Web Token with a signature of a known kind")]
    Unreadable,
    /// `crit` names what must be understood, and nothing is that is not (RFC 7515 section 4.1.11).
    #[error("its `crit` wants something understood that is not known here")]
    Critical,
    /// `typ` says that it is for something else (RFC 8725 section 3.11).
    #[error("its `typ` says that it is no token of access")]
    Kind,
    /// Another `alg` than `algorithms` has, or than the key is for.
    #[error("its `alg` is none that is allowed, or not that of its key")]
    Algorithm,
    /// The provider's set has no key of this name.
    #[error("its key is not in the provider's set: `kid` is {0}")]
    UnknownKey(String),
    /// It names no key, and there is not exactly one that it may be.
    #[error("it names no key by `kid`, and the provider has not exactly one of the kind")]
    NoKeyNamed,
    /// Nobody who has the key made it.
    #[error("its signature is not that of its key")]
    Forged,
    /// Its claims are no object of JSON, or one of them is of no kind that it may be.
    #[error("its claims cannot be read")]
    Claims,
    /// A claim is missing, or not as RFC 7519 section 4.1 has it.
    #[error("its claim `{0}` is missing or cannot be read")]
    Claim(&'static str),
    /// `exp` and the leeway have passed.
    #[error("it has expired")]
    Expired,
    /// `nbf`, or the time at which it was made, is to come.
    #[error("it is not valid yet, by its `{0}`")]
    NotYet(&'static str),
    /// `iss` is another.
    #[error("its `iss` is not `access.jwt.issuer`")]
    Issuer,
    /// `aud` has not this program.
    #[error("its `aud` has not `access.jwt.audience`")]
    Audience,
}

impl BadToken {
    /// Whether the provider made it all the same: whoever sends it guesses at nothing.
    pub fn is_signed(&self) -> bool {
        match self {
            Self::Claims | Self::Claim(_) | Self::Expired | Self::NotYet(_) | Self::Issuer | Self::Audience => true,
            Self::Unreadable
            | Self::Critical
            | Self::Kind
            | Self::Algorithm
            | Self::UnknownKey(_)
            | Self::NoKeyNamed
            | Self::Forged => false,
        }
    }

    /// Whether newer keys could be what is missing.
    pub fn wants_keys(&self) -> bool {
        matches!(self, Self::UnknownKey(_) | Self::NoKeyNamed)
    }
}

impl Jwt {
    /// By these rules.
    pub fn new(rules: &config::Jwt) -> Self {
        Self { rules: rules.clone() }
    }

    /// Where the keys are.
    pub fn jwks(&self) -> &config::Jwks {
        &self.rules.jwks
    }

    /// Whether a token has the shape of one (RFC 7515 section 3.1).
    pub fn is_shaped(token: &str) -> bool {
        token.bytes().filter(|byte| *byte == b'.').count() == 2
    }

    /// Whose token it is, by these keys and at this time.
    pub fn check(&self, token: &str, keys: &Keys, now: SystemTime) -> Result<Person, BadToken> {
        let header = decode_header(token).map_err(|_| BadToken::Unreadable)?;
        if header.crit.is_some() {
            return Err(BadToken::Critical);
        }
        if !header.typ.as_deref().is_none_or(is_of_access) {
            return Err(BadToken::Kind);
        }
        let signing = keys::signing(header.alg).filter(|signing| self.rules.algorithms.contains(signing));
        let key = keys.find(header.kid.as_deref(), signing.ok_or(BadToken::Algorithm)?)?;
        let mut signature_alone = Validation::new(header.alg);
        // The claims are looked at below: the library would look at its own clock.
        signature_alone.required_spec_claims.clear();
        (signature_alone.validate_exp, signature_alone.validate_aud) = (false, false);
        let read = decode::<Map<String, Value>>(token, key, &signature_alone);
        let claims = read.map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => BadToken::Forged,
            // The header was read above, and the signature is looked at before the claims are.
            ErrorKind::Json(_) => BadToken::Claims,
            _ => BadToken::Unreadable,
        })?;
        self.bearer(&claims.claims, now)
    }

    /// Who bears a token that the provider has signed.
    fn bearer(&self, claims: &Map<String, Value>, now: SystemTime) -> Result<Person, BadToken> {
        let leeway = self.rules.leeway;
        let until = time(claims, "exp")?.ok_or(BadToken::Claim("exp"))?;
        let until = until.checked_add(leeway).ok_or(BadToken::Claim("exp"))?;
        if until <= now {
            return Err(BadToken::Expired);
        }
        for name in ["nbf", "iat"] {
            if time(claims, name)?.is_some_and(|from| from > now + leeway) {
                return Err(BadToken::NotYet(name));
            }
        }
        if let Some(issuer) = &self.rules.issuer
            && claims.get("iss").and_then(Value::as_str) != Some(issuer)
        {
            return Err(BadToken::Issuer);
        }
        if let Some(audience) = &self.rules.audience
            && !claims.get("aud").is_some_and(|aud| names(aud, audience))
        {
            return Err(BadToken::Audience);
        }
        let permissions = permissions::read(claims.get(&self.rules.claim));
        Ok(Person::known(Kind::Token, name(claims).into(), Arc::new(permissions)).until(until))
    }
}

/// Whether a token of this `typ` is for access: as it is (RFC 7519 section 5.1), or as RFC 9068 section 2.1 has it.
fn is_of_access(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
}

/// A time of the claims: seconds since 1970, perhaps with a fraction (RFC 7519 section 2).
fn time(claims: &Map<String, Value>, name: &'static str) -> Result<Option<SystemTime>, BadToken> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let since = value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    since.and_then(|since| UNIX_EPOCH.checked_add(since)).map(Some).ok_or(BadToken::Claim(name))
}

/// Whether `aud` is this one, or a list that has it (RFC 7519 section 4.1.3).
fn names(aud: &Value, audience: &str) -> bool {
    match aud {
        Value::String(one) => one == audience,
        Value::Array(all) => all.iter().any(|one| one == audience),
        _ => false,
    }
}

/// What the bearer is called, in logs, to an access policy and where requests are counted: a `sub` that is long or has more than text in it ends with its
/// hash, so that two bearers never have one name. No user's name has a colon.
fn name(claims: &Map<String, Value>) -> String {
    let sub = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
    if sub.chars().count() <= LONGEST_NAME && !sub.contains(char::is_control) {
        return format!("jwt:{sub}");
    }
    let begin: String = sub.chars().filter(|c| !c.is_control()).take(LONGEST_NAME / 2).collect();
    let hash = digest(&SHA256, sub.as_bytes());
    hash.as_ref().iter().take(16).fold(format!("jwt:{begin}…"), |name, byte| name + &format!("{byte:02x}"))
}

/// A text of the token's, short enough for a message.
fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(LONGEST_NAME).collect::<String>())
}

#[cfg(test)]
mod tests;
