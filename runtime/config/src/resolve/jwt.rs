use url::{Host, Url};

use super::Resolver;
use crate::key::Key;
use crate::mistake::{Mistake, Severity, Wrong};
use crate::resolved::{Defaults, Jwks, Jwt, Signing};
use crate::section::{At, shown_text};
use crate::written::{self, File, Text};

impl Resolver<'_, '_, '_> {
    /// `[access.jwt]`.
    pub(super) fn jwt(&mut self, file: &File) -> Option<Jwt> {
        let At { value: access, span } = file.access.as_ref()?;
        let key = Key::Root.of("access");
        let Some(At { value: written, span }) = &access.jwt else {
            let wrong = Wrong::new("there is nothing in it").help("`[access.jwt]` says whose tokens are believed");
            self.reader.add_following(wrong, &key, span.clone());
            return None;
        };
        let key = key.of("jwt");
        let jwks = self.jwks(written.jwks.as_ref(), &key.of("jwks"));
        let issuer = self.claimed(written.issuer.as_ref(), &key.of("issuer"));
        let audience = self.claimed(written.audience.as_ref(), &key.of("audience"));
        let claim = self.claimed(written.claim.as_ref(), &key.of("claim"));
        if written.audience.is_none() {
            let place = self.reader.document.place(key.to_string(), span.clone());
            let advice = Mistake::new(place, "tokens that the provider makes for other programs are taken too")
                .help("`audience` says what must be in the `aud` of those for this one (RFC 8725, section 3.9)");
            self.advice.push(Mistake { severity: Severity::Advice, ..advice });
        }
        Some(Jwt {
            jwks: jwks?,
            issuer,
            audience,
            algorithms: algorithms(written),
            leeway: written.leeway.as_ref().map_or(Defaults::LEEWAY, |at| at.value.0),
            claim: claim.unwrap_or_else(|| Defaults::CLAIM.to_owned()),
            refresh: written.refresh.as_ref().map_or(Defaults::REFRESH, |at| at.value.0),
        })
    }

    fn jwks(&mut self, text: Option<&At<Text>>, key: &Key<'_>) -> Option<Jwks> {
        let expanded = self.expanded(text, key)?;
        let At { value: Text(written), span } = text?;
        let checked = match expanded.contains("://") {
            true => address(&expanded, written).map(Jwks::Address),
            false => self.key_file(&expanded),
        };
        self.check(checked, key, span)
    }

    /// A file that has keys now; it is read again when they are fetched.
    fn key_file(&self, path: &str) -> Result<Jwks, Wrong> {
        let path = self.reader.document.folder().join(path);
        let text = self.known.environment.secret(&path).map_err(|error| {
            Wrong::new(format!("the file cannot be read: {error}")).help("or is it an address? write it with https://")
        })?;
        let set = serde_json::from_str::<serde_json::Value>(&text);
        match set.is_ok_and(|set| set["keys"].is_array()) {
            true => Ok(Jwks::File(path)),
            false => Err(Wrong::new("the file must be a JSON Web Key Set: `{\"keys\": [...]}`, of at most 64 kB")),
        }
    }

    /// What stands in a claim, or names one.
    fn claimed(&mut self, text: Option<&At<Text>>, key: &Key<'_>) -> Option<String> {
        let expanded = self.expanded(text, key)?;
        let checked = match expanded.is_empty() {
            true => Err(Wrong::new("must not be empty")),
            false => Ok(expanded),
        };
        self.check(checked, key, &text?.span)
    }
}

fn algorithms(written: &written::Jwt) -> Vec<Signing> {
    let mut algorithms: Vec<_> = written.algorithms.iter().map(|at| at.value.0).collect();
    if algorithms.is_empty() {
        algorithms.extend(Signing::USUAL);
    }
    algorithms.sort();
    algorithms.dedup();
    algorithms
}

/// Whoever changes the keys on their way lets in whom they like: TLS, or this machine.
fn address(text: &str, written: &str) -> Result<String, Wrong> {
    let wrong = |rule: &str| Wrong::new(format!("{rule}, got {}", shown_text(written)));
    let rule = "must be an https:// address, or a file";
    let url = Url::parse(text).map_err(|_| wrong(rule))?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.to_canonical().is_loopback(),
        None => return Err(wrong(rule)),
    };
    match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => {
            Err(wrong("must hold no user and no password: keys are public"))
        }
        "https" => Ok(url.into()),
        "http" if is_here => Ok(url.into()),
        "http" => Err(wrong("must be https://: whoever changes keys on their way lets in whom they like")
            .help("http:// is for this machine alone")),
        _ => Err(wrong(rule)),
    }
}
