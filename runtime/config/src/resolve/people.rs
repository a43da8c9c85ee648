use secrecy::SecretString;

use super::Resolver;
use crate::key::Key;
use crate::mistake::Wrong;
use crate::phc;
use crate::resolved::{BadNetwork, LinkSecret, Network, PasswordHash, People, Permissions, Token, TokenSecret, User};
use crate::section::{At, shown_text};
use crate::written::{self, File, Text, digest};

/// Fewer characters are guessed, by whoever may ask a thousand times a second.
const SHORTEST_TOKEN: usize = 16;
/// As much as an HMAC-SHA256 has.
const SHORTEST_LINK_SECRET: usize = 32;
const SHA256: &str = "sha256:";

impl Resolver<'_, '_, '_> {
    pub(super) fn people(&mut self, file: &File) -> People {
        let mut people = People::default();
        let root = Key::Root.of("users");
        for written in &file.users {
            let key = root.of(&written.name);
            let (name, section) = (check_name(&written.name), &written.section);
            self.check(name, &key, &written.span);
            let password = self.password(section.password.as_ref(), &key.of("password"));
            let permissions = self.permissions(&key, &written.span, &section.permissions);
            if let Some(password) = password {
                people.users.insert(written.name.clone(), User { password, permissions });
            }
        }
        let root = Key::Root.of("tokens");
        for written in &file.tokens {
            let key = root.of(&written.name);
            let (name, section) = (check_name(&written.name), &written.section);
            self.check(name, &key, &written.span);
            let secret = self.token(section.secret.as_ref(), &key.of("secret"));
            let permissions = self.permissions(&key, &written.span, &section.permissions);
            if let Some(secret) = secret {
                people.tokens.insert(written.name.clone(), Token { secret, permissions });
            }
        }
        people.anonymous = file.anonymous.as_ref().map(|At { value, span }| {
            let key = Key::Root.of("anonymous");
            self.permissions(&key, span, value)
        });
        people.jwt = self.jwt(file);
        people
    }

    fn password(&mut self, text: Option<&At<Text>>, key: &Key<'_>) -> Option<PasswordHash> {
        let hash = self.secret(text, key)?;
        // What stands there instead is not shown: it may be the password itself.
        let checked = phc::check(&hash)
            .map_err(|rule| Wrong::new(rule).help("`framegate user hash` asks for a password and prints this line"));
        self.check(checked, key, &text?.span)?;
        Some(PasswordHash(hash.into()))
    }

    fn token(&mut self, text: Option<&At<Text>>, key: &Key<'_>) -> Option<TokenSecret> {
        let secret = self.secret(text, key)?;
        let checked = match secret.strip_prefix(SHA256) {
            Some(digits) => digest(digits).map(TokenSecret::Sha256).ok_or_else(|| {
                Wrong::new(format!("behind `{SHA256}` must be the 64 hexadecimal digits of a hash"))
                    .help("`printf %s \"$TOKEN\" | sha256sum` prints them")
            }),
            None => plain(secret).map(TokenSecret::Plain),
        };
        self.check(checked, key, &text?.span)
    }

    pub(super) fn link_secret(&mut self, text: Option<&At<Text>>) -> Option<LinkSecret> {
        let key = Key::Root.of("server");
        let key = key.of("link_secret");
        let secret = self.secret(text, &key)?;
        let checked = match secret.len() >= SHORTEST_LINK_SECRET {
            true => Ok(LinkSecret(secret.into())),
            false => {
                Err(Wrong::new(format!("must have at least {SHORTEST_LINK_SECRET} characters, got {}", secret.len()))
                    .help("`openssl rand -hex 32` makes one"))
            }
        };
        self.check(checked, &key, &text?.span)
    }

    pub(super) fn networks(&mut self, written: &[At<Text>]) -> Vec<Network> {
        let key = Key::Root.of("server");
        let key = key.of("trusted_proxies");
        let mut networks = Vec::new();
        for (index, at) in written.iter().enumerate() {
            let key = key.at(index);
            let Some(text) = self.expanded(Some(at), &key) else { continue };
            let wrong = |bad: BadNetwork| Wrong::new(format!("{bad}, got {}", shown_text(&at.value.0)));
            networks.extend(self.check(text.parse::<Network>().map_err(wrong), &key, &at.span));
        }
        networks
    }

    pub(super) fn origins(&mut self, written: &[At<Text>]) -> Vec<String> {
        let key = Key::Root.of("server");
        let key = key.of("cors");
        let each = written.iter().enumerate();
        each.filter_map(|(index, At { value: Text(text), span })| self.check(origin(text), &key.at(index), span))
            .collect()
    }

    fn permissions(
        &mut self,
        key: &Key<'_>,
        span: &std::ops::Range<usize>,
        written: &written::Permissions,
    ) -> Permissions {
        let mut patterns = |word: &'static str, all: &[At<Text>]| -> Vec<String> {
            let key = key.of(word);
            let each = all.iter().enumerate();
            each.filter_map(|(index, At { value: Text(text), span })| self.check(pattern(text), &key.at(index), span))
                .collect()
        };
        let permissions = Permissions {
            view: patterns("view", &written.view),
            publish: patterns("publish", &written.publish),
            control: patterns("control", &written.control),
            metrics: patterns("metrics", &written.metrics),
        };
        if written.are_missing {
            let wrong = Wrong::new("nothing is allowed: `view`, `publish`, `control` or `metrics` is missing");
            self.reader.add_following(wrong.help("such as `view = [\"*\"]`, to watch every stream"), key, span.clone());
        }
        permissions
    }
}

