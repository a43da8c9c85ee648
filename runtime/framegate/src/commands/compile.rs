//! `framegate compile IN OUT`: what the program starts itself as to compile a plugin, so that what a compilation keeps of memory goes with the child.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

/// Compiles a component to native code.
pub(crate) fn run(input: &Path, output: &Path) -> anyhow::Result<ExitCode> {
    plugin::compile_command(input, output).with_context(|| format!("{} cannot be compiled", input.display()))?;
    Ok(ExitCode::SUCCESS)
}
