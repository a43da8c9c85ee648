//! `privacy-mask`: hides areas of the picture. A filter, so a picture that it fails on is not shown (`on_error` is `drop` by default).
//!
//! | option | default | meaning |
//! |---|---|---|
//! | `areas` | required | `[{ x, y, width, height }]` in percent of the picture, 0 to 100, measured from the upper left corner; at most 64 |
//! | `how` | `"fill"` | `"fill"`, `"pixelate"` or `"blur"` |
//! | `color` | `"#202020"` | what `fill` fills with; opaque |
//!
//! Areas are rounded outwards to even pixels. `fill` hides for certain; `pixelate` leaves at most six blocks to the shorter side; `blur`
//! looks best and can be undone best: what must stay private is filled. Cost: by area.

use framegate_plugin::option::{Area, Color};
use framegate_plugin::{Mistake, Picture, Plugin, Verdict, drawing, types};
use serde::Deserialize;

const MAX_AREAS: usize = 64;

/// The options, as the table above has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    areas: Vec<Area>,
    #[serde(default)]
    how: How,
    #[serde(default = "dark")]
    color: Color,
}

fn dark() -> Color {
    Color { red: 0x20, green: 0x20, blue: 0x20, alpha: 255 }
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum How {
    #[default]
    Fill,
    Pixelate,
    Blur,
}

struct Mask {
    areas: Vec<Area>,
    how: How,
    color: types::Color,
    /// The areas in pixels of pictures of this size.
    pixels: Option<(types::Size, Vec<types::Rect>)>,
}

impl Plugin for Mask {
    type Options = Options;
    const OPTIONS: &'static str = include_str!("../options.schema.json");

    fn configure(options: Options) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        match options.areas.len() {
            0 => mistakes.push(Mistake::at("/areas", "must have at least one area: a mask without any hides nothing")),
            n if n > MAX_AREAS => {
                mistakes.push(Mistake::at("/areas", format!("must have at most {MAX_AREAS} areas, got {n}")))
            }
            _ => {}
        }
        if options.color.alpha != 255 {
            mistakes.push(Mistake::at("/color", "must be opaque: what shines through is not hidden"));
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(Self { areas: options.areas, how: options.how, color: options.color.into(), pixels: None })
    }

    fn process(&mut self, picture: &Picture) -> Verdict {
        let size = picture.size();
        let same = |made: &types::Size| (made.width, made.height) == (size.width, size.height);
        let (_, areas) = match &mut self.pixels {
            Some(pixels) if same(&pixels.0) => pixels,
            pixels => pixels.insert((size, self.areas.iter().map(|area| area.pixels(size)).collect())),
        };
        for &area in &*areas {
            let side = area.width.min(area.height);
            match self.how {
                How::Fill => drawing::fill(picture, area, self.color),
                How::Pixelate => drawing::pixelate(picture, area, (side.div_ceil(6)).max(8)),
                How::Blur => drawing::blur(picture, area, (side / 4).max(8)),
            }
        }
        Verdict::Keep
    }
}

framegate_plugin::export!(Mask);

#[cfg(test)]
mod tests {
    use framegate_plugin::harness::{Drawn, Test, json, schema_agrees};

    use super::*;

    fn white(width: u32, height: u32) -> Picture {
        let area = types::Rect { x: 0, y: 0, width, height };
        Picture::black(width, height).painted(area, types::Color { red: 255, green: 255, blue: 255, alpha: 255 })
    }

    #[test]
    fn an_area_is_hidden_on_pictures_of_every_size() {
        let areas = json!([{ "x": 50, "y": 0, "width": 50, "height": 50 }]);
        let mut test = Test::<Mask>::new(json!({ "areas": areas, "color": "#ff0000" })).unwrap();
        for (width, height) in [(640, 360), (64, 36)] {
            let shown = test.show(white(width, height));
            let (hidden, seen) = (shown.picture.pixel(width - 1, 0), shown.picture.pixel(0, 0));
            assert!(hidden.red > 250 && hidden.green < 5, "{hidden:?}");
            assert!(seen.green > 250, "{seen:?}");
        }
        let mut test = Test::<Mask>::new(json!({ "areas": areas, "how": "pixelate" })).unwrap();
        let area = types::Rect { x: 320, y: 0, width: 320, height: 180 };
        assert_eq!(test.show(white(640, 360)).picture.drawn(), [Drawn::Pixelate { area, block: 30 }]);
    }

    #[test]
    fn what_would_hide_nothing_is_refused() {
        let mistakes = Test::<Mask>::new(json!({ "areas": [], "color": "#ff000080" })).map(|_| ()).unwrap_err();
        assert_eq!(mistakes.iter().map(|mistake| &*mistake.path).collect::<Vec<_>>(), ["/areas", "/color"]);
    }

    #[test]
    fn schema_and_options_agree() {
        schema_agrees::<Mask>(&[json!({ "areas": [{ "x": 10, "y": 10, "width": 20, "height": 20 }] })]);
    }
}
