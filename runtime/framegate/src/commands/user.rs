//! `framegate user hash`: what a password is checked by, for `streams.toml`.

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};

use super::MISTAKE;
use crate::arguments::UserArguments;

/// Bytes of standard input that are read: more is no password.
const MOST: u64 = 4 << 10;

/// Does it.
pub(crate) fn run(arguments: UserArguments) -> anyhow::Result<ExitCode> {
    let UserArguments::Hash = arguments;
    let password = if io::stdin().is_terminal() { asked()? } else { line(io::stdin())? };
    match access::hash(&password) {
        Ok(hash) => {
            writeln!(io::stdout(), "password = \"{hash}\"")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => {
            writeln!(io::stderr(), "error: {why}")?;
            Ok(ExitCode::from(MISTAKE))
        }
    }
}

/// From a person, who cannot see what they type and types it twice.
fn asked() -> anyhow::Result<SecretString> {
    let ask =
        |prompt: &str| rpassword::prompt_password(prompt).map(SecretString::from).context("no password was typed");
    let (one, other) = (ask("Password: ")?, ask("Once more: ")?);
    if one.expose_secret() != other.expose_secret() {
        bail!("the two are not the same");
    }
    Ok(one)
}

/// The first line, without its end.
fn line(input: impl io::Read) -> anyhow::Result<SecretString> {
    let mut text = String::new();
    input.take(MOST).read_to_string(&mut text).context("standard input is no text")?;
    Ok(text.lines().next().unwrap_or_default().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_password_without_its_end() {
        for text in ["correct horse", "correct horse\n", "correct horse\r\nmore\n"] {
            assert_eq!(line(text.as_bytes()).expect("text").expose_secret(), "correct horse");
        }
        assert_eq!(line(&b""[..]).expect("text").expose_secret(), "");
    }
}
