//! Which rendition a viewer of stills gets where the stream has a format policy: what that is told, and what becomes of its answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hub::Entry;
use media::StillFormat;
use picture::{Bounds, Rendition, Stills, Want};
use plugin::policy::{self, Asked, Figure, Output};
use tokio::sync::watch;

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

/// Has one viewer given what its stream's format policy chooses, asked at its start and every [`PERIOD`] while there is one, and what is configured
/// while there is none.
///
/// ```text
///   nobody to ask ──(one is put in force)──▶ asked as about one who comes ──▶ asked every PERIOD
///         ▲                                                                        │
///         └──────(it is taken away: back to what is configured)────────────────────┘
/// ```
#[derive(Debug)]
pub struct Chooser {
    entry: Arc<Entry>,
    guest: Guest,
    meter: Meter,
    climb: Climb,
    asking: Asking,
}

/// Whether somebody is asked about a viewer.
#[derive(Clone, Copy, Debug)]
enum Asking {
    /// There is no policy.
    Nobody,
    Known {
        next: Instant,
        /// The last question had no answer.
        unanswered: bool,
    },
}

/// What one who comes gets.
#[derive(Debug)]
pub struct Served {
    /// Its stills.
    pub stills: Stills,
    /// Who chooses them from here on.
    pub chooser: Chooser,
    /// Tells when [`Chooser::policy_changed`] is to be called: since before this was made.
    pub policy: watch::Receiver<()>,
}

/// Stills for one who comes: chosen by the stream's format policy if it has one.
pub async fn subscribe(entry: &Arc<Entry>, guest: Guest) -> Served {
    let policy = entry.policy_changes();
    let (stills, asking) = match entry.format_policy() {
        None => (entry.pictures().subscribe(guest.want), Asking::Nobody),
        Some(policy) => {
            let bounds = Bounds::of(entry.stream(), guest.want);
            let rendition = match policy.choose(guest.question(entry, &bounds, None)).await {
                Some(choice) => guest.bounded(&bounds, choice, None),
                None => bounds.default_rendition(),
            };
            (entry.pictures().join(rendition), Asking::Known { next: Instant::now() + PERIOD, unanswered: false })
        }
    };
    let meter = Meter::new(Instant::now());
    let chooser = Chooser { entry: entry.clone(), guest, meter, climb: Climb::default(), asking };
    Served { stills, chooser, policy }
}

impl Chooser {
    /// When it is due; never while there is no policy.
    pub fn next(&self) -> Option<Instant> {
        match self.asking {
            Asking::Known { next, .. } => Some(next),
            Asking::Nobody => None,
        }
    }

    /// What the viewer is measured with, while that is wanted.
    pub fn meter(&mut self) -> Option<&mut Meter> {
        self.next().is_some().then_some(&mut self.meter)
    }

    /// Another policy is in force, or none: asks it about the viewer if that had none, and gives it back what is configured if there is none any more.
    pub async fn policy_changed(&mut self, stills: &mut Stills, now: Instant) {
        match (self.entry.format_policy().is_some(), self.asking) {
            (true, Asking::Nobody) => {
                (self.meter, self.climb) = (Meter::new(now), Climb::default());
                self.choose(stills, now).await;
            }
            (false, Asking::Known { .. }) => self.choose(stills, now).await,
            // Another in the place of one is asked when it is time.
            _ => {}
        }
    }

    /// Asks, and has the viewer given what was chosen.
    pub async fn choose(&mut self, stills: &mut Stills, now: Instant) {
        let bounds = Bounds::of(self.entry.stream(), self.guest.want);
        let current = stills.rendition();
        let Some(policy) = self.entry.format_policy() else {
            self.asking = Asking::Nobody;
            if bounds.default_rendition() != current {
                self.entry.pictures().switch(stills, bounds.default_rendition());
            }
            return;
        };
        let reading = self.meter.read(now);
        let (how, was_unanswered) = match self.asking {
            Asking::Nobody => (None, false),
            Asking::Known { unanswered, .. } => (Some((current, reading)), unanswered),
        };
        let answer = policy.choose(self.guest.question(&self.entry, &bounds, how)).await;
        self.asking = Asking::Known { next: now + PERIOD, unanswered: answer.is_none() };
        let to = match answer {
            Some(choice) => self.guest.bounded(&bounds, choice, Some(current)),
            // Once is a busy moment, which must not give a slow viewer all there is. Twice is a policy that is not there.
            None if !was_unanswered => return,
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
