//! The plugins that are there, and where they run.

use hub::{Hub, InForce};
use media::StreamName;
use plugin::{Role, ServiceSnapshot};
use serde::Serialize;

use crate::plugins::Plugin;

/// `GET /api/plugins`.
#[derive(Clone, Debug, Serialize)]
pub struct List {
    /// All plugins that the configuration names, by name.
    pub plugins: Vec<Installed>,
}

/// A plugin, and every place in a stream's chain where it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Installed {
    /// Its name in `streams.toml`.
    pub name: String,
    /// The name of a bundled component, or a file.
    pub component: String,
    /// The hash of the component, in lower case hexadecimal.
    pub sha256: String,
    /// What it does.
    pub roles: Vec<Role>,
    /// What the component calls itself.
    pub title: String,
    /// The component's own version.
    pub version: String,
    /// What it says of itself, a sentence.
    pub description: String,
    /// The streams in whose chain it stands, each as often as it does.
    pub streams: Vec<Use>,
    /// The streams that it serves as a poller or an event sink.
    pub services: Vec<Service>,
}

/// A plugin that serves a stream away from its pictures.
#[derive(Clone, Debug, Serialize)]
pub struct Service {
    /// The stream.
    pub stream: StreamName,
    /// How it is there.
    #[serde(flatten)]
    pub status: ServiceSnapshot,
}

/// A plugin on a stream.
#[derive(Clone, Debug, Serialize)]
pub struct Use {
    /// The stream.
    pub stream: StreamName,
    /// How it is there.
    #[serde(flatten)]
    pub status: Plugin,
}

impl List {
    /// All of them as they are now.
    pub fn now(hub: &Hub) -> Self {
        let in_force = hub.in_force();
        let (mut uses, mut services) = (uses(hub), services(hub));
        let names = in_force.config.plugins.keys();
        let plugins = names.filter_map(|name| Installed::of(&in_force, name, &mut uses, &mut services));
        Self { plugins: plugins.collect() }
    }
}

impl Installed {
    /// One of them as it is now; none if the configuration does not name it.
    pub fn now(hub: &Hub, name: &str) -> Option<Self> {
        Self::of(&hub.in_force(), name, &mut uses(hub), &mut services(hub))
    }

    /// Takes what is its own out of all uses and services.
    fn of(in_force: &InForce, name: &str, uses: &mut Vec<Use>, services: &mut Vec<Service>) -> Option<Self> {
        let plugin = in_force.plugins.get(name)?;
        let described = plugin.describe();
        Some(Self {
            name: name.to_owned(),
            component: plugin.config().component.to_string(),
            sha256: plugin.sha256(),
            roles: plugin.roles().to_vec(),
            title: described.name.clone(),
            version: described.version.clone(),
            description: described.description.clone(),
            streams: uses.extract_if(.., |used| used.status.name == name).collect(),
            services: services.extract_if(.., |service| service.status.plugin == name).collect(),
        })
    }
}

/// The plugins of all streams, in the order of streams and chains.
fn uses(hub: &Hub) -> Vec<Use> {
    let of_entry = |entry: std::sync::Arc<hub::Entry>| {
        let stream = entry.name().clone();
        let plugins = entry.pictures().snapshot().plugins.into_iter();
        plugins.map(move |link| Use { stream: stream.clone(), status: Plugin::of(link) })
    };
    hub.entries().into_iter().flat_map(of_entry).collect()
}

/// The pollers and event sinks of all streams.
fn services(hub: &Hub) -> Vec<Service> {
    let of_entry = |entry: std::sync::Arc<hub::Entry>| {
        let stream = entry.name().clone();
        let services = entry.service_snapshots().into_iter();
        services.map(move |status| Service { stream: stream.clone(), status })
    };
    hub.entries().into_iter().flat_map(of_entry).collect()
}
