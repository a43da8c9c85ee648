//! The plugins that the file names: loaded, and asked whether they take the options written for them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use config::{Component, Loaded, Mistake, UsePlace};
use hub::{InForce, Plugins};
use journal::Journal;
use media::StreamName;
use plugin::{Compiler, Host, Plugin, Role, Settings};
use sha2::{Digest, Sha256};

use crate::bundled;
use crate::registries::{self, Registries, Told};

/// Loads plugins, all on one engine. Starts it with the first.
#[derive(Default)]
pub(crate) struct Loader {
    host: OnceLock<Arc<Host>>,
    registries: Registries,
}

/// Why a plugin cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotLoaded {
    /// By its component.
    #[error(transparent)]
    Plugin(#[from] plugin::Error),
    /// By the registry that its component is in.
    #[error(transparent)]
    Registry(#[from] registry::Error),
}

/// The plugins of a file, and which of them were loaded anew.
pub(crate) struct Set {
    pub(crate) plugins: Plugins,
    pub(crate) replaced: BTreeSet<String>,
}

/// Every mistake about the plugins of a file, and which plugins could not be loaded, with the reason.
#[derive(Default)]
pub(crate) struct Refused {
    pub(crate) mistakes: Vec<Mistake>,
    pub(crate) plugins: Vec<(String, String)>,
}

impl NotLoaded {
    /// For who typed a command: what to do about it comes in the next line.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Plugin(error) => error.to_string(),
            Self::Registry(error) => registries::told(error),
        }
    }
}

impl Loader {
    /// One for a server: what takes its time is told in the log, and by events.
    pub(crate) fn logged(journal: Journal) -> Self {
        Self { registries: Registries::new(Told::Log(journal)), ..Self::default() }
    }

    /// All that are named in the file, or every mistake about them, each with its place. Those of `before` whose bytes and declaration are the same stay
    /// as they are.
    ///
    /// Takes as long as pulling and compiling do, and runs guests: not on a thread that runs async tasks.
    pub(crate) fn load(&self, loaded: &Loaded, before: &InForce) -> Result<Set, Refused> {
        let mut refused = Refused { mistakes: Vec::new(), plugins: Vec::new() };
        let mut set = Set { plugins: Plugins::new(), replaced: BTreeSet::new() };
        for (name, config) in &loaded.config.plugins {
            if let Some(held) = before.plugins.get(name).filter(|held| is_same(held, config)) {
                set.plugins.insert(name.clone(), held.clone());
                continue;
            }
            match self.again(config) {
                Ok(plugin) => {
                    set.plugins.insert(name.clone(), plugin);
                    set.replaced.insert(name.clone());
                }
                Err(error) => {
                    refused.mistakes.push(mistake(loaded, name, &error));
                    refused.plugins.push((name.clone(), error.to_string()));
                }
            }
        }
        check_uses(loaded, &set, before, &mut refused.mistakes);
        if refused.mistakes.is_empty() { Ok(set) } else { Err(refused) }
    }

    /// One plugin, whether anything changed or not.
    pub(crate) fn again(&self, config: &config::Plugin) -> Result<Arc<Plugin>, NotLoaded> {
        Ok(match self.pulled(config)? {
            Some(bytes) => self.host()?.load_from(config, &bytes)?,
            None => self.host()?.load(config)?,
        })
    }

    /// One plugin, for who only looks at it: its grants need not be written.
    pub(crate) fn inspect(&self, config: &config::Plugin) -> Result<Arc<Plugin>, NotLoaded> {
        Ok(match self.pulled(config)? {
            Some(bytes) => self.host()?.inspect_from(config, &bytes)?,
            None => self.host()?.inspect(config)?,
        })
    }

    /// The registries that it pulls from.
    pub(crate) fn registries(&self) -> &Registries {
        &self.registries
    }

    /// The bytes of a component that is in a registry.
    fn pulled(&self, config: &config::Plugin) -> Result<Option<Vec<u8>>, registry::Error> {
        match &config.component {
            Component::Oci(reference) => self.registries.pull(reference).map(Some),
            Component::Bundled(_) | Component::File(_) => Ok(None),
        }
    }

