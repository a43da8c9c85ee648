//! What was said over the API, to be kept: streams that the file does not have, and which streams were started or stopped. Pure.
//!
//! Architecture invariant: the file wins. What it declares is not changed here, and what is here of the same name waits until the file has it no more.

use std::collections::BTreeMap;

use config::Added;
use hub::Held;
use media::StreamName;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How many streams may be added: each costs memory, and names come from outside.
pub const MAX_STREAMS: usize = 10_000;

/// The version of what is written.
const VERSION: u32 = 1;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Grows with each change.
    revision: u64,
    streams: BTreeMap<StreamName, Stream>,
    held: BTreeMap<StreamName, Held>,
}

/// A stream that came by the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// Of its last change.
    pub revision: u64,
    /// As the file would have it.
    pub config: Map<String, Value>,
    /// What a client of an adapter said beside that and wants to read again; nothing here depends on it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub foreign: Map<String, Value>,
}

/// A stream as an adapter's client says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Translated {
    /// In our words.
    pub config: Map<String, Value>,
    /// [`Stream::foreign`].
    pub foreign: Map<String, Value>,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A stream that there is not.
    Create(Map<String, Value>),
    /// A stream, whether there is one or not.
    Put(Map<String, Value>, Match),
    /// A stream of an adapter's client.
    Translated(Translated, Match),
    /// Some keys of a stream (RFC 7396).
    Patch(Map<String, Value>, Match),
    /// The stream goes.
    Remove(Match),
    /// Started, stopped, or neither.
    Hold(Option<Held>),
}

/// Which revisions of a stream whoever asks has seen (`If-Match`, RFC 9110, section 13.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Match {
    /// It does not matter.
    #[default]
    Any,
    /// One of these, and the stream is there.
    OneOf(Vec<u64>),
    /// Whatever it is, the stream is there: `*`.
    There,
    /// There is none.
    Absent,
}

/// Why a change is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotChanged {
    /// There is one already.
    #[error("a stream of this name is there already")]
    Exists,
    /// There is none, or only the template's.
    #[error("no stream of this name came by the API")]
    Unknown,
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile: its revision is {0}")]
    Stale(u64),
    /// There are as many as there may be.
    #[error("{MAX_STREAMS} streams were added already")]
    TooMany,
}

/// Why what was kept cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no such document.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A later version of the program wrote it.
    #[error("it is of version {0}, and this program knows versions up to {VERSION}")]
    Version(u32),
}

#[derive(Serialize, Deserialize)]
struct Document<'a> {
    version: u32,
    revision: u64,
    streams: std::borrow::Cow<'a, BTreeMap<String, Stream>>,
    held: BTreeMap<String, Held>,
}

impl State {
    /// Reads what [`State::render`] made.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let head: Head = serde_json::from_str(text)?;
        if head.version > VERSION {
            return Err(Unreadable::Version(head.version));
        }
        let document: Document<'_> = serde_json::from_str(text)?;
        let name = |name: String| name.parse::<StreamName>().map_err(serde::de::Error::custom);
        let streams = document.streams.into_owned().into_iter();
        let streams =
            streams.map(|(key, stream)| Ok((name(key)?, stream))).collect::<Result<_, serde_json::Error>>()?;
        let held = document.held.into_iter();
        let held = held.map(|(key, held)| Ok((name(key)?, held))).collect::<Result<_, serde_json::Error>>()?;
        Ok(Self { revision: document.revision, streams, held })
    }

    /// As it is kept: JSON, for people too.
    pub fn render(&self) -> String {
        let streams: BTreeMap<_, _> =
            self.streams.iter().map(|(name, stream)| (name.to_string(), stream.clone())).collect();
        let held = self.held.iter().map(|(name, held)| (name.to_string(), *held)).collect();
        let streams = std::borrow::Cow::Owned(streams);
        let document = Document { version: VERSION, revision: self.revision, streams, held };
        serde_json::to_string_pretty(&document).expect("strings and numbers are JSON") + "\n"
    }

    /// The streams, as the file would have them.
    pub fn added(&self) -> Added {
        self.streams.iter().map(|(name, stream)| (name.clone(), stream.config.clone())).collect()
    }

    /// A stream that came by the API.
    pub fn stream(&self, name: &StreamName) -> Option<&Stream> {
        self.streams.get(name)
    }

    /// What an operator said of a stream.
    pub fn held(&self, name: &StreamName) -> Option<Held> {
        self.held.get(name).copied()
    }

    /// All that were started or stopped.
    pub fn all_held(&self) -> &BTreeMap<StreamName, Held> {
        &self.held
    }

    /// The state behind a change of a stream.
    pub fn change(&self, name: &StreamName, change: Change) -> Result<Self, NotChanged> {
        let there = self.streams.get(name);
        let mut next = self.clone();
        next.revision += 1;
        let revision = next.revision;
        let put = |mut next: Self, Translated { config, foreign }| {
            if there.is_none() && next.streams.len() >= MAX_STREAMS {
                return Err(NotChanged::TooMany);
            }
            next.streams.insert(name.clone(), Stream { revision, config, foreign });
            Ok(next)
        };
        match change {
            Change::Create(_) if there.is_some() => Err(NotChanged::Exists),
            Change::Create(config) => put(next, Translated { config, ..Translated::default() }),
            Change::Put(config, matches) => {
                matches.check(there)?;
                put(next, Translated { config, ..Translated::default() })
            }
            Change::Translated(translated, matches) => {
                matches.check(there)?;
                put(next, translated)
            }
            Change::Patch(patch, matches) => {
                let there = there.ok_or(NotChanged::Unknown)?;
                matches.check(Some(there))?;
                let mut config = there.config.clone();
                merge(&mut config, patch);
                put(next, Translated { config, foreign: there.foreign.clone() })
            }
            Change::Remove(matches) => {
                let there = there.ok_or(NotChanged::Unknown)?;
                matches.check(Some(there))?;
                next.streams.remove(name);
                next.held.remove(name);
                Ok(next)
            }
            Change::Hold(held) => {
                match held {
                    Some(held) => _ = next.held.insert(name.clone(), held),
                    None => _ = next.held.remove(name),
                }
                Ok(next)
            }
        }
    }
}

