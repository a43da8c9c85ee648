//! HLS of a stream: its viewers, its variants, and what they are given, for as long as somebody watches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use config::{HlsStorage, HlsVariant};
use hub::{Entry, Full, Offer, Who};
use media::Timestamp;
use packaging::hls::body::Body;
use packaging::hls::multivariant::{self, Variant};
use packaging::hls::playlist::{self, Report};
use packaging::hls::reload::{Answer, BadReload, Reload};
use packaging::hls::window::{Found, Progress};
use picture::Condition;
use tokio::time::{sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::index::Index;
use super::kept::{PLAYLIST, Unread};
use super::muxer::{Muxer, Seen, Source};
use super::numbering::Numbering;
use super::places::Places;
use super::sessions::{Known, SILENCE, Sessions};

/// A blocking request is answered after so many target durations, whatever there is (section 6.2.5.2).
const PATIENCE: u32 = 3;

/// HLS of one stream.
#[derive(Debug)]
pub struct Output {
    entry: Arc<Entry>,
    tracker: TaskTracker,
    places: Arc<Places>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    sessions: Sessions,
    /// What the muxers were made by.
    config: config::Hls,
    offer: Arc<Offer>,
    numbering: Arc<Numbering>,
    /// By the names of the variants.
    running: BTreeMap<String, Running>,
    index: Index,
    /// How far apart the source's key frames were when somebody watched last.
    gop: Option<i64>,
}

#[derive(Debug)]
struct Running {
    muxer: Arc<Muxer>,
    /// When anything of it was asked for.
    heard: Instant,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unserved {
    /// Nothing came within `start_timeout`, or the stream says that nothing will.
    #[error("no video came")]
    Offline,
    /// It cannot be made of this source, and why.
    #[error("{0}")]
    NotAvailable(String),
    /// The query of a playlist.
    #[error(transparent)]
    BadReload(#[from] BadReload),
    /// There is no such file, or not any more.
    #[error("there is no such file, or not any more")]
    NotFound,
    /// What was waited for did not come in time.
    #[error("it did not come in time")]
    TooLate,
    /// The server stops.
    #[error("the server stops")]
    Stopping,
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotLetIn {
    /// All places are taken.
    #[error(transparent)]
    Full(#[from] Full),
    /// An operator told it to go, a moment ago.
    #[error("an operator has ended this visit")]
    Kicked,
}

/// What a file is served as.
#[derive(Clone, Debug)]
pub struct File {
    /// Its bytes: they never change.
    pub body: Body,
    /// Whether it may be kept by those who serve others: not where the stream has filters.
    pub shared: bool,
    offer: Arc<Offer>,
}

impl File {
    /// Whether it may still be handed out: asked at the last moment.
    pub fn holds(&self) -> bool {
        self.offer.holds()
    }
}

/// A playlist as it is now.
#[derive(Clone, Debug)]
pub struct Playlist {
    /// Its text.
    pub text: Bytes,
    /// How long it may be kept.
    pub fresh_for: Duration,
    offer: Arc<Offer>,
}

impl Playlist {
    /// Whether it may still be handed out: asked at the last moment.
    pub fn holds(&self) -> bool {
        self.offer.holds()
    }
}

impl Output {
    pub(super) fn new(entry: Arc<Entry>, places: Arc<Places>, tracker: TaskTracker) -> Self {
        let offer = entry.offer().borrow().clone();
        let (sessions, running, index) = (Sessions::default(), BTreeMap::new(), Index::default());
        let config = entry.config().hls.clone();
        let state = State { sessions, config, offer, numbering: Arc::default(), running, index, gop: None };
        Self { entry, tracker, places, state: Mutex::new(state) }
    }

    /// The stream.
    pub fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }

    /// Counts a viewer by its session: one more, or one of them that asks again. Says whether it is one more.
    pub fn visit(&self, session: &str, who: impl FnOnce() -> Who, now: Instant) -> Result<bool, NotLetIn> {
        let mut state = self.lock();
        match state.sessions.touch(session, now) {
            Known::Yes => return Ok(false),
            Known::Kicked => return Err(NotLetIn::Kicked),
            Known::No => {}
        }
        let ticket = self.entry.admit(who())?;
        state.sessions.add(session.to_owned(), ticket, now)?;
        Ok(true)
    }

    /// One who came and is not given anything leaves its place to others.
    pub fn leave(&self, session: &str) {
        self.lock().sessions.remove(session);
    }

    /// The names of the variants, the best first.
    pub fn variants(&self) -> Vec<String> {
        self.current().offer.variants().iter().map(|variant| variant.name.clone()).collect()
    }

    /// The multivariant playlist, as soon as every variant has something. `query` is put behind each address.
    pub async fn multivariant(&self, query: &str, stop: &CancellationToken) -> Result<Playlist, Unserved> {
        let (offer, muxers) = self.all()?;
        let mut variants = Vec::with_capacity(muxers.len());
        for (name, muxer) in &muxers {
            self.playable(muxer, stop).await?;
            let uri = format!("{}{query}", playlist_name(name, muxers.len()));
            variants.push(told(muxer, uri).ok_or(Unserved::Offline)?);
        }
        let text = multivariant::render(&variants, version(self.entry.config().hls.variant, true)).into();
        Ok(Playlist { text, fresh_for: Duration::ZERO, offer })
    }

    /// The media playlist of a variant, as soon as it has what is asked for. `query` is put behind the address of each file.
    pub async fn playlist(
        &self,
        variant: &str,
        reload: Reload,
        query: &str,
        stop: &CancellationToken,
    ) -> Result<Playlist, Unserved> {
        let (offer, muxer) = self.muxer(variant)?;
        self.playable(&muxer, stop).await?;
        let answer = reload.answer(&muxer.window())?;
        let mut waited = reload.until.is_some() && muxer.window().part_target().is_some();
        if let Answer::When(progress) = answer {
            let patience = Duration::from_secs(muxer.window().target()) * PATIENCE;
            let came = self.reached(&muxer, progress, Instant::now() + patience, stop).await;
            // A camera that is away makes no segments: its players ask again for what there is, and go on when it comes back.
            let is_away = self.entry.stream().status().state != stream::State::Live;
            match came {
                Err(Unserved::TooLate) if is_away => waited = false,
                other => other?,
            }
        }
        let reports = self.reports(variant);
        let window = muxer.window();
        let text = playlist::render(&window, reload.skip, &reports, query).into();
        let target = Duration::from_secs(window.target());
        // What a playlist that was waited for says is right for as long as anybody would ask for it: six target durations (appendix B of the draft).
        let fresh_for = if waited { 6 * target } else { window.part_target().unwrap_or(target / 2) };
        Ok(Playlist { text, fresh_for, offer })
    }

    /// A file of any variant. The part that comes next is waited for.
    pub async fn file(&self, name: &str, stop: &CancellationToken) -> Result<File, Unserved> {
        let (offer, muxers) = self.running();
        let shared = !self.entry.is_filtered();
        for muxer in muxers {
            let found = muxer.window().find(name);
            match found {
                Found::Body(body) => return Ok(File { body, shared, offer }),
                Found::Elsewhere(bytes) => {
                    let files = muxer.files().ok_or(Unserved::NotFound)?;
                    let body = files.read(name, bytes).await.map_err(|unread| match unread {
                        Unread::Gone => Unserved::NotFound,
                        Unread::Failed => Unserved::TooLate,
                    })?;
                    return Ok(File { body: body.into(), shared, offer });
                }
                Found::Nothing => {}
                Found::Next => {
                    let (target, progress) = {
                        let window = muxer.window();
                        (window.target(), window.progress())
                    };
                    let next = Progress { parts: progress.parts + 1, ..progress };
                    let deadline = Instant::now() + Duration::from_secs(target) * PATIENCE;
                    self.reached(&muxer, next, deadline, stop).await?;
                    return match muxer.window().find(name) {
                        Found::Body(body) => Ok(File { body, shared, offer }),
                        Found::Next => Err(Unserved::TooLate),
                        Found::Elsewhere(_) | Found::Nothing => Err(Unserved::NotFound),
                    };
                }
            }
        }
        Err(Unserved::NotFound)
    }

    /// Waits until a window has something that came since somebody watches.
    async fn playable(&self, muxer: &Muxer, stop: &CancellationToken) -> Result<(), Unserved> {
        let came = Instant::now();
        let (mut progress, mut status) = (muxer.progress(), self.entry.stream().watch());
        let mut condition = self.entry.pictures().condition();
        let late = came + self.entry.config().start_timeout;
        loop {
            {
                let seen = progress.borrow_and_update();
                if let Some(unfit) = &seen.unfit {
                    return Err(Unserved::NotAvailable(unfit.clone()));
                }
                if seen.fresh {
                    return Ok(());
                }
                if let Condition::NotAvailable(why) = &*condition.borrow_and_update()
                    && self.entry.is_reencoded()
                {
                    return Err(Unserved::NotAvailable(why.clone()));
                }
                let status = status.borrow_and_update();
                // A mistake that waiting does not mend; one from before may have been mended by now.
                let are_too_many =
                    status.reason.as_ref().is_some_and(|reason| reason.kind == stream::ReasonKind::TooMany);
                let failed = are_too_many || status.state == stream::State::Failed && status.since.steady >= came;
                if seen.ended || failed || status.state == stream::State::Disabled {
                    return Err(Unserved::Offline);
                }
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => return Err(Unserved::Stopping),
                changed = progress.changed() => changed.map_err(|_| Unserved::Offline)?,
                changed = status.changed() => changed.map_err(|_| Unserved::Offline)?,
                changed = condition.changed() => changed.map_err(|_| Unserved::Offline)?,
                () = sleep_until(late.into()) => return Err(Unserved::Offline),
            }
        }
    }

    async fn reached(
        &self,
        muxer: &Muxer,
        asked: Progress,
        deadline: Instant,
        stop: &CancellationToken,
    ) -> Result<(), Unserved> {
        let mut progress = muxer.progress();
        let reached = progress.wait_for(|seen: &Seen| seen.progress >= asked || seen.ended);
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(Unserved::Stopping),
            reached = timeout_at(deadline.into(), reached) => match reached {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(_)) => Err(Unserved::Offline),
                Err(_) => Err(Unserved::TooLate),
            },
        }
    }

    /// How far the other variants are.
    fn reports(&self, variant: &str) -> Vec<Report> {
        let state = self.lock();
        let count = state.running.len();
        let others = state.running.iter().filter(|(name, _)| *name != variant);
        others
            .map(|(name, running)| {
                let Progress { msn, parts } = running.muxer.window().progress();
                let (msn, part) = if parts > 0 { (msn, Some(parts - 1)) } else { (msn.saturating_sub(1), None) };
                Report { uri: playlist_name(name, count), msn, part }
            })
            .collect()
    }

    fn muxer(&self, variant: &str) -> Result<(Arc<Offer>, Arc<Muxer>), Unserved> {
        let mut state = self.current();
        let offer = state.offer.clone();
        let muxer = self.start(&mut state, variant)?;
        Ok((offer, muxer))
    }

    #[expect(clippy::type_complexity, reason = "an offer and the muxers of all its variants, named once each")]
    fn all(&self) -> Result<(Arc<Offer>, Vec<(String, Arc<Muxer>)>), Unserved> {
        let mut state = self.current();
        let offer = state.offer.clone();
        is_offered(&offer)?;
        let started = offer.variants().iter().map(|variant| {
            let muxer = self.start(&mut state, &variant.name)?;
            Ok((variant.name.clone(), muxer))
        });
        Ok((offer.clone(), started.collect::<Result<_, Unserved>>()?))
    }

    fn running(&self) -> (Arc<Offer>, Vec<Arc<Muxer>>) {
        let state = self.current();
        (state.offer.clone(), state.running.values().map(|running| running.muxer.clone()).collect())
    }

    /// The muxer of a variant, which somebody wants.
    fn start(&self, state: &mut State, variant: &str) -> Result<Arc<Muxer>, Unserved> {
        let now = Instant::now();
        if let Some(running) = state.running.get_mut(variant) {
            running.heard = now;
            running.muxer.want(true);
            return Ok(running.muxer.clone());
        }
        is_offered(&state.offer)?;
        let offered = state.offer.variants().iter().find(|offered| offered.name == variant);
        let feed = offered.ok_or(Unserved::NotFound)?.feed.clone();
        // Of what is made here it is known before the first one comes how far apart key frames are; of a camera while it is connected, and then.
        let made = || Timestamp::from_duration(self.entry.config().video.gop).ticks();
        let seen = || feed.gop().map(|gop| gop.ticks).or(state.gop);
        let gop = if self.entry.is_reencoded() { Some(made()) } else { seen() };
        let (entry, offer, variant) = (self.entry.clone(), state.offer.clone(), variant.to_owned());
        let numbering = state.numbering.clone();
        let source = Source { entry, offer, variant: variant.clone(), feed, numbering, gop };
        let muxer = Arc::new(Muxer::spawn(source, self.places.clone(), &self.tracker));
        muxer.want(true);
        state.running.insert(variant, Running { muxer: muxer.clone(), heard: now });
        Ok(muxer)
    }

    /// Also without viewers.
    pub(super) fn keep_running(&self) {
        // Where there is nothing to run there is nobody to be told.
        let _ = self.all();
    }

    /// False when there is nothing left of it.
    pub(super) fn sweep(&self, now: Instant) -> bool {
        let config = self.entry.config();
        let hls = &config.hls;
        let mut state = self.current();
        // With long segments a player asks seldom: once for each.
        let longest = state.running.values().map(|running| running.muxer.window().target()).max().unwrap_or_default();
        let silence = SILENCE.max(Duration::from_secs(2 * longest));
        state.sessions.sweep(silence, now);
        let unwatched = state.sessions.is_empty() && !hls.always;
        let State { offer, running, index, gop, .. } = &mut *state;
        if hls.storage != HlsStorage::Memory {
            let variants: Option<Vec<_>> = offer
                .variants()
                .iter()
                .map(|variant| {
                    let uri = format!("{}/{PLAYLIST}", variant.name);
                    told(&running.get(&variant.name)?.muxer, uri)
                })
                .collect();
            let version = version(hls.variant, false);
            index.keep(&hls.storage, self.entry.name(), variants.unwrap_or_default(), version, &self.tracker, now);
        }
        running.retain(|_, running| {
            let silent = now.saturating_duration_since(running.heard);
            *gop = running.muxer.progress().borrow().gop.or(*gop);
            running.muxer.want(hls.always || !(unwatched || silent >= silence));
            hls.always || silent < silence + hls.close_after
        });
        !(state.running.is_empty() && state.sessions.has_nobody())
    }

    /// What is there, of the offer that holds and as it is configured: what was made of one that was revoked is gone.
    fn current(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        let config = self.entry.config();
        if config.hls != state.config {
            state.running.clear();
            state.index = Index::default();
            state.config = config.hls.clone();
        }
        if !state.offer.holds() {
            state.running.clear();
            state.index = Index::default();
            state.numbering = Arc::default();
            state.offer = self.entry.offer().borrow().clone();
        }
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Maps that are whole between any two statements that could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A variant as it is told, once it has something.
fn told(muxer: &Muxer, uri: String) -> Option<Variant> {
    let window = muxer.window();
    let tracks = window.tracks()?;
    Variant::of(&window, uri, tracks.codecs(), tracks.video().size)
}

fn is_offered(offer: &Offer) -> Result<(), Unserved> {
    match offer.why_none() {
        None => Ok(()),
        Some(_) if offer.is_passing() => Err(Unserved::TooLate),
        Some(why) => Err(Unserved::NotAvailable(why.to_owned())),
    }
}

/// EXT-X-VERSION of what a multivariant playlist leads to (section 8); `reloads`: those who are asked for it can hold an answer back, which a store cannot.
fn version(variant: HlsVariant, reloads: bool) -> u8 {
    match variant {
        HlsVariant::LowLatency if reloads => 9,
        HlsVariant::LowLatency | HlsVariant::Fmp4 => 6,
        HlsVariant::Ts => 3,
    }
}

/// What the media playlist of a variant is called: `stream.m3u8` where there is one alone.
fn playlist_name(variant: &str, count: usize) -> String {
    if count > 1 { format!("{variant}.m3u8") } else { "stream.m3u8".into() }
}
