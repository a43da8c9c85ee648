//! What is shown, and what keys do to it. Pure: it is told what the server said, and what was pressed.

use std::collections::{BTreeMap, VecDeque};

use crate::api::{Event, Health, Installed, Server, State, Step, Stream};
use crate::client::Failure;
use crate::keys::Key;

/// Seconds of bitrates that are kept.
pub(crate) const HISTORY: usize = 60;
/// Events that are kept.
const EVENTS: usize = 100;
/// How far PgUp and PgDn go.
const PAGE: usize = 10;

/// What the server said.
#[derive(Debug)]
pub(crate) enum Told {
    Snapshot(Snapshot),
    Failed(Failure),
    Timeline(String, Vec<Step>),
    Event(Event),
}

/// How everything is, once a second.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) streams: Vec<Stream>,
    pub(crate) plugins: Vec<Installed>,
    pub(crate) server: Option<Server>,
    /// Milliseconds since 1970, by the clock here.
    pub(crate) now: u64,
}

/// Whether the server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    Connecting,
    Up,
    /// What is shown is old.
    Down(Failure),
}

/// What the list is ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    #[default]
    Name,
    State,
    Rate,
    Bitrate,
    Viewers,
    Reconnects,
}

/// What keys are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    List,
    /// The filter is being typed.
    Filter,
    /// One stream.
    Detail(String),
}

/// What a key leads to beyond this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    GoOn,
    Quit,
}

/// A plugin on a stream.
#[derive(Clone, Debug)]
pub(crate) struct OnStream<'a> {
    pub(crate) plugin: &'a str,
    pub(crate) health: Health,
    pub(crate) last_fault: Option<&'a str>,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) server: String,
    pub(crate) has_token: bool,
    pub(crate) link: Link,
    pub(crate) snapshot: Snapshot,
    pub(crate) events: VecDeque<Event>,
    pub(crate) mode: Mode,
    pub(crate) sort: Sort,
    pub(crate) filter: String,
    /// The name that is chosen: it stays so when the order changes.
    pub(crate) chosen: Option<String>,
    timeline: Option<(String, Vec<Step>)>,
    bitrates: BTreeMap<String, VecDeque<u64>>,
}

impl Sort {
    fn next(self) -> Self {
        match self {
            Self::Name => Self::State,
            Self::State => Self::Rate,
            Self::Rate => Self::Bitrate,
            Self::Bitrate => Self::Viewers,
            Self::Viewers => Self::Reconnects,
            Self::Reconnects => Self::Name,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::State => "state",
            Self::Rate => "rate",
            Self::Bitrate => "bitrate",
            Self::Viewers => "viewers",
            Self::Reconnects => "reconnects",
        }
    }
}

impl Model {
    pub(crate) fn new(server: &str, has_token: bool) -> Self {
        Self {
            server: server.to_owned(),
            has_token,
            link: Link::Connecting,
            snapshot: Snapshot::default(),
            events: VecDeque::new(),
            mode: Mode::List,
            sort: Sort::default(),
            filter: String::new(),
            chosen: None,
            timeline: None,
            bitrates: BTreeMap::new(),
        }
    }

    /// Takes what the server said.
    pub(crate) fn told(&mut self, told: Told) {
        match told {
            Told::Snapshot(snapshot) => {
                let bitrates = &mut self.bitrates;
                bitrates.retain(|name, _| snapshot.streams.iter().any(|stream| stream.name == *name));
                for stream in &snapshot.streams {
                    let kept = bitrates.entry(stream.name.clone()).or_default();
                    if kept.len() == HISTORY {
                        kept.pop_front();
                    }
                    kept.push_back(stream.bitrate);
                }
                self.snapshot = snapshot;
                self.link = Link::Up;
            }
            Told::Failed(why) => self.link = Link::Down(why),
            Told::Timeline(name, steps) => self.timeline = Some((name, steps)),
            Told::Event(event) => {
                if self.events.len() == EVENTS {
                    self.events.pop_front();
                }
                self.events.push_back(event);
            }
        }
    }

