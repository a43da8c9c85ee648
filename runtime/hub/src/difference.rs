//! The difference between two configurations, as data: what has to be done so that the second is in force.
//!
//! Architecture invariant: pure. What is not named here is not touched.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use config::{Config, PluginUse, Stream};
use media::StreamName;

/// What changes from one configuration to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Streams that the new one has and the old one has not.
    pub added: BTreeSet<StreamName>,
    /// Streams that the old one has and the new one has not.
    pub removed: BTreeSet<StreamName>,
    /// Streams that both have, and what is new about them.
    pub changed: BTreeMap<StreamName, Change>,
    /// What is new about the template.
    pub template: Template,
    /// Plugins that are new, or whose bytes or declaration are.
    pub plugins: BTreeSet<String>,
    /// Plugins that are no longer declared or used.
    pub plugins_removed: BTreeSet<String>,
    /// Users, tokens, what is allowed to others, or whose word is taken for who asks is new.
    pub people: bool,
    /// `[compat]` is new.
    pub compat: bool,
    /// `log.level` is new.
    pub log_level: bool,
    /// Other keys of `[log]` are new: they take effect at the next start.
    pub log: bool,
    /// Keys of `[server]` that are new: they take effect at the next start.
    pub server: Vec<&'static str>,
    /// Another number of streams may run at once.
    pub max_streams: bool,
}

/// What is new about a stream, or about the template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Its chain, and how much of it.
    pub chain: Option<Chain>,
    /// `events`, or a plugin that is told.
    pub events: bool,
    /// `stills.policy`, or the plugin that chooses.
    pub format_policy: bool,
    /// Other keys.
    pub settings: Vec<&'static str>,
}

/// What is new about a chain. What is to be done about each instance, the plugin room finds out by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// Options, sampling: the instances stay.
    Options,
    /// Plugins, their places or their order: there are other instances.
    Plugins,
}

/// What is new about the template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Template {
    /// Nothing.
    #[default]
    Same,
    /// It is there now.
    Added,
    /// It is no longer there: what was made from it goes.
    Removed,
    /// It is another: streams made from here on are as it says, those that are there get its plugins.
    Changed(Change),
}

impl Difference {
    /// From what is in force to what is to be; `replaced` are the plugins that were loaded anew, whatever their declaration says.
    pub fn between(old: &Config, new: &Config, replaced: &BTreeSet<String>) -> Self {
        let is_new = |name: &str| replaced.contains(name) || old.plugins.get(name) != new.plugins.get(name);
        let plugins: BTreeSet<_> = new.plugins.keys().filter(|name| is_new(name)).cloned().collect();
        let changes = new.streams.iter().filter_map(|(name, stream)| {
            let change = Change::between(old.streams.get(name)?, stream, &plugins);
            (!change.is_empty()).then(|| (name.clone(), change))
        });
        let template = match (&old.template, &new.template) {
            (None, None) => Template::Same,
            (None, Some(_)) => Template::Added,
            (Some(_), None) => Template::Removed,
            (Some(old), Some(new)) => match Change::between(old, new, &plugins) {
                change if change.is_empty() => Template::Same,
                change => Template::Changed(change),
            },
        };
        Self {
            added: new.streams.keys().filter(|name| !old.streams.contains_key(*name)).cloned().collect(),
            removed: old.streams.keys().filter(|name| !new.streams.contains_key(*name)).cloned().collect(),
            changed: changes.collect(),
            template,
            plugins_removed: old.plugins.keys().filter(|name| !new.plugins.contains_key(*name)).cloned().collect(),
            people: old.people != new.people || let_in(&old.server) != let_in(&new.server),
            compat: old.compat != new.compat,
            log_level: old.log.level != new.log.level,
            log: (old.log.format, &old.log.file) != (new.log.format, &new.log.file),
            server: server(&old.server, &new.server),
            max_streams: old.server.max_streams != new.server.max_streams,
            plugins,
        }
    }

