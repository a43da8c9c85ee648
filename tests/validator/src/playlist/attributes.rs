//! Attribute lists (rfc8216bis 4.2), each checked against the table of its tag.

use std::time::Duration;

use super::decimal;
use crate::finding::{Line, Notes};
use crate::rule;

/// What a value must look like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Integer,
    Seconds,
    Quoted,
    /// enumerated-string, one of these.
    Word(&'static [&'static str]),
    Resolution,
    /// `"<n>[@<o>]"`.
    Range,
    QuotedOrNone,
}

/// Whether an attribute may be absent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Need {
    Required,
    Optional,
}

/// An attribute that a tag may have.
pub(super) type Field = (&'static str, Kind, Need);

/// A list whose values have the form that their tag demands.
#[derive(Debug)]
pub(super) struct Attributes<'a> {
    list: Vec<(&'a str, &'a str)>,
}

impl<'a> Attributes<'a> {
    /// Reads a list; what is malformed is noted and left out.
    pub(super) fn parse(text: &'a str, fields: &[Field], line: Line, notes: &mut Notes) -> Self {
        let mut list: Vec<(&str, &str)> = Vec::new();
        for (name, value) in split(text, line, notes) {
            let Some((_, kind, _)) = fields.iter().find(|(known, ..)| *known == name) else {
                notes.at(&rule::UNKNOWN_ATTRIBUTE, line, name, "an attribute that the tag has");
                continue;
            };
            if list.iter().any(|(known, _)| *known == name) {
                notes.at(&rule::REPEATED_ATTRIBUTE, line, name, "each attribute once");
            } else if let Some(form) = wrong(*kind, value) {
                notes.at(&rule::MALFORMED_VALUE, line, format!("{name}={value}"), form);
            } else {
                list.push((name, value));
            }
        }
        for (name, _, need) in fields {
            if *need == Need::Required && !list.iter().any(|(known, _)| known == name) {
                notes.at(&rule::MISSING_ATTRIBUTE, line, format!("no (well-formed) {name}"), *name);
            }
        }
        Self { list }
    }

    pub(super) fn word(&self, name: &str) -> Option<&'a str> {
        self.list.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    pub(super) fn integer(&self, name: &str) -> Option<u64> {
        self.word(name).and_then(decimal::integer)
    }

    pub(super) fn seconds(&self, name: &str) -> Option<Duration> {
        self.word(name).and_then(decimal::seconds)
    }

    pub(super) fn quoted(&self, name: &str) -> Option<String> {
        self.word(name).and_then(unquoted).map(Into::into)
    }

    pub(super) fn yes(&self, name: &str) -> bool {
        self.word(name) == Some("YES")
    }

    /// Length and offset.
    pub(super) fn range(&self, name: &str) -> Option<(u64, Option<u64>)> {
        self.word(name).and_then(unquoted).and_then(range)
    }

    pub(super) fn resolution(&self, name: &str) -> Option<(u64, u64)> {
        self.word(name).and_then(resolution)
    }
}

/// `<n>[@<o>]`.
pub(super) fn range(text: &str) -> Option<(u64, Option<u64>)> {
    match text.split_once('@') {
        Some((length, offset)) => Some((decimal::integer(length)?, Some(decimal::integer(offset)?))),
        None => Some((decimal::integer(text)?, None)),
    }
}

fn resolution(text: &str) -> Option<(u64, u64)> {
    let (width, height) = text.split_once('x')?;
    Some((decimal::integer(width)?, decimal::integer(height)?))
}

fn unquoted(value: &str) -> Option<&str> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('"')).then_some(inner)
}

/// What the value should have looked like, if it does not.
fn wrong(kind: Kind, value: &str) -> Option<String> {
    let quoted = unquoted(value);
    let (right, form) = match kind {
        Kind::Integer => (decimal::integer(value).is_some(), "a decimal-integer".into()),
        Kind::Seconds => (decimal::seconds(value).is_some(), "a decimal-floating-point".into()),
        Kind::Quoted => (quoted.is_some(), "a quoted-string".into()),
        Kind::Word(words) => (words.contains(&value), format!("one of {words:?}")),
        Kind::Resolution => (resolution(value).is_some(), "<width>x<height>".into()),
        Kind::Range => (quoted.and_then(range).is_some(), "\"<n>[@<o>]\"".into()),
        Kind::QuotedOrNone => (quoted.is_some() || value == "NONE", "a quoted-string or NONE".into()),
    };
    (!right).then_some(form)
}

/// The pairs of a list; commas within quotes are no separators.
fn split<'a>(text: &'a str, line: Line, notes: &mut Notes) -> Vec<(&'a str, &'a str)> {
    let mut pairs = Vec::new();
    let mut inside = false;
    let fields = text.split(|c| {
        inside ^= c == '"';
        c == ',' && !inside
    });
    for field in fields {
        match field.split_once('=') {
            Some((name, value)) if is_name(name) && !value.is_empty() => pairs.push((name, value)),
            _ => notes.at(&rule::MALFORMED_LIST, line, format!("{field:?}"), "NAME=value, without whitespace"),
        }
    }
    if inside {
        notes.at(&rule::MALFORMED_LIST, line, format!("{text:?}"), "a quote that ends");
    }
    pairs
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
}