    /// Does what a key is for.
    pub(crate) fn pressed(&mut self, key: Key) -> Outcome {
        match (&self.mode, key) {
            (_, Key::Interrupt) => return Outcome::Quit,
            (Mode::Filter, Key::Character(character)) => self.filter.push(character),
            (Mode::Filter, Key::Backspace) => _ = self.filter.pop(),
            (Mode::Filter, Key::Enter) => self.mode = Mode::List,
            (Mode::Filter, Key::Escape) => {
                self.filter.clear();
                self.mode = Mode::List;
            }
            (_, Key::Character('q')) => return Outcome::Quit,
            (Mode::Detail(_), Key::Escape | Key::Backspace | Key::Enter) => self.mode = Mode::List,
            (Mode::List, Key::Escape) => self.filter.clear(),
            (Mode::List, Key::Character('/')) => self.mode = Mode::Filter,
            (Mode::List, Key::Character('s')) => self.sort = self.sort.next(),
            (Mode::List, Key::Enter) => {
                if let Some(name) = self.chosen_stream().map(|stream| stream.name.clone()) {
                    self.mode = Mode::Detail(name);
                }
            }
            (_, Key::Up | Key::Character('k')) => self.go(-1),
            (_, Key::Down | Key::Character('j')) => self.go(1),
            (_, Key::PageUp) => self.go(-(PAGE as isize)),
            (_, Key::PageDown) => self.go(PAGE as isize),
            (_, Key::Home) => self.go(isize::MIN),
            (_, Key::End) => self.go(isize::MAX),
            _ => {}
        }
        Outcome::GoOn
    }

    /// Chooses the stream so many places further; in the detail that one is shown.
    fn go(&mut self, places: isize) {
        let shown = self.shown();
        let Some(last) = shown.len().checked_sub(1) else { return };
        let place = self.place(&shown).saturating_add_signed(places).min(last);
        let name = shown[place].name.clone();
        if let Mode::Detail(of) = &mut self.mode {
            of.clone_from(&name);
        }
        self.chosen = Some(name);
    }

    /// The streams that the filter leaves, in order.
    pub(crate) fn shown(&self) -> Vec<&Stream> {
        let wanted = self.filter.to_lowercase();
        let fits = |stream: &&Stream| {
            wanted.is_empty()
                || stream.name.to_lowercase().contains(&wanted)
                || stream.state.word().starts_with(&wanted)
        };
        let mut streams: Vec<_> = self.snapshot.streams.iter().filter(fits).collect();
        streams.sort_by(|a, b| {
            let order = match self.sort {
                Sort::Name => std::cmp::Ordering::Equal,
                Sort::State => a.state.cmp(&b.state),
                Sort::Rate => b.rate.total_cmp(&a.rate),
                Sort::Bitrate => b.bitrate.cmp(&a.bitrate),
                Sort::Viewers => b.viewers.total.cmp(&a.viewers.total),
                Sort::Reconnects => (b.reconnects + b.failures).cmp(&(a.reconnects + a.failures)),
            };
            order.then_with(|| a.name.cmp(&b.name))
        });
        streams
    }

    /// Where the chosen one is among these; the first if it is not.
    pub(crate) fn place(&self, shown: &[&Stream]) -> usize {
        let is_chosen = |stream: &&Stream| Some(&stream.name) == self.chosen.as_ref();
        shown.iter().position(is_chosen).unwrap_or_default()
    }

    fn chosen_stream(&self) -> Option<&Stream> {
        let shown = self.shown();
        shown.get(self.place(&shown)).copied()
    }

    /// One stream by its name.
    pub(crate) fn stream(&self, name: &str) -> Option<&Stream> {
        self.snapshot.streams.iter().find(|stream| stream.name == name)
    }

