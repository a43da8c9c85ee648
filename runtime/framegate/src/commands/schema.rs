//! `framegate schema`: the JSON schema of `streams.toml`, for editors.

use std::io::{self, Write as _};
use std::process::ExitCode;

/// Prints it on standard output.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    writeln!(io::stdout(), "{:#}", config::schema())?;
    Ok(ExitCode::SUCCESS)
}
