//! Streams that come from elsewhere than the file: by the API, and from the state that keeps them. The same words and rules, and nothing of this machine:
//! no `${VARIABLE}`, no `file:`, no file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use media::StreamName;
use serde_json::{Map, Value};
use toml::de::DeTable;

use crate::document::Document;
use crate::key::Key;
use crate::load::{Known, Loaded};
use crate::mistake::{Mistake, Place, Wrong};
use crate::places::Places;
use crate::resolve::{self, Author, Trust};
use crate::secret;
use crate::section::Reader;
use crate::written::File;

/// Streams by their names, each as the file would have it.
pub type Added = BTreeMap<StreamName, Map<String, Value>>;

/// A file, and streams that it does not have.
#[derive(Clone)]
pub struct Together {
    /// All of it. Places are those of the file: what is not in it has its key alone.
    pub loaded: Loaded,
    /// The streams that were left out, and why.
    pub refused: BTreeMap<StreamName, Vec<Mistake>>,
    /// The streams that the file has too: there it is said what they are.
    pub declared: BTreeSet<StreamName>,
}

impl Loaded {
    /// With streams that the file does not have. One with a mistake is left out; the others are there.
    pub fn with(&self, added: &Added, known: &Known<'_>) -> Together {
        let mut together = Together { loaded: self.clone(), refused: BTreeMap::new(), declared: BTreeSet::new() };
        for (name, written) in added {
            if self.config.streams.contains_key(name) {
                together.declared.insert(name.clone());
                continue;
            }
            match self.read_added(name, written, known) {
                Ok(config) => {
                    together.loaded.config.streams.extend(config.streams);
                    for (plugin, declared) in config.plugins {
                        together.loaded.config.plugins.entry(plugin).or_insert(declared);
                    }
                }
                Err(mistakes) => _ = together.refused.insert(name.clone(), mistakes),
            }
        }
        together
    }

    fn read_added(
        &self,
        name: &StreamName,
        written: &Map<String, Value>,
        known: &Known<'_>,
    ) -> Result<crate::Config, Vec<Mistake>> {
        let streams_key = Key::Root.of("streams");
        let key = streams_key.of(name.as_str());
        let section = table(&key, written)?;
        let file = toml::Table::from_iter([(
            "streams".to_owned(),
            toml::Value::Table(toml::Table::from_iter([(name.as_str().to_owned(), toml::Value::Table(section))])),
        )]);
        let text = toml::to_string(&file)
            .map_err(|error| vec![Wrong::new(error.to_string()).at(Place::nowhere(key.to_string()))])?;
        let document = Arc::new(Document::new(self.places.document().path(), text));
        let places = Places::new(Arc::clone(&document));
        let (table, errors) = DeTable::parse_recoverable(document.text());
        debug_assert!(errors.is_empty(), "what was rendered is read");
        let mut reader = Reader { document: &document, mistakes: Vec::new() };
        let written = File::read(&mut reader, &table);
        let declared = self.config.plugins.keys().cloned().collect();
        let scratch = self.config.compat.stream_manager.as_ref().and_then(|manager| manager.folder.clone());
        let author = Author { trust: Trust::Nothing, declared, scratch };
        let resolved = resolve::resolve(&written, &mut reader, &places, known, author);
        match reader.mistakes.is_empty() {
            true => Ok(resolved.config),
            // Its lines are nobody's.
            false => Err(reader.mistakes.into_iter().map(without_line).collect()),
        }
    }
}

/// A stream as it may be shown.
pub fn shown(written: &Map<String, Value>) -> Map<String, Value> {
    let mut shown = Value::Object(written.clone());
    secret::hide(&mut shown);
    match shown {
        Value::Object(mut shown) => {
            if let Some(Value::String(source)) = shown.get_mut("source") {
                *source = secret::without_credentials(source);
            }
            shown
        }
        _ => Map::new(),
    }
}

fn without_line(mistake: Mistake) -> Mistake {
    Mistake { place: Place::nowhere(mistake.place.key), ..mistake }
}

/// JSON as TOML. `null` is a key that is not there; in a list there is no such thing.
fn table(key: &Key<'_>, written: &Map<String, Value>) -> Result<toml::Table, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let table = table_of(key, written, &mut mistakes);
    if mistakes.is_empty() { Ok(table) } else { Err(mistakes) }
}

fn table_of(key: &Key<'_>, written: &Map<String, Value>, mistakes: &mut Vec<Mistake>) -> toml::Table {
    let entries = written.iter().filter(|(_, value)| !value.is_null());
    entries.filter_map(|(name, value)| Some((name.clone(), value_of(&key.of(name), value, mistakes)?))).collect()
}

