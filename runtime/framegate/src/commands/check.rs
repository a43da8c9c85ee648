//! `framegate check`: every mistake in the file, those of the plugins' options included, and nothing is started.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use config::Loaded;
use hub::InForce;

use crate::commands::{read, tell};
use crate::plugins::Loader;

/// Tells every mistake on standard error, or on standard output that there is none.
pub(crate) fn run(file: &Path) -> anyhow::Result<ExitCode> {
    let loaded = match read(file) {
        Ok(loaded) => loaded,
        Err(mistakes) => return Ok(mistakes),
    };
    if let Err(refused) = Loader::default().load(&loaded, &InForce::default()) {
        return Ok(tell(&loaded.report(refused.mistakes)));
    }
    writeln!(io::stdout(), "{}: {}", file.display(), summary(&loaded))?;
    Ok(ExitCode::SUCCESS)
}

/// What a file without mistakes has in it.
fn summary(loaded: &Loaded) -> String {
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
