//! `framegate plugin …`: the workbench, and how it talks to the person at it.

mod bench;
mod build;
mod declared;
mod dev;
mod inspect;
mod new;
pub(crate) mod progress;
mod push;
mod test;

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::arguments::PluginArguments;
use declared::Wrong;

/// Does what was typed. A mistake is told on standard error.
pub(crate) fn run(arguments: PluginArguments) -> anyhow::Result<ExitCode> {
    let done = match arguments {
        PluginArguments::New { name, language, role } => new::run(&name, language, role),
        PluginArguments::Build { folder } => build::run(&folder),
        PluginArguments::Dev { folder, source, open } => return dev::run(&folder, source, open),
        PluginArguments::Inspect { component, json } => return inspect::run(&component, json),
        PluginArguments::Push { file, to } => return push::run(&file, &to),
        PluginArguments::Test { declared, input, out, stills, expect, json } => {
            let wanted = test::Wanted { out, stills, expect, json };
            return Ok(test::run(&declared, &input, &wanted).unwrap_or_else(told));
        }
        PluginArguments::Bench { declared, input, each, json } => {
            return Ok(bench::run(&declared, input.as_ref(), each, json).unwrap_or_else(told));
        }
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

/// Tells why there was no trial.
fn told(wrong: Wrong) -> ExitCode {
    match wrong {
        Wrong::Report(report) => super::tell(&report),
        Wrong::Told(why) => {
            _ = writeln!(io::stderr(), "error: {why}");
            ExitCode::from(super::MISTAKE)
        }
    }
}
