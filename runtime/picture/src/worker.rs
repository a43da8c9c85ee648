//! The thread that makes the pictures of one stream while somebody wants them.
//!
//! ```text
//! access units ─▶ (left out?) ─▶ decode ─▶ (due?) ─▶ plugins ─▶ lanes ─▶ encoder pool ─▶ outlets
//!        │                                                  └───▶ director ─▶ reels ─▶ encoder pool ─▶ feeds
//!        └── a source of stills, nobody asks for another format, size or quality ──────────▲
//! ```

mod passage;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use codec::Picture;
use codec::decode::Decoder;
use config::Source;
use media::{AccessUnit, Codec, StillFormat};
use plugin::Chain;
use stream::{Received, Start, Subscription, Tracks};

use crate::Condition;
use crate::demand::{Demand, Present};
use crate::keys::Keys;
use crate::pictures::{Shared, Wanted};
use crate::succession::Pending;
use crate::video::director::Director;

pub(crate) struct Worker {
    shared: Arc<Shared>,
    /// Given back when nobody wants pictures any more.
    chain: Option<Chain>,
    demand: Demand,
    director: Director,
    units: Subscription,
    decoder: Option<(Codec, Decoder)>,
    decoded: Vec<Picture>,
    catching_up: CatchingUp,
    keys: Keys,
    /// What was shown last, for viewers who come between two pictures.
    last: Option<Last>,
    /// How much older than the present the picture at hand is, while it catches up.
    behind: Duration,
}

/// While the GOP behind the key frame that a late viewer got is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CatchingUp {
    /// It began: the next picture is shown, as the first.
    Begins,
    /// That was shown; what comes is decoded only.
    Silently,
    /// The newest access unit was reached.
    Done,
}

enum Last {
    /// A decoded one; the format is that of the source's stills, WebP where it brings none.
    Picture(Picture, StillFormat),
    /// A complete image that no plugin changes: what it can serve untouched it serves so.
    Unit(AccessUnit, StillFormat),
}

enum Awaited {
    Demand,
    Media(Option<Received>),
}

impl Worker {
    pub(crate) fn new(shared: Arc<Shared>, mut chain: Chain) -> Self {
        let config = shared.stream.config();
        let demand = Demand::new(config.stills, &shared);
        let director = Director::new(&shared);
        chain.connected();
        Self {
            units: shared.stream.subscribe(Start::Gop),
            shared,
            chain: Some(chain),
            demand,
            director,
            decoder: None,
            decoded: Vec::new(),
            catching_up: CatchingUp::Begins,
            keys: Keys::default(),
            last: None,
            behind: Duration::ZERO,
        }
    }

    /// Until nobody wants pictures, or the stream is gone.
    pub(crate) fn run(mut self) {
        let shared = self.shared.clone();
        let mut awaited = Awaited::Demand;
        loop {
            match awaited {
                Awaited::Demand => match shared.wanted(&mut self.chain) {
                    Wanted::By(outlets, video) => {
                        self.demand.set(outlets, shared.stream.config().stills);
                        self.director.set(video);
                        self.units.set_tracks(self.tracks());
                        self.welcome();
                        self.follow_keys();
                    }
                    Wanted::Otherwise(pending) => {
                        self.succeed(pending);
                        // What it was awoken for besides.
                        awaited = Awaited::Demand;
                        continue;
                    }
                    Wanted::ByNobody => return,
                },
                Awaited::Media(Some(Received::Unit(unit))) => self.unit(&unit),
                Awaited::Media(Some(Received::Sound(unit))) => {
                    self.director.sound(&unit, self.catching_up != CatchingUp::Done);
                }
                Awaited::Media(Some(Received::Skipped { units })) => {
                    shared.measure.undecoded.fetch_add(units, Ordering::Relaxed);
                    self.flush();
                }
                Awaited::Media(Some(Received::Discontinuity)) => {
                    self.flush();
                    self.director.begin_session();
                    self.keys = Keys::default();
                    // Another session may bring another codec.
                    if matches!(*self.shared.condition.borrow(), Condition::NotAvailable(_)) {
                        self.set_condition(Condition::Fine);
                    }
                    self.chain().connected();
                }
                Awaited::Media(None) => {
                    let chain = self.chain.take().expect("the worker has the plugins");
                    return shared.ended(chain);
                }
            }
            let units = &mut self.units;
            awaited = shared.parts.runtime.block_on(async {
                tokio::select! {
                    biased;
                    () = shared.demand.notified() => Awaited::Demand,
                    received = units.recv() => Awaited::Media(received),
                }
            });
        }
    }

