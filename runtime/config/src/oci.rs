//! `oci://registry/repository:tag@sha256:…`: where a component is in an OCI registry, as checked text.
//!
//! The words are those of the distribution specification (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md>). What is behind
//! them is fetched elsewhere.

use std::fmt;
use std::str::FromStr;

use crate::mistake::Wrong;
use crate::secret::without_credentials;

/// How a reference begins.
pub(crate) const SCHEME: &str = "oci://";

/// How all of it is written.
const FORM: &str = "oci://registry/repository:tag@sha256:…";

/// What a tag or none means in a registry: `oci://registry/repository[:tag]`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OciPlace {
    registry: String,
    repository: String,
    tag: Option<String>,
}

/// One manifest, for good: `oci://registry/repository[:tag]@sha256:…`. The tag is for people; the digest says what is meant.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OciReference {
    place: OciPlace,
    digest: OciDigest,
}

/// The SHA-256 of a manifest or of what it names; prints as `sha256:…`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OciDigest([u8; 32]);

/// Why a text is no reference: the rule and the text, without what may be a password in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadReference(Wrong);

impl OciPlace {
    /// The registry's host, with its port if one is written; in lower case.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository's name: parts in lower case, with `/` between them.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, if one is written.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// What this manifest of it is called.
    pub fn at(self, digest: OciDigest) -> OciReference {
        OciReference { place: self, digest }
    }
}

impl OciReference {
    /// Where it is, and under which tag it was found.
    pub fn place(&self) -> &OciPlace {
        &self.place
    }

    /// Of the manifest.
    pub fn digest(&self) -> OciDigest {
        self.digest
    }
}

impl OciDigest {
    /// The hash itself.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl From<[u8; 32]> for OciDigest {
    fn from(hash: [u8; 32]) -> Self {
        Self(hash)
    }
}

impl FromStr for OciDigest {
    type Err = BadReference;

    fn from_str(text: &str) -> Result<Self, BadReference> {
        digest(text).map_err(BadReference)
    }
}

impl FromStr for OciPlace {
    type Err = BadReference;

    fn from_str(text: &str) -> Result<Self, BadReference> {
        match split(text, text).map_err(BadReference)? {
            (place, None) => Ok(place),
            (_, Some(_)) => Err(BadReference(Wrong::new(format!("no digest belongs here, got {}", shown(text))))),
        }
    }
}

impl FromStr for OciReference {
    type Err = BadReference;

    fn from_str(text: &str) -> Result<Self, BadReference> {
        parse(text, text).map_err(BadReference)
    }
}

/// Reads a reference whose variables are replaced. `written` is how it stands in the file: that is what a message shows.
pub(crate) fn parse(text: &str, written: &str) -> Result<OciReference, Wrong> {
    match split(text, written)? {
        (place, Some(digest)) => Ok(place.at(digest)),
        (_, None) => {
            let wrong =
                Wrong::new(format!("must end in the digest of what is meant, `@sha256:…`, got {}", shown(written)));
            let help = "a tag may mean something else tomorrow: `framegate plugin inspect` with this reference prints the line with its digest";
            Err(wrong.help(help))
        }
    }
}

fn split(text: &str, written: &str) -> Result<(OciPlace, Option<OciDigest>), Wrong> {
    let refuse = |why: String| Wrong::new(format!("must be {FORM}: {why}, got {}", shown(written)));
    let rest = text.strip_prefix(SCHEME).ok_or_else(|| refuse(format!("it begins with `{SCHEME}`")))?;
    let (registry, rest) = rest.split_once('/').unwrap_or((rest, ""));
    if registry.contains('@') && !registry.contains("@sha256:") {
        let help = "`docker login` keeps user name and password where they are looked for";
        return Err(refuse("no user name or password stands in it".into()).help(help));
    }
    check_registry(registry).map_err(&refuse)?;
    let (name, digest) = match rest.split_once('@') {
        Some((name, digest)) => (name, Some(self::digest(digest).map_err(|wrong| refuse(wrong.message))?)),
        None => (rest, None),
    };
    let (repository, tag) = match name.split_once(':') {
        Some((repository, tag)) => (repository, Some(tag)),
        None => (name, None),
    };
    check_repository(repository).map_err(&refuse)?;
    if let Some(tag) = tag {
        check_tag(tag).map_err(&refuse)?;
    }
    let place = OciPlace {
        registry: registry.to_ascii_lowercase(),
        repository: repository.to_owned(),
        tag: tag.map(ToOwned::to_owned),
    };
    Ok((place, digest))
}

fn check_registry(registry: &str) -> Result<(), String> {
    let (host, port) = match registry.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or("the `]` of the registry's address is missing")?;
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return Err("what stands in `[…]` is no IPv6 address".into());
            }
            match port.strip_prefix(':') {
                None if !port.is_empty() => return Err("behind the `]` of the registry's address comes `:port`".into()),
                port => (host, port),
            }
        }
        None => {
            let (host, port) = registry.split_once(':').map_or((registry, None), |(host, port)| (host, Some(port)));
            if let Some(c) = host.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))) {
                return Err(format!("{c:?} is in no host's name"));
            }
            (host, port)
        }
    };
    if host.is_empty() {
        return Err("the registry is missing".into());
    }
    match port.map(str::parse::<u16>) {
        None | Some(Ok(1..)) => Ok(()),
        _ => Err("the registry's port is a number from 1 to 65535".into()),
    }
}

