use super::Resolver;
use crate::key::Key;
use crate::mistake::Wrong;
use crate::resolved::{Log, LogFile};
use crate::section::{At, shown_text};
use crate::written;

/// How many files are kept if nobody says.
const USUAL_KEEP: u32 = 7;
const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

impl Resolver<'_, '_, '_> {
    /// `[log]`.
    pub(super) fn log(&mut self, written: Option<&At<written::Log>>) -> Log {
        let mut log = Log::default();
        let Some(At { value: written, .. }) = written else { return log };
        let key = Key::Root.of("log");
        if let Some(At { value, span }) = &written.level
            && let Some(level) = self.check(level(&value.0), &key.of("level"), span)
        {
            log.level = level;
        }
        log.format = written.format.as_ref().map(|at| at.value.0).unwrap_or_default();
        let folder = self.reader.document.folder().to_owned();
        let path = self.expanded(written.file.as_ref(), &key.of("file"));
        log.file = path.filter(|path| !path.is_empty()).map(|path| LogFile {
            path: folder.join(path),
            rotation: written.rotate.as_ref().map(|at| at.value.0).unwrap_or_default(),
            max_size: written.max_size.as_ref().map(|at| at.value.0),
            keep: written.keep.as_ref().map_or(USUAL_KEEP, |at| at.value.0),
        });
        log
    }
}

/// A level, or several with a target each, `,` between.
fn level(text: &str) -> Result<String, Wrong> {
    let is_level = |word: &str| LEVELS.contains(&word.to_lowercase().as_str());
    let is_one = |part: &str| match part.trim().split_once('=') {
        Some((target, word)) => !target.is_empty() && !target.contains(char::is_whitespace) && is_level(word),
        None => is_level(part.trim()),
    };
    match text.split(',').all(is_one) {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new(format!("must be a level, or levels by target, got {}", shown_text(text)))
            .help("`info`, `debug`, or `info,framegate_stream=debug`")),
    }
}
