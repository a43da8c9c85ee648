//! `framegate plugin inspect`: what a component is, may do and needs, told before anybody uses it.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use config::{BadReference, Component, OciPlace, OciReference};
use plugin::Plugin;
use serde::Serialize;

use crate::bundled;
use crate::plugins::Loader;
use crate::registries::told;

/// What is told, for programs.
#[derive(Serialize)]
struct Inspection<'a> {
    component: &'a str,
    sha256: String,
    bytes: usize,
    name: &'a str,
    version: &'a str,
    description: &'a str,
    roles: &'a [plugin::Role],
    language: plugin::Language,
    made_with: &'a [String],
    imports: &'a [String],
    exports: &'a [String],
    /// The lines of its section in `streams.toml`.
    grants: Vec<Grant>,
    options: &'a serde_json::Value,
}

#[derive(Serialize)]
struct Grant {
    line: String,
    why: String,
}

/// Tells of a component on standard output; what is wrong with it on standard error.
pub(crate) fn run(component: &str, json: bool) -> anyhow::Result<ExitCode> {
    let (component, plugin) = match looked_at(component) {
        Ok(found) => found,
        Err(why) => {
            // With standard error closed the exit status alone has to say it.
            _ = writeln!(io::stderr(), "error: {why}");
            return Ok(ExitCode::from(super::super::MISTAKE));
        }
    };
    let told = Inspection::of(&component, &plugin);
    let text = if json { serde_json::to_string_pretty(&told)? + "\n" } else { told.text() };
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// A component by what the command line calls it, and what `component` has to say for it.
fn looked_at(component: &str) -> Result<(String, Arc<Plugin>), String> {
    let loader = Loader::default();
    let (named, component) = match component {
        // What is wrong with a reference is told without the reference, in which there may be a password.
        reference if reference.starts_with("oci://") => ("inspected", Component::Oci(found(&loader, reference)?)),
        name if bundled::names().contains(&name) => (name, Component::Bundled(name.into())),
        file => ("inspected", Component::File(file.into())),
    };
    let declared = config::Plugin { component, ..config::Plugin::bundled(named) };
    let component = declared.component.to_string();
    match loader.inspect(&declared) {
        Ok(plugin) => Ok((component, plugin)),
        Err(error) => Err(format!("{component}: {}", error.told())),
    }
}

/// What a reference means; one without a digest is asked for.
fn found(loader: &Loader, reference: &str) -> Result<OciReference, String> {
    match reference.parse::<OciPlace>() {
        Ok(place) => loader.registries().find(&place).map_err(|error| format!("{place}: {}", told(&error))),
        Err(_) => reference.parse().map_err(|bad: BadReference| bad.to_string()),
    }
}

impl<'a> Inspection<'a> {
    fn of(component: &'a str, plugin: &'a Plugin) -> Self {
        let (described, admitted) = (plugin.describe(), plugin.admitted());
        Self {
            component,
            sha256: plugin.sha256(),
            bytes: plugin.bytes(),
            name: &described.name,
            version: &described.version,
            description: &described.description,
            roles: plugin.roles(),
            language: admitted.language,
            made_with: &admitted.made_with,
            imports: &admitted.imports,
            exports: &admitted.exports,
            grants: plugin
                .missing_grants()
                .into_iter()
                .map(|missing| Grant { line: missing.line, why: missing.why })
                .collect(),
            options: &described.options,
        }
    }

    /// For people.
    fn text(&self) -> String {
        let roles: Vec<_> = self.roles.iter().map(|role| role.as_str()).collect();
        let mut text = format!("{} {}: {}\n\n", self.name, self.version, self.description);
        if self.component.starts_with("oci://") {
            _ = writeln!(text, "component = \"{}\"\n", self.component);
        }
        // Names of a foreign component: no line of theirs is written over ours.
        let mut line = |what: &str, value: &str| {
            let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            _ = writeln!(text, "{what:<10}{value}");
        };
        line("role", &roles.join(", "));
        line("size", &format!("{} bytes", self.bytes));
        line("sha256", &self.sha256);
        line("language", self.language.as_str());
        line("made with", &self.made_with.join(", "));
        let (ours, wasi): (Vec<_>, Vec<_>) = self.imports.iter().partition(|import| import.starts_with("framegate:"));
        line("imports", &short(&ours));
        if !wasi.is_empty() {
            line("", &short(&wasi));
        }
        line("exports", &short(&self.exports.iter().collect::<Vec<_>>()));
        match self.grants.is_empty() {
            true => line("grants", "it needs none"),
            false => {
                for (at, Grant { line: grant, why }) in self.grants.iter().enumerate() {
                    line(if at == 0 { "grants" } else { "" }, &format!("{grant}    # {why}"));
                }
            }
        }
        let options = self.options["properties"].as_object();
        let options = options.map(|options| options.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        line("options", &if options.is_empty() { "none".to_owned() } else { options.join(", ") });
        text
    }
}

/// Interfaces without what is the same in all their names.
fn short(names: &[&String]) -> String {
    let short = names.iter().map(|name| {
        let name = name.strip_prefix("framegate:plugin/").unwrap_or(name);
        name.split('@').next().unwrap_or(name)
    });
    short.collect::<Vec<_>>().join(", ")
}
