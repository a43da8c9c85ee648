use config::Signing;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use super::{BadToken, ring, shown};

/// The keys of an identity provider: of its JSON Web Key Set (RFC 7517 section 5) those that check signatures.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<Key>);

#[derive(Clone, Debug)]
struct Key {
    kid: Option<String>,
    /// What it may be used with: by its kind, and by its `alg` if it has one.
    signings: Vec<Signing>,
    key: DecodingKey,
    /// As it stands in the set, so that another key under the same name is seen.
    written: Value,
}

/// A set that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what is there is no JSON Web Key Set: `{{\"keys\": [...]}}`")]
pub struct BadKeys;

impl Keys {
    /// Reads a set. Keys of unknown kinds, for something else, or without what they need are passed over, as section 5 wants it; so are secrets.
    pub fn parse(set: &[u8]) -> Result<Self, BadKeys> {
        ring::install();
        let set: Value = serde_json::from_slice(set).map_err(|_| BadKeys)?;
        let keys = set["keys"].as_array().ok_or(BadKeys)?;
        Ok(Self(keys.iter().filter_map(Key::read).collect()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What they are called: their `kid`, of those that have one.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().filter_map(|key| key.kid.clone()).collect()
    }

    /// The key of this name, or the only one of the kind where none is named.
    pub(super) fn find(&self, kid: Option<&str>, signing: Signing) -> Result<&DecodingKey, BadToken> {
        let mut fitting = self.0.iter().filter(|key| key.signings.contains(&signing));
        let Some(kid) = kid else {
            return match (fitting.next(), fitting.next()) {
                (Some(only), None) => Ok(&only.key),
                _ => Err(BadToken::NoKeyNamed),
            };
        };
        let is_it = |key: &&Key| key.kid.as_deref() == Some(kid);
        fitting.find(is_it).map(|key| &key.key).ok_or_else(|| match self.0.iter().any(|key| is_it(&key)) {
            true => BadToken::Algorithm,
            false => BadToken::UnknownKey(shown(kid)),
        })
    }
}

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(|key| &key.written).eq(other.0.iter().map(|key| &key.written))
    }
}

impl Key {
    fn read(written: &Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(written.clone()).ok()?;
        let common = &jwk.common;
        // Sections 4.2 and 4.3.
        let is_for_signatures = common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
        let verifies = common.key_operations.as_ref().is_none_or(|all| all.contains(&KeyOperations::Verify));
        let mut signings = by_kind(&jwk.algorithm);
        if let Some(only) = common.key_algorithm {
            let only = Algorithm::try_from(only).ok().and_then(signing);
            signings.retain(|signing| Some(*signing) == only);
        }
        if !is_for_signatures || !verifies || signings.is_empty() {
            return None;
        }
        let key = DecodingKey::from_jwk(&jwk).ok()?;
        Some(Self { kid: jwk.common.key_id, signings, key, written: written.clone() })
    }
}

/// What a key of this kind may be used with (RFC 7518 section 3.1, RFC 8037 section 3.1). A secret with nothing.
fn by_kind(parameters: &AlgorithmParameters) -> Vec<Signing> {
    use Signing::{EdDsa, Es256, Es384, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    match parameters {
        AlgorithmParameters::RSA(_) => vec![Rs256, Rs384, Rs512, Ps256, Ps384, Ps512],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => vec![Es256],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => vec![Es384],
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => vec![EdDsa],
        _ => Vec::new(),
    }
}

/// The library's word in ours; none for those that are by a secret.
pub(super) fn signing(algorithm: Algorithm) -> Option<Signing> {
    Some(match algorithm {
        Algorithm::RS256 => Signing::Rs256,
        Algorithm::RS384 => Signing::Rs384,
        Algorithm::RS512 => Signing::Rs512,
        Algorithm::PS256 => Signing::Ps256,
        Algorithm::PS384 => Signing::Ps384,
        Algorithm::PS512 => Signing::Ps512,
        Algorithm::ES256 => Signing::Es256,
        Algorithm::ES384 => Signing::Es384,
        Algorithm::EdDSA => Signing::EdDsa,
        _ => return None,
    })
}
