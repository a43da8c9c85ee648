//! Another configuration put in force while everything runs: what did not change is not touched, and either all of it is done or nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use config::{Config, Stream};
use media::StreamName;
use plugin::{Link, Role, Succession};
use serde_json::json;
use tokio::runtime::Handle;

use crate::difference::Template;
use crate::entry::Made;
use crate::hub::InForce;
use crate::{Difference, Entry, Hub, Plugins};

/// What was put in force.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What was different.
    pub difference: Difference,
    /// The streams whose chains go on with other plugins or options, streams of the template included.
    pub chains: BTreeSet<StreamName>,
}

/// Nothing was put in force.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotApplied {
    /// A plugin does not take its place in the chain of a stream.
    #[error("stream `{stream}`: {why}")]
    Refused {
        /// The stream.
        stream: StreamName,
        /// Which plugin, and what is wrong.
        why: plugin::Refused,
    },
    /// A plugin does not do what it is used for away from the pictures.
    #[error("plugin `{plugin}` {why}")]
    Unfit {
        /// The plugin.
        plugin: String,
        /// Where, and what is wrong.
        why: String,
    },
    /// The program ends.
    #[error("the program ends")]
    Ending,
}

/// A stream that goes on as it is configured now.
struct Follower {
    entry: Arc<Entry>,
    config: Arc<Stream>,
    /// None where its chain stays as it is.
    chain: Option<(Vec<Link>, Succession)>,
}

impl Hub {
    /// Puts another configuration in force, with the plugins that it names; `replaced` are those that were loaded anew. Chains change between two pictures,
    /// another source takes the place of the one before, viewers stay; when this returns nobody is given a still any more that a new or changed filter has
    /// not seen.
    ///
    /// New instances are made and configured aside, before anything is touched: one that fails leaves everything as it was. What needs another listener
    /// stays as it is until the next start, see [`Difference::at_next_start`].
    pub async fn apply(
        self: &Arc<Self>,
        new: Config,
        plugins: Plugins,
        replaced: &BTreeSet<String>,
    ) -> Result<Applied, NotApplied> {
        // Two at once would each prepare for what the other is about to replace.
        let _alone = self.applying.lock().await;
        let old = self.in_force();
        let difference = Difference::between(&old.config, &new, replaced);
        let next = Arc::new(InForce::new(difference.in_force(&old.config, new), plugins, &old));
        let there = self.entries();
        let followers = followers(&there, &next, &difference);
        let prepared = {
            let (hub, next, plugins) = (self.clone(), next.clone(), difference.plugins.clone());
            self.parts.runtime.spawn_blocking(move || {
                services_fit(&next, &plugins)?;
                hub.prepare(followers, &next)
            })
        };
        let followers = prepared.await.map_err(|_| NotApplied::Ending)??;
        let gone = self.put(&difference, next.clone(), &there);
        let chains = followers.iter().filter(|follower| follower.chain.is_some());
        let chains = chains.map(|follower| follower.entry.name().clone()).collect();
        let hub = self.clone();
        let ending = gone.clone();
        let changing = self.parts.runtime.spawn_blocking(move || {
            // Those that go show nothing any more either: what they are made of is no longer in force.
            ending.iter().for_each(|entry| entry.pictures().close());
            hub.change_over(followers, &next);
        });
        changing.await.map_err(|_| NotApplied::Ending)?;
        for entry in gone {
            tracing::info!(stream = %entry.name(), "no longer configured: ends");
            self.journal().write("stream-removed", Some(entry.name()), None, json!({ "reason": "not-configured" }));
            // Telling its camera may take a while, and nobody waits for it.
            self.parts.tracker.spawn_on(end(entry, self.parts.runtime.clone()), &self.parts.runtime);
        }
        Ok(Applied { difference, chains })
    }

    /// Makes and configures aside what is new in their chains.
    fn prepare(&self, followers: Vec<Follower>, next: &InForce) -> Result<Vec<Follower>, NotApplied> {
        let prepared = followers.into_iter().map(|follower| {
            let (entry, config) = (&follower.entry, &follower.config);
            let (old, new) = (entry.pictures().links(), next.links(config));
            let is_same = |(old, new): (&Link, &Link)| Arc::ptr_eq(&old.plugin, &new.plugin);
            let same_plugins = old.len() == new.len() && old.iter().zip(&new).all(is_same);
            if same_plugins && entry.config().plugins == config.plugins {
                return Ok(follower);
            }
            let succession = entry
                .pictures()
                .prepare(&new)
                .map_err(|why| NotApplied::Refused { stream: entry.name().clone(), why })?;
            Ok(Follower { chain: Some((new, succession)), ..follower })
        });
        prepared.collect()
    }

