//! The way of one access unit through the worker.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use codec::decode::{self, Decoder};
use codec::{Picture, Stamp};
use media::{AccessUnit, Still, StillFormat};
use plugin::{Mode, Outcome};

use super::{CatchingUp, Last, Worker};
use crate::demand::{Due, Present, still_format};
use crate::measure::count;
use crate::shed::Load;
use crate::video::director::{Director, KeptBack};
use crate::video::slate::Why;
use crate::{Condition, Step};

/// How much earlier a late viewer's first picture is shown than the newest one that the source has sent.
const BEFORE_THE_NEWEST: Duration = Duration::from_millis(10);

impl Worker {
    pub(super) fn unit(&mut self, unit: &AccessUnit) {
        self.director.seen(unit.pts);
        let age = unit.received.steady.elapsed();
        self.shared.measure.record(Step::Wait, age);
        if unit.key && !unit.codec.is_still() {
            self.keys.seen(unit.pts);
            self.follow_keys();
        }
        let lag = self.units.lag();
        let caught_up = lag.units == 0;
        self.behind = match (self.catching_up, lag.newest) {
            (CatchingUp::Done, _) | (_, None) => Duration::ZERO,
            // So that the newest has a time of its own.
            (_, Some(newest)) => newest.since(unit.pts).saturating_sub(BEFORE_THE_NEWEST),
        };
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
        if made.is_empty() && !looked_at && !self.director.wants(unit.pts) {
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

    pub(super) fn as_still(&self, unit: &AccessUnit, format: StillFormat) -> Still {
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
        let at = picture.stamp().pts;
        let due = self.demand.due(at);
        if due.is_empty() && !self.chain().looks_at(at) && !self.director.wants(at) {
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
        let (stamp, size, color) = (picture.stamp(), picture.size(), picture.color());
        let begin = Instant::now();
        let outcome = self.chain().process(picture, mode);
        let measure = &self.shared.measure;
        measure.record(Step::Plugins, begin.elapsed());
        let keep_back = |director: &mut Director, plugin: &str, why| {
            let stamp = Stamp { pts: stamp.pts.saturating_add(self.behind), ..stamp };
            director.keep_back(&KeptBack { plugin, why, size, color, stamp });
        };
        let (shown, condition) = match outcome {
            Outcome::Shown(picture) => {
                // Nothing else reaches a video output.
                self.director.show(&picture, self.behind);
                (Some(picture), Condition::Fine)
            }
            Outcome::Gated { plugin } => {
                count(&measure.gated);
                keep_back(&mut self.director, &plugin, Why::Gated);
                (None, Condition::Gated { plugin })
            }
            Outcome::Withheld { plugin } => {
                count(&measure.withheld);
                keep_back(&mut self.director, &plugin, Why::Withheld);
                (None, Condition::Withheld { plugin })
            }
        };
        self.set_condition(condition);
        shown
    }

    /// Decodes into `self.decoded`.
    pub(super) fn decode(&mut self, unit: &AccessUnit) {
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
    pub(super) fn flush(&mut self) {
        self.flush_decoder();
        self.decoded.clear();
    }

    fn flush_decoder(&mut self) {
        if let Some((_, decoder)) = &mut self.decoder {
            decoder.flush(&mut self.decoded);
        }
    }
}
