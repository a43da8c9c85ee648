//! `annotate`: draws what the plugins before it found. A filter; it stands behind those whose annotations it draws.
//!
//! | option | default | meaning |
//! |---|---|---|
//! | `labels` | everything | a list of labels: what else was found is not drawn |
//! | `least_score` | `0` | what is less sure than this, 0 to 1, is not drawn |
//! | `boxes` | `true` | a box round each finding |
//! | `texts` | `true` | label, score in percent and `#` with the track at each box |
//! | `attributes` | none | names of attributes whose values stand there too |
//! | `counts` | `"top-right"` | where the list of labels and counts stands: as `position` of `clock`, or `"none"` |
//! | `color_by` | `"label"` | `"label"` or `"track"`: what has the same colour |
//! | `colors` | by their names | `{ person = "#ffcc00" }`: colours of labels |
//! | `thickness` | by the picture's height | of a box in pixels, 1 to 64 |
//! | `size` | a fortieth of the picture's height, 12 at least | height of a line in pixels, 6 to 512 |
//!
//! A label counts its findings, or the sum of their attribute `count` (a whole number) where they have one. A finding without an area has no box and no text: it is for
//! the list alone (`sheet-counter` makes such). Cost for each finding: an outline, a fill and a text.

mod colors;
mod list;
mod pen;

use std::collections::BTreeMap;

use framegate_plugin::option::{Color, Position};
use framegate_plugin::{Annotation, Mistake, Picture, Plugin, Verdict};
use serde::Deserialize;

use colors::{ColorBy, Colors};
use pen::Pen;

/// Of `labels` and of `attributes`: what is looked through for each finding.
const MAX_LABELS: usize = 64;
const MAX_ATTRIBUTES: usize = 16;

/// The options, as the table above has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    labels: Option<Vec<String>>,
    least_score: f32,
    boxes: bool,
    texts: bool,
    attributes: Vec<String>,
    counts: Counts,
    color_by: ColorBy,
    colors: BTreeMap<String, Color>,
    thickness: Option<u32>,
    size: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            labels: None,
            least_score: 0.0,
            boxes: true,
            texts: true,
            attributes: Vec::new(),
            counts: Counts::At(Position::TopRight),
            color_by: ColorBy::Label,
            colors: BTreeMap::new(),
            thickness: None,
            size: None,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Nowhere {
    None,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(untagged, expecting = "must be a position such as \"top-right\", or \"none\"")]
enum Counts {
    At(Position),
    Nowhere(Nowhere),
}

struct Annotate {
    labels: Option<Vec<String>>,
    least_score: f32,
    boxes: bool,
    texts: bool,
    attributes: Vec<String>,
    counts: Option<Position>,
    colors: Colors,
    thickness: Option<u32>,
    size: Option<u32>,
    /// For pictures of the size that came last.
    pen: Option<Pen>,
}

impl Plugin for Annotate {
    type Options = Options;
    const OPTIONS: &'static str = include_str!("../options.schema.json");

    fn configure(options: Options) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        if !(0.0..=1.0).contains(&options.least_score) {
            mistakes.push(Mistake::at("/least_score", format!("must be 0 to 1, got {}", options.least_score)));
        }
        for (name, length, least, most) in [("thickness", options.thickness, 1, 64), ("size", options.size, 6, 512)] {
            if let Some(length) = length.filter(|length| !(least..=most).contains(length)) {
                mistakes
                    .push(Mistake::at(format!("/{name}"), format!("must be {least} to {most} (pixels), got {length}")));
            }
        }
        let labels = options.labels.as_ref().map_or(0, Vec::len);
        for (name, count, most) in
            [("labels", labels, MAX_LABELS), ("attributes", options.attributes.len(), MAX_ATTRIBUTES)]
        {
            if count > most {
                mistakes.push(Mistake::at(format!("/{name}"), format!("must have at most {most}, got {count}")));
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(Self {
            labels: options.labels,
            least_score: options.least_score,
            boxes: options.boxes,
            texts: options.texts,
            attributes: options.attributes,
            counts: match options.counts {
                Counts::At(position) => Some(position),
                Counts::Nowhere(Nowhere::None) => None,
            },
            colors: Colors::new(options.colors, options.color_by),
            thickness: options.thickness,
            size: options.size,
            pen: None,
        })
    }

    fn process(&mut self, picture: &Picture) -> Verdict {
        let mut found = picture.annotations();
        found.retain(|found| self.is_wanted(found));
        if found.is_empty() {
            return Verdict::Keep;
        }
        let size = picture.size();
        let pen = match &mut self.pen {
            Some(pen) if pen.fits(size) => &*pen,
            pen => pen.insert(Pen::new(size, self.size, self.thickness)),
        };
        for found in found.iter().filter(|found| found.area.width > 0 && found.area.height > 0) {
            let color = self.colors.of(found);
            if self.boxes {
                pen.frame(picture, found.area, color);
            }
            if self.texts {
                pen.label(picture, found.area, &words(found, &self.attributes), color);
            }
        }
        if let Some(position) = self.counts {
            pen.list(picture, position, &list::lines(&found));
        }
        Verdict::Keep
    }
}

impl Annotate {
    fn is_wanted(&self, found: &Annotation) -> bool {
        found.score >= self.least_score && self.labels.as_ref().is_none_or(|labels| labels.contains(&found.label))
    }
}

/// What stands at a finding.
fn words(found: &Annotation, attributes: &[String]) -> String {
    let mut words = format!("{} {}%", found.label, (found.score * 100.0).round() as i32);
    if let Some(track) = found.track {
        words += &format!(" #{track}");
    }
    for name in attributes {
        if let Some((_, value)) = found.attributes.iter().find(|(known, _)| known == name) {
            words += &format!(" {value}");
        }
    }
    words
}

framegate_plugin::export!(Annotate);

#[cfg(test)]
mod tests {
    use framegate_plugin::harness::{Drawn, Test, Value, json, schema_agrees};
    use framegate_plugin::types::{Point, Rect};

