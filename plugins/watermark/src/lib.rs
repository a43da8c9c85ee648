//! `watermark`: a logo in a corner of the picture, or in its middle. A filter.
//!
//! | option | default | meaning |
//! |---|---|---|
//! | `image` | Framegate's mark | a PNG file in base64; `data:image/png;base64,` may stand before it |
//! | `file` | | the path of a PNG file instead, in a folder that is granted |
//! | `position` | `"bottom-right"` | `top-left`, `top`, `top-right`, `left`, `center`, `right`, `bottom-left`, `bottom`, `bottom-right` |
//! | `width` | `10` | of the logo, in percent of the picture's width, 1 to 100; its height follows |
//! | `margin` | `2` | to the edges, in percent of the picture's width, 0 to 50 |
//! | `opacity` | `80` | in percent, 0 to 100 |
//!
//! A file is read once, when the stream begins; the plugin sees no folder but those it is granted:
//!
//! ```toml
//! [plugins.watermark.grants]
//! dir = ["logos"]
//!
//! [streams.lobby]
//! plugins = [{ use = "watermark", options = { file = "logos/house.png" } }]
//! ```
//!
//! The logo is kept by the host at its own size, at most 4 megapixels, and scaled when it is blended: one call for each picture.

mod logo;

use framegate_plugin::option::Position;
use framegate_plugin::{Mistake, Picture, Plugin, Verdict, drawing, types};
use serde::Deserialize;

/// The options, as the table above has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    image: Option<String>,
    file: Option<String>,
    position: Position,
    width: f64,
    margin: f64,
    opacity: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { image: None, file: None, position: Position::BottomRight, width: 10.0, margin: 2.0, opacity: 80.0 }
    }
}

struct Watermark {
    logo: drawing::Image,
    position: Position,
    /// Percent of the picture's width.
    width: f64,
    margin: f64,
    opacity: u8,
}

impl Plugin for Watermark {
    type Options = Options;
    const OPTIONS: &'static str = include_str!("../options.schema.json");

    fn configure(options: Options) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let Options { position, width, margin, opacity, .. } = options;
        for (name, value, least, most) in
            [("width", width, 1.0, 100.0), ("margin", margin, 0.0, 50.0), ("opacity", opacity, 0.0, 100.0)]
        {
            if !(least..=most).contains(&value) {
                mistakes
                    .push(Mistake::at(format!("/{name}"), format!("must be {least} to {most} (percent), got {value}")));
            }
        }
        match logo::find(options.image.as_deref(), options.file.as_deref()) {
            Ok(logo) if mistakes.is_empty() => {
                Ok(Self { logo, position, width, margin, opacity: (opacity * 2.55).round() as u8 })
            }
            Ok(_) => Err(mistakes),
            Err(mistake) => {
                mistakes.push(mistake);
                Err(mistakes)
            }
        }
    }

    fn process(&mut self, picture: &Picture) -> Verdict {
        let size = picture.size();
        let margin = (f64::from(size.width) * self.margin / 100.0).round() as u32;
        let area = self.position.place(self.fit(size, margin), size, margin);
        drawing::blend(picture, area, &self.logo, self.opacity);
        Verdict::Keep
    }
}

impl Watermark {
    /// The logo's size in a picture: as wide as the option says, and no higher than there is room.
    fn fit(&self, picture: types::Size, margin: u32) -> types::Size {
        let logo = self.logo.size();
        let (wide, high) = (f64::from(logo.width), f64::from(logo.height));
        let width = f64::from(picture.width) * self.width / 100.0;
        let room = f64::from(picture.height.saturating_sub(2 * margin));
        let scale = (width / wide).min(room / high);
        let even = |length: f64| ((length * scale / 2.0).round() as u32 * 2).max(2);
        types::Size { width: even(wide), height: even(high) }
    }
}

framegate_plugin::export!(Watermark);

#[cfg(test)]
mod tests {
    use framegate_plugin::harness::{Drawn, Test, json, schema_agrees};

    use super::*;

    fn place(options: framegate_plugin::harness::Value, width: u32, height: u32) -> (i32, i32, u32, u32, u8) {
        let mut test = Test::<Watermark>::new(options).unwrap();
        match test.show(Picture::black(width, height)).picture.drawn()[..] {
            [Drawn::Blend { area: types::Rect { x, y, width, height }, opacity, .. }] => (x, y, width, height, opacity),
            ref other => panic!("one blend, got {other:?}"),
        }
    }

    #[test]
    fn the_logo_is_a_share_of_the_picture_whatever_its_size() {
        assert_eq!(place(json!({}), 1920, 1080), (1690, 850, 192, 192, 204));
        assert_eq!(place(json!({}), 640, 360), (562, 282, 64, 64, 204));
        let centered = json!({ "position": "center", "width": 100, "margin": 0, "opacity": 100 });
        assert_eq!(place(centered, 640, 360), (140, 0, 360, 360, 255));
        assert_eq!(place(json!({ "position": "top-left", "margin": 50 }), 640, 360), (320, 320, 2, 2, 204));
    }

    #[test]
    fn framegates_own_mark_is_seen() {
        let mut test =
            Test::<Watermark>::new(json!({ "position": "top-left", "width": 50, "margin": 0, "opacity": 100 }))
                .unwrap();
        let picture = test.show(Picture::black(256, 256)).picture;
        let (corner, middle, dark) = (picture.pixel(0, 0), picture.pixel(60, 64), picture.pixel(100, 64));
        assert!(corner.blue < 5 && middle.red > 250 && dark.blue.abs_diff(0x4f) < 5, "{corner:?} {middle:?} {dark:?}");
    }

    #[test]
    fn wrong_options_are_told_at_once() {
        let options = json!({ "width": 0, "opacity": 101, "image": "a", "file": "b" });
        let mistakes = Test::<Watermark>::new(options).map(|_| ()).unwrap_err();
        assert_eq!(mistakes.iter().map(|mistake| &*mistake.path).collect::<Vec<_>>(), ["/width", "/opacity", "/file"]);
    }

    #[test]
    fn schema_and_options_agree() {
        schema_agrees::<Watermark>(&[json!({})]);
    }
}
