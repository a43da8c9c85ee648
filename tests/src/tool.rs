//! Programs that a test wants and a machine may not have.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::process::Command;

/// Where a program is, if it is installed; otherwise one line says which test is skipped for it.
pub fn find(name: &str, test: &str) -> Option<PathBuf> {
    find_beyond(name, &[], test)
}

/// The same, in these folders too.
pub fn find_beyond(name: &str, folders: &[&str], test: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(folders.iter().map(PathBuf::from));
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    if found.is_none() {
        skip(test, &format!("{name} is not installed"));
    }
    found
}

/// The folder with real footage that `FRAMEGATE_MEDIA` names; without it one line says so.
pub fn footage(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("FRAMEGATE_MEDIA").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        skip(test, "FRAMEGATE_MEDIA names no folder with footage");
    }
    folder
}

/// Says in one line that a test did not run, past the capture of `cargo test`.
pub fn skip(test: &str, why: &str) {
    say(&format!("skipped: {test}: {why}"));
}

/// One line past the capture of `cargo test`.
pub fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").ok();
}

/// Runs a program to its end, within a limit.
pub async fn run(command: &mut Command, limit: Duration) -> Result<Output> {
    let running = command.stdin(Stdio::null()).kill_on_drop(true).output();
    Ok(tokio::time::timeout(limit, running).await.with_context(|| format!("it still runs after {limit:?}"))??)
}
