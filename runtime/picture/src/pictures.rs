use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use codec::Pool;
use journal::Journal;
use plugin::{Chain, ChainStats, EventStills, Keep, Link, LinkSnapshot, States};
use stream::{Start, Stream};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};

use crate::generation::Generation;
use crate::measure::Measure;
use crate::outlet::Outlet;
use crate::succession::Pending;
use crate::video::Video;
use crate::worker::Worker;
use crate::{Condition, Encoders, MeasureSnapshot, Rendition, Stills, VariantSnapshot, Want};

/// What all streams share.
#[derive(Clone)]
pub struct Parts {
    /// The encoder threads.
    pub encoders: Encoders,
    /// Where plugins' events go.
    pub journal: Journal,
    /// The runtime on which the workers wait.
    pub runtime: Handle,
}

/// The pictures of one stream: a worker thread while somebody wants them, nothing otherwise.
pub struct Pictures {
    pub(crate) shared: Arc<Shared>,
}

/// What viewers and the worker share.
pub(crate) struct Shared {
    pub(crate) stream: Stream,
    pub(crate) parts: Parts,
    /// Told when a viewer comes or goes.
    pub(crate) demand: Arc<Notify>,
    pub(crate) measure: Arc<Measure>,
    pub(crate) condition: watch::Sender<Condition>,
    pub(crate) pool: Pool,
    pub(crate) generation: Generation,
    pub(crate) keep: Keep,
    /// Whether a worker runs, for those who rest while nobody wants pictures.
    working: watch::Sender<bool>,
    state: Mutex<State>,
}

pub(crate) struct State {
    pub(crate) outlets: Vec<Arc<Outlet>>,
    /// What the chain is made from.
    pub(crate) links: Vec<Link>,
    /// The plugins while no worker has them.
    pub(crate) chain: Option<Chain>,
    pub(crate) chain_stats: Arc<ChainStats>,
    /// What the worker is to go on with. One at a time: another takes its place.
    pub(crate) pending: Option<Pending>,
    /// Its video re-encoded, once somebody asked for it.
    pub(crate) video: Option<Arc<Video>>,
    worker: Option<JoinHandle<()>>,
    /// Whether the worker will look at the outlets again before it ends.
    pub(crate) working: bool,
    pub(crate) closed: bool,
}

/// What the worker has to do.
pub(crate) enum Wanted {
    /// These outlets have viewers, and this video is watched.
    By(Vec<Arc<Outlet>>, Option<Arc<Video>>),
    /// Other plugins are to see the pictures first.
    Otherwise(Pending),
    /// Nobody wants pictures: it ends.
    ByNobody,
}

/// The most idle picture memory that a stream keeps for its next pictures: three of 1080p.
const IDLE_POOL_BYTES: usize = 3 * 1920 * 1088 * 3 / 2;

/// How long a worker that panicked waits: what made it panic may come again with each picture.
const AFTER_PANIC: Duration = Duration::from_secs(1);

/// A stream's pictures at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What is being made.
    pub renditions: Vec<RenditionSnapshot>,
    /// Counts and times.
    pub measure: MeasureSnapshot,
    /// The plugins, in the order of the chain.
    pub plugins: Vec<LinkSnapshot>,
    /// The ways in which its video is re-encoded, once somebody asked for it.
    pub video: Vec<VariantSnapshot>,
}

/// A rendition at one moment.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct RenditionSnapshot {
    /// In words, such as `webp 640w 30/s`.
    pub rendition: String,
    /// How many get it.
    pub viewers: usize,
    /// How many stills it had so far.
    pub stills: u64,
    /// Bytes that are kept for its viewers: those of a few stills, however slow they are.
    pub kept_bytes: usize,
}

