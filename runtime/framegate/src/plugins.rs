//! The plugins that the file names: loaded, and asked whether they take the options written for them.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use config::{Loaded, Mistake, UsePlace};
use plugin::{Compiler, Host, Plugin, Settings};

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
            Err(error) => mistakes.push(Mistake::new(loaded.places.plugin(name, "component"), error.to_string())),
        }
    }
    check_options(loaded, &plugins, &mut mistakes);
    if mistakes.is_empty() { Ok(plugins) } else { Err(mistakes) }
}

/// Asks each plugin once about the same options, however many streams have them.
fn check_options(loaded: &Loaded, plugins: &BTreeMap<String, Arc<Plugin>>, mistakes: &mut Vec<Mistake>) {
    let mut asked: HashMap<(&str, String), Vec<plugin::Mistake>> = HashMap::new();
    let named = loaded.config.streams.iter().map(|(name, stream)| (name.as_str(), stream));
    let template = loaded.config.template.iter().map(|stream| (config::TEMPLATE, stream));
    for (name, stream) in named.chain(template) {
        for (index, used) in stream.plugins.iter().enumerate() {
            let Some(plugin) = plugins.get(&used.plugin) else {
                continue;
            };
            let found = asked
                .entry((&used.plugin, used.options.to_string()))
                .or_insert_with(|| plugin.check(&stream.name, &used.options).err().unwrap_or_default());
            for mistake in found {
                let place = loaded.places.option(UsePlace::Chain(name, index), &mistake.path);
                mistakes.push(Mistake::new(place, mistake.message.clone()));
            }
        }
    }
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
