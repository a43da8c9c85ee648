use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use toml::de::{DeTable, DeValue};

use crate::document::Document;
use crate::key::Key;
use crate::mistake::Place;

/// The key of the template in `[streams]`, where its places are asked for.
pub const TEMPLATE: &str = "*";

/// Where in the file a plugin is used. A stream's name is its key: the template's is [`TEMPLATE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsePlace<'a> {
    /// An entry of a stream's `plugins`, counted from 0.
    Chain(&'a str, usize),
    /// An entry of a stream's `events`, counted from 0.
    Sink(&'a str, usize),
    /// A stream's `stills.policy`.
    FormatPolicy(&'a str),
    /// `server.access_policy`.
    AccessPolicy,
}

impl UsePlace<'_> {
    fn steps(self) -> Vec<String> {
        let index = |index: usize| index.to_string();
        match self {
            Self::Chain(stream, at) => vec!["streams".into(), stream.into(), "plugins".into(), index(at)],
            Self::Sink(stream, at) => vec!["streams".into(), stream.into(), "events".into(), index(at)],
            Self::FormatPolicy(stream) => vec!["streams".into(), stream.into(), "stills".into(), "policy".into()],
            Self::AccessPolicy => vec!["server".into(), "access_policy".into()],
        }
    }
}

/// Where everything stands in the file. What is not written has the place of what it would stand in.
///
/// Made for who has a mistake to tell: the file is only then read for places.
#[derive(Clone)]
pub struct Places {
    document: Arc<Document>,
    root: Arc<OnceLock<Node>>,
}

/// A value's place, and of what is in it.
#[derive(Debug, Default)]
struct Node {
    /// Of `key = value` where both stand together, otherwise of the value or the section's header.
    span: Range<usize>,
    inside: Inside,
}

#[derive(Debug, Default)]
enum Inside {
    #[default]
    Nothing,
    Text(String),
    Table(BTreeMap<String, Node>),
    List(Vec<Node>),
}

impl Places {
    pub(crate) fn new(document: Arc<Document>) -> Self {
        Self { document, root: Arc::default() }
    }

    pub(crate) fn document(&self) -> &Arc<Document> {
        &self.document
    }

    /// A key of `[streams.NAME]`, dotted as in `stills.width`; the section itself if it is empty. The template's name is [`TEMPLATE`].
    pub fn stream(&self, name: &str, key: &str) -> Place {
        let steps: Vec<&str> =
            ["streams", name].into_iter().chain(key.split('.').filter(|step| !step.is_empty())).collect();
        self.find(&steps)
    }

    /// A key of `[plugins.NAME]`; the section itself if it is empty. A plugin without a section has the place of its first `use`.
    pub fn plugin(&self, name: &str, key: &str) -> Place {
        let steps: Vec<&str> = ["plugins", name, key].into_iter().filter(|step| !step.is_empty()).collect();
        let place = self.find(&steps);
        let root = self.root();
        let has_section = name.is_empty() || root.step("plugins").and_then(|plugins| plugins.step(name)).is_some();
        match root.first_use(name).filter(|_| !has_section) {
            Some(span) => self.document.place(place.key, span),
            None => place,
        }
    }

    /// A key of `[server]`, dotted as in `tls.key`; the section itself if it is empty.
    pub fn server(&self, key: &str) -> Place {
        let steps: Vec<&str> = ["server"].into_iter().chain(key.split('.').filter(|step| !step.is_empty())).collect();
        self.find(&steps)
    }

    /// Where a plugin is used: for what is wrong with it there.
    pub fn used(&self, place: UsePlace<'_>) -> Place {
        let steps = place.steps();
        self.find(&steps.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Something in the options of a plugin where it is used, by its JSON pointer (RFC 6901); the options themselves if that is empty.
    pub fn option(&self, place: UsePlace<'_>, pointer: &str) -> Place {
        let mut steps = place.steps();
        steps.push("options".into());
        steps.extend(pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")));
        self.find(&steps.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn root(&self) -> &Node {
        self.root.get_or_init(|| Node::of_file(self.document.text()))
    }

    /// The place of a value, or of the innermost that is written of what it would stand in; the key is the whole one.
    fn find(&self, steps: &[&str]) -> Place {
        let mut node = Some(self.root());
        let mut span = None;
        let mut key = String::new();
        for step in steps {
            let is_list =
                node.is_some_and(|node| matches!(node.inside, Inside::List(_))) || (node.is_none() && is_index(step));
            key = match step.parse::<usize>() {
                Ok(index) if is_list => format!("{key}[{index}]"),
                _ if key.is_empty() => Key::Root.of(step).to_string(),
                _ => format!("{key}.{}", Key::Root.of(step)),
            };
            node = node.and_then(|node| node.step(step));
            span = node.map(|node| node.span.clone()).or(span);
        }
        match span {
            Some(span) => self.document.place(key, span),
            None => Place::nowhere(key),
        }
    }
}

/// Whether a step of a key that is not in the file counts entries.
fn is_index(step: &str) -> bool {
    !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit())
}

impl Node {
    fn of_file(text: &str) -> Self {
        // The mistakes of syntax were told when the file was read.
        let (table, _) = DeTable::parse_recoverable(text);
        Self { span: 0..0, inside: Inside::of_table(table.get_ref(), text) }
    }

    /// Where the first stream of the file says `use = "name"`.
    fn first_use(&self, name: &str) -> Option<Range<usize>> {
        let Inside::Table(streams) = &self.step("streams")?.inside else {
            return None;
        };
        let chains = streams.values().filter_map(|stream| match &stream.step("plugins")?.inside {
            Inside::List(chain) => Some(chain),
            _ => None,
        });
        let uses = chains.flatten().filter_map(|entry| entry.step("use"));
        let of_name = uses.filter(|node| matches!(&node.inside, Inside::Text(text) if text == name));
        of_name.map(|node| node.span.clone()).min_by_key(|span| span.start)
    }

    fn step(&self, step: &str) -> Option<&Self> {
        match &self.inside {
            Inside::Nothing | Inside::Text(_) => None,
            Inside::Table(table) => table.get(step),
            Inside::List(list) => list.get(step.parse::<usize>().ok()?),
        }
    }
}

impl Inside {
    fn of_table(table: &DeTable<'_>, text: &str) -> Self {
        let entries = table.iter().map(|(key, value)| {
            let (key_span, span) = (key.span(), value.span());
            // A section's header stands before what is in it, and holds the key itself.
            let between = text.get(key_span.end..span.start).unwrap_or("\n");
            let span = if between.contains('\n') { span } else { key_span.start..span.end };
            (key.get_ref().clone().into_owned(), Node { span, inside: Self::of(value.get_ref(), text) })
        });
        Self::Table(entries.collect())
    }

    fn of(value: &DeValue<'_>, text: &str) -> Self {
        match value {
            DeValue::Table(table) => Self::of_table(table, text),
            DeValue::Array(list) => {
                let entries =
                    list.iter().map(|entry| Node { span: entry.span(), inside: Self::of(entry.get_ref(), text) });
                Self::List(entries.collect())
            }
            DeValue::String(text) => Self::Text(text.clone().into_owned()),
            _ => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn options_are_found_by_their_pointer() {
        let text = r#"
[streams.lobby]
source = "test://"
plugins = [
  { use = "clock" },
  { use = "privacy-mask", options = { areas = [
    { x = 1, y = 2 },
    { x = 3, "a/b" = 400 },
  ] } },
]
[streams."*".stills]
fps = 3
"#;
        let places = Places::new(Arc::new(Document::new(Path::new("streams.toml"), text.into())));
        let found = |place: Place| (place.key, place.line, text[place.span].to_owned());
        let options = "streams.lobby.plugins[1].options";
        assert_eq!(
            found(places.option(UsePlace::Chain("lobby", 1), "/areas/1/a~1b")),
            (format!("{options}.areas[1].\"a/b\""), 8, "\"a/b\" = 400".into())
        );
        assert_eq!(
            found(places.option(UsePlace::Chain("lobby", 1), "/areas/0/width")),
            (format!("{options}.areas[0].width"), 7, "{ x = 1, y = 2 }".into())
        );
        assert_eq!(found(places.option(UsePlace::Chain("lobby", 0), "/text")).1, 5);
        assert_eq!(found(places.option(UsePlace::Chain("lobby", 7), "")).1, 4);
        assert_eq!(
            found(places.stream("lobby", "source")),
            ("streams.lobby.source".into(), 3, "source = \"test://\"".into())
        );
        assert_eq!(found(places.stream("lobby", "")).2, "[streams.lobby]");
        assert_eq!(
            found(places.stream(TEMPLATE, "stills.fps")),
            ("streams.\"*\".stills.fps".into(), 12, "fps = 3".into())
        );
        assert_eq!(
            found(places.plugin("clock", "component")),
            ("plugins.clock.component".into(), 5, "use = \"clock\"".into())
        );
        assert_eq!(places.plugin("watermark", "component").line, 0);
    }
}
