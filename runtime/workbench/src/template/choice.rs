//! What the templates of a role do, and the one option that each has: the same in every language.

use crate::Role;

/// A role's template, in words.
pub(super) struct Choice {
    /// What the plugin does, a sentence without its full stop.
    pub(super) what: &'static str,
    /// The option's name.
    pub(super) key: &'static str,
    /// What the option means.
    pub(super) meaning: &'static str,
    pub(super) value: Value,
}

/// What the option is.
pub(super) enum Value {
    Number { least: u32, most: u32, default: u32 },
    Text { default: &'static str },
}

pub(super) fn of(role: Role) -> Choice {
    match role {
        Role::Analyzer => Choice {
            what: "Finds motion: annotates where, and emits an event when it begins",
            key: "threshold",
            meaning: "how much the brightness of a point must change to count, of 255",
            value: Value::Number { least: 1, most: 255, default: 24 },
        },
        Role::Filter => Choice {
            what: "Writes a text and the name of the stream into the picture",
            key: "text",
            meaning: "what is written before the name of the stream",
            value: Value::Text { default: "hello," },
        },
        Role::Poller => Choice {
            what: "Fetches a text from time to time, for the other roles of the plugin",
            key: "url",
            meaning: "where the text is fetched from; grant its host",
            value: Value::Text { default: "http://127.0.0.1:8000/text" },
        },
        Role::EventSink => Choice {
            what: "Posts each event as JSON",
            key: "url",
            meaning: "where events are posted to; grant its host",
            value: Value::Text { default: "http://127.0.0.1:8000/events" },
        },
        Role::FormatPolicy => Choice {
            what: "Makes stills narrower for viewers that are slow",
            key: "narrow",
            meaning: "their width in pixels",
            value: Value::Number { least: 160, most: 1920, default: 480 },
        },
        Role::AccessPolicy => Choice {
            what: "Lets in whoever knows the token",
            key: "token",
            meaning: "the bearer token; while it is empty nobody is let in",
            value: Value::Text { default: "" },
        },
    }
}

/// How `streams.toml` names a plugin of this role.
pub(super) fn usage(role: Role) -> &'static str {
    match role {
        Role::Analyzer | Role::Filter => {
            "[plugins.{{NAME}}]\ncomponent = \"{{NAME}}/{{NAME}}.wasm\"\n\n[streams.demo]\nsource = \"test://\"\nplugins = [{ use = \"{{NAME}}\", options = { {{KEY}} = {{VALUE}} } }]"
        }
        Role::Poller => {
            "[plugins.{{NAME}}]\ncomponent = \"{{NAME}}/{{NAME}}.wasm\"\ngrants.http = [\"127.0.0.1:8000\"]\n\n[streams.demo]\nsource = \"test://\"\nplugins = [{ use = \"{{NAME}}\", options = { {{KEY}} = {{VALUE}} } }]"
        }
        Role::EventSink => {
            "[plugins.{{NAME}}]\ncomponent = \"{{NAME}}/{{NAME}}.wasm\"\ngrants.http = [\"127.0.0.1:8000\"]\n\n[streams.demo]\nsource = \"test://\"\nevents = [\"{{NAME}}\"]"
        }
        Role::FormatPolicy | Role::AccessPolicy => "[plugins.{{NAME}}]\ncomponent = \"{{NAME}}/{{NAME}}.wasm\"",
    }
}

/// How a component of this role is tried without a server: a line of the README's commands.
pub(super) fn trial(role: Role) -> &'static str {
    match role {
        Role::Analyzer | Role::Filter => {
            "framegate plugin test {{NAME}}.wasm --out out    # on the test scene, without a server: pictures, events, times"
        }
        Role::EventSink => {
            "framegate plugin test {{NAME}}.wasm --input events.jsonl --set 'grants.http = [\"127.0.0.1:8000\"]'    # on events of a file"
        }
        Role::Poller | Role::FormatPolicy | Role::AccessPolicy => {
            "framegate plugin inspect {{NAME}}.wasm    # what it is, may do, needs and takes"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_five_languages_texts_ends_none_of_them() {
        for role in Role::ALL {
            let choice = of(role);
            for text in [choice.what, choice.key, choice.meaning] {
                assert!(!text.contains(['\'', '"', '\\', '`', '\n']), "{text}");
            }
        }
    }
}
