//! Where plugins are used: their names looked up, variables put into their options.

use crate::key::Key;
use crate::mistake::Wrong;
use crate::nearest::nearest;
use crate::places::UsePlace;
use crate::resolved::{PluginUse, PolicyUse, SinkUse};
use crate::section::{At, shown_text};
use crate::written::{self, Options, Text};

impl super::Resolver<'_, '_, '_> {
    pub(super) fn chain(
        &mut self,
        key: &Key<'_>,
        stream: &str,
        written: &[At<Option<written::Chained>>],
    ) -> Vec<PluginUse> {
        let list = key.of("plugins");
        let mut chain = Vec::with_capacity(written.len());
        for (index, entry) in written.iter().enumerate() {
            let Some(used) = &entry.value else { continue };
            let Some(plugin) = self.name(&list.at(index), used.plugin.as_ref()) else { continue };
            let options = self.options(UsePlace::Chain(stream, index), used.options.as_ref());
            chain.push(PluginUse {
                plugin,
                options,
                fps: used.fps.as_ref().map(|at| at.value.0),
                always: used.always.as_ref().is_some_and(|at| at.value),
            });
        }
        chain
    }

    pub(super) fn sinks(&mut self, key: &Key<'_>, stream: &str, written: &[At<Option<written::Sink>>]) -> Vec<SinkUse> {
        let list = key.of("events");
        let mut sinks = Vec::with_capacity(written.len());
        for (index, entry) in written.iter().enumerate() {
            let Some(used) = &entry.value else { continue };
            let key = list.at(index);
            let Some(plugin) = self.name(&key, used.plugin.as_ref()) else { continue };
            let options = self.options(UsePlace::Sink(stream, index), used.options.as_ref());
            let mut kinds = Vec::with_capacity(used.kinds.len());
            for (at, kind) in used.kinds.iter().enumerate() {
                let checked = self.check(check_kind(&kind.value.0), &key.of("kinds").at(at), &kind.span);
                kinds.extend(checked.map(|()| kind.value.0.clone()));
            }
            sinks.push(SinkUse { plugin, options, kinds });
        }
        sinks
    }

    pub(super) fn policy(
        &mut self,
        key: &Key<'_>,
        place: UsePlace<'_>,
        written: &written::Policy,
    ) -> Option<PolicyUse> {
        let plugin = self.name(key, written.plugin.as_ref())?;
        Some(PolicyUse { plugin, options: self.options(place, written.options.as_ref()) })
    }

    /// The name of a plugin; one that nobody knows is told and kept.
    fn name(&mut self, key: &Key<'_>, written: Option<&At<Text>>) -> Option<String> {
        let At { value: Text(name), span } = written?;
        let names = self.author.declared.iter().map(String::as_str).chain(self.known.bundled.iter().copied());
        if !names.clone().any(|known| known == name) {
            let wrong = Wrong::new(format!("no plugin has this name, got {}", shown_text(name)));
            let wrong = wrong.nearest(nearest(name, names).map(|meant| format!("\"{meant}\"")));
            let help = format!(
                "declare it as `[plugins.{name}]`; these come with the program: {}",
                self.known.bundled.join(", ")
            );
            self.reader.add_following(wrong.help(help), &key.of("use"), span.clone());
        }
        Some(name.clone())
    }

    /// Options as JSON, variables put in.
    fn options(&mut self, place: UsePlace<'_>, written: Option<&At<Options>>) -> serde_json::Value {
        let mut options = serde_json::Value::Object(written.map(|at| at.value.0.clone()).unwrap_or_default());
        self.expand_options(&mut options, &mut String::new(), place);
        options
    }

    /// Replaces the variables in every text of a plugin's options.
    fn expand_options(&mut self, value: &mut serde_json::Value, pointer: &mut String, place: UsePlace<'_>) {
        let length = pointer.len();
        match value {
            serde_json::Value::String(text) if text.contains("${") => match self.expand(text) {
                Ok(expanded) => *text = expanded.into_owned(),
                Err(wrong) => self.reader.mistakes.push(wrong.at(self.places.option(place, pointer))),
            },
            serde_json::Value::Array(list) => {
                for (at, entry) in list.iter_mut().enumerate() {
                    pointer.push_str(&format!("/{at}"));
                    self.expand_options(entry, pointer, place);
                    pointer.truncate(length);
                }
            }
            serde_json::Value::Object(table) => {
                for (key, entry) in table.iter_mut() {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    self.expand_options(entry, pointer, place);
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }
}

/// Kinds of events are lower case letters, digits and `-`; the begin of one has a `*` behind it.
fn check_kind(kind: &str) -> Result<(), Wrong> {
    let begin = kind.strip_suffix('*').unwrap_or(kind);
    let is_good = begin.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    match is_good && !kind.is_empty() && kind.len() <= 64 {
        true => Ok(()),
        false => Err(Wrong::new(format!(
            "must be a kind of event such as \"gate-opened\", or the begin of one such as \"gate-*\", got {}",
            shown_text(kind)
        ))),
    }
}
