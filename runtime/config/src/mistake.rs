use std::ops::Range;

use media::StreamName;

/// A place in the file, and the key that is written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The whole key, as `streams.lobby.plugins[0].options.text`; empty where there is none.
    pub key: String,
    /// From 1; 0 if what is meant is not in the file.
    pub line: usize,
    /// In characters, from 1; 0 if what is meant is not in the file.
    pub column: usize,
    /// In bytes of the file.
    pub(crate) span: Range<usize>,
}

impl Place {
    /// Something that the file does not say: a key without a line.
    pub(crate) fn nowhere(key: String) -> Self {
        Self { key, line: 0, column: 0, span: 0..0 }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The file cannot be used.
    Mistake,
    /// The file can be used and would be better otherwise.
    Advice,
}

/// One thing to mend. Nothing secret is in any of its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it is.
    pub place: Place,
    /// How bad it is.
    pub severity: Severity,
    /// The rule and the value that breaks it: lower case, no full stop, without the key.
    pub message: String,
    /// The right word that is nearest to the one written.
    pub nearest: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Whether it may be a mere consequence of what could not be read: not told when the syntax is broken.
    pub(crate) follows: bool,
}

impl Mistake {
    /// A mistake at a place: `message` says the rule and the value.
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, severity: Severity::Mistake, message: message.into(), nearest: None, help: None, follows: false }
    }

    /// The same with what to do about it.
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same with the word that was probably meant.
    pub fn nearest(self, nearest: Option<impl Into<String>>) -> Self {
        Self { nearest: nearest.map(Into::into), ..self }
    }

    /// The key inside the section of this stream: empty for the section as a whole, none if it is in another one.
    pub fn key_in(&self, stream: &StreamName) -> Option<&str> {
        let key = self.place.key.strip_prefix("streams.")?;
        // A name with dots is in quotes in a key.
        let rest = key.strip_prefix(stream.as_str()).or_else(|| key.strip_prefix(&*format!("\"{stream}\"")))?;
        match rest.strip_prefix('.') {
            Some(inner) => Some(inner),
            None => (rest.is_empty() || rest.starts_with('[')).then_some(rest),
        }
    }

    /// Key and message.
    pub(crate) fn title(&self) -> String {
        match self.place.key.as_str() {
            "" => self.message.clone(),
            key => format!("`{key}`: {}", self.message),
        }
    }
}

/// The line that a log shows.
impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title())?;
        match &self.nearest {
            Some(word) => write!(f, " (did you mean `{word}`?)"),
            None => Ok(()),
        }
    }
}

/// What is wrong with a value by itself, before anybody knows where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) message: String,
    pub(crate) nearest: Option<String>,
    pub(crate) help: Option<String>,
}

impl Wrong {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), nearest: None, help: None }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(crate) fn nearest(self, nearest: Option<impl Into<String>>) -> Self {
        Self { nearest: nearest.map(Into::into), ..self }
    }

    pub(crate) fn at(self, place: Place) -> Mistake {
        Mistake { nearest: self.nearest, help: self.help, ..Mistake::new(place, self.message) }
    }
}