    fn chain(&mut self) -> &mut Chain {
        self.chain.as_mut().expect("the worker has the plugins")
    }

    /// Goes on with other plugins. Between two pictures: what is shown from here on was seen by the new ones.
    fn succeed(&mut self, pending: Pending) {
        let Pending { links, succession, done } = pending;
        let changes_filters = succession.changes_filters();
        if changes_filters {
            // First: whatever goes wrong behind this line shows nothing old.
            self.last = None;
            self.demand.purge();
            self.director.forget();
        }
        self.chain().succeed(succession);
        let stats = self.chain().snapshot_handle();
        self.shared.succeeded(stats);
        if changes_filters && self.shared.stream.config().source == Source::Push {
            // What was pushed last is the present until something else is pushed: it is shown again, by the new ones.
            self.again();
        }
        let is_gone = |plugin: &String| links.iter().all(|link| link.plugin.name() != plugin);
        let kept_back = match &*self.shared.condition.borrow() {
            Condition::Gated { plugin } | Condition::Withheld { plugin } => is_gone(plugin),
            Condition::Fine | Condition::NotAvailable(_) => false,
        };
        if kept_back {
            self.set_condition(Condition::Fine);
        }
        self.follow_keys();
        // Whoever asked for it may have been given up on.
        _ = done.send(());
    }

    /// Gives the last picture to those who have had none yet.
    fn welcome(&mut self) {
        let fresh = self.demand.fresh();
        match &self.last {
            _ if fresh.is_empty() => {}
            Some(Last::Picture(picture, format)) => {
                let found = self.chain.as_ref().map(Chain::found).unwrap_or_default();
                self.demand.encode(&fresh, picture, *format, Present::Yes, &found);
            }
            Some(Last::Unit(unit, format)) => {
                let (unit, format) = (unit.clone(), *format);
                let (untouched, made) = self.demand.split_untouched(&fresh, format, unit.parameters.size);
                let found = self.chain().found();
                self.demand.pass(&untouched, &self.as_still(&unit, format), &found);
                if !made.is_empty() {
                    // Untouched means that no plugin changes it, and those that look have seen it.
                    self.decode(&unit);
                    let found = self.chain().found();
                    for picture in std::mem::take(&mut self.decoded) {
                        self.demand.encode(&made, &picture, format, Present::Yes, &found);
                    }
                }
            }
            None => {}
        }
    }

    /// What it needs of the source: sound is for video outputs alone.
    fn tracks(&self) -> Tracks {
        if self.director.is_watched() { Tracks::All } else { Tracks::Video }
    }

    /// Begins again at the newest key frame that the stream keeps.
    fn again(&mut self) {
        // The new one first: demand must not end in between.
        self.units = self.shared.stream.feed().subscribe(Start::Gop, self.tracks());
        self.catching_up = CatchingUp::Begins;
        self.decoder = None;
    }

    /// Whether only key frames are decoded is decided anew: rates or the GOP changed.
    fn follow_keys(&mut self) {
        let look = self.chain().look_interval();
        let was = self.keys.alone();
        let paces = [self.demand.shortest_interval(), look, self.director.interval()];
        self.keys.decide(paces.into_iter().flatten().min());
        if was && !self.keys.alone() {
            // What lies between was not decoded: the GOP is taken from its begin, and its key frame was shown already.
            self.again();
            self.catching_up = CatchingUp::Silently;
        }
    }

    fn set_condition(&self, condition: Condition) {
        self.shared.condition.send_if_modified(|now| {
            let changed = *now != condition;
            if changed {
                tracing::debug!(stream = %self.shared.stream.name(), ?condition, "pictures");
                *now = condition;
            }
            changed
        });
    }
}