    /// Its bits a second, the newest last.
    pub(crate) fn bitrates(&self, name: &str) -> impl ExactSizeIterator<Item = u64> + Clone + '_ {
        static NONE: VecDeque<u64> = VecDeque::new();
        self.bitrates.get(name).unwrap_or(&NONE).iter().copied()
    }

    /// Its changes of state, the newest first, once they are known.
    pub(crate) fn timeline(&self, name: &str) -> impl Iterator<Item = &Step> {
        let steps = self.timeline.as_ref().filter(|(of, _)| of == name).map(|(_, steps)| steps.iter().rev());
        steps.into_iter().flatten()
    }

    /// The plugins that run on it.
    pub(crate) fn plugins(&self, name: &str) -> Vec<OnStream<'_>> {
        let all = self.snapshot.plugins.iter();
        let uses = all.flat_map(|plugin| plugin.streams.iter().chain(&plugin.services).map(move |on| (plugin, on)));
        uses.filter(|(_, on)| on.stream == name)
            .map(|(plugin, on)| OnStream {
                plugin: &plugin.name,
                health: on.health,
                last_fault: on.last_fault.as_deref(),
            })
            .collect()
    }

    /// Whose timeline is needed.
    pub(crate) fn wanted(&self) -> Option<String> {
        match &self.mode {
            Mode::Detail(name) => Some(name.clone()),
            Mode::List | Mode::Filter => None,
        }
    }

    /// Streams with pictures, and all viewers.
    pub(crate) fn totals(&self) -> (usize, u32) {
        let live = self.snapshot.streams.iter().filter(|stream| stream.state == State::Live).count();
        (live, self.snapshot.streams.iter().map(|stream| stream.viewers.total).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(names: &[&str]) -> Model {
        let stream = |(at, name): (usize, &&str)| Stream {
            name: (*name).into(),
            bitrate: at as u64,
            state: if at == 0 { State::Failed } else { State::Live },
            ..Stream::default()
        };
        let mut model = Model::new("http://a", false);
        let streams = names.iter().enumerate().map(stream).collect();
        model.told(Told::Snapshot(Snapshot { streams, ..Snapshot::default() }));
        model
    }

    fn names(model: &Model) -> Vec<&str> {
        model.shown().into_iter().map(|stream| stream.name.as_str()).collect()
    }

    #[test]
    fn the_chosen_stream_stays_chosen_in_another_order() {
        let mut model = with(&["b", "a", "c"]);
        assert_eq!(names(&model), ["a", "b", "c"]);
        model.pressed(Key::Down);
        model.pressed(Key::Down);
        assert_eq!(model.chosen.as_deref(), Some("c"));
        for expected in [["b", "a", "c"], ["a", "b", "c"], ["c", "a", "b"]] {
            model.pressed(Key::Character('s'));
            assert_eq!(names(&model), expected, "{:?}", model.sort);
            assert_eq!(model.chosen.as_deref(), Some("c"));
        }
        model.pressed(Key::Enter);
        assert_eq!(model.wanted().as_deref(), Some("c"));
        // The next one, by the arrows, in the detail.
        model.pressed(Key::Down);
        assert_eq!(model.mode, Mode::Detail("a".into()));
        model.pressed(Key::Escape);
        assert_eq!((model.mode.clone(), model.pressed(Key::Character('q'))), (Mode::List, Outcome::Quit));
    }

    #[test]
    fn the_filter_is_typed_and_letters_are_no_commands_then() {
        let mut model = with(&["queue", "lobby"]);
        for key in ['/', 'q', 'U'].map(Key::Character) {
            assert_eq!(model.pressed(key), Outcome::GoOn);
        }
        assert_eq!((names(&model), model.filter.as_str()), (vec!["queue"], "qU"));
        model.pressed(Key::Escape);
        for key in "/fail".chars().map(Key::Character) {
            model.pressed(key);
        }
        model.pressed(Key::Enter);
        assert_eq!(names(&model), ["queue"], "a state is a filter too");
        for key in [Key::Up, Key::PageDown, Key::Home, Key::End] {
            model.pressed(key);
        }
        assert_eq!(with(&[]).pressed(Key::Down), Outcome::GoOn, "nothing to choose");
    }

    #[test]
    fn a_server_that_goes_away_leaves_what_was_there() {
        let mut model = with(&["a"]);
        model.told(Told::Failed(Failure::Status(502)));
        assert_eq!((model.shown().len(), model.link.clone()), (1, Link::Down(Failure::Status(502))));
        for _ in 0..HISTORY + 9 {
            model.told(Told::Snapshot(model.snapshot.clone()));
        }
        assert_eq!((model.link.clone(), model.bitrates("a").len()), (Link::Up, HISTORY));
    }
}
