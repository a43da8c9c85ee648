//! The commands of the program, and how they talk to the person who typed them.

pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod doctor;
pub(crate) mod health;
pub(crate) mod link;
pub(crate) mod man;
pub(crate) mod plugin;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod top;
pub(crate) mod user;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use config::{Ink, Known, Loaded, Process, Report};

use crate::bundled;

/// The exit status where the person who started the program has to mend something; clap's for a mistake on the command line too.
const MISTAKE: u8 = 2;

/// Reads `streams.toml`; its mistakes are told, and the exit status says so. Advice is told as well, and the file taken.
pub(crate) fn read(file: &Path) -> Result<Loaded, ExitCode> {
    let bundled = bundled::names();
    let loaded =
        config::load(file, &Known { bundled: &bundled, environment: &Process }).map_err(|report| tell(&report))?;
    if !loaded.advice.is_empty() {
        tell(&loaded.advice);
    }
    Ok(loaded)
}

/// Shows a report on standard error, and gives the exit status for it.
pub(crate) fn tell(report: &Report) -> ExitCode {
    let ink = match io::stderr().is_terminal() && !is_colorless() {
        true => Ink::Colored,
        false => Ink::Plain,
    };
    // With standard error closed the exit status alone has to say it.
    _ = io::stderr().write_all(report.render(ink).as_bytes());
    ExitCode::from(MISTAKE)
}

/// Whether colours are not wanted (no-color.org).
pub(crate) fn is_colorless() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}
