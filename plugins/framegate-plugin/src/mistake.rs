use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

pub use crate::bindings::lifecycle::exports::framegate::plugin::lifecycle::Mistake;

impl Mistake {
    /// A mistake at this JSON pointer (RFC 6901) in the options, with the rule and the value.
    pub fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

/// Reads options, or says where they are wrong: serde knows one mistake at a time.
pub(crate) fn read<T: DeserializeOwned>(options: &str) -> Result<T, Vec<Mistake>> {
    let mut json = serde_json::Deserializer::from_str(options);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let mut path = String::new();
        for segment in error.path() {
            path.push('/');
            match segment {
                Segment::Seq { index } => path.push_str(&index.to_string()),
                Segment::Map { key } => path.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Segment::Enum { variant } => path.push_str(variant),
                Segment::Unknown => {
                    path.pop();
                }
            }
        }
        let message = error.inner().to_string();
        // serde_json ends with " at line 1 column 20" of a text that nobody sees.
        let message = message.rfind(" at line ").map_or(message.as_str(), |end| &message[..end]);
        vec![Mistake::at(path, message)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::option::Area;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Options {
        #[serde(rename = "areas")]
        _areas: Vec<Area>,
    }

    fn mistake(options: &str) -> (String, String) {
        let mut mistakes = read::<Options>(options).unwrap_err();
        let Mistake { path, message } = mistakes.remove(0);
        (path, message)
    }

    #[test]
    fn a_mistake_is_a_json_pointer_and_a_sentence() {
        let area = r#"{"x": 1, "y": 2, "width": "3", "height": 4}"#;
        assert_eq!(mistake(&format!(r#"{{"areas": [{area}]}}"#)).0, "/areas/0/width");
        assert_eq!(
            mistake(r#"{"areas": [{"x": 60, "y": 2, "width": 50, "height": 4}]}"#),
            ("/areas/0".into(), "`x` and `width` must be 100 at most together, got 110".into())
        );
        assert_eq!(mistake("{}"), ("".into(), "missing field `areas`".into()));
        let (path, message) = mistake(r#"{"areas": [], "a~/b": 1}"#);
        assert!(message.starts_with("unknown field `a~/b`, expected `areas`"), "{message}");
        assert!(path.is_empty() || path == "/a~0~1b", "{path}");
    }
}
