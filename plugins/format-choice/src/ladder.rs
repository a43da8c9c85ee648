use framegate_plugin::Rendition;

/// Those that the host makes: what lies between is rounded to one of them.
const WIDTHS: [u32; 8] = [320, 480, 640, 960, 1280, 1920, 2560, 3840];
const RATES: [f32; 7] = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0];
/// Less than this is hardly seen.
const QUALITY_STEP: u8 = 20;
/// The most of the time that a link may be busy after a step up. Far enough below what is slow that an estimate may be wrong by two fifths.
const ROOM: f32 = 0.6;
/// Of steps down at once: what is estimated from two seconds is not believed to the last.
const MOST_STEPS: usize = 4;

/// What a viewer is sent, but for its format.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rung {
    pub(crate) quality: u8,
    pub(crate) width: u32,
    pub(crate) rate: f32,
}

impl Rung {
    pub(crate) fn of(rendition: &Rendition) -> Self {
        Self { quality: rendition.quality, width: rendition.width, rate: rendition.rate }
    }

    pub(crate) fn at_most(self, most: Self) -> Self {
        Self {
            quality: self.quality.min(most.quality),
            width: self.width.min(most.width),
            rate: self.rate.min(most.rate),
        }
    }

    pub(crate) fn is_within(self, most: Self) -> bool {
        self.at_most(most) == self
    }

    /// What it takes of a link, in no unit: pixels a second, and a size of pixels that grows by 1.4 for 20 of quality (JPEG and WebP of
    /// camera pictures, 40 to 80).
    pub(crate) fn cost(self) -> f32 {
        let (quality, width) = (f32::from(self.quality), self.width as f32);
        (40.0 + quality * quality / 80.0) * width * width * self.rate
    }
}

/// The dearest of some.
pub(crate) fn dearest<'a>(rungs: impl Iterator<Item = &'a Rung>) -> Option<Rung> {
    rungs.copied().max_by(|a, b| a.cost().total_cmp(&b.cost()))
}

/// From the least to the best that a viewer may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ladder {
    pub(crate) best: Rung,
    pub(crate) least: Rung,
}

impl Ladder {
    /// So far down that this share of the cost is kept, if steps reach; at least one step. Or what runs that costs no more, and not much less.
    pub(crate) fn down(&self, from: Rung, keep: f32, running: &[Rung]) -> Rung {
        let mut rung = from;
        for _ in 0..MOST_STEPS {
            rung = self.lower(rung);
            if rung.cost() <= keep * from.cost() {
                break;
            }
        }
        let joins = |other: &&Rung| other.cost() <= rung.cost() && other.cost() >= 0.5 * rung.cost();
        dearest(running.iter().filter(joins)).unwrap_or(rung)
    }

    /// Quality, then width, then rate: motion is what a camera is looked at for.
    fn lower(&self, rung: Rung) -> Rung {
        let Rung { quality, width, rate } = rung;
        if quality > self.least.quality {
            return Rung { quality: quality.saturating_sub(QUALITY_STEP).max(self.least.quality), ..rung };
        }
        if width > self.least.width {
            let lower = WIDTHS.into_iter().rev().find(|lower| *lower < width).unwrap_or(0);
            return Rung { width: lower.max(self.least.width), ..rung };
        }
        if rate > self.least.rate {
            let lower = RATES.into_iter().rev().find(|lower| *lower < rate).unwrap_or(0.0);
            return Rung { rate: lower.max(self.least.rate), ..rung };
        }
        rung
    }

    /// A step up in each way for which there is room, rate first. Or what runs, if that is more than now and no more than there is room for; only
    /// that if nothing new may be made.
    ///
    /// Not one way after the other: the operator may have set a limit that a policy does not see, and would wait for something that does not come.
    pub(crate) fn up(&self, from: Rung, busy: f32, running: &[Rung], may_be_new: bool) -> Rung {
        let has_room = |rung: Rung| busy * rung.cost() <= ROOM * from.cost();
        let mut rung = from;
        let higher_rate = RATES.into_iter().find(|higher| *higher > from.rate).unwrap_or(f32::MAX);
        let higher_width = WIDTHS.into_iter().find(|higher| *higher > from.width).unwrap_or(u32::MAX);
        let steps = [
            Rung { rate: higher_rate, ..from },
            Rung { width: higher_width, ..from },
            Rung { quality: from.quality.saturating_add(QUALITY_STEP), ..from },
        ];
        for step in steps {
            let step = step.at_most(self.best);
            let both = Rung {
                quality: rung.quality.max(step.quality),
                width: rung.width.max(step.width),
                rate: rung.rate.max(step.rate),
            };
            if has_room(both) {
                rung = both;
            }
        }
        let joins = |other: &&Rung| from.is_within(**other) && other.is_within(rung) && **other != from;
        match dearest(running.iter().filter(joins)) {
            Some(other) => other,
            None if may_be_new => rung,
            None => from,
        }
    }
}