impl Pictures {
    /// Nothing runs until the first [`Self::subscribe`], unless a plugin is to see pictures always.
    pub fn new(stream: Stream, links: Vec<Link>, states: States, parts: Parts) -> Self {
        let keep = Keep { states, journal: parts.journal.clone(), stills: EventStills::default() };
        let chain = Chain::new(stream.name(), links.clone(), keep.clone());
        let state = State {
            outlets: Vec::new(),
            links,
            chain_stats: chain.snapshot_handle(),
            chain: Some(chain),
            pending: None,
            video: None,
            worker: None,
            working: false,
            closed: false,
        };
        let shared = Shared {
            demand: Arc::new(Notify::new()),
            measure: Arc::default(),
            condition: watch::Sender::new(Condition::Fine),
            pool: Pool::new(IDLE_POOL_BYTES),
            generation: Generation::default(),
            state: Mutex::new(state),
            working: watch::Sender::new(false),
            keep,
            stream,
            parts,
        };
        let shared = Arc::new(shared);
        shared.begin();
        Self { shared }
    }

    /// Stills for one viewer. What it asks for is snapped; when `max_renditions` others run it gets the nearest of those.
    pub fn subscribe(&self, want: Want) -> Stills {
        self.join(Rendition::snapped(want, &self.shared.stream.config().stills))
    }

    /// The same for one of whom is known already which rendition it gets.
    pub fn join(&self, rendition: Rendition) -> Stills {
        let config = self.shared.stream.config();
        let mut state = self.shared.lock();
        state.outlets.retain(|outlet| outlet.viewers() > 0);
        let running = &state.outlets;
        let outlet = match running.iter().find(|outlet| outlet.rendition() == rendition) {
            Some(outlet) => outlet.clone(),
            None if running.len() < config.max_renditions.max(1) as usize => {
                let outlet =
                    Arc::new(Outlet::new(rendition, self.shared.demand.clone(), self.shared.generation.clone()));
                state.outlets.push(outlet.clone());
                outlet
            }
            None => {
                let nearest = running.iter().min_by_key(|outlet| outlet.rendition().distance(&rendition));
                nearest.expect("at least one runs").clone()
            }
        };
        let stills = Stills::new(outlet.clone(), self.shared.measure.clone());
        if state.closed {
            outlet.close();
        } else if state.working {
            // The worker's own subscription is the demand; this one says that somebody came, which during back-off causes an attempt at once.
            drop(self.shared.stream.subscribe(Start::KeyFrame));
        } else {
            Shared::start(&self.shared, &mut state);
        }
        stills
    }

    /// The stream is configured otherwise.
    pub fn configured(&self) {
        self.shared.demand.notify_one();
    }

    /// Why pictures are as they are, to be awoken when that changes.
    pub fn condition(&self) -> watch::Receiver<Condition> {
        self.shared.condition.subscribe()
    }

    /// Whether pictures are being made for somebody, to be awoken when that changes.
    pub fn working(&self) -> watch::Receiver<bool> {
        self.shared.working.subscribe()
    }

    /// Whether somebody wants the stills of events.
    pub fn want_event_stills(&self, wanted: bool) {
        self.shared.keep.stills.want(wanted);
    }

    /// Counts, times, renditions, plugins.
    pub fn snapshot(&self) -> Snapshot {
        let (outlets, chain_stats, video) = {
            let state = self.shared.lock();
            (state.outlets.clone(), state.chain_stats.clone(), state.video.clone())
        };
        let renditions = outlets.iter().filter(|outlet| outlet.viewers() > 0).map(|outlet| RenditionSnapshot {
            rendition: outlet.rendition().to_string(),
            viewers: outlet.viewers(),
            stills: outlet.count(),
            kept_bytes: outlet.kept_bytes(),
        });
        Snapshot {
            renditions: renditions.collect(),
            measure: self.shared.measure.snapshot(),
            plugins: chain_stats.snapshot(),
            video: video.map(|video| video.snapshot()).unwrap_or_default(),
        }
    }

    /// Ends the worker and all viewers' stills. Waits for the worker: a picture's time at most, once its stream is closed.
    pub fn close(&self) {
        let worker = {
            let mut state = self.shared.lock();
            state.closed = true;
            for outlet in state.outlets.drain(..) {
                outlet.close();
            }
            state.close_video();
            state.worker.take()
        };
        self.shared.demand.notify_one();
        if let Some(worker) = worker {
            // A panic there was logged by the panic hook; there is nothing more to be done about it here.
            let _ = worker.join();
        }
    }
}

