use secrecy::SecretString;

use super::Resolver;
use crate::key::Key;
use crate::mistake::Wrong;
use crate::phc;
use crate::resolved::{PasswordHash, People, Permissions, Token, TokenSecret, User};
use crate::section::{At, shown_text};
use crate::written::{self, File, Text};

/// Fewer characters are guessed, by whoever may ask a thousand times a second.
const SHORTEST_TOKEN: usize = 16;
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
fn check_name(name: &str) -> Result<(), Wrong> {
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

/// A token as it is sent: what an address and a header take without escapes (RFC 6750 section 2.1), and long enough.
fn plain(secret: String) -> Result<SecretString, Wrong> {
    let make = "`openssl rand -hex 32` makes one";
    if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Wrong::new("a token is made of ASCII characters without spaces").help(make));
    }
    match secret.len() >= SHORTEST_TOKEN {
        true => Ok(secret.into()),
        false => {
            let rule = format!("a token has at least {SHORTEST_TOKEN} characters, got {}", secret.len());
            Err(Wrong::new(rule).help(make))
        }
    }
}

fn digest(digits: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(digest)
}