/// What stands in `Authorization: Basic` before the colon, and in logs: names of streams, and addresses of mail.
pub(crate) fn check_name(name: &str) -> Result<(), Wrong> {
    let is_one = |c: char| c.is_ascii_alphanumeric() || "_.~-@+".contains(c);
    match name.chars().find(|c| !is_one(*c)) {
        Some(c) => {
            Err(Wrong::new(format!("a name is made of letters, digits, `_`, `.`, `~`, `-`, `@` and `+`, got {c:?}")))
        }
        None if (1..=64).contains(&name.len()) => Ok(()),
        None => Err(Wrong::new(format!("a name has 1 to 64 characters, got {}", name.len()))),
    }
}

fn pattern(text: &str) -> Result<String, Wrong> {
    let is_one = |c: char| c.is_ascii_alphanumeric() || "_.~-*".contains(c);
    match !text.is_empty() && text.len() <= 64 && text.chars().all(is_one) {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new(format!(
            "must be the name of a stream, or a pattern with `*` such as \"lobby-*\", got {}",
            shown_text(text)
        ))),
    }
}

/// As a browser writes it (RFC 6454 section 6.1): in lower case, without a path and without the port that the scheme implies.
fn origin(text: &str) -> Result<String, Wrong> {
    let wrong = || Wrong::new(format!("must be an origin such as \"https://site.example\", got {}", shown_text(text)));
    if text == "*" {
        return Err(
            wrong().help("name the sites: pages of all others would read the cameras through whoever opens them")
        );
    }
    let parsed = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let right = parsed.ok_or_else(wrong)?.origin().ascii_serialization();
    match right == text {
        true => Ok(right),
        false => Err(wrong().nearest(Some(format!("\"{right}\"")))),
    }
}

/// A token as it is sent: what an address and a header take without escapes (RFC 6750 section 2.1), and long enough.
fn plain(secret: String) -> Result<SecretString, Wrong> {
    let make = "`openssl rand -hex 32` makes one";
    if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Wrong::new("a token is made of ASCII characters without spaces").help(make));
    }
    if secret.starts_with("link.") {
        return Err(Wrong::new("`link.` begins the tokens of links, and no other").help(make));
    }
    match secret.len() >= SHORTEST_TOKEN {
        true => Ok(secret.into()),
        false => {
            let rule = format!("a token has at least {SHORTEST_TOKEN} characters, got {}", secret.len());
            Err(Wrong::new(rule).help(make))
        }
    }
}
