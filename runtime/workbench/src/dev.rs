//! `dev.toml`: how a project is run while it is written.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::{Error, Project, Role};

/// The file's name, within the project.
pub const DEV: &str = "dev.toml";
/// The stream that the plugin is on.
pub const STREAM: &str = "dev";

/// What a new `dev.toml` says.
#[derive(Clone, Debug, Default)]
pub struct Dev {
    /// What the plugin does.
    pub roles: Vec<Role>,
    /// Lines that its section needs, each with the reason: grants. They are for a person to allow.
    pub grants: Vec<(String, String)>,
    /// Where pictures come from.
    pub source: Option<String>,
}

/// Makes `dev.toml` where there is none, for a person to change. In one that is there only the source is changed, and only where one is named.
pub fn dev_file(project: &Project, dev: &Dev) -> Result<PathBuf, Error> {
    let path = project.folder.join(DEV);
    let text = match fs::read_to_string(&path) {
        Ok(text) => match &dev.source {
            None => return Ok(path),
            Some(source) => with_source(&text, source).ok_or_else(|| Error::NoProject {
                path: path.clone(),
                reason: "no line of it begins with `source =`: write the source there, or remove the file".into(),
            })?,
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => text(project.name(), dev),
        // It is the person's: what cannot be read is not written over.
        Err(error) => return Err(Error::file(path)(error)),
    };
    fs::write(&path, text).map_err(Error::file(&path))?;
    Ok(path)
}

fn text(name: &str, dev: &Dev) -> String {
    let mut text = format!(
        "# How `framegate plugin dev` runs this plugin. It is yours: what you save is in force at once.\n\n\
         [plugins.{name}]\ncomponent = \"{name}.wasm\"\n"
    );
    for (line, why) in &dev.grants {
        let why = if why.is_empty() { String::new() } else { format!("    # {why}") };
        _ = writeln!(text, "# {line}{why}");
    }
    if dev.roles.contains(&Role::AccessPolicy) {
        _ = write!(text, "\n[server]\naccess_policy = \"{name}\"\n");
    }
    let source = dev.source.as_deref().unwrap_or("test://");
    _ = write!(text, "\n[streams.{STREAM}]\n{}\n", source_line(source));
    let is_chained = dev.roles.iter().any(|role| matches!(role, Role::Analyzer | Role::Filter | Role::Poller));
    let is_told = dev.roles.contains(&Role::EventSink);
    let chained = match (is_chained, is_told) {
        // What an analyzer finds is drawn by the next.
        (true, _) if dev.roles.contains(&Role::Analyzer) => {
            Some(format!("plugins = [{{ use = \"{name}\", options = {{}} }}, {{ use = \"annotate\" }}]"))
        }
        (true, _) => Some(format!("plugins = [{{ use = \"{name}\", options = {{}} }}]")),
        // Something must happen for a sink to be told of.
        (false, true) => Some("plugins = [{ use = \"motion-gate\", always = true }]".into()),
        (false, false) => None,
    };
    let sink = is_told.then(|| format!("events = [{{ use = \"{name}\", options = {{}} }}]"));
    let policy = dev.roles.contains(&Role::FormatPolicy).then(|| format!("stills.policy = \"{name}\""));
    for line in [chained, sink, policy].into_iter().flatten() {
        text += &line;
        text.push('\n');
    }
    text
}

fn source_line(source: &str) -> String {
    // A TOML string: the escapes of JSON are among those of TOML.
    format!("source = {}", serde_json::Value::from(source))
}

/// The same file with another source in the first line that names one.
fn with_source(text: &str, source: &str) -> Option<String> {
    let is_source =
        |line: &str| line.trim_start().strip_prefix("source").is_some_and(|rest| rest.trim_start().starts_with('='));
    let at = text.lines().position(is_source)?;
    let lines = text.lines().enumerate().map(|(number, line)| match number == at {
        true => source_line(source),
        false => line.to_owned(),
    });
    Some(lines.collect::<Vec<_>>().join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn every_role_stands_where_it_belongs() {
        let of = |roles: &[Role]| {
            let grants = vec![("grants.clock = true".into(), "to tell the time".into())];
            text("a", &Dev { roles: roles.to_vec(), grants, source: None })
        };
        let has = |text: &str, line: &str| assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        has(&of(&[Role::Filter]), "plugins = [{ use = \"a\", options = {} }]");
        has(&of(&[Role::Filter]), "# grants.clock = true    # to tell the time");
        has(&of(&[Role::Filter]), "source = \"test://\"");
        has(&of(&[Role::EventSink]), "events = [{ use = \"a\", options = {} }]");
        has(&of(&[Role::EventSink]), "plugins = [{ use = \"motion-gate\", always = true }]");
        has(
            &of(&[Role::Analyzer, Role::EventSink]),
            "plugins = [{ use = \"a\", options = {} }, { use = \"annotate\" }]",
        );
        has(&of(&[Role::FormatPolicy]), "stills.policy = \"a\"");
        has(&of(&[Role::AccessPolicy]), "access_policy = \"a\"");
    }

    #[test]
    fn a_file_that_is_there_is_the_persons_but_for_a_source_that_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let project = crate::new(folder.path(), &"a".parse().unwrap(), Language::C, Role::Filter).unwrap();
        let dev =
            |source: Option<&str>| Dev { roles: vec![Role::Filter], source: source.map(Into::into), ..Dev::default() };
        let path = dev_file(&project, &dev(None)).unwrap();
        let mine = fs::read_to_string(&path).unwrap() + "# mine\n";
        fs::write(&path, &mine).unwrap();
        dev_file(&project, &dev(None)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), mine);
        dev_file(&project, &dev(Some("rtsp://cam/\"1\""))).unwrap();
        let changed = mine.replace("source = \"test://\"", "source = \"rtsp://cam/\\\"1\\\"\"");
        assert_eq!(fs::read_to_string(&path).unwrap(), changed);
        fs::write(&path, "[streams.dev]\n").unwrap();
        assert!(dev_file(&project, &dev(Some("push"))).unwrap_err().to_string().contains("source ="));
    }
}
