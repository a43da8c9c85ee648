//! `framegate convert`: a `streams.toml` of the configuration of a server for one camera.

use std::fs::OpenOptions;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use config::convert::{Converted, NotConverted, convert};

use super::MISTAKE;
use crate::arguments::ConvertArguments;

/// Bytes that are read: such a file has a page or two.
const MOST: u64 = 1 << 20;

/// Prints it, or writes it; what there is to say of it is told on standard error.
pub(crate) fn run(arguments: &ConvertArguments) -> anyhow::Result<ExitCode> {
    let ConvertArguments { file, output, force } = arguments;
    let converted = match read(file).map(|json| convert(&json)) {
        Ok(Ok(converted)) => converted,
        Ok(Err(why)) => {
            let separator = if matches!(why, NotConverted::Syntax { .. }) { "" } else { " " };
            return mistake(&format!("{}:{separator}{why}", file.display()));
        }
        Err(error) => return mistake(&format!("{} cannot be read: {error}", file.display())),
    };
    match output {
        None => io::stdout().write_all(converted.toml.as_bytes())?,
        Some(path) => match write(path, *force, &converted.toml) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return mistake(&format!("{} is there already: `--force` overwrites it", path.display()));
            }
            Err(error) => return mistake(&format!("{} cannot be written: {error}", path.display())),
        },
    }
    io::stderr().write_all(told(&converted).as_bytes()).context("standard error is closed")?;
    Ok(ExitCode::SUCCESS)
}

fn mistake(words: &str) -> anyhow::Result<ExitCode> {
    writeln!(io::stderr(), "error: {words}")?;
    Ok(ExitCode::from(MISTAKE))
}

/// The text of the file.
fn read(file: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(MOST + 1).read_to_end(&mut bytes)?;
    let wrong = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
    if bytes.len() as u64 > MOST {
        return Err(wrong("it has more than a megabyte"));
    }
    String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8"))
}

fn write(path: &Path, force: bool, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    match force {
        true => options.create(true).truncate(true),
        false => options.create_new(true),
    };
    options.open(path)?.write_all(text.as_bytes())
}

/// What there is to do, what is otherwise, and what is not there.
fn told(converted: &Converted) -> String {
    let Converted { variables, changed, left, .. } = converted;
    let mut text = String::new();
    let lines = variables.iter().map(|variable| format!("  {}  {}\n", variable.name, variable.content));
    block(&mut text, "to be set in the environment:", lines);
    for (title, all) in [("otherwise than before:", changed), ("not carried over:", left)] {
        block(&mut text, title, all.iter().map(|told| format!("  `{}`: {}\n", told.key, told.why)));
    }
    text
}

fn block(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: String = lines.collect();
    if !lines.is_empty() {
        *text += &format!("{title}\n{lines}");
    }
}
