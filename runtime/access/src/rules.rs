use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use config::{Config, LinkSecret, Permissions, TokenSecret};
use ring::{digest, hmac};
use secrecy::{ExposeSecret, SecretString};

use crate::random::random;
use crate::{Admits, Claim, Jwt, Kind, Links, Person, Proxies};

/// Who is known, and what they may: what the file says, made ready to be asked.
pub struct Rules {
    admits: Admits,
    users: BTreeMap<String, User>,
    tokens: Vec<Token>,
    anonymous: Arc<Permissions>,
    jwt: Option<Jwt>,
    links: Links,
    origins: Vec<String>,
    proxies: Proxies,
    /// Made anew with the rules: what it signs is compared, never shown.
    key: hmac::Key,
}

struct User {
    /// Of the password, as a PHC string.
    hash: Arc<str>,
    person: Person,
}

struct Token {
    /// HMAC of the token's SHA-256.
    tag: hmac::Tag,
    person: Person,
}

impl Rules {
    /// What the file says.
    pub fn of(config: &Config) -> Self {
        let people = &config.people;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &random::<32>());
        let users = people.users.iter().map(|(name, user)| {
            let person = Person::known(Kind::User, name.as_str().into(), Arc::new(user.permissions.clone()));
            (name.clone(), User { hash: user.password.expose().into(), person })
        });
        let tokens = people.tokens.iter().map(|(name, token)| {
            let digest = match &token.secret {
                TokenSecret::Plain(secret) => sha256(secret.expose_secret().as_bytes()),
                TokenSecret::Sha256(digest) => *digest,
            };
            let person = Person::known(Kind::Token, name.as_str().into(), Arc::new(token.permissions.clone()));
            Token { tag: hmac::sign(&key, &digest), person }
        });
        Self {
            admits: Admits::of(config),
            users: users.collect(),
            tokens: tokens.collect(),
            jwt: people.jwt.as_ref().map(Jwt::new),
            links: Links::new(config.server.link_secret.as_ref().map(LinkSecret::expose)),
            origins: config.server.cors.clone(),
            proxies: Proxies::new(config.server.trusted_proxies.clone()),
            anonymous: Arc::new(people.anonymous.clone().unwrap_or_default()),
            key,
        }
    }

    /// Who is let in at all.
    pub fn admits(&self) -> Admits {
        self.admits
    }

    /// Proxies whose word is taken for who asked them.
    pub fn proxies(&self) -> &Proxies {
        &self.proxies
    }

    /// Makes and reads links.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// Whose signed tokens are believed, if anybody's are.
    pub fn jwt(&self) -> Option<&Jwt> {
        self.jwt.as_ref()
    }

    /// Whether pages of this origin may read what is served, and open WebSockets: it is written.
    pub fn shares_with(&self, origin: &str) -> bool {
        self.origins.iter().any(|written| written == origin)
    }

    /// Who says nothing of who it is.
    pub fn nobody(&self) -> Person {
        match self.admits {
            Admits::Loopback | Admits::Everybody => Person::anybody(),
            Admits::Known => Person::anonymous(self.anonymous.clone()),
        }
    }

    /// Whose token it is. Takes as long for every one that is none.
    pub fn token(&self, token: &str) -> Option<Person> {
        let digest = sha256(token.as_bytes());
        self.tokens.iter().fold(None, |found, token| {
            let is_it = hmac::verify(&self.key, &digest, token.tag.as_ref()).is_ok();
            if is_it { Some(token.person.clone()) } else { found }
        })
    }

    /// A name with a password, to be checked.
    pub fn claim(&self, name: &str, password: SecretString) -> Claim {
        let known = self.users.get(name).map(|user| (user.hash.clone(), user.person.clone()));
        Claim::new(name, password, known)
    }

    /// A user by name, with a mark that changes with the password: a session that began before has another one.
    pub fn user(&self, name: &str) -> Option<(Person, [u8; 32])> {
        let user = self.users.get(name)?;
        Some((user.person.clone(), sha256(user.hash.as_bytes())))
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { admits, users, tokens, .. } = self;
        write!(f, "{admits:?}, {} users, {} tokens", users.len(), tokens.len())
    }
}

/// The rules that are in force: asked for each request, replaced by a reload. Cloning gives another handle.
#[derive(Clone, Debug)]
pub struct Rulebook(Arc<RwLock<Arc<Rules>>>);

impl Rulebook {
    /// With these to begin with.
    pub fn new(rules: Rules) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(rules))))
    }

    /// Those that are in force now.
    pub fn rules(&self) -> Arc<Rules> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts others in force.
    pub fn put(&self, rules: Rules) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest::digest(&digest::SHA256, bytes).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use config::{People, Server};
    use media::StreamName;

    use super::*;
    use crate::Action;

    fn config() -> Config {
        let view = |pattern: &str| Permissions { view: vec![pattern.into()], ..Permissions::default() };
        let token = |secret, pattern| config::Token { secret, permissions: view(pattern) };
        let tokens = [
            ("wall".to_owned(), token(TokenSecret::Plain("correct-horse-battery".into()), "lobby-*")),
            ("door".to_owned(), token(TokenSecret::Sha256(sha256(b"another-horse-battery")), "door")),
        ];
        Config { people: People { tokens: tokens.into(), ..People::default() }, ..Config::default() }
    }

    #[test]
    fn a_token_is_known_by_its_secret_or_by_its_hash() {
        let rules = Rules::of(&config());
        assert_eq!(rules.token("correct-horse-battery").unwrap().name(), Some("wall"));
        assert_eq!(rules.token("another-horse-battery").unwrap().name(), Some("door"));
        for wrong in ["", "correct-horse-batter", "correct-horse-battery ", "wall"] {
            assert!(rules.token(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn who_says_nothing_may_what_is_written_for_them() {
        let stream: StreamName = "lobby-1".parse().unwrap();
        assert!(!Rules::of(&config()).nobody().may(Action::View, Some(&stream)));
        let mut with_anonymous = config();
        with_anonymous.people.anonymous = Some(Permissions { view: vec!["lobby-1".into()], ..Permissions::default() });
        assert!(Rules::of(&with_anonymous).nobody().may(Action::View, Some(&stream)));
        assert!(!Rules::of(&with_anonymous).nobody().may(Action::Control, Some(&stream)));
        let open = Config { server: Server::default(), ..Config::default() };
        assert!(Rules::of(&open).nobody().may(Action::Control, None));
    }

    #[test]
    fn nothing_that_is_printed_has_a_secret() {
        assert_eq!(format!("{:?}", Rules::of(&config())), "Known, 0 users, 2 tokens");
    }

    #[test]
    fn a_rulebook_has_the_rules_that_were_put_last() {
        let book = Rulebook::new(Rules::of(&Config::default()));
        let other = book.clone();
        assert_eq!(other.rules().admits(), Admits::Loopback);
        book.put(Rules::of(&config()));
        assert_eq!(other.rules().admits(), Admits::Known);
    }
}
