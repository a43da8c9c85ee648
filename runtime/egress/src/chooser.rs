//! Which rendition a viewer of stills gets where the stream has a format policy: what that is told, and what becomes of its answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hub::Entry;
use media::StillFormat;
use picture::{Bounds, Rendition, Stills, Want};
use plugin::policy::{self, Asked, Figure, Output};

use crate::climb::Climb;
use crate::meter::{Meter, Reading};

/// How often a format policy is asked about a viewer, and how long back it is told.
pub const PERIOD: Duration = Duration::from_secs(2);

/// What is known of one who comes.
#[derive(Clone, Debug, PartialEq)]
pub struct Guest {
    /// How it is served.
    pub output: Output,
    /// What it can show, best first.
    pub accepts: Vec<StillFormat>,
    /// What its URL asks for, or its output fixes.
    pub want: Want,
}

/// Asks a stream's format policy about one viewer, at its start and every [`PERIOD`], and gives it what was chosen.
#[derive(Debug)]
pub struct Chooser {
    entry: Arc<Entry>,
    guest: Guest,
    meter: Meter,
    climb: Climb,
    /// The last question had no answer.
    unanswered: bool,
    next: Instant,
}

/// Stills for one who comes, and who asks about it from here on, if the stream has a format policy.
pub async fn subscribe(entry: &Arc<Entry>, guest: Guest) -> (Stills, Option<Chooser>) {
    let Some(policy) = entry.format_policy() else {
        return (entry.pictures().subscribe(guest.want), None);
    };
    let bounds = Bounds::of(entry.stream(), guest.want);
    let rendition = match policy.choose(guest.question(entry, &bounds, None)).await {
        Some(choice) => guest.bounded(&bounds, choice, None),
        None => bounds.default_rendition(),
    };
    let now = Instant::now();
    let chooser = Chooser {
        entry: entry.clone(),
        guest,
        meter: Meter::new(now),
        climb: Climb::default(),
        unanswered: false,
        next: now + PERIOD,
    };
    (entry.pictures().join(rendition), Some(chooser))
}

impl Chooser {
    /// When it is due.
    pub fn next(&self) -> Instant {
        self.next
    }

    /// What the viewer is measured with.
    pub fn meter(&mut self) -> &mut Meter {
        &mut self.meter
    }

    /// Asks again, and has the viewer given what was chosen.
    pub async fn choose(&mut self, stills: &mut Stills, now: Instant) {
        let reading = self.meter.read(now);
        self.next = now + PERIOD;
        let Some(policy) = self.entry.format_policy() else { return };
        let bounds = Bounds::of(self.entry.stream(), self.guest.want);
        let current = stills.rendition();
        let question = self.guest.question(&self.entry, &bounds, Some((current, reading)));
        let to = match policy.choose(question).await {
            Some(choice) => {
                self.unanswered = false;
                self.guest.bounded(&bounds, choice, Some(current))
            }
            // Once is a busy moment, which must not give a slow viewer all there is. Twice is a policy that is not there.
            None if !std::mem::replace(&mut self.unanswered, true) => return,
            None => bounds.default_rendition(),
        };
        if to == current || self.climb.goes(&bounds.told(&current), &bounds.told(&to), now) {
            self.entry.pictures().switch(stills, to);
        }
    }
}

impl Guest {
    /// What a policy is asked; `now` is what the viewer has and how it took it.
    fn question(&self, entry: &Entry, bounds: &Bounds, now: Option<(Rendition, Reading)>) -> policy::Viewer {
        let pictures = entry.pictures();
        let mut running: Vec<_> = pictures.running().iter().map(|rendition| bounds.told(rendition)).collect();
        running.sort_unstable();
        running.dedup();
        let Want { format, quality, width, fps } = self.want;
        let viewer = policy::Viewer {
            asked: Asked {
                format: format.and_then(picture::Format::fixed),
                quality,
                width,
                rate: fps.map(Figure::whole),
            },
            running,
            source_width: bounds.source_width.unwrap_or(0),
            source_rate: bounds.source_rate,
            encoder_load: Figure::of(f64::from(pictures.encoder_load())),
            ..policy::Viewer::new(self.output, self.accepts.clone())
        };
        let Some((rendition, reading)) = now else { return viewer };
        policy::Viewer {
            current: Some(bounds.told(&rendition)),
            delivered: Figure::of(reading.rate),
            skipped: Figure::of(reading.skip_rate),
            write_wait: Figure::of(reading.write_wait),
            ..viewer.took(reading.bytes_per_second * 8)
        }
    }

    /// A choice within what the viewer can show and asks for.
    fn bounded(&self, bounds: &Bounds, choice: policy::Choice, now: Option<Rendition>) -> Rendition {
        let format = choice.format.filter(|format| self.accepts.contains(format));
        bounds.chosen(&policy::Choice { format, ..choice }, now)
    }
}
