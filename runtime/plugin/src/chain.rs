mod link;
mod scene;
mod succession;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use codec::Picture;
use config::resolved::PluginUse;
use journal::Journal;
use media::{Annotation, StreamName, Timestamp};

use crate::deadline::thread_cpu;
use crate::guest::Frame;
use crate::state::States;
use crate::{ChainStats, Plugin, Role};
use link::{Answer, Running};
use scene::Scenes;

pub use succession::{Refused, Succession};

/// One plugin of a chain, with its options, which are not printed: there may be secrets among them.
#[derive(Clone)]
pub struct Link {
    /// The plugin.
    pub plugin: Arc<Plugin>,
    /// A JSON object.
    pub options: serde_json::Value,
    /// At most so many pictures a second, for an analyzer; between two its last verdict holds.
    pub fps: Option<u32>,
    /// Pictures are made for it also when nobody watches.
    pub always: bool,
}

/// What a chain is made with beside its links.
#[derive(Clone)]
pub struct Keep {
    /// Where its plugins keep what outlives them.
    pub states: States,
    /// Where events go.
    pub journal: Journal,
    /// Whether somebody wants the stills of events.
    pub stills: EventStills,
}

/// Whether events get the picture that belongs to them: not unless somebody wants it. Cloning gives another handle.
#[derive(Clone, Debug, Default)]
pub struct EventStills(Arc<AtomicBool>);

impl EventStills {
    /// From now on a still is made for each event of a picture that is shown, or not.
    pub fn want(&self, wanted: bool) {
        self.0.store(wanted, Ordering::Relaxed);
    }

    fn are_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
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

/// The plugins of one stream that see pictures, in the order written. Lives on the stream's picture worker, a thread that runs no async tasks.
pub struct Chain {
    links: Vec<Running>,
    stream: StreamName,
    keep: Keep,
    scenes: Scenes,
    stats: Arc<ChainStats>,
    /// What was found in the picture that was shown last.
    found: Arc<[Annotation]>,
    /// Nothing was shown since the source connected.
    fresh: bool,
    clock: Clock,
}

/// What back-off and rates of events count by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The clock that goes forward.
    #[default]
    Steady,
    /// When pictures were received: for pictures that are shown faster or slower than they came, which then give the same answers everywhere.
    Pictures,
}

impl Link {
    /// A link as it is written.
    pub fn new(plugin: Arc<Plugin>, used: &PluginUse) -> Self {
        Self { plugin, options: used.options.clone(), fps: used.fps, always: used.always }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plugin, fps, always, .. } = self;
        f.debug_struct("Link")
            .field("plugin", &plugin.name())
            .field("fps", fps)
            .field("always", always)
            .finish_non_exhaustive()
    }
}

impl Chain {
    /// A chain of the links that see pictures; its instances are made with the first picture, on the thread that brings it.
    pub fn new(stream: &StreamName, links: Vec<Link>, keep: Keep) -> Self {
        let seeing = links.into_iter().filter(|link| link.plugin.picture_role().is_some());
        let links: Vec<_> = seeing.map(|link| Running::new(link, stream, &keep)).collect();
        let stats = Arc::new(ChainStats::new(links.iter().map(Running::stats).collect()));
        let (stream, scenes) = (stream.clone(), Scenes::default());
        Self { links, stream, keep, scenes, stats, found: Arc::default(), fresh: true, clock: Clock::default() }
    }

    /// The same, counting by another clock.
    pub fn by(self, clock: Clock) -> Self {
        Self { clock, ..self }
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
        let now = match self.clock {
            Clock::Steady => Instant::now(),
            Clock::Pictures => picture.stamp().received.steady,
        };
        let through = self.through(Frame { picture, annotations: Vec::new(), now }, mode);
        let annotations = through.as_ref().map_or_else(|_| Arc::default(), scene::annotations);
        let told: Vec<_> = self.links.iter_mut().flat_map(Running::take_told).collect();
        if !told.is_empty() {
            let shown = through.as_ref().ok().map(|frame| &frame.picture);
            self.scenes.tell(&self.stream, &self.keep, told, shown, &annotations);
        }
        match through {
            Ok(frame) => {
                self.fresh = false;
                self.found = annotations;
                Outcome::Shown(frame.picture)
            }
            Err(kept_back) => kept_back,
        }
    }

    /// The picture behind the last plugin, or what became of it before.
    fn through(&mut self, mut frame: Frame, mode: Mode) -> Result<Frame, Outcome> {
        let mut cpu = thread_cpu();
        for link in &mut self.links {
            let asked = mode == Mode::All || link.role() == Role::Filter;
            let answer = match asked {
                true => link.process(frame, &mut cpu, self.fresh),
                false => link.skip(frame),
            };
            frame = match answer {
                Answer::Kept(frame) => frame,
                Answer::Dropped(frame) if self.fresh => frame,
                Answer::Dropped(_) => return Err(Outcome::Gated { plugin: link.gated() }),
                Answer::Withheld => return Err(Outcome::Withheld { plugin: link.name().to_owned() }),
            };
        }
        Ok(frame)
    }

    /// What the plugins found in the picture that was shown last.
    pub fn found(&self) -> Arc<[Annotation]> {
        Arc::clone(&self.found)
    }

    /// Whether an analyzer is to see a picture of this time.
    pub fn looks_at(&self, at: Timestamp) -> bool {
        self.links.iter().any(|link| link.role() == Role::Analyzer && link.is_due(at))
    }

    /// 90 kHz ticks between two looks of the analyzer that looks most often, 0 where it looks at every picture; none without analyzers.
    pub fn look_interval(&self) -> Option<i64> {
        self.links.iter().filter(|link| link.role() == Role::Analyzer).map(Running::interval).min()
    }

    /// The counters, to be read from any thread.
    pub fn snapshot_handle(&self) -> Arc<ChainStats> {
        Arc::clone(&self.stats)
    }

    /// Whether a plugin of the chain changes pixels.
    pub fn has_filter(&self) -> bool {
        self.links.iter().any(|link| link.role() == Role::Filter)
    }

    /// Whether a plugin of the chain only looks.
    pub fn has_analyzer(&self) -> bool {
        self.links.iter().any(|link| link.role() == Role::Analyzer)
    }
}
