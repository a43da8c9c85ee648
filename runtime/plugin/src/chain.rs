mod link;

use std::sync::Arc;

use codec::Picture;
use journal::Journal;
use media::StreamName;

use crate::deadline::thread_cpu;
use crate::guest::Frame;
use crate::state::State;
use crate::{ChainStats, Plugin, Role};
use link::{Answer, Running};

/// One plugin of a chain, with its options.
#[derive(Clone, Debug)]
pub struct Link {
    /// The plugin.
    pub plugin: Arc<Plugin>,
    /// A JSON object.
    pub options: serde_json::Value,
}

/// Which plugins see a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All.
    All,
    /// Those that change it: analyzers are skipped while the stream is behind or catches up. What one said last still holds.
    FiltersOnly,
}

/// What became of a picture.
#[derive(Debug)]
pub enum Outcome {
    /// It goes on.
    Shown(Picture),
    /// A plugin said `drop`.
    Gated {
        /// Which.
        plugin: String,
    },
    /// A plugin failed, or is down, and its `on_error` keeps the picture back.
    Withheld {
        /// Which.
        plugin: String,
    },
}

/// The plugins of one stream, in the order written. Lives on the stream's picture worker, a thread that runs no async tasks.
pub struct Chain {
    links: Vec<Running>,
    stats: Arc<ChainStats>,
    /// Nothing was shown since the source connected.
    fresh: bool,
}

impl Chain {
    /// A chain; its instances are made with the first picture, on the thread that brings it. What plugins keep in `state` lives as long as the
    /// chain, shared by those of one name.
    pub fn new(stream: &StreamName, links: Vec<Link>, journal: Journal) -> Self {
        let mut states: Vec<(Arc<str>, State)> = Vec::new();
        let links: Vec<_> = links
            .into_iter()
            .map(|link| {
                let name = &link.plugin.name;
                let state = match states.iter().find(|(of, _)| of == name) {
                    Some((_, state)) => state.clone(),
                    None => {
                        let state = State::default();
                        states.push((Arc::clone(name), state.clone()));
                        state
                    }
                };
                Running::new(link, stream, state, journal.clone())
            })
            .collect();
        let stats = Arc::new(ChainStats::new(links.iter().map(Running::stats).collect()));
        Self { links, stats, fresh: true }
    }

    /// The source connected (again): the first picture from here is shown whatever a plugin's verdict.
    pub fn connected(&mut self) {
        self.fresh = true;
    }

    /// Takes a picture through the plugins. Never panics and never takes longer than their deadlines, whatever they do.
    pub fn process(&mut self, picture: Picture, mode: Mode) -> Outcome {
        if self.links.is_empty() {
            return Outcome::Shown(picture);
        }
        let mut frame = Frame { picture, annotations: Vec::new() };
        let mut cpu = thread_cpu();
        for link in &mut self.links {
            let answer = match (mode, link.role()) {
                (Mode::FiltersOnly, Role::Analyzer) => link.skip(frame),
                _ => link.process(frame, &mut cpu, self.fresh),
            };
            frame = match answer {
                Answer::Kept(frame) => frame,
                Answer::Dropped(frame) if self.fresh => frame,
                Answer::Dropped(_) => return Outcome::Gated { plugin: link.gated() },
                Answer::Withheld => {
                    return Outcome::Withheld { plugin: link.name().to_owned() };
                }
            };
        }
        self.fresh = false;
        Outcome::Shown(frame.picture)
    }

    /// The counters, to be read from any thread.
    pub fn snapshot_handle(&self) -> Arc<ChainStats> {
        Arc::clone(&self.stats)
    }

    /// Whether a plugin of the chain changes pixels.
    pub fn has_filter(&self) -> bool {
        self.links.iter().any(|link| link.role() == Role::Filter)
    }
}
