use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use config::{PolicyUse, Reencode, Video};
use journal::Journal;
use media::image::Image;
use media::{Moment, StreamName};
use picture::Pictures;
use plugin::policy::{self, FormatPolicy};
use plugin::{Link, Plugin, Role, ServiceSnapshot, States, StreamServices};
use stream::Stream;
use tokio::sync::watch;

use crate::offer::Offered;
use crate::ticket::Viewers;
use crate::{Full, Offer, Refusals, Ticket, Variant, Viewer, ViewerCounts, Who};

/// All that hangs on one name.
pub struct Entry {
    stream: Stream,
    pictures: Pictures,
    services: Services,
    offered: Offered,
    format_policy: RwLock<Option<Chosen>>,
    /// Told when there is a format policy where there was none, the other way round, or another one.
    policy_changes: watch::Sender<()>,
    viewers: Arc<Viewers>,
    /// Bytes of media that were handed to viewers.
    sent: AtomicU64,
    /// Made from the template: goes when unused.
    pub(crate) from_template: bool,
    born: Instant,
    /// When it was used last, in seconds since `born`: only those from a template are asked.
    used: AtomicU64,
}

/// What runs beside the chain, and what its plugins keep.
pub(crate) struct Services {
    pub(crate) states: States,
    pub(crate) running: Mutex<StreamServices>,
    pub(crate) journal: Journal,
}

/// A format policy, and what it was made from.
struct Chosen {
    plugin: Option<Arc<Plugin>>,
    used: PolicyUse,
    policy: Option<FormatPolicy>,
}

/// Why a pushed still was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The stream's source is a camera.
    #[error("the source of this stream is {0}, not `push`")]
    NotPush(String),
    /// Stills come faster than they can be handed on.
    #[error(transparent)]
    Busy(#[from] source::push::Refused),
}

impl Entry {
    pub(crate) fn new(stream: Stream, pictures: Pictures, services: Services, from_template: bool) -> Self {
        let offered = Offered::new(offer(&stream, &pictures));
        Self {
            offered,
            stream,
            pictures,
            services,
            format_policy: RwLock::default(),
            policy_changes: watch::Sender::default(),
            viewers: Arc::default(),
            sent: AtomicU64::new(0),
            from_template,
            born: Instant::now(),
            used: AtomicU64::new(0),
        }
    }

    /// The stream's name.
    pub fn name(&self) -> &StreamName {
        self.stream.name()
    }

    /// What is in force.
    pub fn config(&self) -> Arc<config::Stream> {
        self.stream.config()
    }

    /// Whether the template made it.
    pub fn is_from_template(&self) -> bool {
        self.from_template
    }

    /// The access units.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// The stills.
    pub fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    /// Where events go.
    pub fn journal(&self) -> &Journal {
        &self.services.journal
    }

    /// What its video outputs are made of, to be awoken when that is another.
    pub fn offer(&self) -> watch::Receiver<Arc<Offer>> {
        self.offered.watch()
    }

    /// Whether a filter changes what its viewers see.
    pub fn is_filtered(&self) -> bool {
        has_filter(&self.pictures.links())
    }

    /// Whether its video is made of its pictures, and not what the camera sent.
    pub fn is_reencoded(&self) -> bool {
        Made::of(&self.config(), &self.pictures.links()) == Made::Reencoded
    }

    /// Other plugins are about to see its pictures: nothing of what was offered before leaves any more.
    pub(crate) fn revoke_offer(&self) {
        self.offered.replace(Offer::passing("the stream's filters are being changed"));
    }

    /// Those plugins are in force.
    pub(crate) fn offer_anew(&self) {
        self.offered.replace(offer(&self.stream, &self.pictures));
    }

    /// Who chooses what each viewer of stills gets, if that is configured.
    pub fn format_policy(&self) -> Option<FormatPolicy> {
        let chosen = self.format_policy.read().unwrap_or_else(PoisonError::into_inner);
        chosen.as_ref().and_then(|chosen| chosen.policy.clone())
    }

    /// Tells when what [`Self::format_policy`] gives is another.
    pub fn policy_changes(&self) -> watch::Receiver<()> {
        self.policy_changes.subscribe()
    }

    /// The plugin that is the format policy, and its counters.
    pub fn policy_snapshot(&self) -> Option<(String, policy::Snapshot)> {
        let chosen = self.format_policy.read().unwrap_or_else(PoisonError::into_inner);
        let Chosen { used, policy, .. } = chosen.as_ref()?;
        Some((used.plugin.clone(), policy.as_ref()?.snapshot()))
    }

