//! One chain behind another: what can fail is done aside, and what is left to do between two pictures cannot.

use std::sync::Arc;

use media::StreamName;

use super::link::Running;
use super::{Chain, Keep, Link};
use crate::instance::Instance;
use crate::{ChainStats, Mistake, Plugin, Role};

/// What makes one chain into another, prepared.
pub struct Succession {
    next: Vec<Next>,
    /// A filter comes or changes.
    changes_filters: bool,
}

/// Where a link of the new chain comes from.
enum Next {
    /// From this place of the old one, as it is.
    Kept { from: usize, link: Link },
    /// From there, with other options; the instance took them, and takes over where the running one does not.
    Reconfigured { from: usize, link: Link, instance: Box<Instance> },
    /// From there as far as counters go, with other code.
    Renewed { from: usize, link: Link, instance: Box<Instance> },
    /// It was not there.
    New { link: Link, instance: Box<Instance> },
}

/// Why a chain does not take another's place: the old one goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("plugin `{plugin}`: {}", mistakes.iter().map(|mistake| format!("`{}` {}", mistake.path, mistake.message)).collect::<Vec<_>>().join("; "))]
pub struct Refused {
    /// Its place in the new chain's links, from 0.
    pub place: usize,
    /// The plugin.
    pub plugin: String,
    /// What is wrong with its options, or how it failed on them.
    pub mistakes: Vec<Mistake>,
}

impl Chain {
    /// Prepares what makes a chain of `old` links one of `new` links: instances are made and take their options here. Blocks for as long as plugins
    /// take to start; for any thread that runs no async tasks.
    ///
    /// Links are told apart by their plugin's name; the n-th of a name in the old chain becomes the n-th in the new one.
    pub fn prepare(stream: &StreamName, old: &[Link], new: &[Link], keep: &Keep) -> Result<Succession, Refused> {
        let old: Vec<&Link> = old.iter().filter(|link| link.plugin.picture_role().is_some()).collect();
        let mut taken = vec![false; old.len()];
        let mut next = Vec::with_capacity(new.len());
        for (place, link) in new.iter().enumerate() {
            let from = (0..old.len()).find(|&at| !taken[at] && old[at].plugin.name() == link.plugin.name());
            if let Some(from) = from {
                taken[from] = true;
                keeps_its_role(place, &old[from].plugin, &link.plugin)?;
            }
            if link.plugin.picture_role().is_none() {
                continue;
            }
            let link = link.clone();
            let prepared = || -> Result<Box<Instance>, Refused> {
                let (identity, state) = (link.plugin.identity(Some(stream)), keep.states.of(link.plugin.name()));
                let instance = link.plugin.configured(identity, &link.options, state, Some(keep.journal.clone()));
                instance.map(Box::new).map_err(|why| refused(place, &link.plugin, why.into_mistakes(&link.plugin)))
            };
            next.push(match from {
                None => Next::New { instance: prepared()?, link },
                Some(from) if !Arc::ptr_eq(&old[from].plugin, &link.plugin) => {
                    Next::Renewed { from, instance: prepared()?, link }
                }
                Some(from) if old[from].options != link.options => {
                    Next::Reconfigured { from, instance: prepared()?, link }
                }
                Some(from) => Next::Kept { from, link },
            });
        }
        let changes_filters = changes_filters(&old, new);
        Ok(Succession { next, changes_filters })
    }

    /// Becomes the chain that was prepared, between two pictures. What plugins keep in `state`, counters and instances that did not change go on.
    pub fn succeed(&mut self, succession: Succession) {
        if succession.changes_filters {
            // What was made before is shown nowhere any more: not again by who failed, and not with an event.
            self.links.iter_mut().for_each(Running::forget);
            self.keep.journal.forget_stills(&self.stream);
        }
        let mut old: Vec<Option<Running>> = std::mem::take(&mut self.links).into_iter().map(Some).collect();
        for next in succession.next {
            let (from, link, instance) = match next {
                Next::Kept { from, link } => (Some(from), link, None),
                Next::Reconfigured { from, link, instance } | Next::Renewed { from, link, instance } => {
                    (Some(from), link, Some(instance))
                }
                Next::New { link, instance } => (None, link, Some(instance)),
            };
            let was = from.and_then(|from| old.get_mut(from)).and_then(Option::take);
            let is_same_plugin = was.as_ref().is_some_and(|was| Arc::ptr_eq(&was.link.plugin, &link.plugin));
            let mut running = was.unwrap_or_else(|| Running::new(link.clone(), &self.stream, &self.keep));
            match instance {
                None => running.keep(link),
                Some(instance) if is_same_plugin => running.reconfigure(link, *instance),
                Some(instance) => running.renew(link, *instance),
            }
            self.links.push(running);
        }
        self.stats = Arc::new(ChainStats::new(self.links.iter().map(Running::stats).collect()));
    }
}

impl Succession {
    /// Whether a filter comes or changes: then nothing that was made before may be shown any more.
    pub fn changes_filters(&self) -> bool {
        self.changes_filters
    }
}

fn refused(place: usize, plugin: &Plugin, mistakes: Vec<Mistake>) -> Refused {
    Refused { place, plugin: plugin.name().to_owned(), mistakes }
}

/// A plugin that hid something must not stop doing so by being loaded anew: a component under the same name that no longer sees pictures, or no longer
/// changes them, is refused.
fn keeps_its_role(place: usize, old: &Plugin, new: &Plugin) -> Result<(), Refused> {
    let (was, is) = (old.picture_role(), new.picture_role());
    let lost = match (was, is) {
        (Some(Role::Filter), Some(Role::Analyzer)) => "it was a filter and only looks now",
        (Some(_), None) => "it saw pictures and does not any more",
        _ => return Ok(()),
    };
    let message = format!("{lost}: write it under another name, or take it out of the chain first");
    Err(refused(place, new, vec![Mistake { path: String::new(), message }]))
}

/// Whether the new filters, with their options, are not just some of the old ones in their order.
fn changes_filters(old: &[&Link], new: &[Link]) -> bool {
    let is_filter = |link: &&Link| link.plugin.picture_role() == Some(Role::Filter);
    let mut old = old.iter().copied().filter(is_filter);
    new.iter()
        .filter(is_filter)
        .any(|link| !old.any(|was| Arc::ptr_eq(&was.plugin, &link.plugin) && was.options == link.options))
}
