//! The thread that makes the pictures of one stream while somebody wants them.
//!
//! ```text
//! access units ─▶ (left out?) ─▶ decode ─▶ (due?) ─▶ plugins ─▶ lanes ─▶ encoder pool ─▶ outlets
//!        └── a source of stills, nobody asks for another format, size or quality ──────────▲
//! ```

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use codec::Picture;
use codec::decode::{self, Decoder};
use config::Source;
use media::{AccessUnit, Codec, Still, StillFormat};
use plugin::{Chain, Mode, Outcome};
use stream::{Received, Start, Subscription};

use crate::demand::{Demand, Due, Present, still_format};
use crate::keys::Keys;
use crate::measure::count;
use crate::pictures::{Shared, Wanted};
use crate::shed::Load;
use crate::succession::Pending;
use crate::{Condition, Step};

pub(crate) struct Worker {
    shared: Arc<Shared>,
    /// Given back when nobody wants pictures any more.
    chain: Option<Chain>,
    demand: Demand,
    units: Subscription,
    decoder: Option<(Codec, Decoder)>,
    decoded: Vec<Picture>,
    catching_up: CatchingUp,
    keys: Keys,
    /// What was shown last, for viewers who come between two pictures.
    last: Option<Last>,
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
        chain.connected();
        Self {
            units: shared.stream.subscribe(Start::Gop),
            shared,
            chain: Some(chain),
            demand,
            decoder: None,
            decoded: Vec::new(),
            catching_up: CatchingUp::Begins,
            keys: Keys::default(),
            last: None,
        }
    }

    /// Until nobody wants pictures, or the stream is gone.
    pub(crate) fn run(mut self) {
        let shared = self.shared.clone();
        let mut awaited = Awaited::Demand;
        loop {
            match awaited {
                Awaited::Demand => match shared.wanted(&mut self.chain) {
                    Wanted::By(outlets) => {
                        self.demand.set(outlets);
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
                // Not subscribed to.
                Awaited::Media(Some(Received::Sound(_))) => {}
                Awaited::Media(Some(Received::Skipped { units })) => {
                    shared.measure.undecoded.fetch_add(units, Ordering::Relaxed);
                    self.flush();
                }
                Awaited::Media(Some(Received::Discontinuity)) => {
                    self.flush();
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

    /// Begins again at the newest key frame that the stream keeps.
    fn again(&mut self) {
        // The new one first: demand must not end in between.
        self.units = self.shared.stream.subscribe(Start::Gop);
        self.catching_up = CatchingUp::Begins;
        self.decoder = None;
    }

    /// Whether only key frames are decoded is decided anew: rates or the GOP changed.
    fn follow_keys(&mut self) {
        let look = self.chain().look_interval();
        let was = self.keys.alone();
        self.keys.decide(self.demand.shortest_interval().into_iter().chain(look).min());
        if was && !self.keys.alone() {
            // What lies between was not decoded: the GOP is taken from its begin, and its key frame was shown already.
            self.again();
            self.catching_up = CatchingUp::Silently;
        }
    }

    fn unit(&mut self, unit: &AccessUnit) {
        let age = unit.received.steady.elapsed();
        self.shared.measure.record(Step::Wait, age);
        if unit.key && !unit.codec.is_still() {
            self.keys.seen(unit.pts);
            self.follow_keys();
        }
        let caught_up = self.units.lag().units == 0;
        let load = if self.catching_up == CatchingUp::Done { Load::of(age) } else { Load::Easy };
        if load == Load::Late && self.units.skip_to_newest_key() {
            count(&self.shared.measure.undecoded);
            return;
        }
        match still_format(unit.codec) {
            Some(format) => self.still(unit, format, load),
            None => self.video(unit, load, caught_up),
        }
        if caught_up {
            self.catching_up = CatchingUp::Done;
        }
    }

    /// An access unit that is a complete image: untouched where nothing asks for a change.
    fn still(&mut self, unit: &AccessUnit, format: StillFormat, load: Load) {
        let due = self.demand.due(unit.pts);
        let (untouched, made) = match self.chain().has_filter() {
            true => (Vec::new(), due),
            false => self.demand.split_untouched(&due, format, unit.parameters.size),
        };
        let has_analyzer = self.chain().has_analyzer();
        let looked_at = load < Load::Busy && self.chain().looks_at(unit.pts);
        if made.is_empty() && !looked_at {
            // Between two looks the last verdict holds.
            let is_kept_back = match &*self.shared.condition.borrow() {
                Condition::Gated { .. } | Condition::Withheld { .. } => has_analyzer,
                Condition::Fine | Condition::NotAvailable(_) => false,
            };
            match is_kept_back {
                true => count(&self.shared.measure.gated),
                false => self.pass(&untouched, unit, format),
            }
            return;
        }
        self.decode(unit);
        for picture in std::mem::take(&mut self.decoded) {
            if let Some(picture) = self.plugins(picture, load) {
                self.pass(&untouched, unit, format);
                let found = self.chain().found();
                self.demand.encode(&made, &picture, format, Present::Yes, &found);
                self.last = Some(match self.chain().has_filter() {
                    true => Last::Picture(picture, format),
                    false => Last::Unit(unit.clone(), format),
                });
            }
        }
    }

    fn pass(&mut self, untouched: &Due, unit: &AccessUnit, format: StillFormat) {
        if untouched.is_empty() {
            return;
        }
        let still = self.as_still(unit, format);
        count(&self.shared.measure.untouched);
        self.set_condition(Condition::Fine);
        let found = self.chain().found();
        self.demand.pass(untouched, &still, &found);
        self.last = Some(Last::Unit(unit.clone(), format));
    }

    fn as_still(&self, unit: &AccessUnit, format: StillFormat) -> Still {
        Still {
            format,
            data: unit.data.clone(),
            size: unit.parameters.size,
            pts: unit.pts,
            sequence: self.shared.measure.untouched.load(Ordering::Relaxed),
            received: unit.received,
            captured: unit.captured,
        }
    }

    /// An access unit that others may refer to.
    fn video(&mut self, unit: &AccessUnit, load: Load, caught_up: bool) {
        let catching_up = self.catching_up != CatchingUp::Done;
        let left_out = match (unit.key, self.keys.alone()) {
            (true, _) => false,
            (false, true) => true,
            (false, false) => !unit.reference && (load >= Load::Behind || (catching_up && !caught_up)),
        };
        if left_out {
            count(&self.shared.measure.undecoded);
            return;
        }
        self.decode(unit);
        if self.keys.alone() {
            self.flush_decoder();
        }
        let present = if caught_up || !catching_up { Present::Yes } else { Present::No };
        for picture in std::mem::take(&mut self.decoded) {
            if self.catching_up == CatchingUp::Silently && present == Present::No {
                continue;
            }
            if self.catching_up == CatchingUp::Begins {
                self.catching_up = CatchingUp::Silently;
            }
            self.show(picture, load, present);
        }
    }

    fn show(&mut self, picture: Picture, load: Load, present: Present) {
        let due = self.demand.due(picture.stamp().pts);
        if due.is_empty() && !self.chain().looks_at(picture.stamp().pts) {
            return;
        }
        // While it catches up nobody but filters needs to see the past.
        let load = if present == Present::Yes { load } else { load.max(Load::Busy) };
        if let Some(picture) = self.plugins(picture, load) {
            let found = self.chain().found();
            self.demand.encode(&due, &picture, StillFormat::WebP, present, &found);
            self.last = Some(Last::Picture(picture, StillFormat::WebP));
        }
    }

    /// Takes a picture through the plugins; none if it is not shown.
    fn plugins(&mut self, picture: Picture, load: Load) -> Option<Picture> {
        let mode = if load < Load::Busy { Mode::All } else { Mode::FiltersOnly };
        if mode == Mode::FiltersOnly && self.chain().has_analyzer() {
            count(&self.shared.measure.unseen);
        }
        let begin = Instant::now();
        let outcome = self.chain().process(picture, mode);
        let measure = &self.shared.measure;
        measure.record(Step::Plugins, begin.elapsed());
        let (shown, condition) = match outcome {
            Outcome::Shown(picture) => (Some(picture), Condition::Fine),
            Outcome::Gated { plugin } => {
                count(&measure.gated);
                (None, Condition::Gated { plugin })
            }
            Outcome::Withheld { plugin } => {
                count(&measure.withheld);
                (None, Condition::Withheld { plugin })
            }
        };
        self.set_condition(condition);
        shown
    }

    /// Decodes into `self.decoded`.
    fn decode(&mut self, unit: &AccessUnit) {
        if self.decoder.as_ref().is_none_or(|(codec, _)| *codec != unit.codec) {
            match Decoder::open(unit.codec, self.shared.pool.clone()) {
                Ok(decoder) => self.decoder = Some((unit.codec, decoder)),
                Err(error) => return self.undecodable(&error),
            }
        }
        let (_, decoder) = self.decoder.as_mut().expect("it was opened above");
        let begin = Instant::now();
        let result = decoder.push(unit, &mut self.decoded);
        self.shared.measure.record(Step::Decode, begin.elapsed());
        self.shared.measure.decoded.fetch_add(self.decoded.len() as u64, Ordering::Relaxed);
        if let Err(error) = result {
            self.undecodable(&error);
        }
    }

    fn undecodable(&mut self, error: &decode::Error) {
        count(&self.shared.measure.damaged);
        tracing::debug!(stream = %self.shared.stream.name(), %error, "an access unit could not be decoded");
        if matches!(error, decode::Error::NotAvailable { .. } | decode::Error::Interlaced) {
            self.set_condition(Condition::NotAvailable(error.to_string()));
        }
    }

    /// Nothing behind this refers to anything before it. What the decoder still holds is too old to be shown.
    fn flush(&mut self) {
        self.flush_decoder();
        self.decoded.clear();
    }

    fn flush_decoder(&mut self) {
        if let Some((_, decoder)) = &mut self.decoder {
            decoder.flush(&mut self.decoded);
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
