//! `framegate completions SHELL`: what a shell completes the command line by.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;

/// Prints it on standard output.
pub(crate) fn run(shell: Shell, command: Command) -> anyhow::Result<ExitCode> {
    io::stdout().write_all(&render(shell, command))?;
    Ok(ExitCode::SUCCESS)
}

/// The shell's own language. In memory: clap panics where what it writes to does not take it all.
fn render(shell: Shell, mut command: Command) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "framegate", &mut script);
    script
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;
    use crate::arguments::{described, tests::version};

    #[test]
    fn each_shell_is_told_each_command_and_none_that_is_hidden() {
        for shell in Shell::value_variants() {
            let script = String::from_utf8(render(*shell, described(&version()))).expect("text");
            let command = described(&version());
            for part in command.get_subcommands().filter(|part| !part.is_hide_set()) {
                assert!(script.contains(part.get_name()), "{shell}: {}", part.get_name());
            }
            for word in ["inspect", "--expires-in", "--lang"] {
                assert!(script.contains(word.trim_start_matches('-')), "{shell}: {word}");
            }
        }
    }
}
