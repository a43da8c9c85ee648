use std::borrow::Cow;
use std::io::{self, Read};
use std::path::Path;

use crate::mistake::Wrong;

/// Where secrets come from; a trait, so that a test brings its own.
pub trait Environment {
    /// The value of an environment variable; none if it is not set or not UTF-8.
    fn variable(&self, name: &str) -> Option<String>;

    /// The text of a secret's file, as it is.
    fn secret(&self, path: &Path) -> io::Result<String>;
}

/// The environment of this process and its file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process;

impl Environment for Process {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn secret(&self, path: &Path) -> io::Result<String> {
        /// A password is shorter; this keeps `file:/dev/zero` from filling the memory.
        const LARGEST: u64 = 64 << 10;
        let mut text = String::new();
        std::fs::File::open(path)?.take(LARGEST).read_to_string(&mut text)?;
        Ok(text)
    }
}

/// Text with each `${NAME}` replaced from the environment, and `$${` by `${`.
pub(crate) fn expand<'t>(text: &'t str, environment: &dyn Environment) -> Result<Cow<'t, str>, Wrong> {
    if !text.contains("${") {
        return Ok(text.into());
    }
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, behind) = (&rest[..at], &rest[at + 2..]);
        if let Some(before) = before.strip_suffix('$') {
            expanded += before;
            expanded += "${";
            rest = behind;
            continue;
        }
        expanded += before;
        let Some(end) = behind.find('}') else {
            return Err(Wrong::new("`${` has no `}` behind it").help("for the two characters themselves write `$${`"));
        };
        let name = &behind[..end];
        if !is_name(name) {
            // The name is not shown: what follows a stray `${` in a password is a part of it.
            return Err(Wrong::new("only the name of an environment variable may stand between `${` and `}`")
                .help("for the two characters themselves write `$${`"));
        }
        let Some(value) = environment.variable(name) else {
            return Err(Wrong::new(format!("the environment variable `{name}` is not set")));
        };
        expanded += &value;
        rest = &behind[end + 1..];
    }
    Ok((expanded + rest).into())
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The secret in a file, `path` starting at the folder of `streams.toml`, without the line end that editors put there.
pub(crate) fn secret(path: &str, folder: &Path, environment: &dyn Environment) -> Result<String, Wrong> {
    let wrong = |why: &str| Wrong::new(format!("the secret's file `{path}` cannot be read: {why}"));
    let text = environment.secret(&folder.join(path)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => wrong("there is none"),
        io::ErrorKind::PermissionDenied => wrong("permission denied"),
        io::ErrorKind::IsADirectory => wrong("it is a folder"),
        io::ErrorKind::InvalidData => wrong("it is not UTF-8"),
        _ => wrong(&error.to_string()),
    })?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    match text.is_empty() {
        true => Err(wrong("it is empty")),
        false => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Environment for Fixed {
        fn variable(&self, name: &str) -> Option<String> {
            (name == "A").then(|| "x${A}".into())
        }

        fn secret(&self, path: &Path) -> io::Result<String> {
            (path == Path::new("etc/key")).then(|| "hunter2\r\n".into()).ok_or(io::ErrorKind::NotFound.into())
        }
    }

    #[test]
    fn variables_are_replaced_once_and_can_be_escaped() {
        assert_eq!(expand("a${A}b", &Fixed).expect("good"), "ax${A}b");
        assert_eq!(expand("$${A}$1", &Fixed).expect("good"), "${A}$1");
        for bad in ["${B}", "${A", "${}", "${A:-b}", "${ A }"] {
            assert!(expand(bad, &Fixed).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_the_file_without_its_line_end() {
        assert_eq!(secret("key", Path::new("etc"), &Fixed).expect("good"), "hunter2");
        assert!(secret("other", Path::new("etc"), &Fixed).is_err());
    }
}
