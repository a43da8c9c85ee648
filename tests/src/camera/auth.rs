//! Basic (RFC 7617) and Digest with MD5 (RFC 2069, RFC 7616), the server's side.

use std::collections::HashMap;

use base64::prelude::{BASE64_STANDARD, Engine};
use md5::{Digest, Md5};

use crate::camera::script::{Auth, Scheme};

const REALM: &str = "scripted camera";

/// The doorkeeper of one connection.
#[derive(Debug)]
pub(crate) struct Door {
    auth: Auth,
    nonce: u32,
    /// Set when the nonce was changed: the next refusal says so.
    stale: bool,
}

impl Door {
    pub(crate) fn new(auth: Auth, nonce: u32) -> Self {
        Self { auth, nonce, stale: false }
    }

    /// The nonce that clients know is no longer taken.
    pub(crate) fn change_nonce(&mut self) {
        self.nonce = self.nonce.wrapping_mul(0x9e37_79b9).wrapping_add(1);
        self.stale = true;
    }

    /// `WWW-Authenticate`.
    pub(crate) fn challenge(&self) -> String {
        let nonce = format!("{:08x}", self.nonce);
        let stale = if self.stale { ", stale=true" } else { "" };
        match self.auth.scheme {
            Scheme::Basic => format!("Basic realm=\"{REALM}\""),
            Scheme::Digest => format!("Digest realm=\"{REALM}\", nonce=\"{nonce}\"{stale}"),
            Scheme::DigestQop => {
                format!("Digest realm=\"{REALM}\", nonce=\"{nonce}\", qop=\"auth\", algorithm=MD5{stale}")
            }
        }
    }

    /// Whether `Authorization` opens.
    pub(crate) fn opens(&self, method: &str, authorization: Option<&str>) -> bool {
        let Some((scheme, rest)) = authorization.and_then(|header| header.split_once(' ')) else {
            return false;
        };
        let Auth { username, password, .. } = &self.auth;
        if self.auth.scheme == Scheme::Basic {
            return scheme.eq_ignore_ascii_case("Basic")
                && rest.trim() == BASE64_STANDARD.encode(format!("{username}:{password}"));
        }
        let given = parameters(rest);
        let value = |key: &str| given.get(key).map_or("", String::as_str);
        let nonce = format!("{:08x}", self.nonce);
        let secret = hash(&format!("{username}:{REALM}:{password}"));
        let request = hash(&format!("{method}:{}", value("uri")));
        let expected = match self.auth.scheme {
            Scheme::DigestQop => {
                hash(&format!("{secret}:{nonce}:{}:{}:{}:{request}", value("nc"), value("cnonce"), value("qop")))
            }
            _ => hash(&format!("{secret}:{nonce}:{request}")),
        };
        scheme.eq_ignore_ascii_case("Digest") && value("username") == username && value("response") == expected
    }
}

fn hash(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `key="value", key=value …` (RFC 9110, section 11.2).
fn parameters(text: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let mut rest = text;
    while let Some((key, behind)) = rest.split_once('=') {
        let (value, next) = match behind.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => behind.split_once(',').unwrap_or((behind, "")),
        };
        found.insert(key.trim_matches([' ', ',']).to_ascii_lowercase(), value.trim().to_owned());
        rest = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_of_rfc_2069_opens_and_an_old_nonce_does_not() {
        let auth = Auth { scheme: Scheme::Digest, username: "admin".into(), password: "pa:ss word".into() };
        let mut door = Door::new(auth, 7);
        let response =
            hash(&format!("{}:00000007:{}", hash("admin:scripted camera:pa:ss word"), hash("DESCRIBE:rtsp://h/cam")));
        let header = format!(
            "Digest username=\"admin\", realm=\"scripted camera\", nonce=\"00000007\", uri=\"rtsp://h/cam\", response=\"{response}\""
        );
        assert!(door.opens("DESCRIBE", Some(&header)));
        assert!(!door.opens("SETUP", Some(&header)) && !door.opens("DESCRIBE", None));
        door.change_nonce();
        assert!(!door.opens("DESCRIBE", Some(&header)));
        assert!(door.challenge().ends_with("stale=true"));
    }
}
