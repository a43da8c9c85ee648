//! A plugin that is named on the command line, with what `streams.toml` would say of it.

use std::path::Path;
use std::sync::Arc;

use config::{Known, Process, Report};
use plugin::{Missing, Plugin};
use serde_json::Value;
use trial::{Input, Subject};

use crate::arguments::{Declared, InputArguments};
use crate::bundled;
use crate::plugins::{self, Loader, NotLoaded};

/// What mistakes are said to be in.
const FILE: &str = "what the command line says";

/// The stream that the plugin is on.
const STREAM: &str = "trial";

/// What is tried, and on what.
pub(super) struct Trial {
    pub(super) subject: Subject,
    /// None where the input is a file of events.
    pub(super) input: Option<Input>,
}

/// Why there is nothing to try.
pub(super) enum Wrong {
    /// Mistakes in what was typed, each with its line.
    Report(Report),
    /// Another one.
    Told(String),
}

impl From<trial::Error> for Wrong {
    fn from(error: trial::Error) -> Self {
        Self::Told(error.to_string())
    }
}

/// Loads the plugin under its declaration.
pub(super) fn load(declared: &Declared, input: &InputArguments) -> Result<Trial, Wrong> {
    look(declared)?;
    let name = name(&declared.component);
    let is_scene = input.from.starts_with("test:");
    let options: Option<Value> = serde_json::from_str(&declared.options).ok();
    let text = text(declared, &name, options.is_none(), if is_scene { &input.from } else { "test://" });
    let known = Known { bundled: &bundled::names(), environment: &Process };
    let loaded = config::read(Path::new(FILE), text, &known).map_err(Wrong::Report)?;
    let plugin = loaded.config.plugins.get(&name).ok_or_else(|| Wrong::Told(format!("there is no plugin `{name}`")))?;
    let stream = loaded
        .config
        .streams
        .iter()
        .find(|(name, _)| name.as_str() == STREAM)
        .map(|(_, stream)| stream)
        .ok_or_else(|| Wrong::Told("there is no stream".into()))?;
    let plugin: Arc<Plugin> = Loader::default().again(plugin).map_err(|error| match &error {
        NotLoaded::Plugin(plugin::Error::Grants { missing }) => Wrong::Told(needed(missing)),
        _ => Wrong::Report(loaded.report(vec![plugins::mistake(&loaded, &name, &error)])),
    })?;
    let written = || stream.plugins.first().map(|used| used.options.clone()).unwrap_or_default();
    let options = options.unwrap_or_else(written);
    let input = match &stream.source {
        config::Source::Test(scene) if is_scene => Some(Input::Scene { scene: *scene, length: input.length }),
        _ if Path::new(&input.from).extension().is_some_and(|ending| ending == "jsonl") => None,
        _ => Some(Input::at(Path::new(&input.from), input.fps)?),
    };
    Ok(Trial { subject: Subject { plugin, options, begin: declared.at }, input })
}

/// What can be told better before the plugin is looked for.
fn look(declared: &Declared) -> Result<(), Wrong> {
    let Declared { component, options, .. } = declared;
    if !options.trim_start().starts_with('{') {
        // What was written is not told: there may be a password in it.
        return Err(Wrong::Told("--options is a table in braces, such as { text = \"hi\" }".into()));
    }
    if let Some(line) = declared.lines.iter().find(|line| line.trim_start().starts_with('[')) {
        return Err(Wrong::Told(format!("--set is a line of the plugin's own section, got {line}")));
    }
    let path = Path::new(component);
    let names = bundled::names();
    if names.contains(&component.as_str()) || component.contains("://") || path.is_file() {
        return Ok(());
    }
    if path.is_dir() {
        let stem = path.file_name().and_then(|name| name.to_str()).unwrap_or("plugin");
        return Err(Wrong::Told(format!("{component} is a folder: name the component in it, {component}/{stem}.wasm")));
    }
    let meant = config::nearest(component, names).map(|meant| format!("; did you mean `{meant}`?"));
    Err(Wrong::Told(format!(
        "there is no file {component}, and no plugin of this name comes with Framegate{}",
        meant.unwrap_or_default()
    )))
}

