//! From a component's bytes to code that runs: out of the cache, or compiled once, in a child process of this program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wasmtime::component::Component;

use crate::Error;
use crate::compiled::{self, Cache, Key};
use crate::engine;

/// Who compiles components to native code.
#[derive(Clone, Debug)]
pub enum Compiler {
    /// This program, started again as `exe compile IN OUT`: what a compilation keeps of memory (some 290 MB for a large component) goes
    /// with the child, and it runs niced.
    Child(PathBuf),
    /// This process: for tests and one-shot commands.
    InProcess,
}

/// Compiled code of these bytes, from the cache if it is there.
pub(crate) fn component(
    bytes: &[u8],
    sha256: &[u8; 32],
    engine: &wasmtime::Engine,
    compiler: &Compiler,
    cache: Option<&Cache>,
) -> Result<Component, Error> {
    let Some(cache) = cache else {
        return Component::new(engine, bytes).map_err(failed);
    };
    let key = Key::new(sha256, engine);
    if let Some(component) = cache.load(&key, engine)? {
        return Ok(component);
    }
    let output = cache.scratch("out");
    let made = match compiler {
        Compiler::InProcess => {
            let code = engine.precompile_component(bytes).map_err(failed)?;
            compiled::write_private(&output, &code).map_err(|error| write_failed(&output, &error))
        }
        Compiler::Child(program) => {
            let input = cache.scratch("in");
            let made = compiled::write_private(&input, bytes)
                .map_err(|error| write_failed(&input, &error))
                .and_then(|()| in_child(program, &input, &output));
            let _ = fs::remove_file(&input);
            made
        }
    };
    let kept = made.and_then(|()| cache.keep(&output, &key).map_err(|error| write_failed(&output, &error)));
    if kept.is_err() {
        let _ = fs::remove_file(&output);
    }
    kept?;
    cache.load(&key, engine)?.ok_or_else(|| Error::Compile { reason: "the compiled code cannot be read back".into() })
}

fn in_child(program: &Path, input: &Path, output: &Path) -> Result<(), Error> {
    let child =
        Command::new(program).arg("compile").arg(input).arg(output).stdin(Stdio::null()).stdout(Stdio::null()).output();
    let child = child
        .map_err(|error| Error::Compile { reason: format!("{} cannot be started: {error}", program.display()) })?;
    if child.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&child.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Err(Error::Compile { reason: format!("the compiling process ended with {}: {last}", child.status) })
}

/// What the hidden `framegate compile IN OUT` runs: compiles one component, niced, and writes a file that only we can read.
pub fn compile_command(input: &Path, output: &Path) -> Result<(), Error> {
    // Streams go first; a compilation can wait. Niceness that cannot be had is no reason not to compile.
    let _ = rustix::process::nice(10);
    let bytes = fs::read(input).map_err(|source| Error::Unreadable { path: input.to_owned(), source })?;
    crate::admission::admit(&bytes)?;
    let engine = wasmtime::Engine::new(&engine::config()).map_err(Error::engine)?;
    let code = engine.precompile_component(&bytes).map_err(failed)?;
    compiled::write_private(output, &code).map_err(|error| write_failed(output, &error))
}

fn failed(error: wasmtime::Error) -> Error {
    Error::Compile { reason: format!("{error:#}") }
}

fn write_failed(path: &Path, error: &std::io::Error) -> Error {
    Error::Cache { path: path.to_owned(), reason: error.to_string() }
}
