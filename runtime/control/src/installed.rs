//! The plugins that are there, and where they run.

use config::Component;
use hub::{Hub, InForce};
use media::StreamName;
use plugin::Role;
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
    /// The streams that use it, each as often as it does.
    pub streams: Vec<Use>,
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
        let mut uses = uses(hub);
        let names = in_force.config.plugins.keys();
        let plugins = names.filter_map(|name| Installed::of(&in_force, name, |of| take(&mut uses, of)));
        Self { plugins: plugins.collect() }
    }
}

impl Installed {
    /// One of them as it is now; none if the configuration does not name it.
    pub fn now(hub: &Hub, name: &str) -> Option<Self> {
        Self::of(&hub.in_force(), name, |of| take(&mut uses(hub), of))
    }

    fn of(in_force: &InForce, name: &str, streams: impl FnOnce(&str) -> Vec<Use>) -> Option<Self> {
        let plugin = in_force.plugins.get(name)?;
        let described = plugin.describe();
        Some(Self {
            name: name.to_owned(),
            component: match &plugin.config().component {
                Component::Bundled(name) => name.clone(),
                Component::File(path) => path.display().to_string(),
            },
            sha256: plugin.sha256(),
            roles: plugin.roles().to_vec(),
            title: described.name.clone(),
            version: described.version.clone(),
            description: described.description.clone(),
            streams: streams(name),
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

fn take(uses: &mut Vec<Use>, plugin: &str) -> Vec<Use> {
    let (taken, left) = std::mem::take(uses).into_iter().partition(|used| used.status.name == plugin);
    *uses = left;
    taken
}
