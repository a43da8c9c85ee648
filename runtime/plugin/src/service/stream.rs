use std::sync::Arc;

use config::SinkUse;
use journal::Journal;
use media::StreamName;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::poller::{self, Whose};
use super::sink::{self, Wants};
use super::stats::ServiceStats;
use super::upkeep::Upkeep;
use super::{ServiceSnapshot, Services};
use crate::state::States;
use crate::{Link, Plugin, Role};

/// One plugin that is told of a stream's events.
#[derive(Clone, Debug)]
pub struct SinkLink {
    /// The plugin.
    pub plugin: Arc<Plugin>,
    /// Its options and the kinds of events.
    pub used: SinkUse,
}

/// The services of one stream. Dropping it ends them.
pub struct StreamServices {
    services: Services,
    stream: StreamName,
    states: States,
    journal: Journal,
    /// Whether pictures are being made for somebody: pollers of plugins that see pictures rest otherwise.
    wanted: watch::Receiver<bool>,
    running: Vec<Running>,
}

/// One service that runs.
struct Running {
    what: What,
    stats: Arc<ServiceStats>,
    _stop: DropGuard,
}

/// What a service is made from: one that is made from the same goes on.
#[derive(Clone)]
enum What {
    Poller { plugin: Arc<Plugin>, options: serde_json::Value, always: bool },
    Sink(SinkLink),
}

impl StreamServices {
    /// Nothing runs until [`Self::apply`].
    pub fn new(
        services: &Services,
        stream: &StreamName,
        states: &States,
        journal: &Journal,
        wanted: watch::Receiver<bool>,
    ) -> Self {
        let (services, stream, states, journal) = (services.clone(), stream.clone(), states.clone(), journal.clone());
        Self { services, stream, states, journal, wanted, running: Vec::new() }
    }

    /// Runs the pollers among these links, and these sinks. Those that ran already with the same plugin, loaded once, and the same options are not
    /// touched; others end.
    pub fn apply(&mut self, links: &[Link], sinks: &[SinkLink]) {
        let pollers = links.iter().filter(|link| link.plugin.is(Role::Poller)).map(|link| What::Poller {
            plugin: Arc::clone(&link.plugin),
            options: link.options.clone(),
            always: link.always || link.plugin.picture_role().is_none(),
        });
        let mut old = std::mem::take(&mut self.running);
        for what in pollers.chain(sinks.iter().cloned().map(What::Sink)) {
            let running = match old.iter().position(|running| running.what.is_same(&what)) {
                Some(at) => old.swap_remove(at),
                None => {
                    // A sink that is loaded anew, or has other options, goes on where the one before it was.
                    let before = old.iter().find(|running| running.what.is_sink_of(&what));
                    let behind = before.map(|running| running.stats.done());
                    self.start(what, behind)
                }
            };
            self.running.push(running);
        }
    }

    fn start(&self, what: What, behind: Option<u64>) -> Running {
        let (plugin, options, role) = match &what {
            What::Poller { plugin, options, .. } => (plugin, options, Role::Poller),
            What::Sink(sink) => (&sink.plugin, &sink.used.options, Role::EventSink),
        };
        let stats = ServiceStats::new(plugin.name(), role);
        let (identity, state) = (plugin.identity(Some(&self.stream)), self.states.of(plugin.name()));
        let (journal, stop) = (self.journal.clone(), CancellationToken::new());
        let upkeep = Upkeep::new(plugin, options, identity, state, journal.clone(), Arc::clone(&stats), role);
        match &what {
            What::Poller { plugin, always, .. } => {
                let wanted = if *always { watch::channel(true).1 } else { self.wanted.clone() };
                let whose = Whose { stream: self.stream.to_string(), plugin: plugin.name().to_owned() };
                self.services.spawn(&stop, poller::run(upkeep, plugin.config.every, wanted, whose));
            }
            What::Sink(sink) => {
                let capacity = sink.plugin.config.queue as usize;
                let behind = behind.unwrap_or_else(|| *journal.watch().borrow());
                stats.is_done_with(behind);
                let wants = Wants { stream: self.stream.clone(), used: sink.used.clone(), capacity, behind };
                self.services.spawn(&stop, sink::run(upkeep, wants, journal));
            }
        }
        Running { what, stats, _stop: stop.drop_guard() }
    }

    /// All of them, pollers first.
    pub fn snapshot(&self) -> Vec<ServiceSnapshot> {
        self.running.iter().map(|running| running.stats.snapshot()).collect()
    }
}

impl What {
    /// Whether both are sinks of plugins of one name.
    fn is_sink_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sink(sink), Self::Sink(other)) => sink.used.plugin == other.used.plugin,
            _ => false,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Poller { plugin, options, always },
                Self::Poller { plugin: other, options: other_options, always: other_always },
            ) => Arc::ptr_eq(plugin, other) && options == other_options && always == other_always,
            (Self::Sink(sink), Self::Sink(other)) => {
                Arc::ptr_eq(&sink.plugin, &other.plugin) && sink.used == other.used
            }
            _ => false,
        }
    }
}
