//! How jsonwebtoken's signatures are checked by ring, which is linked for TLS already: its own choices bring another library of ciphers each.

use std::sync::Once;

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind};
use ring::signature as by_ring;
use ring::signature::{RsaParameters, UnparsedPublicKey, VerificationAlgorithm};

/// Nothing is signed here, and no key made into another form.
static BY_RING: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
    verifier_factory: |algorithm, key| Check::new(*algorithm, key).map(|check| Box::new(check) as Box<dyn JwtVerifier>),
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes it what the library checks by.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| BY_RING.install_default().expect("no other room names the library"));
}

/// One way of checking, with a key of its kind.
struct Check {
    algorithm: Algorithm,
    by: By,
    key: DecodingKey,
}

enum By {
    Rsa(&'static RsaParameters),
    Curve(&'static dyn VerificationAlgorithm),
}

impl Check {
    fn new(algorithm: Algorithm, key: &DecodingKey) -> Result<Self, Error> {
        if key.family() != algorithm.family() {
            return Err(ErrorKind::InvalidKeyFormat.into());
        }
        // ring takes RSA of 2048 to 8192 bits, and signatures on curves as RFC 7518 section 3.4 has them: two numbers of fixed length.
        let by = match algorithm {
            Algorithm::RS256 => By::Rsa(&by_ring::RSA_PKCS1_2048_8192_SHA256),
            Algorithm::RS384 => By::Rsa(&by_ring::RSA_PKCS1_2048_8192_SHA384),
            Algorithm::RS512 => By::Rsa(&by_ring::RSA_PKCS1_2048_8192_SHA512),
            Algorithm::PS256 => By::Rsa(&by_ring::RSA_PSS_2048_8192_SHA256),
            Algorithm::PS384 => By::Rsa(&by_ring::RSA_PSS_2048_8192_SHA384),
            Algorithm::PS512 => By::Rsa(&by_ring::RSA_PSS_2048_8192_SHA512),
            Algorithm::ES256 => By::Curve(&by_ring::ECDSA_P256_SHA256_FIXED),
            Algorithm::ES384 => By::Curve(&by_ring::ECDSA_P384_SHA384_FIXED),
            Algorithm::EdDSA => By::Curve(&by_ring::ED25519),
            _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
        };
        debug_assert_ne!(algorithm.family(), AlgorithmFamily::Hmac, "a secret is no key here");
        Ok(Self { algorithm, by, key: key.clone() })
    }
}

impl Verifier<Vec<u8>> for Check {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let checked = match (&self.by, self.key.kind()) {
            (By::Rsa(parameters), DecodingKeyKind::RsaModulusExponent { n, e }) => {
                by_ring::RsaPublicKeyComponents { n, e }.verify(parameters, message, signature)
            }
            (By::Curve(algorithm), DecodingKeyKind::SecretOrDer(point)) => {
                UnparsedPublicKey::new(*algorithm, point).verify(message, signature)
            }
            _ => return Err(signature::Error::new()),
        };
        checked.map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Check {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
