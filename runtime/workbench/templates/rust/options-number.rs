//! The options of a stream, read from the JSON that `streams.toml` gives. Pure: tested on your own machine.

use serde::Deserialize;

/// What a stream may set. A word that is not here is a mistake.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// {{MEANING}}
    pub {{KEY}}: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { {{KEY}}: {{DEFAULT}} }
    }
}

impl Options {
    /// Reads them, or says what is wrong: where (a JSON pointer), and the rule with the value.
    pub fn read(text: &str) -> Result<Self, (String, String)> {
        let options: Self = serde_json::from_str(text).map_err(|error| (String::new(), error.to_string()))?;
        match options.{{KEY}} {
            {{LEAST}}..={{MOST}} => Ok(options),
            got => Err(("/{{KEY}}".into(), format!("must be {{LEAST}} to {{MOST}}, got {got}"))),
        }
    }
}

/// The same as JSON Schema, for editors and people.
pub fn schema() -> serde_json::Value {
    serde_json::json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "{{KEY}}": {
                "type": "integer", "minimum": {{LEAST}}, "maximum": {{MOST}}, "default": {{DEFAULT}},
                "description": "{{MEANING}}",
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_or_refused_with_the_place_and_the_value() {
        assert_eq!(Options::read("{}"), Ok(Options::default()));
        assert_eq!(Options::read(r#"{"{{KEY}}": {{MOST}}}"#), Ok(Options { {{KEY}}: {{MOST}} }));
        let (path, message) = Options::read(r#"{"{{KEY}}": 0}"#).unwrap_err();
        assert_eq!((path.as_str(), message.as_str()), ("/{{KEY}}", "must be {{LEAST}} to {{MOST}}, got 0"));
        assert!(Options::read(r#"{"colour": 1}"#).unwrap_err().1.contains("unknown field `colour`"));
    }
}
