//! `framegate plugin …`: the workbench, and how it talks to the person at it.

mod build;
mod inspect;
mod new;
pub(crate) mod progress;
mod push;

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::arguments::PluginArguments;

/// Does what was typed. A mistake is told on standard error.
pub(crate) fn run(arguments: PluginArguments) -> anyhow::Result<ExitCode> {
    let done = match arguments {
        PluginArguments::New { name, language, role } => new::run(&name, language, role),
        PluginArguments::Build { folder } => build::run(&folder),
        PluginArguments::Inspect { component, json } => return inspect::run(&component, json),
        PluginArguments::Push { file, to } => return push::run(&file, &to),
    };
    match done {
        Ok(said) => {
            io::stdout().write_all(said.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            // With standard error closed the exit status alone has to say it.
            _ = writeln!(io::stderr(), "error: {error}");
            Ok(ExitCode::from(match error {
                workbench::Error::Tool { .. } | workbench::Error::File { .. } => 1,
                _ => super::MISTAKE,
            }))
        }
    }
}
