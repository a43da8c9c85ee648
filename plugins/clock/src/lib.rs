//! `clock`: text with the stream's name and the time, in a corner of the picture. A filter.
//!
//! | option | default | meaning |
//! |---|---|---|
//! | `text` | `"{stream} {date} {time}"` | what is written; see below |
//! | `zone` | the host's own | an IANA time zone such as `"Europe/Berlin"` |
//! | `position` | `"top-left"` | `top-left`, `top`, `top-right`, `left`, `center`, `right`, `bottom-left`, `bottom`, `bottom-right` |
//! | `size` | a thirtieth of the picture's height, 14 at least | height of a line in pixels, 6 to 512 |
//! | `color` | `"#ffffff"` | of the text, `#rrggbb` or `#rrggbbaa` |
//! | `background` | `"#000000a0"` | of the box behind it; `"none"` for none, then the text gets a dark contour |
//!
//! In `text`, `{stream}` is the stream's name, `{date}` is `2026-11-21`, `{time}` is `14:03:59`, and a strftime pattern in braces such as
//! `{%d.%m.%Y}` is what it says; `{{` and `}}` are braces, and an end of line begins another.
//!
//! The time is the picture's, not the clock's on the wall: when its last byte arrived. Cost for each picture: one fill and one text; the
//! words are put together and measured once a second.

mod face;
mod template;

use framegate_plugin::option::{Color, Position};
use framegate_plugin::{Mistake, Picture, Plugin, Verdict, calendar, host};
use serde::Deserialize;

use face::Face;
use template::Template;

/// The options, as the table above has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    text: String,
    zone: String,
    position: Position,
    size: Option<u32>,
    color: Color,
    background: Background,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            text: "{stream} {date} {time}".into(),
            zone: String::new(),
            position: Position::TopLeft,
            size: None,
            color: Color { red: 255, green: 255, blue: 255, alpha: 255 },
            background: Background(Some(Color { red: 0, green: 0, blue: 0, alpha: 0xa0 })),
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Background(Option<Color>);

impl TryFrom<String> for Background {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(None));
        }
        Color::try_from(text).map(|color| Self(Some(color))).map_err(|error| format!("{error}, or \"none\""))
    }
}

struct Clock {
    template: Template,
    zone: String,
    look: face::Look,
    face: Option<Face>,
}

impl Plugin for Clock {
    type Options = Options;
    const OPTIONS: &'static str = include_str!("../options.schema.json");

    fn configure(options: Options) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        if let Err(error) = calendar::format(0, &options.zone, "%Y") {
            mistakes.push(Mistake::at("/zone", error));
        }
        if let Some(size) = options.size.filter(|size| !(6..=512).contains(size)) {
            mistakes.push(Mistake::at("/size", format!("must be 6 to 512 (pixels), got {size}")));
        }
        let template = Template::read(&options.text, &host::stream_name()).map_err(|error| Mistake::at("/text", error));
        let template =
            template.and_then(|template| match template.render(|pattern| calendar::format(0, "UTC", pattern)) {
                Ok(_) => Ok(template),
                Err(error) => Err(Mistake::at("/text", error)),
            });
        match template {
            Ok(template) if mistakes.is_empty() => Ok(Self {
                template,
                zone: options.zone,
                look: face::Look {
                    position: options.position,
                    size: options.size,
                    color: options.color,
                    background: options.background.0,
                },
                face: None,
            }),
            Ok(_) => Err(mistakes),
            Err(mistake) => {
                mistakes.push(mistake);
                Err(mistakes)
            }
        }
    }

    fn process(&mut self, picture: &Picture) -> Verdict {
        let (size, at) = (picture.size(), picture.received_at());
        let second = at / 1_000_000_000;
        if self.face.as_ref().is_none_or(|face| face.is_stale(size, second)) {
            let text = self.template.render(|pattern| calendar::format(at, &self.zone, pattern));
            // Zone and patterns were tried in `configure`.
            let text = text.expect("a pattern that was good once");
            match &mut self.face {
                Some(face) if face.fits(size) => face.say(text, second),
                face => *face = Some(Face::new(&self.look, size, text, second)),
            }
        }
        if let Some(face) = &self.face {
            face.draw(picture);
        }
        Verdict::Keep
    }
}

framegate_plugin::export!(Clock);

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use framegate_plugin::harness::{Test, json, schema_agrees};

    use super::*;

    #[test]
    fn the_time_is_the_pictures_own() {
        let mut test = Test::<Clock>::new(json!({ "zone": "Europe/Berlin" })).unwrap();
        let shown = test.show(Picture::black(640, 360));
        assert_eq!(shown.picture.texts(), ["lobby 2026-07-02 15:46:40"]);
        let shown = test.show(Picture::black(1280, 720).at(Duration::from_millis(2_900)));
        assert_eq!(shown.picture.texts(), ["lobby 2026-07-02 15:46:42"]);
    }

    #[test]
    fn every_wrong_option_is_told_at_once() {
        let options = json!({ "zone": "Europe/Belrin", "size": 5, "text": "{%" });
        let mistakes = Test::<Clock>::new(options).map(|_| ()).unwrap_err();
        assert_eq!(mistakes.iter().map(|mistake| &*mistake.path).collect::<Vec<_>>(), ["/zone", "/size", "/text"]);
    }

    #[test]
    fn schema_and_options_agree() {
        schema_agrees::<Clock>(&[json!({})]);
    }
}
