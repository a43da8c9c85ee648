//! What runs segmenter and window for one variant: a task that takes units while somebody watches.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use config::{Hls, HlsStorage, HlsVariant};
use hub::{Entry, Offer};
use media::{AccessUnit, Timestamp};
use packaging::hls::packager::Container;
use packaging::hls::rules::Rules;
use packaging::hls::segmenter::{Made, Segmenter};
use packaging::hls::window::{Earlier, Names, Progress, Window};
use stream::{Feed, Gop, Received, Start, Tracks};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::kept::{Files, Kept, Owner};
use super::numbering::Numbering;
use super::places::Places;

/// Media sequence numbers begin with what half seconds have passed since this: a player that stays over a restart sees them go on, as long as segments
/// are no shorter.
const EPOCH: Duration = Duration::from_secs(1_767_225_600);

/// How long a window waits for its place in the store: longer than the one before it takes to end.
const ENTER_WITHIN: Duration = Duration::from_secs(4);

/// One variant's window, and the task that fills it. Dropping it ends the task.
#[derive(Debug)]
pub(super) struct Muxer {
    shared: Arc<Shared>,
    wanted: watch::Sender<bool>,
    _task: tokio_util::sync::DropGuard,
}

#[derive(Debug)]
pub(super) struct Shared {
    window: Mutex<Window>,
    progress: watch::Sender<Seen>,
    /// Where files are whose bytes are not in the window.
    files: OnceLock<Files>,
}

/// What a muxer is made of.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) entry: Arc<Entry>,
    /// The offer that the variant is of.
    pub(super) offer: Arc<Offer>,
    /// Its name.
    pub(super) variant: String,
    pub(super) feed: Arc<Feed>,
    /// Of all variants of the offer.
    pub(super) numbering: Arc<Numbering>,
    /// How far apart key frames were last.
    pub(super) gop: Option<i64>,
}

/// What those who wait for a window are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) progress: Progress,
    /// Something came since somebody watches again.
    pub(super) fresh: bool,
    /// It cannot be packaged, and why.
    pub(super) unfit: Option<String>,
    /// How far apart the source's key frames are, in ticks.
    pub(super) gop: Option<i64>,
    /// Nothing comes any more.
    pub(super) ended: bool,
}

impl Muxer {
    /// Begins when it is [`Self::want`]ed, and when its turn has come in the place where its files are kept, if they are.
    pub(super) fn spawn(source: Source, places: Arc<Places>, tracker: &TaskTracker) -> Self {
        let config = source.entry.config();
        let rules = rules(&config.hls, source.gop);
        let (container, extension) = match config.hls.variant {
            HlsVariant::LowLatency | HlsVariant::Fmp4 => (Container::Mp4, "m4s"),
            HlsVariant::Ts => (Container::Ts, "ts"),
        };
        let names = Names { prefix: prefix(), extension };
        let window = Window::new(names, &rules, config.hls.window as usize, first_msn(SystemTime::now()));
        let progress = Seen { progress: window.progress(), gop: source.gop, ..Seen::default() };
        let (window, progress) = (Mutex::new(window), watch::Sender::new(progress));
        let shared = Arc::new(Shared { window, progress, files: OnceLock::new() });
        let (wanted, wants) = watch::channel(false);
        let stop = CancellationToken::new();
        let segmenter = Segmenter::new(rules, container);
        let has_parts = rules.part.is_some();
        let task =
            Task { shared: shared.clone(), source, wants, segmenter, has_parts, stored: Stored::Not, resumed: false };
        tracker.spawn(task.live(places, tracker.clone(), stop.clone()));
        Self { shared, wanted, _task: stop.drop_guard() }
    }

    /// Whether units are taken.
    pub(super) fn want(&self, wanted: bool) {
        self.wanted.send_if_modified(|was| std::mem::replace(was, wanted) != wanted);
    }

