use serde_json::Value;

use crate::facts::Facts;

/// What the operator wrote, cut into words and names.
#[derive(Debug)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Words(String),
    Name(Name),
}

#[derive(Debug)]
enum Name {
    Id,
    Kind,
    Stream,
    Plugin,
    Time,
    Attempt,
    Annotations,
    Still,
    /// All of it, or what lies at these keys.
    Data(Vec<String>),
}

/// Where the text goes: into JSON, values are written as JSON, and texts as what stands between its quotation marks.
#[derive(Clone, Copy)]
pub(crate) enum Into {
    Json,
    Text,
}

impl Template {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((words, behind)) = rest.split_once("{{") {
            let (name, behind) = behind.split_once("}}").ok_or("has a `{{` without its `}}`")?;
            pieces.push(Piece::Words(words.into()));
            pieces.push(Piece::Name(Name::read(name.trim())?));
            rest = behind;
        }
        pieces.push(Piece::Words(rest.into()));
        Ok(Self(pieces))
    }

    /// Whether the still stands in it.
    pub(crate) fn has_still(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Name(Name::Still)))
    }

    /// The text; `still` is base64 already.
    pub(crate) fn render(&self, facts: &Facts, still: &str, into: Into) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => text.push_str(words),
                Piece::Name(name) => text.push_str(&written(name.value(facts, still), into)),
            }
        }
        text
    }
}

impl Name {
    fn read(name: &str) -> Result<Self, String> {
        Ok(match name {
            "id" => Self::Id,
            "kind" => Self::Kind,
            "stream" => Self::Stream,
            "plugin" => Self::Plugin,
            "time" => Self::Time,
            "attempt" => Self::Attempt,
            "annotations" => Self::Annotations,
            "still" => Self::Still,
            "data" => Self::Data(Vec::new()),
            _ => match name.strip_prefix("data.") {
                Some(keys) => Self::Data(keys.split('.').map(str::to_owned).collect()),
                None => {
                    let names = "{{id}}, {{kind}}, {{stream}}, {{plugin}}, {{time}}, {{attempt}}, {{data}}, {{data.KEY}}, {{annotations}} and {{still}}";
                    return Err(format!("knows {names}, got {{{{{name}}}}}"));
                }
            },
        })
    }

    fn value(&self, facts: &Facts, still: &str) -> Value {
        match self {
            Self::Id => facts.id.into(),
            Self::Kind => facts.kind.as_str().into(),
            Self::Stream => facts.stream.as_deref().into(),
            Self::Plugin => facts.plugin.as_deref().into(),
            Self::Time => facts.time.as_str().into(),
            Self::Attempt => facts.attempt.into(),
            Self::Annotations => facts.annotations(),
            Self::Still => still.into(),
            Self::Data(keys) => keys
                .iter()
                .try_fold(&facts.data, |value, key| match value {
                    Value::Array(items) => items.get(key.parse::<usize>().ok()?),
                    value => value.get(key),
                })
                .cloned()
                .unwrap_or_default(),
        }
    }
}

fn written(value: Value, into: Into) -> String {
    match (value, into) {
        (Value::String(text), Into::Text) => text,
        (Value::Null, Into::Text) => String::new(),
        (Value::String(text), Into::Json) => {
            let quoted = Value::String(text).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        (value, _) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(text: &str, into: Into) -> String {
        let facts = Facts {
            id: 7,
            kind: "gate-opened".into(),
            stream: Some("the \"lobby\"".into()),
            plugin: None,
            time: "2026-07-02T13:46:40.000+00:00".into(),
            data: json!({ "count": 3, "who": { "names": ["Ann", "Bob"] } }),
            annotations: Vec::new(),
            attempt: 1,
        };
        Template::read(text).unwrap().render(&facts, "AAAA", into)
    }

    #[test]
    fn texts_are_escaped_in_json_alone() {
        let text = r#"{"text": "{{kind}} in {{ stream }}", "n": {{id}}, "all": {{data.who}}, "by": {{plugin}}}"#;
        let json: Value = serde_json::from_str(&said(text, Into::Json)).unwrap();
        let names = json!({ "names": ["Ann", "Bob"] });
        assert_eq!(json, json!({ "text": "gate-opened in the \"lobby\"", "n": 7, "all": names, "by": null }));
        assert_eq!(said("{{stream}} {{plugin}}{{data.count}}", Into::Text), "the \"lobby\" 3");
    }

    #[test]
    fn data_is_looked_into() {
        assert_eq!(said("{{data.who.names.1}}, {{data.none}}{{data.count.more}}", Into::Text), "Bob, ");
        assert_eq!(said("{{annotations}} {{still}} {{attempt}}", Into::Text), "[] AAAA 1");
    }

    #[test]
    fn wrong_names_are_told() {
        let error = |text| Template::read(text).unwrap_err();
        assert!(error("{{steam}}").ends_with("got {{steam}}"));
        assert_eq!(error("{{kind}"), "has a `{{` without its `}}`");
        assert!(Template::read("{{still}}").unwrap().has_still());
    }
}
