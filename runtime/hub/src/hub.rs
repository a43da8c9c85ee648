use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use config::Config;
use journal::Journal;
use media::{BadName, Moment, StreamName};
use picture::{Encoders, Pictures};
use plugin::{Link, Plugin, States};
use stream::Stream;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{Entry, template};

/// Plugins by their names in `streams.toml`.
pub type Plugins = BTreeMap<String, Arc<Plugin>>;

/// What a hub is made from.
pub struct Parts {
    /// What was configured; the template included.
    pub config: Config,
    /// The plugins that it names, checked.
    pub plugins: Plugins,
    /// The encoder threads.
    pub encoders: Encoders,
    /// Where events go.
    pub journal: Journal,
    /// All tasks, to be waited for.
    pub tracker: TaskTracker,
    /// Ends all streams.
    pub stop: CancellationToken,
    /// The runtime.
    pub runtime: Handle,
}

/// Why there is no stream of a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThere {
    /// It is no name.
    #[error(transparent)]
    BadName(#[from] BadName),
    /// Nobody configured it.
    #[error("no stream named `{0}` is configured")]
    Unknown(StreamName),
    /// The template has made as many as it may.
    #[error("the template of `{0}` has made {max} streams already", max = template::MAX_STREAMS)]
    TooMany(StreamName),
}

/// The configuration that is in force, and the plugins that it names.
#[derive(Debug, Default)]
pub struct InForce {
    /// What was configured; settings that wait for the next start are as they were.
    pub config: Config,
    /// Every plugin that `config` names.
    pub plugins: Plugins,
}

/// The registry of names.
pub struct Hub {
    pub(crate) parts: Shared,
    in_force: RwLock<Arc<InForce>>,
    /// Held while another configuration is put in force.
    pub(crate) applying: tokio::sync::Mutex<()>,
    entries: RwLock<BTreeMap<StreamName, Arc<Entry>>>,
    started: Moment,
}

/// What all streams share.
pub(crate) struct Shared {
    encoders: Encoders,
    journal: Journal,
    pub(crate) tracker: TaskTracker,
    stop: CancellationToken,
    pub(crate) runtime: Handle,
}

impl InForce {
    /// Plugins that only settings need that are as they were come from `old`.
    pub(crate) fn new(config: Config, mut plugins: Plugins, old: &Self) -> Self {
        for name in config.plugins.keys() {
            if let (false, Some(plugin)) = (plugins.contains_key(name), old.plugins.get(name)) {
                plugins.insert(name.clone(), plugin.clone());
            }
        }
        Self { config, plugins }
    }

    /// The chain of a stream.
    pub(crate) fn links(&self, stream: &config::Stream) -> Vec<Link> {
        let links = stream.plugins.iter().map(|used| {
            // All were loaded before a configuration is put in force; a plugin that is left out would open what a mask should hide.
            let plugin = self.plugins.get(&used.plugin).expect("every plugin of a stream was loaded");
            Link::new(plugin.clone(), used)
        });
        links.collect()
    }
}

impl Hub {
    /// Makes all configured streams. They connect when somebody wants them, or at once with `on_demand = false`.
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts { config, plugins, encoders, journal, tracker, stop, runtime } = parts;
        let in_force = Arc::new(InForce { config, plugins });
        let hub = Arc::new(Self {
            parts: Shared { encoders, journal, tracker, stop, runtime },
            in_force: RwLock::new(in_force.clone()),
            applying: tokio::sync::Mutex::default(),
            entries: RwLock::default(),
            started: Moment::now(),
        });
        let streams = in_force.config.streams.iter();
        *hub.write() =
            streams.map(|(name, config)| (name.clone(), hub.make(&in_force, config.clone(), false))).collect();
        let (sweeping, stop) = (Arc::downgrade(&hub), hub.parts.stop.clone());
        // Also without a template: there may be one later.
        hub.parts.tracker.spawn_on(
            async move {
                while stop.run_until_cancelled(tokio::time::sleep(template::SWEEP)).await.is_some() {
                    let Some(hub) = sweeping.upgrade() else { return };
                    hub.sweep().await;
                }
            },
            &hub.parts.runtime,
        );
        hub
    }

    /// The stream of a name; one that only the template allows comes into being.
    pub fn entry(&self, name: &str) -> Result<Arc<Entry>, NotThere> {
        if let Some(entry) = self.read().get(name) {
            entry.touch();
            return Ok(entry.clone());
        }
        let name: StreamName = name.parse()?;
        if self.in_force().config.template.is_none() {
            return Err(NotThere::Unknown(name));
        }
        let mut entries = self.write();
        if let Some(entry) = entries.get(&name) {
            return Ok(entry.clone());
        }
        // Asked anew under the lock that is held while that changes.
        let in_force = self.in_force();
        let Some(template) = &in_force.config.template else {
            return Err(NotThere::Unknown(name));
        };
        if entries.values().filter(|entry| entry.from_template).count() >= template::MAX_STREAMS {
            return Err(NotThere::TooMany(name));
        }
        let entry = self.make(&in_force, Arc::new(template.named(name.clone())), true);
        entries.insert(name, entry.clone());
        Ok(entry)
    }

    /// All streams, by name.
    pub fn entries(&self) -> Vec<Arc<Entry>> {
        self.read().values().cloned().collect()
    }

    /// When it was made.
    pub fn started(&self) -> Moment {
        self.started
    }

    /// What is configured now.
    pub fn in_force(&self) -> Arc<InForce> {
        self.in_force.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What happened.
    pub fn journal(&self) -> &Journal {
        &self.parts.journal
    }

    /// Ends all streams: TEARDOWN to their cameras, no still any more to their viewers. The tracker tells when their tasks are gone.
    pub async fn close(&self) {
        self.parts.stop.cancel();
        let entries = std::mem::take(&mut *self.write());
        // The workers are threads: they are joined where waiting is allowed.
        let joined = self.parts.runtime.spawn_blocking(move || {
            for entry in entries.values() {
                entry.pictures().close();
            }
        });
        if joined.await.is_err() {
            tracing::error!("a picture worker could not be joined");
        }
    }

    pub(crate) fn make(&self, in_force: &InForce, config: Arc<config::Stream>, from_template: bool) -> Arc<Entry> {
        let links = in_force.links(&config);
        let Shared { journal, tracker, stop, runtime, encoders } = &self.parts;
        let _in_runtime = runtime.enter();
        let stream = Stream::spawn(
            config,
            &stream::Parts { journal: journal.clone(), tracker: tracker.clone(), stop: stop.clone() },
        );
        let parts = picture::Parts { encoders: encoders.clone(), journal: journal.clone(), runtime: runtime.clone() };
        let states = States::default();
        let pictures = Pictures::new(stream.clone(), links, states, parts);
        Arc::new(Entry::new(stream, pictures, from_template))
    }

    /// Ends the streams that only the template made and nobody uses.
    async fn sweep(&self) {
        let unused: Vec<_> = {
            let mut entries = self.write();
            let names: Vec<_> = entries
                .iter()
                .filter(|(_, entry)| entry.from_template && entry.unused_for() >= template::UNUSED_AFTER)
                .map(|(name, _)| name.clone())
                .collect();
            names.iter().filter_map(|name| entries.remove(name)).collect()
        };
        for entry in unused {
            tracing::info!(stream = %entry.name(), "unused, taken back by the template");
            entry.stream().clone().close().await;
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<StreamName, Arc<Entry>>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write_in_force(&self) -> RwLockWriteGuard<'_, Arc<InForce>> {
        self.in_force.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<StreamName, Arc<Entry>>> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}
