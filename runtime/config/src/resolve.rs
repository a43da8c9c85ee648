//! What was written → what it means: variables and secrets put in, names looked up, defaults filled in.

mod compat;
mod grants;
mod hls;
mod jwt;
mod log;
pub(crate) mod people;
mod push;
mod server;
mod storage;
mod uses;
mod video;

use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use media::StreamName;

use crate::address::{self, InAddress};
use crate::environment::{expand, secret};
use crate::key::Key;
use crate::load::Known;
use crate::mistake::{Mistake, Severity, Wrong};
use crate::nearest::nearest;
use crate::oci;
use crate::places::{Places, TEMPLATE, UsePlace};
use crate::resolved::{Component, Config, Credentials, Defaults, Plugin, Sound, Source, Stream};
use crate::section::{At, Reader, shown_text};
use crate::written::{self, File, Named, Text};

/// A resolved file; worth something only if the reader has no mistakes.
pub(crate) struct Resolved {
    pub(crate) config: Config,
    pub(crate) advice: Vec<Mistake>,
}

/// Who wrote it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Whoever may write the file: variables, secrets of files and files are theirs.
    Machine,
    /// Somebody far away: values are taken as they are, and none reaches this machine.
    Nothing,
}

/// Whose text it is, and the names of the plugins that are declared.
pub(crate) struct Author {
    pub(crate) trust: Trust,
    pub(crate) declared: Vec<String>,
    /// The folder that `hls.storage = "stream_dir"` means to somebody far away.
    pub(crate) scratch: Option<PathBuf>,
}

pub(crate) fn resolve(
    file: &File,
    reader: &mut Reader<'_>,
    places: &Places,
    known: &Known<'_>,
    author: Author,
) -> Resolved {
    let mut resolver = Resolver { reader, places, known, author, advice: Vec::new() };
    let people = resolver.people(file);
    let mut server = resolver.server(&file.server, file.has_people());
    let compat = resolver.compat(file, &mut server);
    let log = resolver.log(file.log.as_ref());
    let mut config = Config { server, people, compat, log, ..Config::default() };
    for plugin in &file.plugins {
        config.plugins.insert(plugin.name.clone(), Arc::new(resolver.plugin(plugin)));
    }
    if let Some(policy) = &config.server.access_policy {
        let name = &policy.plugin;
        config.plugins.entry(name.clone()).or_insert_with(|| Arc::new(Plugin::bundled(name)));
    }
    let streams_key = Key::Root.of("streams");
    for written in &file.streams {
        let key = streams_key.of(&written.name);
        // A bad name is told, and the section read on for what else is wrong in it.
        let name = match written.name.as_str() {
            TEMPLATE => Ok("template".parse().expect("a good name")),
            name => name.parse::<StreamName>(),
        };
        let name = name.unwrap_or_else(|bad| {
            resolver.reader.add(Wrong::new(bad.to_string()), &key, written.span.clone());
            "bad".parse().expect("a good name")
        });
        let Some(stream) = resolver.stream(&key, name, written) else {
            continue;
        };
        for used in used_by(&stream) {
            config.plugins.entry(used.clone()).or_insert_with(|| Arc::new(Plugin::bundled(used)));
        }
        match written.name.as_str() {
            TEMPLATE => config.template = Some(Arc::new(stream)),
            _ => _ = config.streams.insert(stream.name.clone(), Arc::new(stream)),
        }
    }
    resolver.camera(file, &config);
    Resolved { config, advice: resolver.advice }
}

/// The plugins that a stream uses, each as often as it does.
fn used_by(stream: &Stream) -> impl Iterator<Item = &String> {
    let chain = stream.plugins.iter().map(|used| &used.plugin);
    chain
        .chain(stream.events.iter().map(|used| &used.plugin))
        .chain(stream.format_policy.iter().map(|used| &used.plugin))
}

struct Resolver<'r, 'd, 'k> {
    reader: &'r mut Reader<'d>,
    places: &'k Places,
    known: &'k Known<'k>,
    author: Author,
    advice: Vec<Mistake>,
}

