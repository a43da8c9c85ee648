//! `format-choice`: chooses format, quality, width and rate of stills for each viewer, by how it gets on. A format policy:
//!
//! ```toml
//! [streams.lobby.stills]
//! policy = "format-choice"
//! ```
//!
//! | option | default | meaning |
//! |---|---|---|
//! | `quality` | `80` | the best that is given to who does not ask for one, 1 to 100 |
//! | `least_quality` | `40` | the worst, 1 to 100 |
//! | `least_width` | `320` | the smallest, in pixels |
//! | `least_rate` | `2` | the slowest, in pictures a second |
//! | `webp_load` | `0.8` | how busy the encoders may be for WebP, 0 to 1; it comes back a quarter below that |
//!
//! A viewer begins with the best that it asks for and the stream has. One that skips pictures, or to whom nearly every write waits, is given less quality,
//! then less width, then a lower rate, as much as its link seems to need. One that gets on well is given a step more of each, the rate first,
//! where its link would then be busy for no more than three fifths of the time: between the two nothing changes, so nobody flaps. What runs for other
//! viewers is taken before something new is made, and nothing new is made to please anybody while the encoders are busy. Nobody is given more than
//! the URL asks for.

mod format;
mod ladder;
mod standing;

use framegate_plugin::{Choice, Configure, FormatPolicy, Mistake, Viewer};
use serde::Deserialize;

use ladder::{Ladder, Rung};
use standing::Standing;

/// Encoders that are busier than this make nothing new for who already gets on.
const BUSY: f32 = 0.9;
/// How much of the best a rendition that runs must have, in each way, for a viewer to begin with it.
const GOOD_START: f32 = 0.6;

/// The options, as the table above has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    quality: u8,
    least_quality: u8,
    least_width: u32,
    least_rate: f32,
    webp_load: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self { quality: 80, least_quality: 40, least_width: 320, least_rate: 2.0, webp_load: 0.8 }
    }
}

struct FormatChoice {
    quality: u8,
    least: Rung,
    webp_load: f32,
}

impl Configure for FormatChoice {
    type Options = Options;
    const OPTIONS: &'static str = include_str!("../options.schema.json");

    fn configure(options: Options) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut check = |name: &str, is_good: bool, rule: &str, value: &dyn std::fmt::Display| {
            if !is_good {
                mistakes.push(Mistake::at(format!("/{name}"), format!("must be {rule}, got {value}")));
            }
        };
        let Options { quality, least_quality, least_width, least_rate, webp_load } = options;
        check("quality", (1..=100).contains(&quality), "1 to 100", &quality);
        check("least_quality", (1..=100).contains(&least_quality), "1 to 100", &least_quality);
        check("least_width", (1..=16_384).contains(&least_width), "1 to 16384 (pixels)", &least_width);
        check("least_rate", (1.0..=240.0).contains(&least_rate), "1 to 240 (pictures a second)", &least_rate);
        check("webp_load", (0.0..=1.0).contains(&webp_load), "0 to 1", &webp_load);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(Self { quality, least: Rung { quality: least_quality, width: least_width, rate: least_rate }, webp_load })
    }
}

impl FormatPolicy for FormatChoice {
    fn choose(&self, viewer: &Viewer) -> Choice {
        let current = viewer.current();
        let format = format::choose(viewer, current.as_ref(), self.webp_load);
        let best = self.best(viewer);
        let ladder = Ladder { best, least: self.least };
        let running: Vec<Rung> = viewer
            .running()
            .iter()
            .filter(|rendition| rendition.format == format)
            .map(Rung::of)
            .filter(|rung| rung.is_within(best))
            .collect();
        let rung = match current {
            None => start(best, &running),
            Some(current) => {
                let from = Rung::of(&current).at_most(best);
                match Standing::of(viewer, from.rate.min(viewer.source_rate())) {
                    Standing::Slow { keep } => ladder.down(from, keep, &running),
                    Standing::Well { busy } => ladder.up(from, busy, &running, viewer.encoder_load() <= BUSY),
                    Standing::Steady => from,
                }
            }
        };
        answer(viewer, &format, rung, best)
    }
}

impl FormatChoice {
    /// What the viewer asks for, or all that there is.
    fn best(&self, viewer: &Viewer) -> Rung {
        let (width, rate) = (viewer.source_width(), viewer.source_rate());
        Rung {
            quality: viewer.asked_quality().unwrap_or(self.quality),
            width: viewer.asked_width().map_or(width, |asked| asked.min(width)),
            rate: viewer.asked_rate().map_or(rate, |asked| asked.min(rate)),
        }
    }
}

/// The best of what runs, if it is nearly as good.
fn start(best: Rung, running: &[Rung]) -> Rung {
    let is_good = |rung: &&Rung| {
        f32::from(rung.quality) >= GOOD_START * f32::from(best.quality)
            && rung.width as f32 >= GOOD_START * best.width as f32
            && rung.rate >= GOOD_START * best.rate
    };
    ladder::dearest(running.iter().filter(is_good)).unwrap_or(best)
}

/// What is not less than the best, and was not asked for, is left as configured: the host then joins those who ask for nothing, and may pass on what the
/// camera made.
fn answer(viewer: &Viewer, format: &str, rung: Rung, best: Rung) -> Choice {
    let choice = Choice::new(format);
    if rung.quality < best.quality || viewer.asked_quality().is_some() {
        choice.set_quality(rung.quality);
    }
    if rung.width < best.width || viewer.asked_width().is_some() {
        choice.set_width(rung.width);
    }
    if rung.rate < best.rate || viewer.asked_rate().is_some() {
        choice.set_rate(rung.rate);
    }
    choice
}

framegate_plugin::export!(FormatChoice: FormatPolicy);

#[cfg(test)]
mod tests;
