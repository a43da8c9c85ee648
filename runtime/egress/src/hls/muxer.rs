//! What runs segmenter and window for one variant: a task that takes units while somebody watches.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use config::{Hls, HlsVariant};
use hub::Entry;
use media::{AccessUnit, Timestamp};
use packaging::hls::packager::Container;
use packaging::hls::rules::Rules;
use packaging::hls::segmenter::{Made, Segmenter};
use packaging::hls::window::{Names, Progress, Window};
use stream::{Feed, Received, Start, Tracks};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Media sequence numbers begin with what half seconds have passed since this: a player that stays over a restart sees them go on, as long as segments
/// are no shorter.
const EPOCH: Duration = Duration::from_secs(1_767_225_600);

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
    /// Begins when it is [`Self::want`]ed. `gop`: how far apart the source's key frames were last.
    pub(super) fn spawn(
        entry: Arc<Entry>,
        feed: Arc<Feed>,
        gop: Option<i64>,
        tracker: &tokio_util::task::TaskTracker,
    ) -> Self {
        let config = entry.config();
        let hls = &config.hls;
        let rules = rules(hls, gop);
        let (container, extension) = match hls.variant {
            HlsVariant::LowLatency | HlsVariant::Fmp4 => (Container::Mp4, "m4s"),
            HlsVariant::Ts => (Container::Ts, "ts"),
        };
        let names = Names { prefix: prefix(), extension };
        let window = Window::new(names, &rules, hls.window as usize, first_msn(SystemTime::now()));
        let progress = Seen { progress: window.progress(), gop, ..Seen::default() };
        let shared = Arc::new(Shared { window: Mutex::new(window), progress: watch::Sender::new(progress) });
        let (wanted, wants) = watch::channel(false);
        let stop = CancellationToken::new();
        let task = Task { shared: shared.clone(), entry, feed, wants, rules, container };
        tracker.spawn({
            let stop = stop.clone();
            async move {
                let _ = stop.run_until_cancelled_owned(task.run()).await;
            }
        });
        Self { shared, wanted, _task: stop.drop_guard() }
    }

    /// Whether units are taken.
    pub(super) fn want(&self, wanted: bool) {
        self.wanted.send_if_modified(|was| std::mem::replace(was, wanted) != wanted);
    }

    pub(super) fn window(&self) -> MutexGuard<'_, Window> {
        self.shared.lock()
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

struct Task {
    shared: Arc<Shared>,
    entry: Arc<Entry>,
    feed: Arc<Feed>,
    wants: watch::Receiver<bool>,
    rules: Rules,
    container: Container,
}

impl Task {
    async fn run(mut self) {
        let mut segmenter = Segmenter::new(self.rules, self.container);
        // The latest that was shown: what a new subscription begins with may be there already.
        let mut shown: Option<Timestamp> = None;
        loop {
            if self.wants.wait_for(|wanted| *wanted).await.is_err() {
                return;
            }
            segmenter.resume();
            let mut units = self.feed.subscribe(Start::Gop, Tracks::All);
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
                        self.picture(&mut segmenter, &unit);
                    }
                    Some(Received::Sound(unit)) if joining.is_none() => segmenter.sound(unit),
                    Some(Received::Sound(_)) => {}
                    Some(Received::Skipped { .. } | Received::Discontinuity) => self.seam(&mut segmenter),
                }
            }
            self.seam(&mut segmenter);
            // Who comes from now on waits for what comes then.
            self.shared.progress.send_modify(|seen| seen.fresh = false);
        }
    }

    fn picture(&self, segmenter: &mut Segmenter, unit: &AccessUnit) {
        if unit.key {
            // Known once the source is connected, which it is not when its first viewer comes.
            segmenter.announce(self.entry.stream().status().sound);
        }
        match segmenter.picture(unit) {
            Ok(made) if made.is_empty() => {}
            Ok(made) => self.take(segmenter, made),
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
    fn seam(&self, segmenter: &mut Segmenter) {
        let made = segmenter.discontinuity();
        self.take(segmenter, made);
    }

    fn take(&self, segmenter: &Segmenter, made: Vec<Made>) {
        // What a player can begin with.
        let has_parts = self.rules.part.is_some();
        let brought = made.iter().any(|made| match made {
            Made::Part { .. } => has_parts,
            Made::End => !has_parts,
            Made::Init { .. } | Made::Begin { .. } => false,
        });
        let mut window = self.shared.lock();
        for made in made {
            if matches!(made, Made::Begin { .. }) && !self.shared.progress.borrow().fresh {
                // Players would begin with what is minutes old, and some of them stay as far behind.
                window.forget();
            }
            window.take(made, segmenter.part_target());
        }
        let progress = window.progress();
        drop(window);
        self.shared.progress.send_if_modified(|seen| {
            let fresh = seen.fresh || brought;
            let next = Seen { progress, fresh, unfit: None, gop: segmenter.gop(), ended: false };
            let news = *seen != next;
            *seen = next;
            news
        });
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
