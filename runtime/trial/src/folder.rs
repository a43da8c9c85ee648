use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use codec::Picture;
use serde::Serialize;

use crate::report::{Seen, Told};
use crate::{Error, Report, expect};

/// Where a trial leaves what can be looked at:
///
/// ```text
/// pictures/00042-before.png, pictures/00042-after.png   some of the pictures, before and behind the plugin
/// pictures.jsonl, events.jsonl                          a line for each picture and event
/// report.json                                           the table, for programs
/// expect.toml                                           what came of it, as what may be expected the next time
/// ```
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// How many pictures are kept as PNGs.
    keep: u64,
    /// How many there are.
    of: u64,
    lines: Option<Lines>,
}

#[derive(Debug)]
struct Lines {
    pictures: BufWriter<File>,
    events: BufWriter<File>,
}

const PICTURES: &str = "pictures";

impl Folder {
    /// A folder that may be there; at most `keep` pictures are kept in it, evenly spread over all.
    pub fn new(path: &Path, keep: u64) -> Self {
        Self { path: path.into(), keep, of: 0, lines: None }
    }

    /// Makes the files for this many pictures; those of an earlier trial go.
    pub(crate) fn begin(&mut self, pictures: u64) -> Result<(), Error> {
        self.of = pictures;
        let stills = self.path.join(PICTURES);
        fs::create_dir_all(&stills).map_err(Error::file(&stills))?;
        for entry in fs::read_dir(&stills).map_err(Error::file(&stills))? {
            let path = entry.map_err(Error::file(&stills))?.path();
            let is_ours = path.file_name().and_then(|name| name.to_str()).is_some_and(is_ours);
            if is_ours {
                fs::remove_file(&path).map_err(Error::file(&path))?;
            }
        }
        self.lines = Some(Lines { pictures: self.create("pictures.jsonl")?, events: self.create("events.jsonl")? });
        Ok(())
    }

    fn create(&self, name: &str) -> Result<BufWriter<File>, Error> {
        let path = self.path.join(name);
        Ok(BufWriter::new(File::create(&path).map_err(Error::file(path))?))
    }

    /// Whether this picture is one of those that are kept.
    pub(crate) fn keeps(&self, number: u64) -> bool {
        is_kept(number, self.keep, self.of)
    }

    pub(crate) fn before(&self, number: u64, picture: &Picture) -> Result<(), Error> {
        self.still(number, "before", picture)
    }

    pub(crate) fn after(&self, number: u64, picture: &Picture) -> Result<(), Error> {
        self.still(number, "after", picture)
    }

    fn still(&self, number: u64, when: &str, picture: &Picture) -> Result<(), Error> {
        if !self.keeps(number) {
            return Ok(());
        }
        let path = self.path.join(PICTURES).join(format!("{number:05}-{when}.png"));
        fs::write(&path, codec::encode::png(picture)?).map_err(Error::file(path))
    }

    pub(crate) fn line(&mut self, seen: &Seen, told: &[Told]) -> Result<(), Error> {
        if let Some(Lines { pictures, events }) = &mut self.lines {
            let written = write(pictures, seen);
            let written = written.and_then(|()| told.iter().try_for_each(|told| write(events, told)));
            written.map_err(Error::file(&self.path))?;
        }
        Ok(())
    }

    /// Whether what is shown lies in it, where it would be written over.
    pub(crate) fn holds(&self, input: &Path) -> bool {
        let (Ok(input), Ok(folder)) = (input.canonicalize(), self.path.canonicalize()) else { return false };
        input.starts_with(folder)
    }

    pub(crate) fn finish(&mut self, report: &Report) -> Result<(), Error> {
        fs::create_dir_all(&self.path).map_err(Error::file(&self.path))?;
        if let Some(Lines { mut pictures, mut events }) = self.lines.take() {
            pictures.flush().and_then(|()| events.flush()).map_err(Error::file(&self.path))?;
        }
        let json = serde_json::to_string_pretty(report).map_err(std::io::Error::from);
        let path = self.path.join("report.json");
        json.and_then(|json| fs::write(&path, json + "\n")).map_err(Error::file(path))?;
        let path = self.path.join("expect.toml");
        fs::write(&path, expect::draft(report)).map_err(Error::file(path))
    }
}

fn write(to: &mut BufWriter<File>, line: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *to, line)?;
    to.write_all(b"\n")
}

/// Whether a file of this name was written by a trial.
fn is_ours(name: &str) -> bool {
    let number = name.strip_suffix("-before.png").or_else(|| name.strip_suffix("-after.png"));
    number.is_some_and(|number| number.len() >= 5 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether picture `number` of `of` is one of `keep` that lie evenly, the first among them.
fn is_kept(number: u64, keep: u64, of: u64) -> bool {
    let step = |number: u64| (u128::from(number) * u128::from(keep)).div_ceil(u128::from(of.max(1)));
    keep >= of || (number < of && step(number) < step(number + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_pictures_lie_evenly_and_are_as_many_as_asked_for() {
        let kept = |keep, of| (0..of).filter(|number| is_kept(*number, keep, of)).collect::<Vec<_>>();
        assert_eq!(kept(4, 12), [0, 3, 6, 9]);
        assert_eq!(kept(3, 10), [0, 3, 6]);
        assert_eq!(kept(5, 3), [0, 1, 2]);
        assert_eq!(kept(0, 3), [0_u64; 0]);
        for (keep, of) in [(7, 100), (10, 373), (99, 100)] {
            assert_eq!(kept(keep, of).len() as u64, keep);
        }
    }

    #[test]
    fn only_what_a_trial_wrote_is_removed() {
        assert!(["00000-before.png", "123456-after.png"].iter().all(|name| is_ours(name)));
        assert!(["holiday.png", "1-before.png", "0000x-after.png"].iter().all(|name| !is_ours(name)));
    }
}
