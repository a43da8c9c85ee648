//! What a check says: the rule, where, what was found and what it should be.

use std::fmt;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A SHOULD, or something that a player copes with: look at it.
    Advice,
    /// A MUST was broken: some player will fail.
    Error,
}

/// One demand of a specification, or of this project; all are in [`crate::rule::ALL`].
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, as the constant is called.
    pub name: &'static str,
    /// How much it weighs when it is broken.
    pub severity: Severity,
    /// The document and section that states it.
    pub section: &'static str,
    /// What it demands, in a sentence.
    pub demands: &'static str,
}

/// A line of a playlist, from 1; 0 says none.
///
/// All are equal: where something is written is no part of what is written, and playlists are compared by what they say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Line(pub usize);

impl PartialEq for Line {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Line {}

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The playlist or segment.
    pub uri: String,
    /// The line, in a playlist.
    pub line: Option<usize>,
}

/// A rule that something breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Where.
    pub place: Place,
    /// What is there.
    pub found: String,
    /// What should be there.
    pub expected: String,
}

impl Finding {
    /// Whether it is more than advice.
    pub fn is_error(&self) -> bool {
        self.rule.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.is_error() { "error" } else { "advice" };
        write!(f, "{severity} {} ({}) in {}", self.rule.name, self.rule.section, self.place.uri)?;
        if let Some(line) = self.place.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": found {}, should be {}", self.found, self.expected)
    }
}

/// Findings about one URI, as they are gathered.
#[derive(Debug)]
pub(crate) struct Notes {
    uri: String,
    pub(crate) list: Vec<Finding>,
}

impl Notes {
    pub(crate) fn new(uri: &str) -> Self {
        Self { uri: uri.into(), list: Vec::new() }
    }

    /// About a line of a playlist.
    pub(crate) fn at(
        &mut self,
        rule: &'static Rule,
        line: Line,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        let line = (line.0 > 0).then_some(line.0);
        let place = Place { uri: self.uri.clone(), line };
        self.list.push(Finding { rule, place, found: found.into(), expected: expected.into() });
    }

    /// About the whole, or about bytes.
    pub(crate) fn add(&mut self, rule: &'static Rule, found: impl Into<String>, expected: impl Into<String>) {
        self.at(rule, Line(0), found, expected);
    }
}