/// Grants that are missing, as they are given on a command line.
fn needed(missing: &[Missing]) -> String {
    let mut told = "the plugin needs what it is not granted:".to_owned();
    for Missing { line, why } in missing {
        told += &format!("\n  --set '{line}'    # {why}");
    }
    told
}

/// What `streams.toml` would say.
fn text(declared: &Declared, name: &str, has_toml: bool, source: &str) -> String {
    // TOML strings: the escapes of JSON are among those of TOML.
    let quoted = |text: &str| Value::from(text).to_string();
    // What could be a bundled name and is none is a file of this name.
    let is_plain = bundled::names().contains(&&*declared.component) || declared.component.contains('/');
    let component = if is_plain { declared.component.clone() } else { format!("./{}", declared.component) };
    let lines: String = declared.lines.iter().map(|line| format!("{line}\n")).collect();
    let options = if has_toml { &declared.options } else { "{}" };
    format!(
        "[plugins.{name}]\ncomponent = {}\n{lines}\n[streams.{STREAM}]\nsource = {}\nplugins = [{{ use = {}, options = {options} }}]\n",
        quoted(&component),
        quoted(source),
        quoted(name),
    )
}

/// What the plugin is called in the log: as its file, where that is a name.
fn name(component: &str) -> String {
    let stem = Path::new(component).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let is_name = !stem.is_empty()
        && stem.starts_with(|first: char| first.is_ascii_lowercase())
        && stem.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_name { stem.to_owned() } else { "plugin".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(component: &str, options: &str, lines: &[&str]) -> Declared {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Declared { component: component.into(), options: options.into(), lines, at: std::time::SystemTime::UNIX_EPOCH }
    }

    fn input() -> InputArguments {
        let length = std::time::Duration::from_secs(1);
        InputArguments { from: "test://?size=320x180&fps=10".into(), length, fps: 25 }
    }

    fn wrong(declared: &Declared, input: &InputArguments) -> String {
        match load(declared, input) {
            Ok(_) => panic!("it was taken"),
            Err(Wrong::Told(told)) => told,
            Err(Wrong::Report(report)) => report.render(config::Ink::Plain),
        }
    }

    #[test]
    fn options_are_toml_or_json() {
        for options in ["{ text = \"hi\" }", "{ \"text\": \"hi\" }"] {
            let Ok(trial) = load(&declared("clock", options, &["memory = \"8MB\""]), &input()) else {
                panic!("it is good")
            };
            assert_eq!(trial.subject.options, serde_json::json!({ "text": "hi" }));
            assert_eq!(trial.subject.plugin.config().memory, Some(8_000_000));
            assert!(matches!(trial.input, Some(Input::Scene { scene, .. }) if scene.fps == 10));
        }
    }

    #[test]
    fn mistakes_are_told_with_the_line_that_was_typed() {
        let told = wrong(&declared("clock", "{}", &["memroy = \"8MB\""]), &input());
        assert!(told.contains("memroy = \"8MB\"") && told.contains("memory"), "{told}");
        let told = wrong(&declared("clock", "{ text = }", &[]), &input());
        assert!(told.contains("text = }"), "{told}");
        let told = wrong(&declared("/nowhere/a.wasm", "{}", &[]), &input());
        assert!(told.contains("/nowhere/a.wasm"), "{told}");
        let told = wrong(&declared("clock", "{}", &[]), &InputArguments { from: "/nowhere.mp4".into(), ..input() });
        assert!(told.contains("/nowhere.mp4"), "{told}");
    }

    #[test]
    fn a_plugin_is_called_as_its_file_where_that_is_a_name() {
        assert_eq!(["a/line-counter.wasm", "Über.wasm", "x"].map(name), ["line-counter", "plugin", "x"]);
    }
}
