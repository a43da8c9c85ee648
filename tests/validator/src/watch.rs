//! Watches a presentation as a client does, and checks all that it loads. It is pure: somebody else fetches.
//!
//! The canonical loop, with whatever HTTP client there is:
//!
//! ```no_run
//! # use std::collections::VecDeque;
//! # use framegate_validator::{playlist::Date, watch::{Options, Watch}};
//! # fn fetch(_: &str) -> Result<Vec<u8>, u16> { Err(404) }
//! # fn now() -> Date { Date(0) }
//! # fn wait_until(_: Date) {}
//! let mut watch = Watch::new(Options::default());
//! let mut requests = VecDeque::from(watch.open("http://camera.test/live/index.m3u8", now()));
//! while let Some(request) = requests.pop_front() {
//!     wait_until(request.not_before);
//!     let next = match fetch(&request.url) {
//!         Ok(bytes) => watch.loaded(&request.url, &bytes, now()),
//!         Err(status) => watch.failed(&request.url, status, now()),
//!     };
//!     requests.extend(next);
//! }
//! assert!(watch.findings().iter().all(|finding| !finding.is_error()));
//! ```
//!
//! Requests that wait, blocking reloads above all, are better made at once, each rendition in a task of its own: the order of answers does not matter,
//! media are taken in the order of their playlist. The loop ends where all playlists ended; a live one is left when the test has seen enough.

mod content;
mod plan;
mod rendition;
mod report;
mod variants;

use std::collections::{BTreeMap, HashSet};

pub use report::Report;

use crate::finding::{Finding, Notes};
use crate::fmp4::Limits;
use crate::playlist::{self, Date, Playlist};
use crate::rules::{self, Tolerance};
use crate::succession::Contents;
use crate::{rule, uri};
use rendition::Rendition;
use variants::Variants;

/// How playlists are asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reload {
    /// Where the server offers it, with `_HLS_msn` and `_HLS_part` of what comes next.
    #[default]
    Blocking,
    /// After a target duration.
    Plain,
}

/// Whether delta updates are asked for, where the server offers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delta {
    /// Never.
    Never,
    /// Each other time, so that the full playlists show whether the delta updates were right.
    #[default]
    Alternating,
    /// Always after the first.
    Always,
}

/// What is loaded of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fetch {
    /// Playlists alone.
    Nothing,
    /// Segments.
    Segments,
    /// Segments, and their parts when they are in the playlist.
    #[default]
    All,
    /// Segments, and parts when they are hinted at.
    Hinted,
}

/// Whether media are loaded a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Again {
    /// Each once.
    #[default]
    Never,
    /// Once more when they left the playlist: they must still be there, and be the same.
    Removed,
}

/// How to watch.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// How playlists are asked for again.
    pub reload: Reload,
    /// Whether delta updates are asked for.
    pub delta: Delta,
    /// What is loaded of media.
    pub fetch: Fetch,
    /// Whether media are loaded a second time.
    pub again: Again,
    /// How far numbers in playlists may be off.
    pub tolerance: Tolerance,
    /// How far media may be off.
    pub limits: Limits,
}

/// What to fetch, with GET.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// Resolved against the playlist that names it.
    pub url: String,
    /// Not earlier than that.
    pub not_before: Date,
}

/// A presentation as it is watched.
#[derive(Debug, Default)]
pub struct Watch {
    options: Options,
    variants: Variants,
    renditions: BTreeMap<String, Rendition>,
    contents: Contents,
    findings: Vec<Finding>,
    /// Of the findings that are kept: a playlist says the same in each load.
    told: HashSet<(&'static str, String, String)>,
    counts: BTreeMap<&'static str, u64>,
}

/// Findings that are kept; more are only counted.
const KEPT: usize = 10_000;

impl Watch {
    /// Nothing is watched yet.
    pub fn new(options: Options) -> Self {
        Self { options, ..Default::default() }
    }

    /// The first request, for a multivariant or a media playlist. One may also begin with [`Watch::loaded`].
    pub fn open(&mut self, url: &str, at: Date) -> Vec<Request> {
        vec![Request { url: url.into(), not_before: at }]
    }

    /// What a fetch brought, and when; says what to fetch next.
    pub fn loaded(&mut self, url: &str, bytes: &[u8], at: Date) -> Vec<Request> {
        let bare = uri::without_directives(url);
        let mut notes = Vec::new();
        let mut requests = Vec::new();
        if self.renditions.values().any(|rendition| rendition.asked(&bare)) {
            notes.extend(self.contents.loaded(&bare, bytes));
            for rendition in self.renditions.values_mut().filter(|rendition| rendition.asked(&bare)) {
                notes.extend(rendition.media(&bare, bytes));
            }
            notes.extend(self.variants.media(&self.renditions));
        } else {
            let parsed = playlist::parse(&bare, bytes);
            notes.extend(parsed.findings);
            match parsed.playlist {
                Some(Playlist::Multivariant(multivariant)) => {
                    notes.extend(rules::multivariant(&multivariant));
                    requests.extend(self.variants.loaded(multivariant, at));
                }
                Some(Playlist::Media(mut media)) => {
                    media.independent_segments |= self.variants.independent_segments();
                    notes.extend(rules::media(&media, self.options.tolerance));
                    notes.extend(self.variants.reports(&bare, &media));
                    let new = || Rendition::new(&bare, self.options);
                    let rendition = self.renditions.entry(bare.clone()).or_insert_with(new);
                    let (findings, next) = rendition.playlist(url, *media, at);
                    notes.extend(findings);
                    requests.extend(next);
                }
                None => {}
            }
        }
        self.note(notes);
        requests
    }

    /// A fetch that brought nothing, with the status of HTTP, or 0 if there was no answer.
    pub fn failed(&mut self, url: &str, status: u16, at: Date) -> Vec<Request> {
        let bare = uri::without_directives(url);
        let mut notes = Notes::new(&bare);
        let removed = self.renditions.values().any(|rendition| rendition.removed(&bare));
        let rule = if removed { &rule::REMOVED_EARLY } else { &rule::FETCH_FAILED };
        notes.add(rule, format!("status {status}"), "200");
        self.note(notes.list);
        let mut findings = Vec::new();
        for rendition in self.renditions.values_mut().filter(|rendition| rendition.asked(&bare)) {
            findings.extend(rendition.missing(&bare));
        }
        self.note(findings);
        self.renditions.get(&bare).map(|rendition| rendition.again(at)).into_iter().collect()
    }

    /// What is wrong, each thing once, the first ten thousand of it.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How often each rule was broken, counting what each load repeats.
    pub fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// What was seen, by the URL of the media playlist.
    pub fn report(&self) -> BTreeMap<&str, Report> {
        self.renditions.iter().map(|(url, rendition)| (url.as_str(), rendition.report())).collect()
    }

    fn note(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            *self.counts.entry(finding.rule.name).or_default() += 1;
            let what = (finding.rule.name, finding.place.uri.clone(), finding.found.clone());
            if self.findings.len() < KEPT && self.told.insert(what) {
                self.findings.push(finding);
            }
        }
    }
}
