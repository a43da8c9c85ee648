//! The options of a stream, read from the JSON that `streams.toml` gives. Pure: tested on your own machine.

use serde::Deserialize;

/// What a stream may set. A word that is not here is a mistake.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// {{MEANING}}
    pub {{KEY}}: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { {{KEY}}: "{{DEFAULT}}".into() }
    }
}

impl Options {
    /// Reads them, or says what is wrong: where (a JSON pointer), and the rule with the value.
    pub fn read(text: &str) -> Result<Self, (String, String)> {
        serde_json::from_str(text).map_err(|error| (String::new(), error.to_string()))
    }
}

/// The same as JSON Schema, for editors and people.
pub fn schema() -> serde_json::Value {
    serde_json::json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "{{KEY}}": { "type": "string", "default": "{{DEFAULT}}", "description": "{{MEANING}}" },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_or_refused_with_the_place_and_the_value() {
        assert_eq!(Options::read("{}"), Ok(Options::default()));
        assert_eq!(Options::read(r#"{"{{KEY}}": "x"}"#), Ok(Options { {{KEY}}: "x".into() }));
        assert!(Options::read(r#"{"{{KEY}}": 7}"#).unwrap_err().1.contains("expected a string"));
        assert!(Options::read(r#"{"colour": 1}"#).unwrap_err().1.contains("unknown field `colour`"));
    }
}