    use super::*;

    fn found(label: &str, score: f32, x: i32) -> Annotation {
        let area = Rect { x, y: 100, width: 60, height: 120 };
        Annotation { label: label.into(), score, area, track: None, attributes: Vec::new() }
    }

    fn drawn(options: Value, found: &[Annotation]) -> Picture {
        let picture = found.iter().cloned().fold(Picture::black(640, 360), Picture::found);
        Test::<Annotate>::new(options).unwrap().show(picture).picture
    }

    #[test]
    fn a_finding_has_a_box_its_words_and_a_count() {
        let car = Annotation {
            track: Some(7),
            attributes: vec![("plate".into(), "B-FG 1".into())],
            ..found("car", 0.5, 300)
        };
        let picture =
            drawn(json!({ "attributes": ["plate"] }), &[found("person", 0.871, 40), car, found("person", 0.9, 500)]);
        assert_eq!(picture.texts(), ["person 87%", "car 50% #7 B-FG 1", "person 90%", "car 1\nperson 2"]);
        let boxes = picture.drawn().into_iter().filter(|drawn| matches!(drawn, Drawn::Outline { .. })).count();
        assert_eq!(boxes, 3);
        let (edge, inside) = (picture.pixel(41, 180), picture.pixel(70, 180));
        assert!(edge != inside && inside.red < 5, "{edge:?} {inside:?}");
    }

    #[test]
    fn only_what_is_wanted_is_drawn() {
        let all = [found("person", 0.9, 0), found("person", 0.2, 100), found("cat", 0.9, 200)];
        assert_eq!(drawn(json!({ "least_score": 0.5 }), &all).texts().len(), 3);
        let options = json!({ "labels": ["person"], "boxes": false, "counts": "none" });
        assert_eq!(drawn(options, &all).texts(), ["person 90%", "person 20%"]);
        assert_eq!(drawn(json!({ "labels": [] }), &all).drawn(), []);
    }

    #[test]
    fn words_stay_in_the_picture() {
        let at = |area| {
            let picture = drawn(json!({ "counts": "none" }), &[Annotation { area, ..found("person", 1.0, 0) }]);
            let text = picture.drawn().into_iter().find_map(|drawn| match drawn {
                Drawn::Text { at, .. } => Some(at),
                _ => None,
            });
            text.unwrap()
        };
        assert!(at(Rect { x: 600, y: 100, width: 60, height: 60 }).x < 580, "left of the right edge");
        assert!(at(Rect { x: -20, y: 100, width: 60, height: 60 }).x >= 0, "right of the left edge");
        assert!(at(Rect { x: 10, y: 0, width: 60, height: 60 }).y >= 0, "inside of a box at the upper edge");
        assert_eq!(at(Rect { x: 10, y: 100, width: 60, height: 60 }), Point { x: 12, y: 87 });
    }

    #[test]
    fn counts_without_an_area_are_listed_alone() {
        let nowhere = Rect { x: 0, y: 0, width: 0, height: 0 };
        let count = |label: &str, count: &str| Annotation {
            area: nowhere,
            attributes: vec![("count".into(), count.into())],
            ..found(label, 1.0, 0)
        };
        let picture = drawn(json!({}), &[count("inbound", "12"), count("outbound", "9"), count("inbound", "1")]);
        assert_eq!(picture.texts(), ["inbound 13\noutbound 9"]);
    }

    #[test]
    fn schema_and_options_agree() {
        let sample = json!({ "labels": ["person"], "attributes": ["plate"], "colors": { "person": "#ffcc00" } });
        schema_agrees::<Annotate>(&[json!({}), sample]);
    }
}
