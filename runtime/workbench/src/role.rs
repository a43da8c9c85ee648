use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::language::list;

/// What a plugin is for; its world in `wit/roles.wit` has the same word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Looks at pictures.
    Analyzer,
    /// Changes pictures.
    Filter,
    /// Fetches something from time to time.
    Poller,
    /// Takes events to somewhere else.
    EventSink,
    /// Chooses how stills are made for a viewer.
    FormatPolicy,
    /// Allows or refuses requests.
    AccessPolicy,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Analyzer, Self::Filter, Self::Poller, Self::EventSink, Self::FormatPolicy, Self::AccessPolicy];

    /// The word that the command line and the world say.
    pub fn word(self) -> &'static str {
        match self {
            Self::Analyzer => "analyzer",
            Self::Filter => "filter",
            Self::Poller => "poller",
            Self::EventSink => "event-sink",
            Self::FormatPolicy => "format-policy",
            Self::AccessPolicy => "access-policy",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Role {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|role| role.word() == word).ok_or_else(|| Error::Word {
            what: "role",
            got: word.to_owned(),
            known: list(Self::ALL.map(Self::word)),
        })
    }
}