/// The specification's `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`, with `/` between such parts.
fn check_repository(repository: &str) -> Result<(), String> {
    /// With the registry: what Docker's own registry takes.
    const LONGEST: usize = 255;
    if repository.is_empty() {
        return Err("the repository is missing".into());
    }
    if repository.len() > LONGEST {
        return Err(format!("a repository's name has at most {LONGEST} characters"));
    }
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if let Some(c) = repository.chars().find(|c| !(is_word(*c) || matches!(c, '.' | '_' | '-' | '/'))) {
        return Err(format!("a repository's name is made of a-z, 0-9, `.`, `_`, `-` and `/`, not {c:?}"));
    }
    let is_joint = |joint: &str| matches!(joint, "" | "." | "_" | "__") || joint.bytes().all(|b| b == b'-');
    let is_good =
        |part: &str| part.starts_with(is_word) && part.ends_with(is_word) && part.split(is_word).all(is_joint);
    match repository.split('/').find(|part| !is_good(part)) {
        Some(part) => Err(format!("{part:?} is no part of a repository's name")),
        None => Ok(()),
    }
}

/// The specification's `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
fn check_tag(tag: &str) -> Result<(), String> {
    let is_good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    match tag {
        "" => Err("the tag is missing".into()),
        _ if tag.len() > 128 => Err("a tag has at most 128 characters".into()),
        _ if !tag.chars().all(is_good) || tag.starts_with(['.', '-']) => {
            Err(format!("a tag is made of letters, digits, `_`, `.` and `-`, which {tag:?} is not"))
        }
        _ => Ok(()),
    }
}

fn digest(text: &str) -> Result<OciDigest, Wrong> {
    let wrong = || Wrong::new("a digest is `sha256:` and 64 hexadecimal digits in lower case");
    let hex = text.strip_prefix("sha256:").filter(|hex| hex.len() == 64).ok_or_else(wrong)?;
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(hex.as_bytes().chunks(2)) {
        let digit = |at: usize| match pair[at] {
            digit @ b'0'..=b'9' => Ok(digit - b'0'),
            digit @ b'a'..=b'f' => Ok(digit - b'a' + 10),
            _ => Err(wrong()),
        };
        *byte = digit(0)? << 4 | digit(1)?;
    }
    Ok(OciDigest(digest))
}

/// A reference as a message shows it: without what may be credentials, and longer than other texts, since what is wrong may stand at its end.
fn shown(text: &str) -> String {
    /// A whole digest with a long name before it.
    const LONGEST: usize = 200;
    let text = without_credentials(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

impl fmt::Display for OciPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.registry, self.repository)?;
        match &self.tag {
            Some(tag) => write!(f, ":{tag}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for OciReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.place, self.digest)
    }
}

impl fmt::Display for OciDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for OciPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Debug for OciReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Debug for OciDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for BadReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match &self.0.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for BadReference {}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_reference_is_taken_apart_and_printed_as_it_was() {
        for (place, registry, repository, tag) in [
            ("oci://ghcr.io/acme/plugins/name-plate:1.2.0", "ghcr.io", "acme/plugins/name-plate", Some("1.2.0")),
            ("oci://127.0.0.1:5000/x__y.z", "127.0.0.1:5000", "x__y.z", None),
            ("oci://[::1]:5000/a---b:_x", "[::1]:5000", "a---b", Some("_x")),
            ("oci://[::1]/a", "[::1]", "a", None),
            ("oci://registry/a:v1", "registry", "a", Some("v1")),
        ] {
            let text = format!("{place}@{DIGEST}");
            let reference: OciReference = text.parse().expect(&text);
            let parts = (reference.place().registry(), reference.place().repository(), reference.place().tag());
            assert_eq!(parts, (registry, repository, tag));
            assert_eq!(reference.to_string(), text);
            assert_eq!(place.parse::<OciPlace>().expect(place), *reference.place());
            assert!(place.parse::<OciReference>().is_err() && text.parse::<OciPlace>().is_err());
        }
        let reference: OciReference = format!("oci://GHCR.io/a@{DIGEST}").parse().expect("good");
        assert_eq!(reference.place().registry(), "ghcr.io");
        assert_eq!(reference.digest().bytes()[..2], [0xe3, 0xb0]);
    }

    #[test]
    fn what_is_no_name_of_the_specification_is_refused() {
        for bad in [
            "ghcr.io/a",
            "oci://",
            "oci:///a",
            "oci://ghcr.io",
            "oci://ghcr.io/",
            "oci://ghcr.io/A",
            "oci://ghcr.io/a//b",
            "oci://ghcr.io/-a",
            "oci://ghcr.io/a..b",
            "oci://ghcr.io/a___b",
            "oci://ghcr.io/../a",
            "oci://ghcr.io/a?b",
            "oci://ghcr.io/a:",
            "oci://ghcr.io/a:.x",
            "oci://ghcr.io/a:b:c",
            "oci://ghcr.io:0/a",
            "oci://ghcr.io:/a",
            "oci://ghcr.io:x/a",
            "oci://gh_cr.io/a",
            "oci://[::1/a",
            "oci://[::1]5000/a",
            "oci://[x]/a",
            "oci://ghcr.io/a@sha256:00",
            "oci://ghcr.io/a@sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "oci://ghcr.io/a@sha256:E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "oci://ghcr.io/a@",
        ] {
            assert!(split(bad, bad).is_err(), "{bad}");
        }
        let long = format!("oci://ghcr.io/{}", "a".repeat(256));
        assert!(split(&long, &long).is_err());
    }

    #[test]
    fn a_password_in_it_is_not_told() {
        for bad in ["oci://me:hunter2@ghcr.io/a:1", "oci://me:hunter2@ghcr.io", "me:hunter2@ghcr.io/a"] {
            let told = bad.parse::<OciReference>().expect_err(bad);
            assert!(!format!("{told} {told:?}").contains("hunter2"), "{told}");
        }
    }
}