impl State {
    /// Whether a plugin is to see pictures also when nobody watches.
    fn always(&self) -> bool {
        self.links.iter().any(|link| link.always && link.plugin.picture_role().is_some())
    }
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn start(self: &Arc<Self>, state: &mut State) {
        if let Some(ended) = state.worker.take() {
            let _ = ended.join();
        }
        let chain = state.chain.take().unwrap_or_else(|| self.new_chain(state));
        let shared = self.clone();
        let name = format!("pic-{}", self.stream.name());
        match std::thread::Builder::new().name(name).spawn(move || shared.work(chain)) {
            Ok(handle) => {
                state.worker = Some(handle);
                state.working = true;
                self.working.send_replace(true);
            }
            Err(error) => tracing::error!(stream = %self.stream.name(), %error, "no thread for pictures"),
        }
    }

    fn new_chain(&self, state: &mut State) -> Chain {
        let chain = Chain::new(self.stream.name(), state.links.clone(), self.keep.clone());
        state.chain_stats = chain.snapshot_handle();
        chain
    }

    /// The worker's thread. A panic (a mistake of ours: bad media and bad plugins are answers) costs its decoder and its instances, not the stream.
    fn work(self: Arc<Self>, mut chain: Chain) {
        // What a codec or a plugin says here is said of this stream.
        let _span = tracing::error_span!("pictures", stream = %self.stream.name()).entered();
        loop {
            let worker = Worker::new(self.clone(), chain);
            let Err(panic) = catch_unwind(AssertUnwindSafe(|| worker.run())) else {
                return;
            };
            let what = panic
                .downcast_ref::<&str>()
                .map(|s| (*s).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned());
            let what = what.unwrap_or_default();
            tracing::error!(stream = %self.stream.name(), what, "the picture worker panicked; it begins anew");
            std::thread::sleep(AFTER_PANIC);
            let mut state = self.lock();
            // It may have panicked in the middle of going on with other plugins: what was made before has perhaps not been seen by them.
            self.generation.next();
            state.outlets.iter().for_each(|outlet| outlet.purge());
            if let Some(video) = &state.video {
                video.purge();
            }
            chain = self.new_chain(&mut state);
        }
    }

    /// For the worker, when the stream is gone: nothing will come any more.
    pub(crate) fn ended(&self, chain: Chain) {
        let mut state = self.lock();
        state.closed = true;
        state.working = false;
        self.working.send_replace(false);
        state.pending = None;
        state.chain = Some(chain);
        state.close_video();
        for outlet in state.outlets.drain(..) {
            outlet.close();
        }
    }

    /// For the worker, when it goes on with other plugins.
    pub(crate) fn succeeded(&self, stats: Arc<ChainStats>) {
        self.lock().chain_stats = stats;
    }

    /// Starts the worker where a plugin is to see pictures also when nobody watches.
    pub(crate) fn begin(self: &Arc<Self>) {
        let mut state = self.lock();
        if state.always() && !state.working && !state.closed {
            Self::start(self, &mut state);
        }
    }

    /// For the worker: what it has to do. Where that is nothing, it is so once and for all: the plugins are taken and the worker ends.
    pub(crate) fn wanted(&self, chain: &mut Option<Chain>) -> Wanted {
        let mut state = self.lock();
        if state.closed {
            state.pending = None;
        }
        if let Some(pending) = state.pending.take() {
            // Should it panic over them, it begins anew with these.
            state.links.clone_from(&pending.links);
            return Wanted::Otherwise(pending);
        }
        state.outlets.retain(|outlet| outlet.viewers() > 0);
        let video = state.video.clone().filter(|video| video.is_watched());
        if (state.outlets.is_empty() && video.is_none() && !state.always()) || state.closed {
            state.chain = chain.take();
            state.working = false;
            self.working.send_replace(false);
            return Wanted::ByNobody;
        }
        Wanted::By(state.outlets.clone(), video)
    }
}

impl Drop for Pictures {
    fn drop(&mut self) {
        self.close();
    }
}