    fn host(&self) -> Result<&Arc<Host>, plugin::Error> {
        if let Some(host) = self.host.get() {
            return Ok(host);
        }
        let host = Host::new(Settings { bundled: bundled::ALL, cache: cache(), compiler: compiler() })?;
        Ok(self.host.get_or_init(|| host))
    }
}

/// Whether a plugin was loaded from this declaration, and from the bytes that there are now.
fn is_same(plugin: &Plugin, config: &config::Plugin) -> bool {
    plugin.config() == config && has_hash(&config.component, &plugin.sha256())
}

/// The files of the plugins that a file names, to be looked at.
pub(crate) fn files(config: &config::Config) -> BTreeSet<PathBuf> {
    let files = config.plugins.values().filter_map(|plugin| match &plugin.component {
        Component::File(path) => Some(path.clone()),
        // Neither ever becomes another one.
        Component::Bundled(_) | Component::Oci(_) => None,
    });
    files.collect()
}

/// Whether a component has this hash; not if it cannot be read, which loading it tells. One in a registry is what was loaded, for its reference has its digest.
fn has_hash(component: &Component, loaded: &str) -> bool {
    let hash = match component {
        Component::Oci(_) => return true,
        Component::Bundled(name) => {
            let bundled = bundled::ALL.iter().find(|bundled| bundled.name == name);
            bundled.map(|bundled| Sha256::digest(bundled.bytes))
        }
        Component::File(path) => {
            // In pieces: a component may have a quarter of a gigabyte.
            let mut hasher = Sha256::new();
            let read = std::fs::File::open(path).and_then(|mut file| std::io::copy(&mut file, &mut hasher));
            read.ok().map(|_| hasher.finalize())
        }
    };
    hash.is_some_and(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>() == loaded)
}

/// Why a plugin cannot be used, where it is declared; for missing grants the lines to add.
pub(crate) fn mistake(loaded: &Loaded, name: &str, error: &NotLoaded) -> Mistake {
    let component = || Mistake::new(loaded.places.plugin(name, "component"), error.to_string());
    let error = match error {
        NotLoaded::Plugin(error) => error,
        NotLoaded::Registry(error) => {
            return match error.help() {
                Some(help) => component().help(help),
                None => component(),
            };
        }
    };
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
        _ => component(),
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

/// Whether each plugin plays the role that it is used in, and takes its options: asked once about the same ones, however many streams have them, and not
/// again about those that it took before.
fn check_uses(loaded: &Loaded, set: &Set, before: &InForce, mistakes: &mut Vec<Mistake>) {
    let plugins = &set.plugins;
    let taken: HashSet<_> =
        uses(&before.config).into_iter().map(|used| (used.plugin, used.options.to_string())).collect();
    let mut asked: HashMap<(&str, String), Vec<plugin::Mistake>> = HashMap::new();
    for used in uses(&loaded.config) {
        let Some(plugin) = plugins.get(used.plugin) else { continue };
        if let Some(wrong) = misplaced(used.place, plugin) {
            mistakes.push(Mistake::new(loaded.places.used(used.place), wrong));
            continue;
        }
        let question = (used.plugin, used.options.to_string());
        if !set.replaced.contains(used.plugin) && taken.contains(&question) {
            continue;
        }
        let found =
            asked.entry(question).or_insert_with(|| plugin.check(used.stream, used.options).err().unwrap_or_default());
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
pub(crate) fn cache() -> Option<PathBuf> {
    if cfg!(test) {
        // What somebody has there decides no test, and the program of a unit test compiles nothing as a child.
        return None;
    }
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute()).or_else(home);
    cache.map(|cache| cache.join("framegate"))
}

/// A child of this program compiles, since a compilation keeps hundreds of megabytes; this process does where it cannot find itself.
fn compiler() -> Compiler {
    std::env::current_exe().map_or(Compiler::InProcess, Compiler::Child)
}
