//! Where a plugin is used, and what it is told there.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::amount::Number;
use super::text::{Options, Text};
use crate::section::{At, Section};

/// One plugin of a stream's chain.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Chained {
    /// A name of `[plugins.…]`, or of one that comes with Framegate.
    #[schemars(required, rename = "use", extend("examples" = ["clock", "motion-gate", "privacy-mask"]))]
    pub(crate) plugin: Option<At<Text>>,
    /// What the plugin is told; each plugin has its own words.
    pub(crate) options: Option<At<Options>>,
    /// At most so many pictures a second: for a plugin that only looks. Between two looks its last verdict holds.
    pub(crate) fps: Option<At<Number<1, 60>>>,
    /// Make pictures for this plugin also when nobody watches.
    #[schemars(extend("default" = false))]
    pub(crate) always: Option<At<bool>>,
}

/// One plugin that is told what happens.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub(crate) plugin: Option<At<Text>>,
    pub(crate) options: Option<At<Options>>,
    pub(crate) kinds: Vec<At<Text>>,
}

/// A plugin that chooses or decides.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    pub(crate) plugin: Option<At<Text>>,
    pub(crate) options: Option<At<Options>>,
}

/// What is said where `use` is missing.
const WHAT: &str = "the plugin's name";
/// Words that people write instead.
const OTHERS: [(&str, &str); 4] = [("name", "use"), ("plugin", "use"), ("component", "use"), ("config", "options")];

impl Chained {
    /// How an entry looks.
    pub(crate) const HINT: &'static str = r#"write it as `plugins = [{ use = "clock" }]`"#;

    pub(crate) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            plugin: section.require("use", WHAT),
            options: section.take("options"),
            fps: section.take("fps"),
            always: section.take("always"),
        };
        section.finish(&[&OTHERS[..], &[("rate", "fps"), ("sample", "fps")]].concat());
        read
    }
}

impl Sink {
    /// How an entry looks.
    pub(crate) const HINT: &'static str =
        r#"write it as `events = ["webhook"]` or `events = [{ use = "webhook", options = { … } }]`"#;

    /// An entry that is only a name.
    pub(crate) fn named(name: At<Text>) -> Self {
        Self { plugin: Some(name), ..Self::default() }
    }

    pub(crate) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self {
            plugin: section.require("use", WHAT),
            options: section.take("options"),
            kinds: section.texts("kinds"),
        };
        section.finish(&[&OTHERS[..], &[("kind", "kinds"), ("events", "kinds"), ("filter", "kinds")]].concat());
        read
    }
}

impl Policy {
    /// One that is only a name.
    pub(crate) fn named(name: At<Text>) -> Self {
        Self { plugin: Some(name), options: None }
    }

    pub(crate) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let read = Self { plugin: section.require("use", WHAT), options: section.take("options") };
        section.finish(&OTHERS);
        read
    }
}

/// A name, or a table with these keys beside `use`.
fn name_or_table(mut properties: serde_json::Map<String, serde_json::Value>) -> Schema {
    properties.insert("use".into(), serde_json::json!({ "type": "string" }));
    properties.insert("options".into(), serde_json::json!({ "type": "object" }));
    json_schema!({
        "anyOf": [
            { "type": "string" },
            { "type": "object", "required": ["use"], "additionalProperties": false, "properties": properties },
        ],
    })
}

impl JsonSchema for Sink {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sink".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let kinds = serde_json::json!({
            "type": "array",
            "items": { "type": "string" },
            "description": "The events that it is told: kinds, or the begin of one with `*` behind it. Without it: all.",
            "examples": [["gate-opened", "plugin-*"]],
        });
        name_or_table(serde_json::Map::from_iter([("kinds".to_owned(), kinds)]))
    }
}

impl JsonSchema for Policy {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Policy".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        name_or_table(serde_json::Map::new())
    }
}
