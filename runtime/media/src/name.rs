use std::borrow::{Borrow, Cow};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The name of a stream: `[A-Za-z0-9_.~-]{1,64}`, which is what a path segment of a URL may hold unescaped (RFC 3986, section 2.3).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamName(Arc<str>);

/// A name that is none, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing, or more than 64 bytes.
    #[error("a stream's name has 1 to 64 characters, got {0}")]
    Length(usize),
    /// A character that a URL would have to escape.
    #[error("a stream's name is made of letters, digits, `_`, `.`, `~` and `-`, got {0:?}")]
    Character(char),
    /// `.` and `..` mean a folder in a URL.
    #[error("`.` and `..` are no names of streams")]
    Dots,
}

impl StreamName {
    /// The longest name in bytes.
    pub const MAX_LENGTH: usize = 64;
    /// The same as a regular expression (ECMA-262), for schemas.
    pub const PATTERN: &str = r"^(?!\.\.?$)[A-Za-z0-9_.~-]{1,64}$";

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StreamName {
    type Err = BadName;

    fn from_str(name: &str) -> Result<Self, BadName> {
        if name.is_empty() || name.len() > Self::MAX_LENGTH {
            return Err(BadName::Length(name.chars().count()));
        }
        match name.chars().find(|c| !(c.is_ascii_alphanumeric() || "_.~-".contains(*c))) {
            Some(c) => Err(BadName::Character(c)),
            None if name == "." || name == ".." => Err(BadName::Dots),
            None => Ok(Self(name.into())),
        }
    }
}

impl Borrow<str> for StreamName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl serde::Serialize for StreamName {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl schemars::JsonSchema for StreamName {
    fn schema_name() -> Cow<'static, str> {
        "StreamName".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": Self::PATTERN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_path_segments() {
        for good in ["lobby", "a", "Cam_1.main~x-2", &"x".repeat(64)] {
            assert!(good.parse::<StreamName>().is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a b", "ä", "a%20", &"x".repeat(65)] {
            assert!(bad.parse::<StreamName>().is_err(), "{bad}");
        }
    }
}
