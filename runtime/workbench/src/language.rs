use std::fmt;
use std::str::FromStr;

use crate::Error;

/// What a plugin is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Rust, by cargo for `wasm32-wasip2`.
    Rust,
    /// C, by clang with wasi-libc, or by zig.
    C,
    /// JavaScript, by componentize-js.
    JavaScript,
    /// Python, by componentize-py.
    Python,
    /// Go, by the stock compiler.
    Go,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Rust, Self::C, Self::JavaScript, Self::Python, Self::Go];

    /// The word that the command line and the templates' folders say.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
            Self::JavaScript => "js",
            Self::Python => "python",
            Self::Go => "go",
        }
    }

    /// Its name, as people write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::C => "C",
            Self::JavaScript => "JavaScript",
            Self::Python => "Python",
            Self::Go => "Go",
        }
    }

    /// The file by which a project of this language is known: the one that its own tools look for, too.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::C => "plugin.c",
            Self::JavaScript => "package.json",
            Self::Python => "plugin.py",
            Self::Go => "go.mod",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Language {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|language| language.word() == word).ok_or_else(|| Error::Word {
            what: "language",
            got: word.to_owned(),
            known: list(Self::ALL.map(Self::word)),
        })
    }
}

/// Words as a list for people.
pub(crate) fn list<const N: usize>(words: [&str; N]) -> String {
    words.join(", ")
}
