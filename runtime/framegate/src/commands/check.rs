//! `framegate check`: every mistake in the file, those of the plugins' options included, and nothing is started.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use config::{Loaded, Mistake};
use hub::InForce;

use crate::certificate;
use crate::commands::{read, tell};
use crate::plugins::Loader;

/// Tells every mistake on standard error, or on standard output that there is none.
pub(crate) fn run(file: &Path) -> anyhow::Result<ExitCode> {
    match mistakes(file) {
        Ok(loaded) => writeln!(io::stdout(), "{}: {}", file.display(), summary(&loaded))?,
        Err(mistakes) => return Ok(mistakes),
    }
    Ok(ExitCode::SUCCESS)
}

/// The file, if nothing is wrong with it or with what it names; its mistakes are told otherwise.
pub(crate) fn mistakes(file: &Path) -> Result<Loaded, ExitCode> {
    let loaded = read(file)?;
    match wrong(&loaded) {
        mistakes if mistakes.is_empty() => Ok(loaded),
        mistakes => Err(tell(&loaded.report(mistakes))),
    }
}

/// What is wrong with what a file names.
pub(crate) fn wrong(loaded: &Loaded) -> Vec<Mistake> {
    let plugins = Loader::default().load(loaded, &InForce::default());
    let plugins = plugins.err().map(|refused| refused.mistakes).unwrap_or_default();
    certificate::read(loaded).err().into_iter().chain(plugins).collect()
}

/// What a file without mistakes has in it.
pub(crate) fn summary(loaded: &Loaded) -> String {
    let counted = |count: usize, noun: &str| match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    };
    let template = if loaded.config.template.is_some() { " and a template" } else { "" };
    let streams = counted(loaded.config.streams.len(), "stream");
    format!("{streams}{template}, {}, no mistake", counted(loaded.config.plugins.len(), "plugin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_file_is_summed_up_in_a_line() {
        let text =
            "[streams.a]\nsource = \"test://\"\nplugins = [{ use = \"clock\" }]\n[streams.\"*\"]\nsource = \"push\"\n";
        let known = config::Known { bundled: &["clock"], environment: &config::Process };
        let loaded = config::read(Path::new("streams.toml"), text.into(), &known).expect("no mistake");
        assert_eq!(summary(&loaded), "1 stream and a template, 1 plugin, no mistake");
    }
}
