use serde_json::{Map, Value, json};

use super::Test;
use crate::Configure;

/// A key, and a value, that no plugin knows.
const STRANGE: &str = "no-such-thing";

/// Holds a plugin's JSON Schema against what it takes: an editor that follows the schema and the plugin itself must say the same. Looked at are the
/// names of options, what is required, types, defaults, choices and bounds, in nested objects and lists as far as `samples` have any.
///
/// `samples` are options that are taken; more than one where options exclude each other. What the schema allows must be taken in one of them, what it
/// forbids in none.
///
/// # Panics
///
/// Where the two differ, with the place.
pub fn schema_agrees<P: Configure>(samples: &[Value]) {
    let schema: Value = serde_json::from_str(P::OPTIONS).unwrap_or_else(|error| panic!("`OPTIONS` is JSON: {error}"));
    let grants: Value = serde_json::from_str(P::GRANTS).unwrap_or_else(|error| panic!("`GRANTS` is JSON: {error}"));
    assert!(grants.is_object(), "`GRANTS` is an object, got {grants}");
    for sample in samples {
        if let Err(error) = taken::<P>(sample) {
            panic!("the sample {sample} is refused: {error}");
        }
    }
    object::<P>(&schema, "", samples);
}

fn taken<P: Configure>(options: &Value) -> Result<(), String> {
    let mistakes = match Test::<P>::new(options.clone()) {
        Ok(_) => return Ok(()),
        Err(mistakes) => mistakes,
    };
    Err(mistakes
        .into_iter()
        .map(|mistake| format!("{}: {}", mistake.path, mistake.message))
        .collect::<Vec<_>>()
        .join("; "))
}

/// The samples that have something at `path`, with this instead.
fn put(samples: &[Value], path: &str, value: &Value) -> Vec<Value> {
    let put = |sample: &Value| {
        let mut sample = sample.clone();
        let (above, key) = path.rsplit_once('/').expect("a pointer begins with `/`");
        match sample.pointer_mut(above)? {
            Value::Object(object) => drop(object.insert(key.into(), value.clone())),
            Value::Array(items) => *items.get_mut(key.parse::<usize>().ok()?)? = value.clone(),
            _ => return None,
        }
        Some(sample)
    };
    samples.iter().filter_map(put).collect()
}

fn allowed<P: Configure>(samples: &[Value], path: &str, value: &Value) {
    let errors: Vec<_> = put(samples, path, value).iter().map(|options| taken::<P>(options)).collect();
    if errors.iter().all(Result::is_err) {
        panic!("the schema allows {value} at `{path}`, the plugin does not: {errors:?}");
    }
}

fn forbidden<P: Configure>(samples: &[Value], path: &str, value: &Value) {
    for options in put(samples, path, value) {
        assert!(
            taken::<P>(&options).is_err(),
            "the schema forbids {value} at `{path}`, the plugin takes it: {options}"
        );
    }
}

fn object<P: Configure>(schema: &Value, path: &str, samples: &[Value]) {
    let nothing = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&nothing);
    if schema["additionalProperties"] == false {
        names::<P>(properties, path, samples);
    }
    for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        for sample in samples {
            let mut sample = sample.clone();
            let Some(object) = sample.pointer_mut(path).and_then(Value::as_object_mut) else { continue };
            object.remove(key);
            assert!(taken::<P>(&sample).is_err(), "the schema requires `{path}/{key}`, the plugin does not");
        }
    }
    for (key, schema) in properties {
        property::<P>(schema, &format!("{path}/{key}"), samples);
    }
}

/// serde tells what it knows when it does not know a key.
fn names<P: Configure>(properties: &Map<String, Value>, path: &str, samples: &[Value]) {
    for sample in put(samples, &format!("{path}/{STRANGE}"), &Value::Null) {
        let error =
            taken::<P>(&sample).expect_err("the schema forbids other options than its own, the plugin does not");
        let Some((_, known)) = error.split_once("expected ") else { continue };
        let mut known: Vec<_> = known.split('`').skip(1).step_by(2).collect();
        let mut written: Vec<_> = properties.keys().map(String::as_str).collect();
        known.sort_unstable();
        written.sort_unstable();
        assert_eq!(written, known, "the options at `{path}` in the schema, and in the plugin");
    }
}