    /// Makes the new streams, and gives back those that are to go.
    fn put(&self, difference: &Difference, next: Arc<InForce>, there: &[Arc<Entry>]) -> Vec<Arc<Entry>> {
        let mut entries = self.write();
        *self.write_in_force() = next.clone();
        self.parts.limit.set(next.config.server.max_streams);
        self.guard(&next);
        // Made from the template meanwhile, as it was.
        let is_too_late = |entry: &Arc<Entry>| {
            matches!(difference.template, Template::Changed(_)) && !there.iter().any(|known| Arc::ptr_eq(known, entry))
        };
        let goes = |name: &StreamName, entry: &Arc<Entry>| match entry.from_template {
            // One that is written now begins anew, as it is written.
            true => {
                difference.template == Template::Removed || next.config.streams.contains_key(name) || is_too_late(entry)
            }
            false => difference.removed.contains(name),
        };
        let names: Vec<_> =
            entries.iter().filter(|(name, entry)| goes(name, entry)).map(|(name, _)| name.clone()).collect();
        let gone = names.iter().filter_map(|name| entries.remove(name)).collect();
        for (name, config) in &next.config.streams {
            if !entries.contains_key(name) {
                entries.insert(name.clone(), self.make(&next, config.clone(), false));
            }
        }
        gone
    }

    /// On a thread where waiting is allowed.
    fn change_over(&self, followers: Vec<Follower>, next: &InForce) {
        for Follower { entry, config, chain } in followers {
            let (before, links) = (entry.config(), entry.pictures().links());
            let new_links = chain.as_ref().map_or(&links, |(new_links, _)| new_links);
            let changes_filters = chain.as_ref().is_some_and(|(_, succession)| succession.changes_filters());
            let changes_video = before.video != config.video;
            // Where the last filter goes nothing has to be hidden, and what the camera sent is offered again.
            let is_made_otherwise = Made::of(&before, &links) != Made::of(&config, new_links);
            let changes_offer = changes_filters || changes_video || is_made_otherwise;
            if changes_offer {
                entry.revoke_offer();
            }
            if let Some((links, succession)) = chain {
                entry.pictures().apply(links, succession);
            }
            // Behind its filters: no picture of another source comes before them.
            entry.stream().configure(config);
            match changes_video {
                true => entry.pictures().video_anew(),
                false => entry.pictures().configured(),
            }
            if changes_offer {
                entry.offer_anew();
            }
            self.serve(&entry, next);
        }
    }
}

/// The streams that are there and go on otherwise, as they are to be.
fn followers(there: &[Arc<Entry>], next: &InForce, difference: &Difference) -> Vec<Follower> {
    let of_template = match &difference.template {
        Template::Changed(_) => next.config.template.as_ref(),
        Template::Same | Template::Added | Template::Removed => None,
    };
    let followers = there.iter().filter_map(|entry| {
        let config = match entry.from_template {
            true => Arc::new(of_template?.named(entry.name().clone())),
            false => {
                difference.changed.get(entry.name())?;
                next.config.streams.get(entry.name())?.clone()
            }
        };
        Some(Follower { entry: entry.clone(), config, chain: None })
    });
    let followers = followers.filter(|follower| {
        let uses_new = used_by(&follower.config).any(|used| difference.plugins.contains(used));
        uses_new || follower.entry.config() != follower.config
    });
    followers.collect()
}

/// Whether the plugins that were loaded anew still do what they are used for away from the pictures, and take their options for it: one that does not
/// would, as the access policy, let nobody in who could mend it.
fn services_fit(next: &InForce, loaded: &BTreeSet<String>) -> Result<(), NotApplied> {
    let fits = |name: &str, role: Role, stream: Option<&StreamName>, options: &serde_json::Value| {
        let unfit = |why: String| Err(NotApplied::Unfit { plugin: name.to_owned(), why });
        let Some(plugin) = next.plugins.get(name).filter(|_| loaded.contains(name)) else { return Ok(()) };
        if !plugin.is(role) {
            return unfit(format!("is no longer an {}", role.as_str()));
        }
        plugin.check(stream, options).or_else(|mistakes| {
            let mistakes: Vec<_> = mistakes.iter().map(|told| format!("`{}` {}", told.path, told.message)).collect();
            unfit(format!("refuses its options as {}: {}", role.as_str(), mistakes.join("; ")))
        })
    };
    if let Some(used) = &next.config.server.access_policy {
        fits(&used.plugin, Role::AccessPolicy, None, &used.options)?;
    }
    for (name, stream) in &next.config.streams {
        for used in &stream.events {
            fits(&used.plugin, Role::EventSink, Some(name), &used.options)?;
        }
        if let Some(used) = &stream.format_policy {
            fits(&used.plugin, Role::FormatPolicy, Some(name), &used.options)?;
        }
    }
    Ok(())
}

/// The plugins that a stream uses, in every role.
fn used_by(stream: &Stream) -> impl Iterator<Item = &String> {
    let chain = stream.plugins.iter().map(|used| &used.plugin);
    let sinks = stream.events.iter().map(|used| &used.plugin);
    chain.chain(sinks).chain(stream.format_policy.iter().map(|used| &used.plugin))
}

/// Ends a stream: its viewers are told that it is gone.
async fn end(entry: Arc<Entry>, runtime: Handle) {
    entry.stream().clone().close().await;
    // The worker is a thread: it is joined where waiting is allowed.
    if runtime.spawn_blocking(move || entry.pictures().close()).await.is_err() {
        tracing::error!("a picture worker could not be joined");
    }
}
