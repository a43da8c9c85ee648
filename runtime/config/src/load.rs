use std::path::Path;
use std::sync::Arc;

use toml::de::DeTable;

use crate::document::Document;
use crate::environment::Environment;
use crate::mistake::{Mistake, Wrong};
use crate::places::Places;
use crate::report::Report;
use crate::resolve::{self, Author, Trust};
use crate::resolved::Config;
use crate::section::Reader;
use crate::syntax;
use crate::written::File;

/// What the file may refer to that is not in it.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The plugins that come with the program.
    pub bundled: &'a [&'a str],
    /// Where `${VARIABLE}` and `file:` come from.
    pub environment: &'a dyn Environment,
}

/// A file without mistakes.
#[derive(Clone)]
pub struct Loaded {
    /// What it means.
    pub config: Config,
    /// Where everything stands in it.
    pub places: Places,
    /// What would be better otherwise; mostly empty.
    pub advice: Report,
}

/// Reads a file; every mistake in it is in the report. Relative paths in it start at its folder.
pub fn load(path: &Path, known: &Known<'_>) -> Result<Loaded, Report> {
    let bytes = std::fs::read(path).map_err(|error| {
        let wrong = match error.kind() {
            std::io::ErrorKind::NotFound => {
                Wrong::new("there is no such file").help("write one, or name another: `framegate run FILE`")
            }
            _ => Wrong::new(format!("the file cannot be read: {error}")),
        };
        let document = Arc::new(Document::new(path, String::new()));
        Report::new(document, vec![wrong.at(crate::mistake::Place::nowhere(String::new()))])
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => read(path, text, known),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            // What stands before the first bad byte is the same in both, and so are its line and column.
            let document = Document::new(path, String::from_utf8_lossy(error.as_bytes()).into_owned());
            let mistake =
                Wrong::new("the file must be UTF-8, and here it is not").at(document.place(String::new(), at..at + 1));
            Err(Report::new(Arc::new(document), vec![mistake]))
        }
    }
}

/// Reads the text of a file that is said to be at `path`.
pub fn read(path: &Path, text: String, known: &Known<'_>) -> Result<Loaded, Report> {
    let document = Arc::new(Document::new(path, text));
    let places = Places::new(Arc::clone(&document));
    let (table, errors) = DeTable::parse_recoverable(document.text());
    let mut reader = Reader { document: &document, mistakes: Vec::new() };
    let written = File::read(&mut reader, &table);
    let declared = written.plugins.iter().map(|plugin| plugin.name.clone()).collect();
    let resolved = resolve::resolve(
        &written,
        &mut reader,
        &places,
        known,
        Author { trust: Trust::Machine, declared, scratch: None },
    );
    let mut mistakes = reader.mistakes;
    let broken = syntax::mistakes(&document, &errors);
    let mut advice = resolved.advice;
    syntax::without_echoes(&document, &broken, &mut mistakes);
    syntax::without_echoes(&document, &broken, &mut advice);
    mistakes.extend(broken);
    let advice = Report::new(Arc::clone(&document), advice);
    match mistakes.is_empty() {
        true => Ok(Loaded { config: resolved.config, places, advice }),
        false => {
            mistakes.extend_from_slice(advice.mistakes());
            Err(Report::new(document, mistakes))
        }
    }
}

impl Loaded {
    /// The report of mistakes that rooms below found: a plugin's options, a component that is not there.
    pub fn report(&self, mistakes: Vec<Mistake>) -> Report {
        Report::new(Arc::clone(self.places.document()), mistakes)
    }
}