    /// Another format policy is in force; the same one goes on.
    pub(crate) fn set_format_policy(
        &self,
        policy: Option<(Option<Arc<Plugin>>, &PolicyUse)>,
        make: impl FnOnce((Option<Arc<Plugin>>, PolicyUse)) -> Option<FormatPolicy>,
    ) {
        let mut chosen = self.format_policy.write().unwrap_or_else(PoisonError::into_inner);
        let Some((plugin, used)) = policy else {
            if chosen.take().is_some() {
                self.policy_changes.send_replace(());
            }
            return;
        };
        let same_plugin = |was: &Option<Arc<Plugin>>| match (was, &plugin) {
            (Some(was), Some(plugin)) => Arc::ptr_eq(was, plugin),
            (was, plugin) => was.is_none() && plugin.is_none(),
        };
        if !chosen.as_ref().is_some_and(|was| was.used == *used && same_plugin(&was.plugin)) {
            let policy = make((plugin.clone(), used.clone()));
            *chosen = Some(Chosen { plugin, used: used.clone(), policy });
            self.policy_changes.send_replace(());
        }
    }

    /// What runs beside the chain.
    pub(crate) fn services(&self) -> MutexGuard<'_, StreamServices> {
        self.services.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How its pollers and event sinks are.
    pub fn service_snapshots(&self) -> Vec<ServiceSnapshot> {
        self.services().snapshot()
    }

    /// What its plugins keep.
    pub(crate) fn states(&self) -> States {
        self.services.states.clone()
    }

    /// A place for one more viewer, if there is one.
    pub fn admit(&self, who: Who) -> Result<Ticket, Full> {
        self.touch();
        self.viewers.admit(who, self.config().max_viewers)
    }

    /// Each of those who watch, in the order in which they came.
    pub fn each_viewer(&self) -> Vec<Viewer> {
        self.viewers.each()
    }

    /// Tells one of them to go; false if there is none of this number.
    pub fn kick(&self, id: u64) -> bool {
        self.viewers.kick(id)
    }

    /// Who watches.
    pub fn viewers(&self) -> ViewerCounts {
        self.viewers.counts()
    }

    /// Counts media that was handed to a viewer's connection.
    pub fn count_sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Bytes of media that were handed to viewers' connections, since the stream came into being.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Who was not let in, since the stream came into being.
    pub fn refusals(&self) -> Refusals {
        self.viewers.refusals()
    }

    /// Takes a pushed still in. Waits a moment when stills come faster than they are handed on.
    pub async fn ingest(&self, body: Bytes, image: Image) -> Result<(), Refused> {
        self.touch();
        let Some(inlet) = self.stream.inlet() else {
            return Err(Refused::NotPush(self.config().source.shown()));
        };
        Ok(inlet.push(body, image, Moment::now()).await?)
    }

    /// Says that it is in use, so that the template does not take it back.
    pub(crate) fn touch(&self) {
        self.used.store(self.born.elapsed().as_secs(), Ordering::Relaxed);
    }

    /// How long nobody used it; zero while somebody does.
    pub(crate) fn unused_for(&self) -> Duration {
        if self.viewers.counts().total > 0 || self.stream.snapshot().subscribers > 0 {
            self.touch();
        }
        self.born.elapsed().saturating_sub(Duration::from_secs(self.used.load(Ordering::Relaxed)))
    }
}

/// What the video outputs of a stream are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// What the camera sent.
    ByCamera,
    /// Its pictures, behind the plugins.
    Reencoded,
    /// There are none: a filter hides something, and nothing may be re-encoded.
    Not,
    /// There are none: the source sends stills, and nothing may be re-encoded.
    Stills,
}

impl Made {
    /// By what is configured, where these plugins see the pictures.
    pub(crate) fn of(config: &config::Stream, links: &[Link]) -> Self {
        // Stills are no video, whoever plays them.
        let are_stills = matches!(config.source, config::Source::Push | config::Source::Http(_));
        match (config.video.reencode, has_filter(links)) {
            (Reencode::Always, _) | (Reencode::Auto, true) => Self::Reencoded,
            (Reencode::Never, true) => Self::Not,
            (Reencode::Auto, false) if are_stills => Self::Reencoded,
            (Reencode::Never, false) if are_stills => Self::Stills,
            (Reencode::Auto | Reencode::Never, false) => Self::ByCamera,
        }
    }
}

/// What the plugins that are in force let a stream offer.
fn offer(stream: &Stream, pictures: &Pictures) -> Offer {
    match Made::of(&stream.config(), &pictures.links()) {
        Made::ByCamera => Offer::new(vec![Variant { name: Video::CAMERA.into(), feed: stream.feed().clone() }]),
        Made::Reencoded => {
            let variants = pictures.video().into_iter();
            Offer::new(variants.map(|made| Variant { name: made.name, feed: made.feed }).collect())
        }
        Made::Stills => Offer::none("the source sends stills, and `video.reencode` is \"never\""),
        Made::Not => Offer::none("a filter changes its pictures, and `video.reencode` is \"never\""),
    }
}

fn has_filter(links: &[Link]) -> bool {
    links.iter().any(|link| link.plugin.picture_role() == Some(Role::Filter))
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("name", self.name()).finish_non_exhaustive()
    }
}