    pub(super) fn window(&self) -> MutexGuard<'_, Window> {
        self.shared.lock()
    }

    /// Where files are whose bytes are not in the window.
    pub(super) fn files(&self) -> Option<Files> {
        self.shared.files.get().cloned()
    }

    /// How far it is, to be awoken when it is further.
    pub(super) fn progress(&self) -> watch::Receiver<Seen> {
        self.shared.progress.subscribe()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Window> {
        // What it guards is whole between any two statements that could panic.
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where segments are beside memory.
enum Stored {
    /// Nowhere else.
    Not,
    /// In a store that is not to be had: the window may be longer than memory is.
    Lost,
    Kept(Kept),
}

struct Task {
    shared: Arc<Shared>,
    source: Source,
    wants: watch::Receiver<bool>,
    segmenter: Segmenter,
    has_parts: bool,
    stored: Stored,
    /// What is in the window is of an earlier one, and is for those who come now too.
    resumed: bool,
}

impl Task {
    /// Until `stop`, and for as long as it takes to write what there is.
    async fn live(mut self, places: Arc<Places>, tracker: TaskTracker, stop: CancellationToken) {
        let Source { entry, offer, variant, .. } = &self.source;
        let config = entry.config();
        let (offer, mut place) = (offer.clone(), None);
        if config.hls.storage != HlsStorage::Memory {
            let (stream, variant) = (entry.name().clone(), variant.clone());
            let filtered = entry.is_filtered();
            let owner = Owner { stream, variant, filtered, journal: entry.journal().clone() };
            let begin = async {
                place = timeout(ENTER_WITHIN, places.enter(&owner.stream, &owner.variant)).await.ok();
                match place {
                    Some(_) => Kept::open(&config.hls, &owner, &tracker).await,
                    None => {
                        let of = format!("{}/{}", owner.stream, owner.variant);
                        tracing::error!(of, "its place in the store is still in use: segments are in memory alone");
                        None
                    }
                }
            };
            let Some(opened) = stop.run_until_cancelled(begin).await else { return };
            match opened {
                Some((kept, earlier)) => self.resume(kept, earlier),
                // Others may use it.
                None => (self.stored, place) = (Stored::Lost, None),
            }
        }
        let revoked = revoked(self.source.entry.offer(), offer.clone());
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = revoked => {}
            () = self.run() => {}
        }
        self.source.numbering.end(&self.source.variant);
        if offer.holds() {
            self.seam();
        }
        if let Stored::Kept(kept) = self.stored {
            kept.end(offer.holds()).await;
        }
        drop(place);
    }

    fn resume(&mut self, kept: Kept, earlier: Earlier) {
        let mut window = self.shared.lock();
        let changes = window.resume(earlier);
        self.resumed = !window.segments().is_empty();
        self.source.numbering.is_past(window.discontinuity_number() + u64::from(self.resumed));
        kept.follow(&mut window, changes);
        drop(window);
        // Set once, here.
        let _ = self.shared.files.set(kept.files().clone());
        self.stored = Stored::Kept(kept);
    }

    async fn run(&mut self) {
        // The latest that was shown: what a new subscription begins with may be there already.
        let mut shown: Option<Timestamp> = None;
        loop {
            if self.wants.wait_for(|wanted| *wanted).await.is_err() {
                return;
            }
            self.segmenter.resume(self.source.feed.gop().map(Gop::interval));
            let mut units = self.source.feed.subscribe(Start::Gop, Tracks::All);
            let mut joining = shown;
            loop {
                let received = tokio::select! {
                    biased;
                    changed = self.wants.wait_for(|wanted| !*wanted) => match changed {
                        Ok(_) => break,
                        Err(_) => return,
                    },
                    received = units.recv() => received,
                };
                match received {
                    None => {
                        self.shared.progress.send_modify(|seen| seen.ended = true);
                        return;
                    }
                    Some(Received::Unit(unit)) => {
                        if let Some(last) = joining {
                            if !unit.key || unit.pts <= last {
                                continue;
                            }
                            joining = None;
                        }
                        shown = shown.max(Some(unit.pts));
                        self.picture(&unit);
                    }
                    Some(Received::Sound(unit)) if joining.is_none() => self.segmenter.sound(unit),
                    Some(Received::Sound(_)) => {}
                    Some(Received::Skipped { .. } | Received::Discontinuity) => self.seam(),
                }
            }
            self.seam();
            self.source.numbering.end(&self.source.variant);
            // Who comes from now on waits for what comes then.
            self.shared.progress.send_modify(|seen| seen.fresh = false);
        }
    }

    fn picture(&mut self, unit: &AccessUnit) {
        if unit.key {
            // Known once the source is connected, which it is not when its first viewer comes.
            self.segmenter.announce(self.source.entry.stream().status().sound);
        }
        match self.segmenter.picture(unit) {
            Ok(made) if made.is_empty() => {}
            Ok(made) => self.take(made),
            Err(unfit) => {
                let told = unfit.to_string();
                self.shared.progress.send_if_modified(|seen| {
                    let news = seen.unfit.as_ref() != Some(&told);
                    if news {
                        seen.unfit = Some(told);
                    }
                    news
                });
            }
        }
    }

    /// What comes next does not go on from what was there.
    fn seam(&mut self) {
        let made = self.segmenter.discontinuity();
        self.take(made);
    }

    fn take(&mut self, made: Vec<Made>) {
        // What a player can begin with.
        let brought = made.iter().any(|made| match made {
            Made::Part { .. } => self.has_parts,
            Made::End => !self.has_parts,
            Made::Init { .. } | Made::Begin { .. } => false,
        });
        let Source { numbering, variant, .. } = &self.source;
        let mut window = self.shared.lock();
        let mut is_fresh = self.shared.progress.borrow().fresh;
        for mut made in made {
            let mut changes = Vec::new();
            if let Made::Begin { discontinuity, .. } = &mut made
                && !is_fresh
                && !std::mem::take(&mut self.resumed)
            {
                // Players would begin with what is minutes old, and some of them stay as far behind.
                changes.extend(window.forget());
                let number = numbering.begin(variant, window.discontinuity_number(), *discontinuity);
                *discontinuity = window.begin_at(number, *discontinuity);
            }
            let begins = matches!(made, Made::Begin { .. });
            is_fresh |= matches!(made, Made::Part { .. });
            changes.extend(window.take(made, self.segmenter.part_target()));
            if begins {
                numbering.reached(variant, window.discontinuity_number());
            }
            match &self.stored {
                // What may no longer be shown goes nowhere.
                Stored::Kept(kept) if self.source.offer.holds() => kept.follow(&mut window, changes),
                Stored::Lost => _ = window.give_away(|_| false),
                Stored::Kept(_) | Stored::Not => {}
            }
        }
        let progress = window.progress();
        drop(window);
        let gop = self.segmenter.gop();
        self.shared.progress.send_if_modified(|seen| {
            let fresh = seen.fresh || brought;
            let next = Seen { progress, fresh, unfit: None, gop, ended: seen.ended };
            let news = *seen != next;
            *seen = next;
            news
        });
    }
}

/// Until an offer is.
async fn revoked(mut offers: watch::Receiver<Arc<Offer>>, offer: Arc<Offer>) {
    while offer.holds() {
        if offers.changed().await.is_err() {
            // The stream is gone, and with it who would revoke anything.
            return std::future::pending().await;
        }
    }
}

fn rules(hls: &Hls, gop: Option<i64>) -> Rules {
    let ticks = |duration| Timestamp::from_duration(duration).ticks();
    let part = (hls.variant == HlsVariant::LowLatency).then(|| ticks(hls.part));
    Rules::new(ticks(hls.segment), part, hls.segment_max_size, gop)
}

/// Twelve letters and digits that no other muxer has, of this process or another: not for secrets.
fn prefix() -> String {
    format!("{:012x}", RandomState::new().hash_one(SystemTime::now()) & 0xffff_ffff_ffff)
}

fn first_msn(now: SystemTime) -> u64 {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(EPOCH);
    (since.as_millis() / 500) as u64
}
