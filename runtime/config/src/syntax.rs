//! What is wrong with the file as TOML, in our words.

use std::ops::Range;

use toml::de::Error;

use crate::document::Document;
use crate::mistake::{Mistake, Wrong};

/// The mistakes of syntax, at most one for each line: the second is mostly the first one's echo.
pub(crate) fn mistakes(document: &Document, errors: &[Error]) -> Vec<Mistake> {
    let mut found: Vec<Mistake> = errors
        .iter()
        .map(|error| {
            let end = document.text().len();
            let span = error.span().unwrap_or(end..end);
            let (wrong, key) = described(document, error.message(), &span);
            wrong.at(document.place(key, span))
        })
        .collect();
    found.sort_by_key(|mistake| (mistake.place.line, mistake.place.column));
    found.dedup_by_key(|mistake| mistake.place.line);
    // What a section that is written twice has in it was mostly copied with it.
    let headers = headers(document);
    let mut copied_up_to = 0;
    found.retain(|mistake| {
        let is_copied = mistake.message.starts_with(KEY_TWICE) && mistake.place.line < copied_up_to;
        if mistake.message.starts_with(SECTION_TWICE) {
            copied_up_to = next(&headers, mistake.place.line);
        }
        !is_copied
    });
    found
}

const KEY_TWICE: &str = "the key is written twice";
const SECTION_TWICE: &str = "the section is written twice";

/// The lines that begin a section, or look like it.
fn headers(document: &Document) -> Vec<usize> {
    let lines = document.text().lines().enumerate();
    lines.filter(|(_, line)| line.trim_start().starts_with('[')).map(|(index, _)| index + 1).collect()
}

/// The header behind a line.
fn next(headers: &[usize], line: usize) -> usize {
    headers.get(headers.partition_point(|header| *header <= line)).copied().unwrap_or(usize::MAX)
}

/// Takes away what is perhaps only a consequence of broken syntax: what would be resolved by something that could not be read, and everything from
/// a broken line to the next section.
pub(crate) fn without_echoes(document: &Document, syntax: &[Mistake], mistakes: &mut Vec<Mistake>) {
    if syntax.is_empty() {
        return;
    }
    let headers = headers(document);
    mistakes.retain(|mistake| {
        let line = mistake.place.line;
        let before = syntax.partition_point(|broken| broken.place.line <= line);
        let is_echo = before.checked_sub(1).is_some_and(|last| line < next(&headers, syntax[last].place.line));
        !mistake.follows && !is_echo
    });
}

/// Rule and value in our words, and the key where it is known.
fn described(document: &Document, message: &str, span: &Range<usize>) -> (Wrong, String) {
    let before = document.text().get(..span.start).unwrap_or("").trim_end_matches([' ', '\t']);
    let is_missing = span.is_empty() && before.ends_with('=');
    match message {
        "duplicate key" => duplicate(document, span),
        _ if is_missing => (Wrong::new("a value is missing behind `=`"), String::new()),
        message if message.starts_with("string values must be quoted") => {
            (Wrong::new("text must stand in double quotes"), String::new())
        }
        message
            if message.starts_with("invalid basic string, expected")
                || message.starts_with("invalid literal string, expected") =>
        {
            let quote = if message.contains("basic") { "`\"`" } else { "`'`" };
            (Wrong::new(format!("the text has no closing {quote}")), String::new())
        }
        message if message.starts_with("key with no value") => {
            (Wrong::new("a key stands alone: `=` and a value are missing"), String::new())
        }
        message => (Wrong::new(message), String::new()),
    }
}

/// A key or a section that is written twice: which, and where first.
fn duplicate(document: &Document, span: &Range<usize>) -> (Wrong, String) {
    let text = document.text();
    let line = document.line(document.line_of(span.start));
    let word = text.get(span.clone()).unwrap_or("");
    let written = &text[line.clone()];
    let is_header = written.trim_start().starts_with('[');
    let opens_line = text.get(line.start..span.start).is_some_and(|before| before.trim().is_empty());
    let header = |line: &str| line.split('#').next().unwrap_or("").trim().trim_matches(['[', ']']).trim().to_owned();
    let (key, first) = match (is_header, opens_line) {
        (true, _) => {
            let key = header(written);
            let first = text.lines().position(|other| other.trim_start().starts_with('[') && header(other) == key);
            (key, first)
        }
        (false, true) => {
            let section =
                text[..line.start].lines().enumerate().filter(|(_, line)| line.trim_start().starts_with('[')).last();
            let from = section.map_or(0, |(index, _)| index);
            let is_it = |line: &str| line.split('=').next().is_some_and(|key| key.trim() == word);
            let first = text.lines().enumerate().skip(from).find(|(_, line)| is_it(line)).map(|(index, _)| index);
            let prefix = section.map_or(String::new(), |(_, line)| format!("{}.", header(line)));
            (format!("{prefix}{word}"), first)
        }
        (false, false) => (word.to_owned(), None),
    };
    let twice = if is_header { SECTION_TWICE } else { KEY_TWICE };
    let first = first.map(|index| index + 1).filter(|first| *first < document.line_of(span.start));
    let wrong = match first {
        Some(first) => Wrong::new(format!("{twice}, first in line {first}")),
        None => Wrong::new(twice),
    };
    (wrong, key)
}
