use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::mistake::Place;

/// The text of one file, and where its lines begin.
#[derive(Debug)]
pub(crate) struct Document {
    path: PathBuf,
    text: String,
    /// Byte offsets at which lines begin; made with the first mistake, for a good file never asks.
    lines: OnceLock<Vec<usize>>,
}

impl Document {
    pub(crate) fn new(path: &Path, text: String) -> Self {
        Self { path: path.into(), text, lines: OnceLock::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The folder that relative paths in the file start at.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect()
        })
    }

    /// The number of the line, from 1, in which a byte lies.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.lines().partition_point(|start| *start <= offset)
    }

    /// Where a line, counted from 1, stands in the text, without its end; empty behind the last one.
    pub(crate) fn line(&self, number: usize) -> Range<usize> {
        let starts = self.lines();
        let Some(start) = number.checked_sub(1).and_then(|index| starts.get(index)).copied() else {
            return self.text.len()..self.text.len();
        };
        let end = starts.get(number).map_or(self.text.len(), |next| next - 1);
        start..start + self.text[start..end].trim_end_matches('\r').len()
    }

    /// A place in the file. What lies outside the text is moved to its end.
    pub(crate) fn place(&self, key: String, span: Range<usize>) -> Place {
        let start = self.text.floor_char_boundary(span.start.min(self.text.len()));
        let end = self.text.floor_char_boundary(span.end.clamp(start, self.text.len()));
        let line = self.line_of(start);
        let before = &self.text[self.line(line).start.min(start)..start];
        let column = before.trim_start_matches('\u{feff}').chars().count() + 1;
        Place { key, line, column, span: start..end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_counted_from_one_and_in_characters() {
        let document = Document::new(Path::new("etc/streams.toml"), "a = 1\r\nä = \"ö\" # x\n".into());
        let at = document.text().find("\"ö").expect("it is there");
        let place = document.place("ä".into(), at..at + 4);
        assert_eq!((place.line, place.column), (2, 5));
        assert_eq!(&document.text()[document.line(1)], "a = 1");
        assert_eq!(document.place(String::new(), 900..901).line, 3);
        assert_eq!(document.folder(), Path::new("etc"));
    }
}
