//! Other programs: found on the path, asked for their version, run to their end.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::Error;

/// The program of this name on the path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| is_program(path))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// What a program prints when asked; nothing where it cannot be run, or fails.
pub(crate) fn ask(program: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first version in a text: `go version go1.26.8 linux/amd64` → 1.26.
pub(crate) fn version(text: &str) -> Option<(u32, u32)> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.').find_map(|word| {
        let mut numbers = word.split('.').map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Some((major, minor)),
            _ => None,
        }
    })
}

/// Runs a command to its end, without input; gives what it wrote to standard output and to standard error. Its failure tells all that it said.
pub(crate) fn run(command: &mut Command) -> Result<(String, String), Error> {
    let shown = shown(command);
    let failed = |status: String, output: String| Error::Tool { command: shown.clone(), status, output };
    let Output { status, stdout, stderr } = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string(), "it could not be started".into()))?;
    let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if status.success() { Ok((stdout, stderr)) } else { Err(failed(status.to_string(), stderr + &stdout)) }
}

/// A command as it would be typed, its program by its name alone.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_programs_say() {
        for (text, is) in [
            ("go version go1.26.8 linux/amd64", Some((1, 26))),
            ("v20.20.2", Some((20, 20))),
            ("Python 3.11.7", Some((3, 11))),
            ("go version devel", None),
        ] {
            assert_eq!(version(text), is, "{text}");
        }
    }

    #[test]
    fn a_failed_tool_is_told_with_its_command_and_all_its_words() {
        let told = run(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"])).unwrap_err().to_string();
        assert!(told.starts_with("`sh -c ") && told.contains("3") && told.ends_with("err\nout\n"), "{told}");
        assert!(run(&mut Command::new("/nowhere/tool")).unwrap_err().to_string().starts_with("`tool` failed"));
        assert_eq!(find("no-such-program"), None);
    }
}
