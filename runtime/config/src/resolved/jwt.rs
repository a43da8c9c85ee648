use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// `[access.jwt]`: tokens that an identity provider signs (JSON Web Tokens, RFC 7519).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwt {
    /// `jwks`.
    pub jwks: Jwks,
    /// `issuer`: what `iss` must be; any if none.
    pub issuer: Option<String>,
    /// `audience`: what must be in `aud`; any if none.
    pub audience: Option<String>,
    /// `algorithms`, each once; never empty.
    pub algorithms: Vec<Signing>,
    /// `leeway`: how far the clocks of the two sides may be apart.
    pub leeway: Duration,
    /// `claim`: which says what a token's bearer may.
    pub claim: String,
    /// `refresh`: how often the keys are fetched anew.
    pub refresh: Duration,
}

/// Where an identity provider's keys are (a JSON Web Key Set, RFC 7517 section 5). Prints without its query.
#[derive(Clone, PartialEq, Eq)]
pub enum Jwks {
    /// `https://`, or `http://` on this machine; nobody's name is in it.
    Address(String),
    /// Relative ones were resolved against the folder of `streams.toml`.
    File(PathBuf),
}

/// How a token is signed (RFC 7518 section 3.1; RFC 8037 section 3.1), always with a key that need not be secret here: `none` is no signature, and with
/// `HS256` whoever can check one can make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signing {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl Signing {
    /// All of them, each with its name in a token's `alg`.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("RS256", Self::Rs256),
        ("RS384", Self::Rs384),
        ("RS512", Self::Rs512),
        ("PS256", Self::Ps256),
        ("PS384", Self::Ps384),
        ("PS512", Self::Ps512),
        ("ES256", Self::Es256),
        ("ES384", Self::Es384),
        ("EdDSA", Self::EdDsa),
    ];
    /// Those that are taken where nothing is written: what nearly all providers sign with.
    pub const USUAL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];
}

impl fmt::Display for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Some providers want a key of theirs in the query.
            Self::Address(address) => f.write_str(address.split(['?', '#']).next().unwrap_or_default()),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
