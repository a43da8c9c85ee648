use std::fs;
use std::path::Path;

use framegate_config::{read, schema};
use serde_json::Value;

use crate::environment::known;

/// A JSON value as TOML; enough for the defaults in the schema.
fn toml(value: &Value) -> String {
    value.to_string()
}

/// The keys with their defaults that the schema has for a section.
fn defaults(section: &Value) -> Vec<(String, String)> {
    let properties = section["properties"].as_object().expect("a section has properties");
    let with_default = properties.iter().filter_map(|(key, schema)| Some((key.clone(), toml(schema.get("default")?))));
    with_default.collect()
}

fn lines(defaults: &[(String, String)]) -> String {
    defaults.iter().map(|(key, value)| format!("{key} = {value}\n")).collect()
}

#[test]
fn the_defaults_in_the_schema_are_the_ones_that_are_used() {
    let schema = schema();
    let stream = &schema["properties"]["streams"]["additionalProperties"];
    let (server, stream, stills) =
        (defaults(&schema["properties"]["server"]), defaults(stream), defaults(&stream["properties"]["stills"]));
    assert!(server.len() == 1 && stream.len() >= 6 && stills.len() == 2, "{schema:#}");
    let written = format!(
        "[server]\n{}[streams.a]\nsource = \"test://\"\n{}[streams.a.stills]\n{}",
        lines(&server),
        lines(&stream),
        lines(&stills)
    );
    let read = |text: String| read(Path::new("streams.toml"), text, &known()).expect("a good file").config;
    assert_eq!(read(written), read("[streams.a]\nsource = \"test://\"\n".into()));
}

#[test]
fn the_schema_has_no_null_and_says_what_each_key_is_for() {
    fn walk(path: &str, schema: &Value) {
        assert!(!schema.to_string().contains("null"), "{path}");
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return;
        };
        assert_eq!(schema["additionalProperties"] == Value::Bool(false), !path.ends_with("/streams"), "{path}");
        for (key, property) in properties {
            let path = format!("{path}/{key}");
            assert!(property["description"].is_string(), "{path} has no description: {property:#}");
            walk(&path, property);
        }
    }
    walk("", &schema());
}

#[test]
fn the_schema_file_for_editors_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/streams.schema.json");
    let text = format!("{:#}\n", schema());
    if std::env::var_os("FRAMEGATE_BLESS").is_some() {
        fs::write(&path, &text).expect("the schema file can be written");
    }
    let kept = fs::read_to_string(&path).expect("docs/streams.schema.json");
    assert!(kept == text, "docs/streams.schema.json: FRAMEGATE_BLESS=1 writes it anew");
}

#[test]
fn who_is_far_away_is_told_no_folders() {
    let storage = framegate_config::stream_schema()["properties"]["hls"]["properties"]["storage"].clone();
    assert_eq!(storage["enum"], serde_json::json!(["memory", "stream_dir"]));
    assert!(storage.get("pattern").is_none() && storage["default"] == "memory", "{storage}");
}
