//! What a request says of who it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE};
use secrecy::SecretString;

/// The name of the cookie of a session. Its value is made of letters and digits.
pub(crate) const COOKIE_NAME: &str = "framegate_session";

/// What was sent, the first of: the header `Authorization`, the parameter `token`, a cookie. What is sent on purpose goes before what a browser adds.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    /// Nothing.
    None,
    /// RFC 7617.
    Basic { user: String, password: SecretString },
    /// RFC 6750 sections 2.1 and 2.3: players cannot send headers.
    Token(SecretString),
    /// The value of our cookie.
    Session(SecretString),
    /// A scheme that is not spoken here, or what is none.
    Unreadable,
}

impl Credential {
    pub(crate) fn of(headers: &HeaderMap, query: Option<&str>) -> Self {
        if let Some(value) = headers.get(AUTHORIZATION) {
            return value.to_str().map_or(Self::Unreadable, Self::authorization);
        }
        if let Some(token) = token(query) {
            return Self::Token(token.into());
        }
        cookie(headers).map_or(Self::None, |value| Self::Session(value.into()))
    }

    fn authorization(value: &str) -> Self {
        let Some((scheme, rest)) = value.split_once(' ') else {
            return Self::Unreadable;
        };
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return Self::Token(rest.into());
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return Self::Unreadable;
        }
        let pair = STANDARD.decode(rest).ok().and_then(|pair| String::from_utf8(pair).ok());
        match pair.as_deref().and_then(|pair| pair.split_once(':')) {
            Some((user, password)) => Self::Basic { user: user.into(), password: password.into() },
            None => Self::Unreadable,
        }
    }
}

/// The parameter `token`, its escapes read.
pub(crate) fn token(query: Option<&str>) -> Option<String> {
    let mut pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let (_, token) = pairs.find(|(name, _)| *name == "token")?;
    Some(percent_encoding::percent_decode_str(token).decode_utf8_lossy().into_owned())
}

/// The value of our cookie (RFC 6265 section 5.4).
pub(crate) fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use secrecy::ExposeSecret;

    use super::*;

    fn read(headers: &[(&'static str, &str)], query: Option<&str>) -> String {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect();
        match Credential::of(&headers, query) {
            Credential::None => "none".into(),
            Credential::Basic { user, password } => format!("basic {user} {}", password.expose_secret()),
            Credential::Token(token) => format!("token {}", token.expose_secret()),
            Credential::Session(value) => format!("session {}", value.expose_secret()),
            Credential::Unreadable => "unreadable".into(),
        }
    }

    #[test]
    fn what_is_sent_on_purpose_goes_before_a_cookie() {
        let cookie = ("cookie", "a=b; framegate_session=abc; c=d");
        assert_eq!(read(&[], None), "none");
        assert_eq!(read(&[cookie], None), "session abc");
        assert_eq!(read(&[cookie], Some("fps=5&token=a%2Bb")), "token a+b");
        assert_eq!(read(&[cookie], Some("tokens=abc")), "session abc");
        assert_eq!(read(&[cookie, ("authorization", "bearer  xyz")], Some("token=a")), "token xyz");
        assert_eq!(read(&[("authorization", "Basic YW5uYTpob3I6c2U=")], None), "basic anna hor:se");
    }

    #[test]
    fn what_cannot_be_read_is_nobody() {
        for value in ["", "Basic", "Basic !", "Basic YW5uYQ==", "Digest a=b", "xyz"] {
            assert_eq!(read(&[("authorization", value)], None), "unreadable", "{value}");
        }
    }

    #[test]
    fn nothing_that_is_printed_has_a_secret() {
        let headers = [(AUTHORIZATION, HeaderValue::from_static("Bearer hunter2"))].into_iter().collect();
        assert!(!format!("{:?}", Credential::of(&headers, None)).contains("hunter2"));
    }
}