fn value_of(key: &Key<'_>, value: &Value, mistakes: &mut Vec<Mistake>) -> Option<toml::Value> {
    let mut wrong = |what: &str| mistakes.push(Wrong::new(what).at(Place::nowhere(key.to_string())));
    Some(match value {
        Value::Null => {
            wrong("an entry of a list must not be null");
            return None;
        }
        Value::Bool(truth) => toml::Value::Boolean(*truth),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => toml::Value::Integer(whole),
            (None, Some(float)) if !number.is_u64() => toml::Value::Float(float),
            _ => {
                wrong("the number is too large");
                return None;
            }
        },
        Value::String(text) => toml::Value::String(text.clone()),
        Value::Array(list) => {
            let entries = list.iter().enumerate();
            toml::Value::Array(entries.filter_map(|(at, entry)| value_of(&key.at(at), entry, mistakes)).collect())
        }
        Value::Object(inner) => toml::Value::Table(table_of(key, inner, mistakes)),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::{Environment, HlsStorage, Source};

    struct Rich;

    impl Environment for Rich {
        fn variable(&self, _: &str) -> Option<String> {
            Some("hunter2".into())
        }

        fn secret(&self, _: &Path) -> std::io::Result<String> {
            Ok("hunter2".into())
        }
    }

    const KNOWN: Known<'static> = Known { bundled: &["clock", "watermark"], environment: &Rich };

    fn file() -> Loaded {
        let text = "[plugins.mine]\ncomponent = \"mine.wasm\"\n[streams.lobby]\nsource = \"test://\"\n";
        crate::read(Path::new("streams.toml"), text.into(), &KNOWN).unwrap()
    }

    fn with(streams: Value) -> Together {
        let added = streams.as_object().unwrap().iter();
        let added =
            added.map(|(name, written)| (name.parse().unwrap(), written.as_object().unwrap().clone())).collect();
        file().with(&added, &KNOWN)
    }

    /// The keys and messages of what is wrong with a stream.
    fn wrong(written: Value) -> Vec<String> {
        let together = with(json!({ "gate": written }));
        let mistakes = together.refused.values().flatten();
        mistakes.map(|mistake| format!("{}: {}", mistake.place.key, mistake.message)).collect()
    }

    #[test]
    fn a_stream_is_read_by_the_rules_of_the_file() {
        let together = with(json!({
            "gate": { "source": "rtsp://10.0.0.4/1", "username": "me", "password": "it's $1", "max_viewers": 3, "sound": null,
                      "plugins": [{ "use": "mine", "options": { "text": "a" } }, { "use": "clock" }], "hls": { "segment": "1s" } },
            "lobby": { "source": "push" },
        }));
        assert!(together.refused.is_empty(), "{:?}", together.refused);
        assert_eq!(together.declared.iter().map(StreamName::as_str).collect::<Vec<_>>(), ["lobby"]);
        let config = &together.loaded.config;
        assert!(matches!(config.streams["lobby"].source, Source::Test(_)), "the file says what it is");
        let gate = &config.streams["gate"];
        assert_eq!((gate.max_viewers, gate.plugins.len()), (Some(3), 2));
        assert!(config.plugins.contains_key("clock"));
        let mistakes = wrong(
            json!({ "sauce": "x", "max_viewers": "3", "plugins": [{ "use": "cluck" }], "hls": { "part": "9s" } }),
        );
        for key in
            ["streams.gate.sauce", "streams.gate.max_viewers", "streams.gate.plugins[0].use", "streams.gate.hls.part"]
        {
            assert!(mistakes.iter().any(|told| told.starts_with(key)), "{key} in {mistakes:?}");
        }
        assert_eq!(
            wrong(json!({ "source": "test://", "events": [null] }))[0],
            "streams.gate.events[0]: an entry of a list must not be null"
        );
    }

    #[test]
    fn nothing_of_this_machine_is_reached() {
        for (key, written) in [
            ("source", json!({ "source": "rtsp://${HOST}/1" })),
            ("source", json!({ "source": "file:///etc/passwd.mp4" })),
            ("password", json!({ "source": "rtsp://a/1", "username": "me", "password": "${PASSWORD}" })),
            ("password", json!({ "source": "rtsp://a/1", "username": "me", "password": "file:/run/secrets/a" })),
            ("username", json!({ "source": "rtsp://a/1", "username": "file:/etc/hostname" })),
            ("hls.storage", json!({ "source": "test://", "hls": { "storage": "file:///srv" } })),
            ("hls.storage", json!({ "source": "test://", "hls": { "storage": "s3://bucket" } })),
            (
                "plugins[0].options.text",
                json!({ "source": "test://", "plugins": [{ "use": "clock", "options": { "text": "${HOME}" } }] }),
            ),
            ("plugins[0].use", json!({ "source": "test://", "plugins": [{ "use": "./other.wasm" }] })),
        ] {
            let mistakes = wrong(written.clone());
            assert!(mistakes[0].starts_with(&format!("streams.gate.{key}: ")), "{written}: {mistakes:?}");
            assert!(!mistakes[0].contains("hunter2"), "{mistakes:?}");
        }
        for no_folder in ["memory", "stream_dir"] {
            let gate = json!({ "source": "test://", "hls": { "storage": no_folder } });
            assert_eq!(with(json!({ "gate": gate })).loaded.config.streams["gate"].hls.storage, HlsStorage::Memory);
        }
    }

    #[test]
    fn a_stream_is_shown_without_its_secrets() {
        let written = json!({ "source": "rtsp://me:hunter2@10.0.0.4/1", "password": "hunter2",
                              "plugins": [{ "use": "webhook", "options": { "token": "hunter2", "url": "a" } }] });
        let text = Value::Object(shown(written.as_object().unwrap())).to_string();
        assert!(!text.contains("hunter2") && text.contains("10.0.0.4/1"), "{text}");
    }
}
