//! Who may come in, and to what.

use schemars::JsonSchema;

use super::amount::Time;
use super::text::{Text, Words};
use crate::resolved::Signing;
use crate::section::{At, Section};

/// Somebody who comes with a password.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct User {
    /// The argon2id hash of the password, as `framegate user hash` prints it; `${VARIABLE}` and `file:/path` are read from the environment and from a file.
    #[schemars(required, extend("examples" = ["$argon2id$v=19$m=19456,t=2,p=1$…", "${ANNA_PASSWORD_HASH}", "file:/run/secrets/anna"]))]
    pub(crate) password: Option<At<Text>>,
    #[schemars(flatten)]
    pub(crate) permissions: Permissions,
}

/// A program that comes with a token.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Token {
    /// At least 16 characters that nobody guesses, or `sha256:` and their hash; `${VARIABLE}` and `file:/path` are read from the environment and from a file.
    #[schemars(required, extend("examples" = ["${WALL_TOKEN}", "file:/run/secrets/wall", "sha256:…"]))]
    pub(crate) secret: Option<At<Text>>,
    #[schemars(flatten)]
    pub(crate) permissions: Permissions,
}

/// Who comes in by the word of somebody else.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Access {
    /// Tokens that an identity provider signs (JSON Web Tokens, RFC 7519).
    #[schemars(with = "Option<Jwt>")]
    pub(crate) jwt: Option<At<Jwt>>,
}

/// Tokens that an identity provider signs (JSON Web Tokens, RFC 7519).
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Jwt {
    /// Where the provider's keys are (a JSON Web Key Set, RFC 7517): an `https://` address, `http://` on this machine alone, or a file, relative to the folder
    /// of this one.
    #[schemars(required, extend("examples" = ["https://id.example/.well-known/jwks.json", "keys/jwks.json"]))]
    pub(crate) jwks: Option<At<Text>>,
    /// What a token's `iss` must be. Without it any.
    #[schemars(extend("examples" = ["https://id.example"]))]
    pub(crate) issuer: Option<At<Text>>,
    /// What must be in a token's `aud`. Without it any: tokens that the provider makes for other programs are taken too.
    #[schemars(extend("examples" = ["framegate"]))]
    pub(crate) audience: Option<At<Text>>,
    /// How tokens may be signed.
    #[schemars(with = "Option<Vec<Words<Signing>>>", extend("default" = ["RS256", "ES256", "EdDSA"]))]
    pub(crate) algorithms: Vec<At<Words<Signing>>>,
    /// How far the clocks of the two sides may be apart.
    #[schemars(extend("default" = "60s"))]
    pub(crate) leeway: Option<At<Time<0, 600_000>>>,
    /// The claim that says what a token's bearer may.
    #[schemars(extend("default" = crate::Defaults::CLAIM, "examples" = ["mediamtx_permissions"]))]
    pub(crate) claim: Option<At<Text>>,
    /// How often the keys are fetched anew; a token with a key that is not known has them fetched sooner.
    #[schemars(extend("default" = "10m"))]
    pub(crate) refresh: Option<At<Time<10_000, 86_400_000>>>,
}

/// Words that people write for the keys of `[access.jwt]`.
const JWT_OTHERS: [(&str, &str); 10] = [
    ("url", "jwks"),
    ("jwks_url", "jwks"),
    ("jwks_uri", "jwks"),
    ("keys", "jwks"),
    ("iss", "issuer"),
    ("aud", "audience"),
    ("algs", "algorithms"),
    ("skew", "leeway"),
    ("claim_key", "claim"),
    ("interval", "refresh"),
];

/// What somebody may do, each with the streams: names, or patterns in which `*` stands for any characters.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Permissions {
    /// Streams that may be watched and looked at.
    #[schemars(with = "Option<Vec<String>>", extend("examples" = [["*"], ["lobby-*", "door"]]))]
    pub(crate) view: Vec<At<Text>>,
    /// Streams that stills may be pushed to.
    #[schemars(with = "Option<Vec<String>>", extend("examples" = [["door"]]))]
    pub(crate) publish: Vec<At<Text>>,
    /// Streams that may be changed; with `"*"` also plugins, and everything that is about no stream.
    #[schemars(with = "Option<Vec<String>>", extend("examples" = [["*"]]))]
    pub(crate) control: Vec<At<Text>>,
    /// Streams whose figures may be read; with `"*"` also those of the program, `/metrics`.
    #[schemars(with = "Option<Vec<String>>", extend("examples" = [["*"]]))]
    pub(crate) metrics: Vec<At<Text>>,
    /// None of the four is written, and nothing that was meant to be one.
    #[schemars(skip)]
    pub(crate) are_missing: bool,
}

/// Words that people write for the four.
const OTHERS: [(&str, &str); 13] = [
    ("read", "view"),
    ("watch", "view"),
    ("streams", "view"),
    ("push", "publish"),
    ("ingest", "publish"),
    ("write", "control"),
    ("admin", "control"),
    ("api", "control"),
    ("role", "control"),
    ("stats", "metrics"),
    ("permissions", "view"),
    ("allow", "view"),
    ("hash", "password"),
];

impl User {
    pub(crate) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            password: section.require("password", "what `framegate user hash` prints"),
            permissions: Permissions::take(&mut section),
        };
        section.finish(&OTHERS);
        read
    }
}

impl Token {
    pub(crate) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            secret: section.require("secret", "at least 16 characters that nobody guesses"),
            permissions: Permissions::take(&mut section),
        };
        let own = [("token", "secret"), ("value", "secret"), ("password", "secret"), ("key", "secret")];
        section.finish(&[&own[..], &OTHERS[..12]].concat());
        read
    }
}

impl Access {
    pub(crate) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self { jwt: section.table("jwt", Jwt::read) };
        section.finish(&[("jwks", "[access.jwt] jwks"), ("oidc", "jwt"), ("oauth", "jwt")]);
        read
    }
}

impl Jwt {
    fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            jwks: section.require("jwks", "where the keys are that tokens are signed with"),
            issuer: section.take("issuer"),
            audience: section.take("audience"),
            algorithms: section.values("algorithms"),
            leeway: section.take("leeway"),
            claim: section.take("claim"),
            refresh: section.take("refresh"),
        };
        section.finish(&JWT_OTHERS);
        read
    }
}

impl Permissions {
    /// A section that has nothing else.
    pub(crate) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self::take(&mut section);
        section.finish(&OTHERS[..12]);
        read
    }

    fn take(section: &mut Section<'_, '_, '_>) -> Self {
        Self {
            view: section.texts("view"),
            publish: section.texts("publish"),
            control: section.texts("control"),
            metrics: section.texts("metrics"),
            are_missing: !section.has_beside(&["password", "secret", "token"]),
        }
    }
}
