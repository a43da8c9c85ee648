use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// What an event says beside its kind: JSON, an object mostly. It is kept as text: a tree takes more than six hundred bytes for its first key, and thousands of
/// events are remembered, most of which nobody reads.
#[derive(Clone, Debug, Default)]
pub struct Data(Option<Box<RawValue>>);

impl Data {
    /// Whether nothing is said.
    pub fn is_null(&self) -> bool {
        self.0.is_none()
    }

    /// As a tree.
    pub fn value(&self) -> Value {
        self.0.as_ref().map_or(Value::Null, |text| serde_json::from_str(text.get()).unwrap_or_default())
    }
}

impl From<Value> for Data {
    fn from(value: Value) -> Self {
        // A tree has no keys but text, and no number that JSON has not: it can always be written.
        Self(if value.is_null() { None } else { to_raw_value(&value).ok() })
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// The text of the JSON.
impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_ref().map_or("null", |text| text.get()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_said_comes_back_and_stands_in_json_as_it_is() {
        for value in [json!({ "b": [1, 0.5, null], "a": "\u{1f3a5} \"x\"" }), json!("text"), json!(3)] {
            let data = Data::from(value.clone());
            assert_eq!((data.value(), data.is_null()), (value.clone(), false));
            assert_eq!(serde_json::to_string(&json!({ "data": &data })).unwrap(), json!({ "data": value }).to_string());
            assert_eq!(serde_json::to_string(&data).unwrap(), data.to_string());
        }
        let nothing = Data::from(Value::Null);
        assert!(nothing.is_null() && nothing.value().is_null() && nothing.to_string() == "null");
    }
}