fn property<P: Configure>(schema: &Value, path: &str, samples: &[Value]) {
    for value in schema["enum"].as_array().into_iter().chain(schema["examples"].as_array()).flatten() {
        allowed::<P>(samples, path, value);
    }
    if let Some(value) = schema.get("default") {
        allowed::<P>(samples, path, value);
    }
    if schema.get("enum").is_some() || schema.get("pattern").is_some() {
        forbidden::<P>(samples, path, &json!(STRANGE));
    }
    match schema["type"].as_str() {
        Some("object") => {
            forbidden::<P>(samples, path, &json!(7));
            object::<P>(schema, path, samples);
        }
        Some("array") => {
            forbidden::<P>(samples, path, &json!(7));
            items::<P>(schema, path, samples);
        }
        Some("integer" | "number") => {
            forbidden::<P>(samples, path, &json!(STRANGE));
            bounds::<P>(schema, path, samples);
        }
        Some(_) => forbidden::<P>(samples, path, &json!({ STRANGE: 7 })),
        None => {}
    }
}

fn bounds<P: Configure>(schema: &Value, path: &str, samples: &[Value]) {
    let whole = schema["type"] == "integer";
    let number = |value: f64| if whole { json!(value as i64) } else { json!(value) };
    for (inclusive, exclusive, outwards) in
        [("minimum", "exclusiveMinimum", -1.0), ("maximum", "exclusiveMaximum", 1.0)]
    {
        if let Some(bound) = schema[inclusive].as_f64() {
            // What else is in the same list or object may bound it further.
            if path.matches('/').count() == 1 {
                allowed::<P>(samples, path, &number(bound));
            }
            forbidden::<P>(samples, path, &number(bound + outwards));
        }
        if let Some(bound) = schema[exclusive].as_f64() {
            forbidden::<P>(samples, path, &number(bound));
        }
    }
}

fn items<P: Configure>(schema: &Value, path: &str, samples: &[Value]) {
    if schema["minItems"].as_u64().is_some_and(|least| least > 0) {
        forbidden::<P>(samples, path, &json!([]));
    }
    for sample in samples {
        let Some(item) = sample.pointer(path).and_then(|items| items.get(0)) else { continue };
        if let Some(most) = schema["maxItems"].as_u64() {
            let many = |count: u64| json!(vec![item.clone(); count as usize]);
            allowed::<P>(samples, path, &many(most));
            forbidden::<P>(samples, path, &many(most + 1));
        }
        property::<P>(&schema["items"], &format!("{path}/0"), std::slice::from_ref(sample));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mistake;

    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Options {
        size: Option<u32>,
        #[serde(default)]
        how: How,
    }

    #[derive(Default, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum How {
        #[default]
        Well,
        Badly,
    }

    macro_rules! sample {
        ($name:ident, $schema:literal) => {
            struct $name;

            impl Configure for $name {
                type Options = Options;
                const OPTIONS: &'static str = $schema;

                fn configure(options: Options) -> Result<Self, Vec<Mistake>> {
                    let _ = (How::Badly, options.how);
                    match options.size {
                        Some(size @ (0 | 10..)) => {
                            Err(vec![Mistake::at("/size", format!("must be 1 to 9, got {size}"))])
                        }
                        _ => Ok(Self),
                    }
                }
            }
        };
    }

    sample!(
        Right,
        r#"{ "type": "object", "additionalProperties": false, "properties": {
        "size": { "type": "integer", "minimum": 1, "maximum": 9 }, "how": { "enum": ["well", "badly"], "default": "well" } } }"#
    );
    sample!(
        TooFew,
        r#"{ "type": "object", "additionalProperties": false, "properties": { "size": { "type": "integer" } } }"#
    );
    sample!(TooWide, r#"{ "properties": { "size": { "type": "integer", "maximum": 10 } } }"#);
    sample!(TooNarrow, r#"{ "properties": { "size": { "type": "integer", "minimum": 2 } } }"#);
    sample!(OtherWord, r#"{ "properties": { "how": { "enum": ["well", "ill"] } } }"#);
    sample!(Required, r#"{ "required": ["size"], "properties": {} }"#);

    #[test]
    fn a_right_schema_agrees() {
        schema_agrees::<Right>(&[json!({}), json!({ "size": 3 })]);
    }

    #[test]
    fn each_difference_is_found() {
        fn difference<P: Configure>() -> String {
            let found = std::panic::catch_unwind(|| schema_agrees::<P>(&[json!({ "size": 3 })]));
            *found.expect_err("a difference").downcast::<String>().expect("words")
        }
        assert!(difference::<TooFew>().starts_with("assertion `left == right` failed: the options at ``"));
        assert!(difference::<TooWide>().starts_with("the schema allows 10 at `/size`, the plugin does not"));
        assert!(difference::<TooNarrow>().starts_with("the schema forbids 1 at `/size`, the plugin takes it"));
        assert!(difference::<OtherWord>().starts_with("the schema allows \"ill\" at `/how`"));
        assert_eq!(difference::<Required>(), "the schema requires `/size`, the plugin does not");
    }
}
