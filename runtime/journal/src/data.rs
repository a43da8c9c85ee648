use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// What an event says beside its kind: JSON, an object mostly. It is text: most of it is sent on as it stands.
#[derive(Clone, Debug, Default)]
pub struct Data(Option<Box<RawValue>>);

impl Data {
    /// Whether nothing is said.
    pub fn is_null(&self) -> bool {
        self.0.is_none()
    }

    /// Of the text of a JSON, none where nothing is said.
    pub(crate) fn of(text: Option<&str>) -> Self {
        Self(text.and_then(|text| RawValue::from_string(text.to_owned()).ok()))
    }

    /// As a tree.
    pub fn value(&self) -> Value {
        self.0.as_ref().map_or(Value::Null, |text| serde_json::from_str(text.get()).unwrap_or_default())
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
            let data = Data::of(Some(&value.to_string()));
            assert_eq!((data.value(), data.is_null()), (value.clone(), false));
            assert_eq!(serde_json::to_string(&json!({ "data": &data })).unwrap(), json!({ "data": value }).to_string());
            assert_eq!(serde_json::to_string(&data).unwrap(), data.to_string());
        }
        let nothing = Data::of(None);
        assert!(nothing.is_null() && nothing.value().is_null() && nothing.to_string() == "null");
    }
}
