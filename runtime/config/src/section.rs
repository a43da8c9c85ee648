//! Reads one table of the file: every key it is asked for, and at the end every key nobody asked for is a mistake.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::document::Document;
use crate::key::Key;
use crate::mistake::{Mistake, Wrong};
use crate::nearest::nearest;
use crate::secret;
use crate::written::Text;

/// A value, and where it stands in the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// What can be read from a single value.
pub(crate) trait Value: Sized {
    /// Reads it, or says the rule that it breaks and what it is.
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong>;
}

impl Value for bool {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let wrong = || Wrong::new(format!("must be true or false, got {}", shown(value)));
        match value.as_str() {
            Some("true" | "false") => Err(wrong().help("write it without quotes")),
            _ => value.as_bool().ok_or_else(wrong),
        }
    }
}

/// `a`, `a or b`, `a, b or c`, in double quotes.
pub(crate) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// A value as a mistake's message names it: short, and nothing secret in it.
pub(crate) fn shown(value: &DeValue<'_>) -> Cow<'static, str> {
    match value {
        DeValue::String(text) => shown_text(text).into(),
        DeValue::Integer(number) => number.to_string().into(),
        DeValue::Float(number) => number.to_string().into(),
        DeValue::Boolean(truth) => truth.to_string().into(),
        DeValue::Datetime(_) => "a date or time".into(),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}

/// Text in double quotes, cut behind 60 characters.
pub(crate) fn shown_text(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = secret::without_credentials(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// What is being read, and the mistakes so far.
pub(crate) struct Reader<'d> {
    pub(crate) document: &'d Document,
    pub(crate) mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    pub(crate) fn add(&mut self, wrong: Wrong, key: &Key<'_>, span: Range<usize>) {
        self.mistakes.push(wrong.at(self.document.place(key.to_string(), span)));
    }

    /// A mistake that is perhaps none if the syntax is mended.
    pub(crate) fn add_following(&mut self, wrong: Wrong, key: &Key<'_>, span: Range<usize>) {
        self.add(wrong, key, span);
        if let Some(mistake) = self.mistakes.last_mut() {
            mistake.follows = true;
        }
    }
}

/// One table that is being read.
pub(crate) struct Section<'r, 'd, 'a> {
    pub(crate) reader: &'r mut Reader<'d>,
    pub(crate) key: &'a Key<'a>,
    table: &'a DeTable<'a>,
    /// Of its header or its braces.
    span: Range<usize>,
    known: Vec<&'static str>,
    /// Keys that must be written and are not, with what they are for.
    missing: Vec<(&'static str, &'static str)>,
}

impl<'r, 'd, 'a> Section<'r, 'd, 'a> {
    /// The table that should stand under a key; it is a mistake if something else does.
    pub(crate) fn open(reader: &'r mut Reader<'d>, key: &'a Key<'a>, value: &'a Spanned<DeValue<'a>>) -> Option<Self> {
        match value.get_ref() {
            DeValue::Table(table) => Some(Self::new(reader, key, table, value.span())),
            other => {
                let wrong = Wrong::new(format!("must be a table, got {}", shown(other)));
                reader.add(wrong, key, value.span());
                None
            }
        }
    }

    pub(crate) fn new(
        reader: &'r mut Reader<'d>,
        key: &'a Key<'a>,
        table: &'a DeTable<'a>,
        span: Range<usize>,
    ) -> Self {
        Self { reader, key, table, span, known: Vec::new(), missing: Vec::new() }
    }

    fn find(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.push(key);
        self.table.get(key)
    }

    /// Whether keys beside these are written, right or wrong.
    pub(crate) fn has_beside(&self, keys: &[&str]) -> bool {
        self.table.keys().any(|key| !keys.contains(&&**key.get_ref()))
    }

    /// The value of a key, if it is written and right.
    pub(crate) fn take<T: Value>(&mut self, key: &'static str) -> Option<At<T>> {
        let value = self.find(key)?;
        match T::read(value.get_ref()) {
            Ok(read) => Some(At { value: read, span: value.span() }),
            Err(wrong) => {
                self.reader.add(wrong, &self.key.of(key), value.span());
                None
            }
        }
    }

    /// The value of a key that must be written; `what` says what for.
    pub(crate) fn require<T: Value>(&mut self, key: &'static str, what: &'static str) -> Option<At<T>> {
        if !self.table.contains_key(key) {
            self.missing.push((key, what));
        }
        self.take(key)
    }

    /// The table of a key, read by its own rules.
    pub(crate) fn table<T>(&mut self, key: &'static str, read: impl FnOnce(Section<'_, 'd, '_>) -> T) -> Option<At<T>> {
        let value = self.find(key)?;
        let path = self.key.of(key);
        let section = Section::open(self.reader, &path, value)?;
        Some(At { value: read(section), span: value.span() })
    }

    /// The tables under a key of names: each name with where it stands, read by its own rules.
    pub(crate) fn named<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&str, Range<usize>, Section<'_, 'd, '_>) -> T,
    ) -> Vec<T> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let path = self.key.of(key);
        let Some(section) = Section::open(self.reader, &path, value) else {
            return Vec::new();
        };
        let mut all = Vec::with_capacity(section.table.len());
        for (name, value) in section.table {
            let path = path.of(name.get_ref());
            if let Some(entry) = Section::open(section.reader, &path, value) {
                all.push(read(name.get_ref(), value.span(), entry));
            }
        }
        all
    }

    /// The tables in the list under a key; with `named` a text in it is one too.
    pub(crate) fn list<T>(
        &mut self,
        key: &'static str,
        hint: &str,
        named: Option<fn(At<Text>) -> T>,
        mut read: impl FnMut(Section<'_, 'd, '_>) -> T,
    ) -> Vec<At<Option<T>>> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let path = self.key.of(key);
        let Some(list) = value.get_ref().as_array() else {
            let wrong = Wrong::new(format!("must be a list of tables, got {}", shown(value.get_ref())));
            self.reader.add(wrong.help(hint), &path, value.span());
            return Vec::new();
        };
        let mut all = Vec::with_capacity(list.len());
        for (index, entry) in list.iter().enumerate() {
            let path = path.at(index);
            let value = match (entry.get_ref(), named) {
                (DeValue::Table(table), _) => Some(read(Section::new(self.reader, &path, table, entry.span()))),
                (DeValue::String(name), Some(named)) => {
                    Some(named(At { value: Text(name.clone().into_owned()), span: entry.span() }))
                }
                (other, _) => {
                    let wrong = Wrong::new(format!("must be a table, got {}", shown(other)));
                    self.reader.add(wrong.help(hint), &path, entry.span());
                    None
                }
            };
            all.push(At { value, span: entry.span() });
        }
        all
    }

    /// The table of a key, or a text that stands for one.
    pub(crate) fn word_or_table<T>(
        &mut self,
        key: &'static str,
        named: impl FnOnce(At<Text>) -> T,
        read: impl FnOnce(Section<'_, 'd, '_>) -> T,
    ) -> Option<At<T>> {
        if let Some(DeValue::String(_)) = self.table.get(key).map(Spanned::get_ref) {
            let word = self.take::<Text>(key)?;
            let span = word.span.clone();
            return Some(At { value: named(word), span });
        }
        self.table(key, read)
    }

    /// The texts in the list under a key; those that are none are mistakes.
    pub(crate) fn texts(&mut self, key: &'static str) -> Vec<At<Text>> {
        self.values(key)
    }

    /// The values in the list under a key, each of which is written as a text; those that are wrong are mistakes.
    pub(crate) fn values<T: Value>(&mut self, key: &'static str) -> Vec<At<T>> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let path = self.key.of(key);
        let Some(list) = value.get_ref().as_array() else {
            let wrong = Wrong::new(format!("must be a list of texts, got {}", shown(value.get_ref())));
            self.reader.add(wrong.help(format!("write it as `{key} = [\"…\"]`")), &path, value.span());
            return Vec::new();
        };
        let mut all = Vec::with_capacity(list.len());
        for (index, entry) in list.iter().enumerate() {
            match T::read(entry.get_ref()) {
                Ok(value) => all.push(At { value, span: entry.span() }),
                Err(wrong) => self.reader.add(wrong, &path.at(index), entry.span()),
            }
        }
        all
    }

    /// The texts of the table under a key, each with its name.
    pub(crate) fn texts_by_name(&mut self, key: &'static str) -> Vec<(String, At<Text>)> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let path = self.key.of(key);
        let Some(section) = Section::open(self.reader, &path, value) else {
            return Vec::new();
        };
        let mut all = Vec::with_capacity(section.table.len());
        for (name, value) in section.table {
            match Text::read(value.get_ref()) {
                Ok(text) => all.push((name.get_ref().clone().into_owned(), At { value: text, span: value.span() })),
                Err(wrong) => section.reader.add(wrong, &path.of(name.get_ref()), value.span()),
            }
        }
        all
    }

    /// Makes a mistake of every key that nobody asked for, and of each that must be written and is not even misspelt. `others` are words that people
    /// write, each with the key that it means here.
    pub(crate) fn finish(mut self, others: &[(&str, &str)]) {
        for key in self.table.keys().filter(|key| !self.known.contains(&&**key.get_ref())) {
            let word: &str = key.get_ref();
            let other = others.iter().find(|(other, _)| *other == word).map(|(_, meant)| *meant);
            let meant = nearest(word, self.known.iter().copied()).or(other);
            let wrong = Wrong::new("there is no such key");
            let wrong = match meant {
                Some(meant) => wrong.nearest(Some(meant)),
                None => wrong.help(format!("there are {}", list(&self.known))),
            };
            self.missing.retain(|(missing, _)| meant != Some(missing));
            self.reader.add(wrong, &self.key.of(word), key.span());
        }
        for (key, what) in self.missing {
            self.reader.add_following(Wrong::new(format!("`{key}` is missing: {what}")), self.key, self.span.clone());
        }
    }
}

fn list(keys: &[&str]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "none".into(),
    }
}
