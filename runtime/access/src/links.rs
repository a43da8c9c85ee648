//! Links: what lets whoever has it see one stream, or push to it, until a moment.
//!
//! A link's token is `link.ACTION.UNTIL.SIGNATURE.STREAM`: `UNTIL` in seconds since 1970, `SIGNATURE` the HMAC-SHA256 of the rest in hexadecimal digits. It
//! stands where any token does, so that playlists carry it on, and needs no table: another `server.link_secret` ends all.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use config::Permissions;
use media::StreamName;
use ring::hmac;

use crate::random::{hexadecimal, random};
use crate::{Action, Kind, Person};

const PREFIX: &str = "link.";
/// Before what is signed, so that this key's signatures of anything else are none of these.
const CONTEXT: &str = "framegate link 1\n";

/// The longest that a link may last: a year.
pub const LONGEST_LINK: Duration = Duration::from_secs(365 * 24 * 3600);

/// What a link is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkAction {
    /// To see the stream.
    #[default]
    View,
    /// To push stills to it.
    Publish,
}

impl LinkAction {
    /// As it stands in a link, and in what asks for one.
    pub fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Publish => "publish",
        }
    }

    /// From that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::View, Self::Publish].into_iter().find(|action| action.word() == word)
    }

    /// What whoever makes such a link must be allowed to do.
    pub fn action(self) -> Action {
        match self {
            Self::View => Action::View,
            Self::Publish => Action::Publish,
        }
    }
}

/// What a token that looks like a link's is.
#[derive(Clone, Debug)]
pub enum Link {
    /// Nobody signed it.
    Forged,
    /// It was one, until a moment ago.
    Over,
    /// It lets this one in.
    Good(Person),
}

/// Makes and reads links.
pub struct Links {
    key: hmac::Key,
}

impl Links {
    /// By `server.link_secret`; without one links last until the program ends.
    pub fn new(secret: Option<&str>) -> Self {
        let key = match secret {
            Some(secret) => hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
            None => hmac::Key::new(hmac::HMAC_SHA256, &random::<32>()),
        };
        Self { key }
    }

    /// A link's token.
    pub fn sign(&self, action: LinkAction, stream: &StreamName, until: SystemTime) -> String {
        let until = until.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let action = action.word();
        let signature = hmac::sign(&self.key, signed(action, &until.to_string(), stream.as_str()).as_bytes());
        format!("{PREFIX}{action}.{until}.{}.{stream}", hexadecimal(signature.as_ref()))
    }

    /// What a token is, if it looks like a link's at all.
    pub fn read(&self, token: &str, now: SystemTime) -> Option<Link> {
        let rest = token.strip_prefix(PREFIX)?;
        let mut parts = rest.splitn(4, '.');
        let (Some(action), Some(until), Some(signature), Some(stream)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Some(Link::Forged);
        };
        let signature = bytes(signature);
        let is_ours = signature.is_some_and(|signature| {
            hmac::verify(&self.key, signed(action, until, stream).as_bytes(), &signature).is_ok()
        });
        let (true, Some(action), Ok(seconds)) = (is_ours, LinkAction::from_word(action), until.parse()) else {
            return Some(Link::Forged);
        };
        let until = UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
        let Some(until) = until.filter(|until| *until > now) else {
            return Some(Link::Over);
        };
        let streams = vec![stream.to_owned()];
        let permissions = match action {
            LinkAction::View => Permissions { view: streams, ..Permissions::default() },
            LinkAction::Publish => Permissions { publish: streams, ..Permissions::default() },
        };
        // No user's name has a colon.
        let person = Person::known(Kind::Link, format!("link:{stream}").into(), Arc::new(permissions));
        Some(Link::Good(person.until(until)))
    }
}

fn signed(action: &str, until: &str, stream: &str) -> String {
    format!("{CONTEXT}{action}\n{until}\n{stream}")
}

fn bytes(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_for_one_stream_one_action_and_a_while() {
        let (links, now) = (Links::new(Some("0123456789abcdef0123456789abcdef")), SystemTime::now());
        let (lobby, vault) = ("a.lobby".parse().unwrap(), "vault".parse().unwrap());
        let token = links.sign(LinkAction::View, &lobby, now + Duration::from_secs(60));
        let Some(Link::Good(person)) = links.read(&token, now) else { panic!("{token}") };
        assert_eq!(person.name(), Some("link:a.lobby"));
        assert!(person.lasts_until().is_some_and(|until| until > now && until <= now + Duration::from_secs(60)));
        assert!(person.may(Action::View, Some(&lobby)) && !person.may(Action::View, Some(&vault)));
        assert!(!person.may(Action::Publish, Some(&lobby)) && !person.may(Action::Control, Some(&lobby)));
        assert!(matches!(links.read(&token, now + Duration::from_secs(60)), Some(Link::Over)));
        // The same key signs the same in another process.
        let again = Links::new(Some("0123456789abcdef0123456789abcdef"));
        assert!(matches!(again.read(&token, now), Some(Link::Good(_))));
        assert!(matches!(Links::new(None).read(&token, now), Some(Link::Forged)));
    }

    #[test]
    fn nothing_in_a_link_can_be_changed() {
        let (links, now) = (Links::new(None), SystemTime::now());
        let token = links.sign(LinkAction::View, &"lobby".parse().unwrap(), now + Duration::from_secs(60));
        let until = token.split('.').nth(2).unwrap();
        let later = (until.parse::<u64>().unwrap() + 1).to_string();
        for changed in [
            token.replace("link.view", "link.publish"),
            token.replace(until, &later),
            token.replace(".lobby", ".lobby2"),
            token.replace(".lobby", ".*"),
            token[..token.len() - 1].to_owned(),
            "link.".into(),
            "link.view.1.2".into(),
            "link.view.1.x.lobby".into(),
        ] {
            assert!(matches!(links.read(&changed, now), Some(Link::Forged)), "{changed}");
        }
        assert!(links.read("wall-0123456789abcdef", now).is_none());
    }
}
