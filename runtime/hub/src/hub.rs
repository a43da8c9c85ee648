use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use config::Config;
use journal::Journal;
use media::{BadName, Moment, StreamName};
use picture::{Encoders, Pictures};
use plugin::policy::{Policies, Use};
use plugin::{Link, Plugin, States};
use stream::Stream;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{Entry, template};

/// What a hub is made from.
pub struct Parts {
    /// What was configured; the template included.
    pub config: Config,
    /// The plugins that it names, checked.
    pub plugins: BTreeMap<String, Arc<Plugin>>,
    /// The encoder threads.
    pub encoders: Encoders,
    /// Where format policies are asked.
    pub policies: Policies,
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

/// The registry of names.
pub struct Hub {
    parts: Parts,
    entries: RwLock<BTreeMap<StreamName, Arc<Entry>>>,
    started: Moment,
}

impl Hub {
    /// Makes all configured streams. They connect when somebody wants them, or at once with `on_demand = false`.
    pub fn new(parts: Parts) -> Arc<Self> {
        let hub = Arc::new(Self { parts, entries: RwLock::default(), started: Moment::now() });
        let made =
            hub.parts.config.streams.iter().map(|(name, config)| (name.clone(), hub.make(config.clone(), false)));
        *hub.write() = made.collect();
        if hub.parts.config.template.is_some() {
            let (sweeping, stop) = (Arc::downgrade(&hub), hub.parts.stop.clone());
            hub.parts.tracker.spawn_on(
                async move {
                    while stop.run_until_cancelled(tokio::time::sleep(template::SWEEP)).await.is_some() {
                        let Some(hub) = sweeping.upgrade() else { return };
                        hub.sweep().await;
                    }
                },
                &hub.parts.runtime,
            );
        }
        hub
    }

    /// The stream of a name; one that only the template allows comes into being.
    pub fn entry(&self, name: &str) -> Result<Arc<Entry>, NotThere> {
        if let Some(entry) = self.read().get(name) {
            entry.touch();
            return Ok(entry.clone());
        }
        let name: StreamName = name.parse()?;
        let Some(template) = &self.parts.config.template else {
            return Err(NotThere::Unknown(name));
        };
        let mut entries = self.write();
        if let Some(entry) = entries.get(&name) {
            return Ok(entry.clone());
        }
        if entries.values().filter(|entry| entry.from_template).count() >= template::MAX_STREAMS {
            return Err(NotThere::TooMany(name));
        }
        let entry = self.make(Arc::new(template.named(name.clone())), true);
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

    fn make(&self, config: Arc<config::Stream>, from_template: bool) -> Arc<Entry> {
        let states = States::default();
        let format_policy = config.format_policy.as_ref().and_then(|used| {
            self.parts.policies.format(Use {
                stream: config.name.clone(),
                plugin: self.parts.plugins.get(&used.plugin).cloned(),
                options: used.options.clone(),
                states: states.clone(),
                journal: self.parts.journal.clone(),
            })
        });
        let links = config.plugins.iter().map(|used| {
            // The program checks at start that all are there; a plugin that is not would open what a mask should hide.
            let plugin = self.parts.plugins.get(&used.plugin).expect("every plugin of a stream was loaded");
            Link::new(plugin.clone(), used)
        });
        let links = links.collect();
        let Parts { journal, tracker, stop, runtime, encoders, .. } = &self.parts;
        let _in_runtime = runtime.enter();
        let stream = Stream::spawn(
            config,
            &stream::Parts { journal: journal.clone(), tracker: tracker.clone(), stop: stop.clone() },
        );
        let parts = picture::Parts { encoders: encoders.clone(), journal: journal.clone(), runtime: runtime.clone() };
        let pictures = Pictures::new(stream.clone(), links, states, parts);
        Arc::new(Entry::new(stream, pictures, format_policy, from_template))
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

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<StreamName, Arc<Entry>>> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}
