use media::StreamName;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::HlsStorage;
use crate::places::TEMPLATE;
use crate::written::{Access, Compat, Log, Permissions, Plugin, Server, Stream, Token, User};

/// The JSON schema (draft 2020-12) of `streams.toml`, for editors.
pub fn schema() -> Value {
    let mut generator =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true).into_generator();
    let mut stream = section::<Stream>(&mut generator);
    let mut template = stream.clone();
    set(&mut stream, "title", "stream");
    set(&mut template, "title", "template");
    set(
        &mut template,
        "description",
        "What a stream is that has no section of its own: it comes into being when it is first used.",
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Framegate: streams.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "server": section::<Server>(&mut generator),
            "users": {
                "type": "object",
                "description": "Who comes in with a password, under the names that are asked for with it.",
                "propertyNames": { "pattern": PERSON },
                "additionalProperties": section::<User>(&mut generator),
            },
            "tokens": {
                "type": "object",
                "description": "Programs that come in with a token, under the names that the log has.",
                "propertyNames": { "pattern": PERSON },
                "additionalProperties": section::<Token>(&mut generator),
            },
            "anonymous": section::<Permissions>(&mut generator),
            "access": section::<Access>(&mut generator),
            "compat": section::<Compat>(&mut generator),
            "log": section::<Log>(&mut generator),
            "plugins": {
                "type": "object",
                "description": "Components with their limits, under the names that `use` says.",
                "propertyNames": { "pattern": StreamName::PATTERN },
                "additionalProperties": section::<Plugin>(&mut generator),
            },
            "streams": {
                "type": "object",
                "description": "The camera feeds, under the names that stand in their addresses.",
                "propertyNames": { "pattern": format!("{}|^\\{TEMPLATE}$", StreamName::PATTERN) },
                "properties": { TEMPLATE: template },
                "additionalProperties": stream,
            },
        },
    })
}

/// The JSON schema (draft 2020-12) of a stream's section: what [`crate::Loaded::with`] reads, and forms are made of. Where segments are kept is said in
/// other words than in the file: no folder may be named.
pub fn stream_schema() -> Value {
    let mut generator =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true).into_generator();
    let mut schema = section::<Stream>(&mut generator);
    if let Some(storage) = schema.pointer_mut("/properties/hls/properties/storage") {
        let words = ["memory", HlsStorage::STREAM_DIR];
        *storage = json!({
            "description": "Where segments are: in `memory`, or as well in the folder that the environment of the stream manager names (`stream_dir`).",
            "type": "string", "default": "memory", "enum": words,
        });
    }
    schema
}

/// What a user or a token is called.
const PERSON: &str = r"^[A-Za-z0-9_.~@+-]{1,64}$";

fn set(schema: &mut Value, key: &str, text: &str) {
    if let Value::Object(schema) = schema {
        schema.insert(key.into(), text.into());
    }
}

/// The schema of one section, without the `null` that a key which need not be written may have in JSON: TOML has none.
fn section<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    let mut schema = T::json_schema(generator).to_value();
    without_null(&mut schema);
    schema
}

fn without_null(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(without_null),
        Value::Object(schema) => {
            schema.values_mut().for_each(without_null);
            for key in ["type", "enum"] {
                if let Some(Value::Array(list)) = schema.get_mut(key) {
                    list.retain(|entry| !entry.is_null() && entry != "null");
                    if let ("type", [only]) = (key, list.as_slice()) {
                        let only = only.clone();
                        schema.insert(key.into(), only);
                    }
                }
            }
            unwrap_any_of(schema);
        }
        _ => {}
    }
}

/// `anyOf` with nothing but one choice beside `null` becomes that choice.
fn unwrap_any_of(schema: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = schema.get_mut("anyOf") else {
        return;
    };
    choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
    if let [Value::Object(only)] = choices.as_slice() {
        let only = only.clone();
        schema.remove("anyOf");
        for (key, value) in only {
            schema.entry(key).or_insert(value);
        }
    }
}
