//! The plugins that are there, and where they run.

use hub::{Hub, InForce};
use media::StreamName;
use plugin::{Role, ServiceSnapshot, policy};
use serde::Serialize;

use crate::plugins::Plugin;

/// `GET /api/plugins`.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "PluginList")]
pub struct List {
    /// All plugins that the configuration names, by name.
    pub plugins: Vec<Installed>,
}

/// A plugin, and every place in a stream's chain where it stands.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Plugin")]
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
    /// The streams whose format policy it is.
    pub format_policies: Vec<FormatPolicy>,
    /// How it is as the access policy, if it is that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_policy: Option<ServiceSnapshot>,
}

/// A plugin that chooses what the viewers of a stream get, counted since it was put in force there.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "FormatPolicyOfStream")]
pub struct FormatPolicy {
    /// The stream.
    pub stream: StreamName,
    /// How it is there.
    #[serde(flatten)]
    pub status: policy::Snapshot,
}

/// A plugin that serves a stream away from its pictures.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "ServiceOfStream")]
pub struct Service {
    /// The stream.
    pub stream: StreamName,
    /// How it is there.
    #[serde(flatten)]
    pub status: ServiceSnapshot,
}

/// A plugin on a stream.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "PluginOfStream")]
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
        let mut places = Places::of(hub);
        let names = in_force.config.plugins.keys();
        Self { plugins: names.filter_map(|name| Installed::of(&in_force, name, &mut places)).collect() }
    }
}

impl Installed {
    /// One of them as it is now; none if the configuration does not name it.
    pub fn now(hub: &Hub, name: &str) -> Option<Self> {
        Self::of(&hub.in_force(), name, &mut Places::of(hub))
    }

    /// Takes what is its own out of all places.
    fn of(in_force: &InForce, name: &str, places: &mut Places) -> Option<Self> {
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
            streams: places.uses.extract_if(.., |used| used.status.name == name).collect(),
            services: places.services.extract_if(.., |service| service.status.plugin == name).collect(),
            format_policies: places.policies.extract_if(.., |(of, _)| of == name).map(|(_, policy)| policy).collect(),
            access_policy: places.access_policy.take_if(|policy| policy.plugin == name),
        })
    }
}

/// Every place where a plugin does something, in the order of streams.
struct Places {
    uses: Vec<Use>,
    services: Vec<Service>,
    /// Each with the plugin that it is.
    policies: Vec<(String, FormatPolicy)>,
    access_policy: Option<ServiceSnapshot>,
}

impl Places {
    fn of(hub: &Hub) -> Self {
        let access_policy = hub.access_policy().map(|policy| policy.snapshot());
        let mut places = Self { uses: Vec::new(), services: Vec::new(), policies: Vec::new(), access_policy };
        for entry in hub.entries() {
            let stream = || entry.name().clone();
            let plugins = entry.pictures().snapshot().plugins.into_iter();
            places.uses.extend(plugins.map(|link| Use { stream: stream(), status: Plugin::of(link) }));
            let services = entry.service_snapshots().into_iter();
            places.services.extend(services.map(|status| Service { stream: stream(), status }));
            let policy = entry.policy_snapshot();
            places.policies.extend(policy.map(|(name, status)| (name, FormatPolicy { stream: stream(), status })));
        }
        places
    }
}