    /// Whether there is nothing to do and nothing to tell.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is in force when the difference was applied: the new configuration, but for those keys of `[server]` that take effect at the next start.
    pub fn in_force(&self, old: &Config, new: Config) -> Config {
        let trusted_proxies = new.server.trusted_proxies.clone();
        let server = config::Server { max_streams: new.server.max_streams, trusted_proxies, ..old.server.clone() };
        let log = config::Log { level: new.log.level.clone(), ..old.log.clone() };
        let mut config = Config { server, log, ..new };
        if let Some(policy) = &old.server.access_policy
            && let Some(plugin) = old.plugins.get(&policy.plugin)
        {
            config.plugins.entry(policy.plugin.clone()).or_insert_with(|| Arc::clone(plugin));
        }
        config
    }

    /// The keys that take effect at the next start, whole.
    pub fn at_next_start(&self) -> Vec<String> {
        let server = self.server.iter().map(|key| format!("server.{key}"));
        server.chain(self.log.then(|| "log".to_owned())).collect()
    }
}

impl Change {
    fn between(old: &Stream, new: &Stream, plugins: &BTreeSet<String>) -> Self {
        let events = old.events != new.events || new.events.iter().any(|used| plugins.contains(&used.plugin));
        let format_policy = old.format_policy != new.format_policy
            || new.format_policy.iter().any(|used| plugins.contains(&used.plugin));
        Self {
            chain: Chain::between(&old.plugins, &new.plugins, plugins),
            events,
            format_policy,
            settings: settings(old, new),
        }
    }

    /// Whether nothing is new.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Chain {
    fn between(old: &[PluginUse], new: &[PluginUse], plugins: &BTreeSet<String>) -> Option<Self> {
        let same_plugins = old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.plugin == new.plugin);
        if !same_plugins || new.iter().any(|used| plugins.contains(&used.plugin)) {
            return Some(Self::Plugins);
        }
        (old != new).then_some(Self::Options)
    }
}

/// The keys of a stream that differ, but for its plugins.
fn settings(old: &Stream, new: &Stream) -> Vec<&'static str> {
    // Whole, so that a new key does not compile before it has its place here.
    let Stream {
        name: _,
        source,
        credentials,
        transport,
        sound,
        on_demand,
        start_timeout,
        close_after,
        stall_timeout,
        max_viewers,
        max_renditions,
        plugins: _,
        events: _,
        stills,
        format_policy: _,
        hls,
        video,
        push,
    } = new;
    let compared = [
        ("source", old.source == *source),
        ("username", old.credentials == *credentials),
        ("transport", old.transport == *transport),
        ("sound", old.sound == *sound),
        ("on_demand", old.on_demand == *on_demand),
        ("start_timeout", old.start_timeout == *start_timeout),
        ("close_after", old.close_after == *close_after),
        ("stall_timeout", old.stall_timeout == *stall_timeout),
        ("max_viewers", old.max_viewers == *max_viewers),
        ("max_renditions", old.max_renditions == *max_renditions),
        ("stills", old.stills == *stills),
        ("hls", old.hls == *hls),
        // `ladder` too: what differs is what both come to.
        ("video", old.video == *video),
        ("push", old.push == *push),
    ];
    compared.into_iter().filter(|(_, same)| !same).map(|(key, _)| key).collect()
}

/// What of `[server]` decides, beside people, who is who.
fn let_in(server: &config::Server) -> impl PartialEq + '_ {
    (&server.trusted_proxies, &server.link_secret, &server.cors)
}

/// The keys of `[server]` that differ and need another listener.
fn server(old: &config::Server, new: &config::Server) -> Vec<&'static str> {
    let compared = [
        ("listen", old.listen == new.listen),
        ("control", old.control == new.control),
        // Another certificate is served at once.
        ("tls", old.tls.is_some() == new.tls.is_some()),
        ("access", old.access == new.access),
        ("access_policy", old.access_policy == new.access_policy),
    ];
    compared.into_iter().filter(|(_, same)| !same).map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests;
