//! `framegate man`: the manual, made from what `--help` says.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Command;
use clap_mangen::Man;

/// Prints the program's page on standard output, or writes a page for each command into a folder.
pub(crate) fn run(out: Option<&Path>, command: Command) -> anyhow::Result<ExitCode> {
    match out {
        None => {
            let mut page = Vec::new();
            Man::new(command).render(&mut page)?;
            io::stdout().write_all(&page)?;
        }
        Some(folder) => write(folder, command).with_context(|| format!("{} cannot be written", folder.display()))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// `framegate.1`, `framegate-run.1` and so on, those of hidden commands left out.
fn write(folder: &Path, command: Command) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command, folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::{described, tests::version};

    #[test]
    fn each_command_has_its_page_and_the_first_names_them_all() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        write(&folder.path().join("man1"), described(&version()))?;
        let page = |name: &str| fs::read_to_string(folder.path().join("man1").join(name));
        let first = page("framegate.1")?;
        for command in described(&version()).get_subcommands() {
            let name = format!("framegate-{}.1", command.get_name());
            assert_eq!(page(&name).is_ok(), !command.is_hide_set(), "{name}");
            // roff writes a hyphen in its own way.
            let named = format!("framegate\\-{}(1)", command.get_name());
            assert_eq!(first.contains(&named), !command.is_hide_set(), "{named}: {first}");
        }
        // Commands of commands have theirs too, with their examples.
        assert!(page("framegate-plugin-push.1")?.contains("docker login"));
        assert!(first.contains("FRAMEGATE_LOG"), "{first}");
        Ok(())
    }
}
