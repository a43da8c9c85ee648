//! The plugins that the file names: loaded, and asked whether they take the options written for them.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use config::{Loaded, Mistake, UsePlace};
use media::StreamName;
use plugin::{Compiler, Host, Plugin, Role, Settings};

use crate::bundled;

/// All that are named in the file, or every mistake about them, each with its place.
pub(crate) fn load(loaded: &Loaded) -> Result<BTreeMap<String, Arc<Plugin>>, Vec<Mistake>> {
    if loaded.config.plugins.is_empty() {
        return Ok(BTreeMap::new());
    }
    let host = match Host::new(Settings { bundled: bundled::ALL, cache: cache(), compiler: compiler() }) {
        Ok(host) => host,
        Err(error) => return Err(vec![Mistake::new(loaded.places.plugin("", ""), error.to_string())]),
    };
    let mut mistakes = Vec::new();
    let mut plugins = BTreeMap::new();
    for (name, config) in &loaded.config.plugins {
        match host.load(config) {
            Ok(plugin) => {
                plugins.insert(name.clone(), plugin);
            }
            Err(error) => mistakes.push(mistake(loaded, name, &error)),
        }
    }
    check_uses(loaded, &plugins, &mut mistakes);
    if mistakes.is_empty() { Ok(plugins) } else { Err(mistakes) }
}

/// Why a plugin cannot be used, where it is declared; for missing grants the lines to add.
fn mistake(loaded: &Loaded, name: &str, error: &plugin::Error) -> Mistake {
    match error {
        plugin::Error::Grants { missing } => {
            let whys: Vec<_> =
                missing.iter().map(|missing| missing.why.as_str()).filter(|why| !why.is_empty()).collect();
            let lines: Vec<_> = missing.iter().map(|missing| missing.line.as_str()).collect();
            let mistake = Mistake::new(
                loaded.places.plugin(name, ""),
                format!("the plugin needs what it is not granted: {}", whys.join("; ")),
            );
            mistake.help(format!("add to `[plugins.{name}]`:\n{}", lines.join("\n")))
        }
        plugin::Error::GrantNotThere { .. } => {
            Mistake::new(loaded.places.plugin(name, "grants.dir"), error.to_string())
        }
        _ => Mistake::new(loaded.places.plugin(name, "component"), error.to_string()),
    }
}

/// One place where a plugin is used.
struct Use<'a> {
    place: UsePlace<'a>,
    plugin: &'a str,
    options: &'a serde_json::Value,
    stream: Option<&'a StreamName>,
}

/// All places where the file uses a plugin.
fn uses(config: &config::Config) -> Vec<Use<'_>> {
    let named = config.streams.iter().map(|(name, stream)| (name.as_str(), stream));
    let template = config.template.iter().map(|stream| (config::TEMPLATE, stream));
    let mut uses = Vec::new();
    for (name, stream) in named.chain(template) {
        let chain = stream.plugins.iter().enumerate();
        let chain = chain.map(|(at, used)| (UsePlace::Chain(name, at), &used.plugin, &used.options));
        let sinks = stream.events.iter().enumerate();
        let sinks = sinks.map(|(at, used)| (UsePlace::Sink(name, at), &used.plugin, &used.options));
        let policy = stream.format_policy.iter();
        let policy = policy.map(|used| (UsePlace::FormatPolicy(name), &used.plugin, &used.options));
        let all = chain.chain(sinks).chain(policy);
        uses.extend(all.map(|(place, plugin, options)| Use { place, plugin, options, stream: Some(&stream.name) }));
    }
    uses.extend(config.server.access_policy.iter().map(|used| Use {
        place: UsePlace::AccessPolicy,
        plugin: &used.plugin,
        options: &used.options,
        stream: None,
    }));
    uses
}

/// Whether each plugin plays the role that it is used in, and takes its options: asked once about the same ones, however many streams have them.
fn check_uses(loaded: &Loaded, plugins: &BTreeMap<String, Arc<Plugin>>, mistakes: &mut Vec<Mistake>) {
    let mut asked: HashMap<(&str, String), Vec<plugin::Mistake>> = HashMap::new();
    for used in uses(&loaded.config) {
        let Some(plugin) = plugins.get(used.plugin) else { continue };
        if let Some(wrong) = misplaced(used.place, plugin) {
            mistakes.push(Mistake::new(loaded.places.used(used.place), wrong));
            continue;
        }
        let found = asked
            .entry((used.plugin, used.options.to_string()))
            .or_insert_with(|| plugin.check(used.stream, used.options).err().unwrap_or_default());
        for mistake in found {
            let place = loaded.places.option(used.place, &mistake.path);
            mistakes.push(Mistake::new(place, mistake.message.clone()));
        }
    }
    for (name, stream) in &loaded.config.streams {
        for (at, used) in stream.plugins.iter().enumerate().filter(|(_, used)| used.fps.is_some()) {
            if plugins.get(&used.plugin).is_some_and(|plugin| plugin.picture_role() == Some(Role::Filter)) {
                let place = loaded.places.stream(name.as_str(), &format!("plugins.{at}.fps"));
                mistakes.push(Mistake::new(place, "a filter sees every picture: `fps` is for plugins that only look"));
            }
        }
    }
}

/// What is wrong with using a plugin here, by its roles.
fn misplaced(place: UsePlace<'_>, plugin: &Plugin) -> Option<String> {
    let fits = |role: &Role| match place {
        UsePlace::Chain(..) => role.sees_pictures() || *role == Role::Poller,
        UsePlace::Sink(..) => *role == Role::EventSink,
        UsePlace::FormatPolicy(_) => *role == Role::FormatPolicy,
        UsePlace::AccessPolicy => *role == Role::AccessPolicy,
    };
    let wanted = match place {
        UsePlace::Chain(..) => "an analyzer, a filter or a poller",
        UsePlace::Sink(..) => "an event sink",
        UsePlace::FormatPolicy(_) => "a format policy",
        UsePlace::AccessPolicy => "an access policy",
    };
    let is: Vec<_> = plugin.roles().iter().map(|role| role.as_str()).collect();
    (!plugin.roles().iter().any(fits))
        .then(|| format!("{wanted} belongs here, and the plugin `{}` is: {}", plugin.name(), is.join(", ")))
}

/// Compiled plugins are kept where the system keeps what can be made again; without such a place they are compiled at each start.
fn cache() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute()).or_else(home);
    cache.map(|cache| cache.join("framegate"))
}

/// A child of this program compiles, since a compilation keeps hundreds of megabytes; this process does where it cannot find itself.
fn compiler() -> Compiler {
    std::env::current_exe().map_or(Compiler::InProcess, Compiler::Child)
}