impl Resolver<'_, '_, '_> {
    /// The value, or none and its mistake added.
    fn check<T>(&mut self, result: Result<T, Wrong>, key: &Key<'_>, span: &Range<usize>) -> Option<T> {
        result.map_err(|wrong| self.reader.add(wrong, key, span.clone())).ok()
    }

    /// Text with its variables replaced.
    fn expanded(&mut self, text: Option<&At<Text>>, key: &Key<'_>) -> Option<String> {
        let text = text?;
        let expanded = self.expand(&text.value.0).map(|expanded| expanded.into_owned());
        self.check(expanded, key, &text.span)
    }

    fn expand<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Wrong> {
        match self.author.trust {
            Trust::Machine => expand(text, self.known.environment),
            Trust::Nothing if text.contains("${") => {
                Err(Wrong::new("variables are for the file alone").help("write the value, or the stream in the file"))
            }
            Trust::Nothing => Ok(text.into()),
        }
    }

    fn is_trusted(&self) -> bool {
        self.author.trust == Trust::Machine
    }

    /// Text with its variables replaced, or the content of the file that it names.
    fn secret(&mut self, text: Option<&At<Text>>, key: &Key<'_>) -> Option<String> {
        let expanded = self.expanded(text, key)?;
        match expanded.strip_prefix("file:") {
            Some(_) if !self.is_trusted() => {
                let wrong = Wrong::new("secrets of files are for the file alone");
                self.check(Err(wrong.help("write the value, or the stream in the file")), key, &text?.span)
            }
            Some(path) => {
                let read = secret(path, self.reader.document.folder(), self.known.environment);
                self.check(read, key, &text?.span)
            }
            None => Some(expanded),
        }
    }

    fn plugin(&mut self, written: &Named<written::Plugin>) -> Plugin {
        let key = Key::Root.of("plugins");
        let key = key.of(&written.name);
        let name = check_plugin_name(&written.name);
        self.check(name, &key, &written.span);
        let section = &written.section;
        let component = match &section.component {
            Some(text) => {
                let key = key.of("component");
                let expanded = self.expanded(Some(text), &key);
                expanded.and_then(|expanded| self.check(self.component(&expanded, &text.value.0), &key, &text.span))
            }
            None if self.known.bundled.contains(&written.name.as_str()) => {
                Some(Component::Bundled(written.name.clone()))
            }
            None => {
                let wrong = Wrong::new(
                    "`component` is missing: the name of one that comes with the program, a .wasm file, or oci://…",
                );
                let meant = nearest(&written.name, self.known.bundled.iter().copied());
                let wrong = wrong.nearest(meant.map(|meant| format!("component = \"{meant}\"")));
                self.reader.add_following(wrong, &key, written.span.clone());
                None
            }
        };
        Plugin {
            component: component.unwrap_or_else(|| Component::Bundled(written.name.clone())),
            sha256: section.sha256.as_ref().map(|at| at.value.0),
            memory: section.memory.as_ref().map(|at| at.value.0),
            deadline: section.deadline.as_ref().map(|at| at.value.0),
            on_error: section.on_error.as_ref().map(|at| at.value.0),
            grants: section.grants.as_ref().map(|at| self.grants(&key.of("grants"), &at.value)).unwrap_or_default(),
            every: section.every.as_ref().map_or(Defaults::EVERY, |at| at.value.0),
            timeout: section.timeout.as_ref().map_or(Defaults::TIMEOUT, |at| at.value.0),
            queue: section.queue.as_ref().map_or(Defaults::QUEUE, |at| at.value.0),
            max_failures: section.max_failures.as_ref().map_or(Defaults::MAX_FAILURES, |at| at.value.0),
            window: section.window.as_ref().map_or(Defaults::WINDOW, |at| at.value.0),
            recycle_after: section.recycle_after.as_ref().map(|at| at.value.0),
            name: written.name.clone(),
        }
    }

    fn component(&self, text: &str, written: &str) -> Result<Component, Wrong> {
        if text.starts_with(oci::SCHEME) {
            return oci::parse(text, written).map(Component::Oci);
        }
        if text.contains("://") {
            let wrong = Wrong::new(format!("must be a bundled name, a file or oci://…, got {}", shown_text(written)));
            return Err(match text.strip_prefix("docker://") {
                Some(rest) => wrong.nearest(Some(format!("{}{rest}", oci::SCHEME))),
                None => wrong.help("fetch the component to a file first, and pin it with `sha256`"),
            });
        }
        if text.contains('/') || text.ends_with(".wasm") {
            return Ok(Component::File(self.reader.document.folder().join(text)));
        }
        match self.known.bundled.contains(&text) {
            true => Ok(Component::Bundled(text.into())),
            false => {
                let got = shown_text(written);
                let wrong = Wrong::new(format!("no component with this name comes with the program, got {got}"));
                let wrong = wrong
                    .nearest(nearest(text, self.known.bundled.iter().copied()).map(|meant| format!("\"{meant}\"")));
                Err(wrong.help(format!(
                    "a file is written with a `/` or its `.wasm`; these come with it: {}",
                    self.known.bundled.join(", ")
                )))
            }
        }
    }

    fn stream(&mut self, key: &Key<'_>, name: StreamName, written: &Named<written::Stream>) -> Option<Stream> {
        let section = &written.section;
        let mut in_address = None;
        let source = match &section.source {
            Some(source) => {
                let (text, key) = (&source.value.0, key.of("source"));
                let is_trusted = self.is_trusted();
                let parsed = self
                    .expand(text)
                    .and_then(|expanded| address::parse(&expanded, text, self.reader.document.folder()))
                    .and_then(|parsed| match parsed.source {
                        Source::File(_) if !is_trusted => {
                            Err(Wrong::new("files of this machine are for the file alone"))
                        }
                        _ => Ok(parsed),
                    });
                let parsed = self.check(parsed, &key, &source.span);
                parsed.map(|parsed| {
                    in_address = parsed.credentials;
                    parsed.source
                })
            }
            None => None,
        };
        let credentials = self.credentials(key, section, in_address);
        let plugins = self.chain(key, &written.name, &section.plugins);
        let events = self.sinks(key, &written.name, &section.events);
        let mut stream = Stream::new(name, source?);
        stream.credentials = credentials;
        stream.transport = section.transport.as_ref().map_or(stream.transport, |at| at.value.0);
        if section.sound.as_ref().is_some_and(|at| !at.value) {
            stream.sound = Sound::Off;
        }
        stream.on_demand = section.on_demand.as_ref().map_or(stream.on_demand, |at| at.value);
        stream.start_timeout = section.start_timeout.as_ref().map_or(stream.start_timeout, |at| at.value.0);
        stream.close_after = section.close_after.as_ref().map_or(stream.close_after, |at| at.value.0);
        stream.stall_timeout = section.stall_timeout.as_ref().map_or(stream.stall_timeout, |at| at.value.0);
        stream.max_viewers = section.max_viewers.as_ref().map(|at| at.value.0);
        stream.max_renditions = section.max_renditions.as_ref().map_or(stream.max_renditions, |at| at.value.0);
        stream.plugins = plugins;
        stream.events = events;
        if let Some(At { value: stills, .. }) = &section.stills {
            let to = &mut stream.stills;
            to.format = stills.format.as_ref().map_or(to.format, |at| at.value.0);
            to.quality = stills.quality.as_ref().map_or(to.quality, |at| at.value.0 as u8);
            to.fps = stills.fps.as_ref().map(|at| at.value.0).or(to.fps);
            to.width = stills.width.as_ref().map(|at| at.value.0);
            if let Some(policy) = &stills.policy {
                let (key, place) = (key.of("stills"), UsePlace::FormatPolicy(&written.name));
                stream.format_policy = self.policy(&key.of("policy"), place, &policy.value);
            }
        }
        if let Some(At { value: hls, .. }) = &section.hls {
            stream.hls = self.hls(&key.of("hls"), hls);
        }
        stream.video = self.video(key, section);
        stream.push = self.pushes(key, &section.push);
        Some(stream)
    }

    /// From `username` and `password`, or from the address, or the name from the address and the password from its key.
    fn credentials(
        &mut self,
        key: &Key<'_>,
        section: &written::Stream,
        in_address: Option<InAddress>,
    ) -> Option<Credentials> {
        let username = self.secret(section.username.as_ref(), &key.of("username"));
        let password = self.secret(section.password.as_ref(), &key.of("password"));
        let Some((name, word)) = in_address else {
            if let (None, Some(At { span, .. })) = (&section.username, &section.password) {
                let wrong = Wrong::new("a password needs a `username` beside it");
                self.reader.add_following(wrong, &key.of("password"), span.clone());
            }
            return Some(Credentials { username: username?, password: password.unwrap_or_default().into() });
        };
        let twice =
            |what: &str| Wrong::new(format!("the {what} stands here and in the address of `source`: keep this one"));
        if let Some(At { span, .. }) = &section.username {
            self.reader.add(twice("user name"), &key.of("username"), span.clone());
        }
        if let (Some(At { span, .. }), Some(_)) = (&section.password, &word) {
            self.reader.add(twice("password"), &key.of("password"), span.clone());
        }
        if let (Some(source), Some(_)) = (&section.source, &word)
            && !source.value.0.contains("${")
        {
            let place = self.reader.document.place(key.of("source").to_string(), source.span.clone());
            let advice = Mistake::new(place, "the address holds a password")
                .help("write it as `username` and `password = \"${VARIABLE}\"` or `\"file:/path\"`, so that it is in no file that is passed on");
            self.advice.push(Mistake { severity: Severity::Advice, ..advice });
        }
        Some(Credentials { username: name, password: word.or(password).unwrap_or_default().into() })
    }
}

/// Names of plugins are made like names of streams, for they stand in addresses of the API as well.
fn check_plugin_name(name: &str) -> Result<(), Wrong> {
    match name.parse::<StreamName>() {
        Ok(_) => Ok(()),
        Err(media::BadName::Length(length)) => {
            Err(Wrong::new(format!("a plugin's name has 1 to 64 characters, got {length}")))
        }
        Err(media::BadName::Character(c)) => {
            Err(Wrong::new(format!("a plugin's name is made of letters, digits, `_`, `.`, `~` and `-`, got {c:?}")))
        }
        Err(media::BadName::Dots) => Err(Wrong::new("`.` and `..` are no names of plugins")),
    }
}
