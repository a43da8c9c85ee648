//! `framegate plugin push`: a component is looked at as `inspect` does, and given to a registry.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use config::{Component, OciPlace};
use registry::Artifact;
use sha2::{Digest as _, Sha256};

use super::progress::Progress;
use crate::plugins::Loader;
use crate::registries::told;

/// Pushes a file; prints the line for `streams.toml` on standard output, and what is wrong on standard error.
pub(super) fn run(file: &Path, to: &str) -> anyhow::Result<ExitCode> {
    match push(file, to) {
        Ok(line) => {
            writeln!(io::stdout(), "{line}")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => {
            // With standard error closed the exit status alone has to say it.
            _ = writeln!(io::stderr(), "error: {why}");
            Ok(ExitCode::from(super::super::MISTAKE))
        }
    }
}

fn push(file: &Path, to: &str) -> Result<String, String> {
    let place: OciPlace = to.parse().map_err(|bad: config::BadReference| bad.to_string())?;
    let loader = Loader::default();
    let declared = config::Plugin { component: Component::File(file.into()), ..config::Plugin::bundled("pushed") };
    let of_file = |why: String| format!("{}: {why}", file.display());
    let plugin = loader.inspect(&declared).map_err(|error| of_file(error.to_string()))?;
    let bytes = fs::read(file).map_err(|error| of_file(error.to_string()))?;
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if hash != plugin.sha256() {
        return Err(of_file("it changed while it was looked at: push it when its build is done".into()));
    }
    let (described, admitted) = (plugin.describe(), plugin.admitted());
    let artifact = Artifact {
        bytes: &bytes,
        file_name: file.file_name().and_then(|name| name.to_str()).unwrap_or("plugin.wasm"),
        name: &described.name,
        version: &described.version,
        description: &described.description,
        imports: &admitted.imports,
        exports: &admitted.exports,
    };
    let progress = Progress::begin();
    progress.step(&format!("pushing to {place}"));
    let pushed = loader.registries().push(&place, &artifact).map_err(|error| told(&error))?;
    Ok(format!("component = \"{pushed}\""))
}
