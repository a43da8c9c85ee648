//! `motion-gate`: lets pictures through while something moves, and gates the others. An analyzer: it looks at a thumbnail of 160 pixels in
//! width, so it costs the same whatever the camera's size.
//!
//! | option | default | meaning |
//! |---|---|---|
//! | `threshold` | `0.01` | the share of the area, 0 to 1, that must differ from the background |
//! | `area` | the whole picture | `{ x, y, width, height }` in percent: motion elsewhere does not count |
//! | `hold` | `"2s"` | how long the gate stays open behind the last motion |
//!
//! The background follows the picture slowly, so daylight does not open the gate and what stands still closes it again.

mod background;

use std::time::Duration;

use framegate_plugin::option::{Area, Span};
use framegate_plugin::{Mistake, Picture, Plugin, Verdict, types};
use serde::Deserialize;

use background::Background;

/// Thumbnails are this wide, in pixels: a person at the far end of a yard still covers some of them, and noise is averaged away.
const WIDTH: u32 = 160;

/// The options, as the table above has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    threshold: f64,
    area: Area,
    hold: Span,
}

impl Default for Options {
    fn default() -> Self {
        Self { threshold: 0.01, area: Area::WHOLE, hold: Span(Duration::from_secs(2)) }
    }
}

struct Gate {
    threshold: f64,
    area: Area,
    hold: u64,
    background: Option<Background>,
    /// When there was motion last, in nanoseconds of presentation.
    moved: Option<u64>,
}

impl Plugin for Gate {
    type Options = Options;
    const OPTIONS: &'static str = include_str!("../options.schema.json");

    fn configure(options: Options) -> Result<Self, Vec<Mistake>> {
        if !(0.0..=1.0).contains(&options.threshold) {
            let message = format!("must be 0 to 1 (the share of the area that moves), got {}", options.threshold);
            return Err(vec![Mistake::at("/threshold", message)]);
        }
        let hold = u64::try_from(options.hold.0.as_nanos()).unwrap_or(u64::MAX);
        Ok(Self { threshold: options.threshold, area: options.area, hold, background: None, moved: None })
    }

    fn process(&mut self, picture: &Picture) -> Verdict {
        let (size, now) = (picture.size(), picture.presentation_time());
        let width = WIDTH.min(size.width);
        let height = (size.height * width / size.width).max(1);
        let small = types::Size { width, height };
        let Ok(luma) = picture.thumbnail(small) else {
            return Verdict::Keep; // a picture that cannot be looked at is not hidden
        };
        let area = self.area.pixels(small);
        let share = match &mut self.background {
            Some(background) if background.fits(small) => background.compare(&luma, area, now),
            background => {
                *background = Some(Background::new(small, &luma, now));
                0.0
            }
        };
        if share > 0.0 && share >= self.threshold {
            self.moved = Some(now);
        }
        match self.moved {
            Some(moved) if now.saturating_sub(moved) <= self.hold => Verdict::Keep,
            _ => Verdict::Drop,
        }
    }
}

framegate_plugin::export!(Gate);

#[cfg(test)]
mod tests {
    use framegate_plugin::harness::{Test, json, schema_agrees};

    use super::*;

    /// An empty yard, or somebody of a tenth of its width in it.
    fn yard(at_ms: u64, somebody: Option<u32>) -> Picture {
        let picture = Picture::black(640, 360).with_luma(|x, y| 60 + (x / 20 % 3 + y / 30 % 5) as u8);
        let white = types::Color { red: 255, green: 255, blue: 255, alpha: 255 };
        let picture = match somebody {
            Some(x) => picture.painted(types::Rect { x: x as i32, y: 100, width: 64, height: 180 }, white),
            None => picture,
        };
        picture.at(Duration::from_millis(at_ms))
    }

    #[test]
    fn the_gate_opens_for_what_moves_and_closes_behind_it() {
        let mut test = Test::<Gate>::new(json!({ "hold": "1s" })).unwrap();
        let mut open = |at_ms, somebody| test.show(yard(at_ms, somebody)).verdict == Verdict::Keep;
        assert!((0..10).all(|n| !open(n * 100, None)), "nothing moves");
        assert!((0..5).all(|n| open(1000 + n * 100, Some(n as u32 * 90))), "somebody walks by");
        assert!(open(2300, None) && !open(3600, None), "a second behind the last motion");
    }

    #[test]
    fn schema_and_options_agree() {
        schema_agrees::<Gate>(&[json!({}), json!({ "area": { "x": 1, "y": 2, "width": 3, "height": 4 } })]);
    }
}
