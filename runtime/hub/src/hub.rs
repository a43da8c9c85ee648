use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use config::Config;
use journal::Journal;
use media::{BadName, Moment, StreamName};
use picture::{Encoders, Pictures};
use plugin::policy::{Policies, Use};
use plugin::{AccessPolicy, Link, Plugin, SinkLink, States, StreamServices};
use serde_json::json;
use stream::Stream;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::entry::Services;
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
    /// Where format policies are asked.
    pub policies: Policies,
    /// Where pollers and event sinks run.
    pub services: plugin::Services,
    /// What operators said of streams.
    pub held: BTreeMap<StreamName, Held>,
    /// Where events go.
    pub journal: Journal,
    /// All tasks, to be waited for.
    pub tracker: TaskTracker,
    /// Ends all streams.
    pub stop: CancellationToken,
    /// The runtime.
    pub runtime: Handle,
}

/// What an operator said of a stream, whoever declared it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Held {
    /// Connected, also while nobody watches.
    Started,
    /// Not connected, whoever wants to watch.
    Stopped,
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
    access_policy: RwLock<Option<Asked>>,
    /// Of streams that are not there too: the template may make them again, or the file have them again.
    held: RwLock<BTreeMap<StreamName, Held>>,
    started: Moment,
}

/// The access policy, and the plugin that it is made from.
struct Asked {
    plugin: Arc<Plugin>,
    policy: AccessPolicy,
}

/// What all streams share.
pub(crate) struct Shared {
    encoders: Encoders,
    policies: Policies,
    services: plugin::Services,
    journal: Journal,
    pub(crate) tracker: TaskTracker,
    stop: CancellationToken,
    pub(crate) runtime: Handle,
    pub(crate) limit: stream::Limit,
}

/// Has a stream do what an operator said.
fn obey(stream: &Stream, held: Held) {
    match held {
        Held::Started => stream.start(),
        Held::Stopped => stream.stop(),
    }
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

    /// The event sinks of a stream.
    pub(crate) fn sinks(&self, stream: &config::Stream) -> Vec<SinkLink> {
        let sinks = stream.events.iter().map(|used| {
            let plugin = self.plugins.get(&used.plugin).expect("every plugin of a stream was loaded").clone();
            SinkLink { plugin, used: used.clone() }
        });
        sinks.collect()
    }
}

impl Hub {
    /// Makes all configured streams. They connect when somebody wants them, or at once with `on_demand = false`.
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts { config, plugins, encoders, policies, services, held, journal, tracker, stop, runtime } = parts;
        let in_force = Arc::new(InForce { config, plugins });
        let limit = stream::Limit::default();
        limit.set(in_force.config.server.max_streams);
        let hub = Arc::new(Self {
            parts: Shared { encoders, policies, services, journal, tracker, stop, runtime, limit },
            in_force: RwLock::new(in_force.clone()),
            applying: tokio::sync::Mutex::default(),
            entries: RwLock::default(),
            access_policy: RwLock::default(),
            held: RwLock::new(held),
            started: Moment::now(),
        });
        let streams = in_force.config.streams.iter();
        *hub.write() =
            streams.map(|(name, config)| (name.clone(), hub.make(&in_force, config.clone(), false))).collect();
        hub.guard(&in_force);
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

    /// The stream of a name, if it is there.
    pub fn existing(&self, name: &StreamName) -> Option<Arc<Entry>> {
        self.read().get(name).cloned()
    }

    /// An operator says something of a stream, or takes it back: then it has another session, if somebody wants one. It holds for a stream of this name
    /// that comes later, too.
    pub fn hold(&self, name: &StreamName, held: Option<Held>) {
        {
            let mut all = self.held.write().unwrap_or_else(PoisonError::into_inner);
            match held {
                Some(held) => _ = all.insert(name.clone(), held),
                None => _ = all.remove(name),
            }
        }
        if let Some(entry) = self.existing(name) {
            match held {
                Some(held) => obey(entry.stream(), held),
                None => entry.stream().restart(),
            }
        }
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

    /// How many streams may run at once, and do.
    pub fn limit(&self) -> &stream::Limit {
        &self.parts.limit
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
        let (links, states) = (in_force.links(&config), States::default());
        let Shared { journal, tracker, stop, runtime, encoders, services, limit, .. } = &self.parts;
        let _in_runtime = runtime.enter();
        let stream = Stream::spawn(
            config,
            &stream::Parts {
                journal: journal.clone(),
                tracker: tracker.clone(),
                stop: stop.clone(),
                limit: limit.clone(),
            },
        );
        if let Some(held) = self.held.read().unwrap_or_else(PoisonError::into_inner).get(stream.name()) {
            obey(&stream, *held);
        }
        let parts = picture::Parts { encoders: encoders.clone(), journal: journal.clone(), runtime: runtime.clone() };
        let pictures = Pictures::new(stream.clone(), links, states.clone(), parts);
        let wanted = pictures.working();
        let services = StreamServices::new(services, stream.name(), &states, journal, wanted);
        let entry = Entry::new(
            stream,
            pictures,
            Services { states, running: Mutex::new(services), journal: journal.clone() },
            from_template,
        );
        self.serve(&entry, in_force);
        Arc::new(entry)
    }

    /// Who is asked about every request, if that is configured.
    pub fn access_policy(&self) -> Option<AccessPolicy> {
        let asked = self.access_policy.read().unwrap_or_else(PoisonError::into_inner);
        asked.as_ref().map(|asked| asked.policy.clone())
    }

    /// Has requests decided by the access policy that is in force; the same one goes on.
    pub(crate) fn guard(&self, in_force: &InForce) {
        let mut asked = self.access_policy.write().unwrap_or_else(PoisonError::into_inner);
        let Some(used) = &in_force.config.server.access_policy else {
            *asked = None;
            return;
        };
        // It was loaded before a configuration is put in force: without it everybody would be let in.
        let plugin = in_force.plugins.get(&used.plugin).expect("the access policy was loaded");
        if !asked.as_ref().is_some_and(|asked| Arc::ptr_eq(&asked.plugin, plugin)) {
            let policy = AccessPolicy::new(&self.parts.services, plugin, &used.options, &self.parts.journal);
            *asked = Some(Asked { plugin: plugin.clone(), policy });
        }
    }

    /// Runs what its configuration names beside the chain: pollers, event sinks, the format policy. What did not change goes on.
    pub(crate) fn serve(&self, entry: &Entry, in_force: &InForce) {
        let config = entry.config();
        entry.pictures().want_event_stills(!config.events.is_empty());
        entry.services().apply(&in_force.links(&config), &in_force.sinks(&config));
        let policy = config.format_policy.as_ref().map(|used| (in_force.plugins.get(&used.plugin).cloned(), used));
        entry.set_format_policy(policy, |(plugin, used)| {
            self.parts.policies.format(Use {
                stream: config.name.clone(),
                plugin,
                options: used.options,
                states: entry.states(),
                journal: self.parts.journal.clone(),
            })
        });
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
            self.journal().write("stream-removed", Some(entry.name()), None, json!({ "reason": "unused" }));
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
