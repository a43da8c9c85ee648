//! Which `framegate` is tested.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};

/// The program of the same profile as this test: `FRAMEGATE_BIN` if it is set, otherwise the one beside the test's own file.
///
/// `cargo test --workspace` has built it by then, for the program's own tests; `cargo test -p framegate-tests` has not: where it is missing or older
/// than a source, cargo is asked for it as that command asks, with the features of the whole workspace and of what is for tests alone, so that nothing is
/// compiled twice.
pub fn path() -> Result<&'static Path> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| find().map_err(|error| format!("{error:#}")));
    found.as_deref().map_err(|error| anyhow::anyhow!("no program to test: {error}"))
}

fn find() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("FRAMEGATE_BIN") {
        return Ok(path.into());
    }
    let test = std::env::current_exe()?;
    // A test lies in target/{profile}/deps, a program that measures one folder above.
    let folder =
        test.ancestors().skip(1).find(|folder| !folder.ends_with("deps")).context("a file lies in a folder")?;
    let binary = folder.join("framegate").with_extension(std::env::consts::EXE_EXTENSION);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("this package lies in the workspace")?;
    let built = binary.metadata().and_then(|file| file.modified()).ok();
    if built.is_none_or(|built| newest(&workspace.join("runtime")) > built) {
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(name) => name,
        };
        build(workspace, profile)?;
    }
    ensure!(binary.exists(), "cargo built no {}", binary.display());
    Ok(binary)
}

fn build(workspace: &Path, profile: &str) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // A program is built with the tests of its own package.
    let arguments = ["test", "--quiet", "--workspace", "--test", "command_line", "--no-run", "--profile", profile];
    let output = Command::new(cargo).args(arguments).current_dir(workspace).output().context("cargo")?;
    if !output.status.success() {
        bail!("cargo test --no-run: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// When the youngest source below a folder was written.
fn newest(folder: &Path) -> SystemTime {
    let Ok(entries) = folder.read_dir() else {
        return SystemTime::UNIX_EPOCH;
    };
    let times = entries.flatten().map(|entry| {
        let path = entry.path();
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if path.is_dir() => newest(&path),
            Some("rs" | "toml" | "html" | "css" | "js") => {
                path.metadata().and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
            }
            _ => SystemTime::UNIX_EPOCH,
        }
    });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}
