//! `framegate plugin test`: a component on pictures, in this process.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use trial::{Expectations, Folder};

use super::declared::{self, Trial, Wrong};
use super::progress::Progress;
use crate::arguments::{Declared, InputArguments};

/// What is kept, expected and told.
pub(super) struct Wanted {
    pub(super) out: Option<PathBuf>,
    pub(super) stills: u64,
    pub(super) expect: Option<PathBuf>,
    pub(super) json: bool,
}

/// Tells what came of it on standard output; the exit status says whether it was as expected.
pub(super) fn run(declared: &Declared, input: &InputArguments, wanted: &Wanted) -> Result<ExitCode, Wrong> {
    logs::begin();
    // Without a file nothing may fail.
    let expected = wanted.expect.as_deref().map(Expectations::read).transpose()?.unwrap_or_default();
    let progress = Progress::begin();
    progress.step("compiling");
    let Trial { subject, input: pictures } = declared::load(declared, input)?;
    let mut folder = wanted.out.as_deref().map(|path| Folder::new(path, wanted.stills));
    let report = match pictures {
        Some(pictures) => {
            let mut told = |done, of| progress.at(done, of, "pictures");
            trial::run(&subject, &pictures, folder.as_mut(), &expected.golden(), &mut told)?
        }
        None => {
            let mut told = |done, of| progress.at(done, of, "events");
            trial::deliver(&subject, Path::new(&input.from), folder.as_mut(), &mut told)?
        }
    };
    drop(progress);
    let wrong = expected.against(&report);
    let said = match wanted.json {
        true => serde_json::to_string_pretty(&report).map_err(|error| Wrong::Told(error.to_string()))? + "\n",
        false if wrong.is_empty() && wanted.expect.is_some() => report.text() + "as expected\n",
        false => report.text(),
    };
    // With standard output closed the exit status alone has to say it.
    _ = io::stdout().write_all(said.as_bytes());
    for told in &wrong {
        _ = writeln!(io::stderr(), "not as expected: {told}");
    }
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
