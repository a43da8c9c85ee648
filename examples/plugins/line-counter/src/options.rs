//! The options of a stream.

use serde::Deserialize;

use crate::line::{Line, Point};

/// What a stream may set.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Where the line begins and ends, in percent of the picture.
    pub from: [f32; 2],
    pub to: [f32; 2],
    /// How much the brightness must differ from the background, of 255.
    pub threshold: u8,
    /// What is smaller than this share of the picture, in percent, is not counted.
    pub smallest: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self { from: [50.0, 0.0], to: [50.0, 100.0], threshold: 24, smallest: 0.3 }
    }
}

impl Options {
    /// Reads them, or says what is wrong: where (a JSON pointer), and the rule with the value.
    pub fn read(text: &str) -> Result<Self, Vec<(String, String)>> {
        let options: Self = serde_json::from_str(text).map_err(|error| vec![(String::new(), error.to_string())])?;
        let mut mistakes = Vec::new();
        for (name, [x, y]) in [("from", options.from), ("to", options.to)] {
            if !(0.0..=100.0).contains(&x) || !(0.0..=100.0).contains(&y) {
                mistakes
                    .push((format!("/{name}"), format!("must be two numbers of 0 to 100 (percent), got [{x}, {y}]")));
            }
        }
        if options.from == options.to {
            mistakes.push(("/to".into(), "must be another point than `from`".into()));
        }
        if options.threshold == 0 {
            mistakes.push(("/threshold".into(), "must be 1 to 255, got 0".into()));
        }
        if !(0.0..=100.0).contains(&options.smallest) {
            mistakes.push(("/smallest".into(), format!("must be 0 to 100 (percent), got {}", options.smallest)));
        }
        if mistakes.is_empty() { Ok(options) } else { Err(mistakes) }
    }

    /// The line, in shares of the picture.
    pub fn line(&self) -> Line {
        let point = |[x, y]: [f32; 2]| Point { x: x / 100.0, y: y / 100.0 };
        Line { from: point(self.from), to: point(self.to) }
    }
}

/// The same as JSON Schema, for editors and people.
pub fn schema() -> serde_json::Value {
    let point = |text: &str, default: [f32; 2]| {
        serde_json::json!({
            "type": "array", "items": { "type": "number", "minimum": 0, "maximum": 100 }, "minItems": 2, "maxItems": 2,
            "default": default, "description": text,
        })
    };
    serde_json::json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "from": point("where the line begins: x and y in percent of the picture", [50.0, 0.0]),
            "to": point("where it ends; who stands at `from` and looks to `to` has inbound on the right", [50.0, 100.0]),
            "threshold": {
                "type": "integer", "minimum": 1, "maximum": 255, "default": 24,
                "description": "how much the brightness must differ from the background, of 255",
            },
            "smallest": {
                "type": "number", "minimum": 0, "maximum": 100, "default": 0.3,
                "description": "percent of the picture; what is smaller is not counted",
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        assert_eq!(Options::read("{}"), Ok(Options::default()));
        let told = Options::read(r#"{"from": [0, 120], "to": [0, 120], "threshold": 0}"#).unwrap_err();
        assert_eq!(
            told.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(),
            ["/from", "/to", "/to", "/threshold"]
        );
        assert!(Options::read(r#"{"form": 1}"#).unwrap_err()[0].1.contains("unknown field `form`"));
    }
}