impl Match {
    fn check(&self, there: Option<&Stream>) -> Result<(), NotChanged> {
        match (self, there) {
            (Self::Any, _) | (Self::There, Some(_)) | (Self::Absent, None) => Ok(()),
            (Self::Absent, Some(_)) => Err(NotChanged::Exists),
            (Self::OneOf(revisions), Some(there)) if revisions.contains(&there.revision) => Ok(()),
            (Self::OneOf(_), Some(there)) => Err(NotChanged::Stale(there.revision)),
            (Self::OneOf(_) | Self::There, None) => Err(NotChanged::Unknown),
        }
    }
}

/// JSON Merge Patch (RFC 7396, section 2).
fn merge(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (key, value) in patch {
        match value {
            Value::Null => _ = target.remove(&key),
            Value::Object(patch) => {
                let inner = target.entry(key).or_insert_with(|| Value::Object(Map::new()));
                if !inner.is_object() {
                    *inner = Value::Object(Map::new());
                }
                if let Value::Object(inner) = inner {
                    merge(inner, patch);
                }
            }
            other => _ = target.insert(key, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn name() -> StreamName {
        "lobby".parse().unwrap()
    }

    fn with_lobby() -> State {
        State::default().change(&name(), Change::Create(object(json!({ "source": "test://" })))).unwrap()
    }

    #[test]
    fn what_is_rendered_is_read_again() {
        let state = with_lobby().change(&name(), Change::Hold(Some(Held::Stopped))).unwrap();
        assert_eq!(State::parse(&state.render()).unwrap(), state);
        assert!(state.render().contains("\"lobby\": \"stopped\""), "{}", state.render());
        assert!(State::parse("{").is_err());
        assert!(matches!(State::parse(r#"{"version": 9}"#), Err(Unreadable::Version(9))));
        assert!(
            State::parse(r#"{"version":1,"revision":1,"streams":{"a b":{"revision":1,"config":{}}},"held":{}}"#)
                .is_err()
        );
    }

    #[test]
    fn two_people_do_not_overwrite_each_other() {
        let state = with_lobby();
        let seen = state.stream(&name()).unwrap().revision;
        let put = |of: &State, text: &str, matches| {
            of.change(&name(), Change::Put(object(json!({ "source": text })), matches))
        };
        let next = put(&state, "push", Match::OneOf(vec![seen])).unwrap();
        let now = next.stream(&name()).unwrap().revision;
        assert!(now > seen);
        assert_eq!(put(&next, "test://", Match::OneOf(vec![seen])), Err(NotChanged::Stale(now)));
        assert!(put(&next, "test://", Match::OneOf(vec![seen, now])).is_ok());
        assert!(put(&next, "test://", Match::Any).is_ok());
        assert_eq!(put(&State::default(), "push", Match::There), Err(NotChanged::Unknown));
        assert_eq!(next.change(&name(), Change::Create(Map::new())), Err(NotChanged::Exists));
        assert_eq!(next.change(&name(), Change::Remove(Match::OneOf(vec![seen]))), Err(NotChanged::Stale(now)));
        let gone = next.change(&name(), Change::Remove(Match::Any)).unwrap();
        assert_eq!(gone.change(&name(), Change::Remove(Match::Any)), Err(NotChanged::Unknown));
    }

    #[test]
    fn a_patch_is_merged() {
        // The cases of RFC 7396, appendix A, whose results are objects.
        for (target, patch, expected) in [
            (json!({ "a": "b" }), json!({ "a": "c" }), json!({ "a": "c" })),
            (json!({ "a": "b" }), json!({ "b": "c" }), json!({ "a": "b", "b": "c" })),
            (json!({ "a": "b" }), json!({ "a": null }), json!({})),
            (json!({ "a": "b", "b": "c" }), json!({ "a": null }), json!({ "b": "c" })),
            (json!({ "a": ["b"] }), json!({ "a": "c" }), json!({ "a": "c" })),
            (json!({ "a": "c" }), json!({ "a": ["b"] }), json!({ "a": ["b"] })),
            (json!({ "a": { "b": "c" } }), json!({ "a": { "b": "d", "c": null } }), json!({ "a": { "b": "d" } })),
            (json!({ "a": [{ "b": "c" }] }), json!({ "a": [1] }), json!({ "a": [1] })),
            (json!({ "e": null }), json!({ "a": 1 }), json!({ "e": null, "a": 1 })),
            (json!({}), json!({ "a": { "bb": { "ccc": null } } }), json!({ "a": { "bb": {} } })),
        ] {
            let mut merged = object(target);
            merge(&mut merged, object(patch.clone()));
            assert_eq!(Value::Object(merged), expected, "{patch}");
        }
    }
}
