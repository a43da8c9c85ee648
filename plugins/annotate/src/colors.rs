use std::collections::BTreeMap;

use framegate_plugin::option::Color;
use framegate_plugin::{Annotation, types};
use serde::Deserialize;

/// What has the same colour.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ColorBy {
    Label,
    Track,
}

/// Told apart on bright and dark pictures, neighbours most of all: hues a good way round the circle from each other.
const PALETTE: [[u8; 3]; 12] = [
    [0xff, 0xcc, 0x00],
    [0x35, 0xa7, 0xff],
    [0xff, 0x59, 0x64],
    [0x4c, 0xd9, 0x64],
    [0xd9, 0x6b, 0xff],
    [0xff, 0x95, 0x00],
    [0x00, 0xd2, 0xc8],
    [0xff, 0x7e, 0xb6],
    [0xb4, 0xe3, 0x33],
    [0x8c, 0x9e, 0xff],
    [0xe6, 0xb8, 0x8a],
    [0xf0, 0xf0, 0xf0],
];

/// The colours of findings: the same in every picture and every run.
pub(crate) struct Colors {
    written: BTreeMap<String, Color>,
    by: ColorBy,
}

impl Colors {
    pub(crate) fn new(written: BTreeMap<String, Color>, by: ColorBy) -> Self {
        Self { written, by }
    }

    pub(crate) fn of(&self, found: &Annotation) -> types::Color {
        match (self.by, found.track) {
            (ColorBy::Track, Some(track)) => from_palette(track),
            _ => self.written.get(&found.label).map_or_else(|| from_palette(hash(&found.label)), |&color| color.into()),
        }
    }
}

fn from_palette(n: u64) -> types::Color {
    let [red, green, blue] = PALETTE[(n % PALETTE.len() as u64) as usize];
    types::Color { red, green, blue, alpha: 255 }
}

/// FNV-1a, 64 bits, halves mixed: its lowest bits alone depend on the lowest bits of the letters.
fn hash(label: &str) -> u64 {
    let hash =
        label.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(label: &str, track: Option<u64>) -> Annotation {
        let area = types::Rect { x: 0, y: 0, width: 1, height: 1 };
        Annotation { label: label.into(), score: 1.0, area, track, attributes: Vec::new() }
    }

    #[test]
    fn a_colour_belongs_to_a_label_or_a_track() {
        let red = Color { red: 255, green: 0, blue: 0, alpha: 255 };
        let written = BTreeMap::from([("car".to_owned(), red)]);
        let by_label = Colors::new(written.clone(), ColorBy::Label);
        assert_eq!(by_label.of(&found("car", Some(1))), by_label.of(&found("car", Some(2))));
        assert_eq!(by_label.of(&found("car", None)), red.into());
        let common = ["person", "bicycle", "car", "motorcycle", "bus", "truck", "dog", "cat", "motion"];
        let mut colors: Vec<_> = common.iter().map(|label| hash(label) % 12).collect();
        colors.sort_unstable();
        colors.dedup();
        assert!(colors.len() >= 6, "common labels have {} colours", colors.len());
        let by_track = Colors::new(written, ColorBy::Track);
        assert_ne!(by_track.of(&found("car", Some(1))), by_track.of(&found("car", Some(2))));
        assert_eq!(by_track.of(&found("car", None)), red.into());
    }
}
