//! One media playlist as it is watched.

use std::collections::HashSet;
use std::time::Duration;

use super::content::{Content, Item, Kind};
use super::report::{self, Report};
use super::{Again, Fetch, Options, Request, plan};
use crate::finding::{Finding, Notes};
use crate::fmp4::{Expected, Init};
use crate::playlist::{Date, Head, Media, Segment};
use crate::succession::Succession;
use crate::{rule, uri};

/// URLs that are remembered; past that, those that are no longer in the playlist are forgotten.
const REMEMBERED: usize = 4_096;

/// A load, and what comes of it.
struct Round<'m> {
    full: &'m Media,
    at: Date,
    requests: Vec<Request>,
    findings: Vec<Finding>,
}

/// A media playlist.
#[derive(Debug)]
pub(super) struct Rendition {
    url: String,
    options: Options,
    succession: Succession,
    content: Content,
    /// Media and initialization sections that were requested.
    asked: HashSet<String>,
    /// Media that are expected or were read.
    known: HashSet<String>,
    maps: HashSet<String>,
    /// Media that left the playlist and were requested once more.
    removed: HashSet<String>,
    /// The last segment, and the last whose parts, are known.
    last: Option<u64>,
    last_with_parts: Option<u64>,
    gap: bool,
    segment_at: Option<Date>,
    new_at: Option<Date>,
    report: Report,
}

impl Rendition {
    pub(super) fn new(url: &str, options: Options) -> Self {
        Self {
            url: url.into(),
            options,
            succession: Succession::default(),
            content: Content::new(options.limits),
            asked: HashSet::new(),
            known: HashSet::new(),
            maps: HashSet::new(),
            removed: HashSet::new(),
            last: None,
            last_with_parts: None,
            gap: false,
            segment_at: None,
            new_at: None,
            report: Report::default(),
        }
    }

    pub(super) fn asked(&self, url: &str) -> bool {
        self.asked.contains(url) || self.removed.contains(url)
    }

    pub(super) fn removed(&self, url: &str) -> bool {
        self.removed.contains(url)
    }

    pub(super) fn report(&self) -> Report {
        self.report
    }

    pub(super) fn inits(&self) -> impl Iterator<Item = &Init> {
        self.content.inits.values().flatten()
    }

    /// What was requested of media.
    pub(super) fn media(&mut self, url: &str, bytes: &[u8]) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.maps.contains(url) {
            findings.extend(self.content.init(url, bytes));
        } else if !self.removed.contains(url) {
            self.content.arrived(url, bytes);
        }
        findings.extend(self.content.read(&mut self.report));
        findings
    }

    pub(super) fn missing(&mut self, url: &str) -> Vec<Finding> {
        if self.maps.contains(url) {
            self.content.inits.insert(url.into(), None);
        } else if self.content.expects(url) {
            self.content.missing(url);
        } else {
            // A hint: it is asked for again when it is in the playlist.
            self.asked.remove(url);
        }
        self.content.read(&mut self.report)
    }

    /// The playlist once more, after a load that failed.
    pub(super) fn again(&self, at: Date) -> Request {
        let target = self.succession.current().map(|media| media.target).unwrap_or_default();
        Request { url: self.url.clone(), not_before: at.after(target.max(Duration::from_secs(1))) }
    }

    /// A load of the playlist.
    pub(super) fn playlist(&mut self, url: &str, media: Media, at: Date) -> (Vec<Finding>, Vec<Request>) {
        self.report.loads += 1;
        self.report.deltas += u64::from(media.skipped.is_some());
        let old = self.succession.current().cloned();
        let before = old.as_ref().map(|media| (media.next(), media.open.parts.len()));
        let loaded = self.succession.loaded(media);
        let mut findings = loaded.findings;
        let Some(full) = loaded.full else { return (findings, vec![self.again(at)]) };
        findings.extend(plan::answered(url, &full));
        let changed = before != Some((full.next(), full.open.parts.len()));
        findings.extend(self.timed(&full, before.map(|before| before.0), changed, at));
        let mut round = Round { full: &full, at, requests: Vec::new(), findings };
        for (number, segment) in full.numbered() {
            self.head(number, &segment.head, Some(segment), &mut round);
        }
        self.head(full.next(), &full.open, None, &mut round);
        if self.options.fetch == Fetch::Hinted {
            for hint in full.hints.iter().filter(|hint| hint.start == 0 && hint.length.is_none()) {
                if hint.kind == "MAP" {
                    self.maps.insert(uri::resolve(&self.url, &hint.uri));
                }
                self.ask(uri::resolve(&self.url, &hint.uri), &mut round);
            }
        }
        if let Some(old) = old.filter(|_| self.options.again == Again::Removed) {
            self.once_more(&old, &mut round);
        }
        let Round { mut requests, mut findings, .. } = round;
        self.forget(&full);
        findings.extend(self.content.read(&mut self.report));
        requests.extend(plan::reload(&self.url, &full, changed, self.report.loads, self.options, at));
        (findings, requests)
    }

    /// Times between loads, and how far behind they are.
    fn timed(&mut self, full: &Media, next: Option<u64>, changed: bool, at: Date) -> Vec<Finding> {
        let mut notes = Notes::new(&full.uri);
        if changed {
            let gap = self.new_at.map_or(0, |before| at.since_us(before)).max(0).unsigned_abs();
            self.report.longest_gap = self.report.longest_gap.max(Duration::from_micros(gap));
            self.new_at = Some(at);
        }
        if next.is_none_or(|next| full.next() > next) {
            self.segment_at = Some(at);
        } else if let Some(before) = self.segment_at.filter(|_| !full.ended) {
            // It was there at the latest when it was seen, so that the time without a new one was at least this.
            let waited = u128::from(at.since_us(before).max(0).unsigned_abs());
            if waited > (full.target * 3 / 2).as_micros() {
                let found = format!("no new segment for {waited} us");
                notes.add(&rule::STALE, found, format!("one within {:?}", full.target * 3 / 2));
            }
        }
        if let Some(end) = report::end(full).filter(|_| !full.ended) {
            let behind = at.since_us(end);
            self.report.behind_us = Some(behind);
            self.report.behind_most_us = self.report.behind_most_us.max(Some(behind));
        }
        notes.list
    }

    /// What is new in a segment, or in what is written of the next.
    fn head(&mut self, number: u64, head: &Head, segment: Option<&Segment>, round: &mut Round<'_>) {
        if segment.is_some() && self.last.is_none_or(|last| number > last) {
            self.report.discontinuities += u64::from(head.discontinuity);
        }
        if self.options.fetch == Fetch::Nothing {
            self.last = self.last.max(segment.map(|_| number));
            return;
        }
        if let Some(map) = head.map.as_ref().filter(|map| map.range.is_some()) {
            ranged(&map.uri, round);
            return;
        }
        let map = head.map.as_ref().map(|map| uri::resolve(&self.url, &map.uri));
        if let Some(map) = &map {
            self.maps.insert(map.clone());
            self.ask(map.clone(), round);
        }
        if self.options.fetch != Fetch::Segments {
            self.parts(number, head, map.as_ref(), round);
        }
        if let Some(segment) = segment {
            self.segment(number, segment, map, round);
        }
    }

    fn parts(&mut self, number: u64, head: &Head, map: Option<&String>, round: &mut Round<'_>) {
        for (index, part) in head.parts.iter().enumerate() {
            let url = uri::resolve(&self.url, &part.uri);
            if !self.news(&url, part.range.is_some(), part.gap, round) {
                continue;
            }
            let jump = self.last_with_parts.is_some_and(|last| number > last.saturating_add(1))
                || std::mem::take(&mut self.gap);
            self.last_with_parts = Some(number);
            let expected = Expected {
                duration: Some(part.duration),
                independent: part.independent,
                discontinuity: (head.discontinuity && index == 0) || jump,
                part: true,
            };
            self.content.expect(Item { url: url.clone(), map: map.cloned(), number, kind: Kind::Part, expected });
            self.ask(url, round);
        }
    }

    fn segment(&mut self, number: u64, segment: &Segment, map: Option<String>, round: &mut Round<'_>) {
        let head = &segment.head;
        let url = uri::resolve(&self.url, &segment.uri);
        if !self.news(&url, head.range.is_some(), head.gap, round) {
            return;
        }
        let jump = self.last.is_some_and(|last| number > last.saturating_add(1));
        let first = head.parts.first().is_some_and(|part| part.independent);
        let expected = Expected {
            duration: Some(segment.duration),
            independent: round.full.independent_segments || first,
            discontinuity: head.discontinuity || jump,
            part: false,
        };
        // Of old segments some parts are gone; of what is left nobody can say that it is all.
        let sum = head.duration().abs_diff(segment.duration);
        let whole = sum <= Duration::from_millis(head.parts.len() as u64);
        let kind = Kind::Segment(whole.then_some(head.parts.len()));
        self.content.expect(Item { url: url.clone(), map, number, kind, expected });
        self.ask(url, round);
        self.last = Some(number);
    }

    /// Whether media are new, and can be loaded.
    fn news(&mut self, url: &str, range: bool, gap: bool, round: &mut Round<'_>) -> bool {
        if !self.known.insert(url.into()) {
            return false;
        }
        if range {
            ranged(url, round);
        }
        self.gap |= gap;
        !range && !gap
    }

    fn ask(&mut self, url: String, round: &mut Round<'_>) {
        if self.asked.insert(url.clone()) {
            round.requests.push(Request { url, not_before: round.at });
        }
    }

    /// What is no longer in the playlist, of what was loaded and read.
    fn once_more(&mut self, old: &Media, round: &mut Round<'_>) {
        let mut gone = Vec::new();
        for (number, segment) in old.numbered() {
            let now = round.full.segment(number);
            let kept = |uri: &String| now.is_some_and(|now| now.head.parts.iter().any(|part| part.uri == *uri));
            gone.extend(segment.head.parts.iter().map(|part| &part.uri).filter(|uri| !kept(uri)));
            gone.extend(Some(&segment.uri).filter(|_| number < round.full.sequence));
        }
        for url in gone.into_iter().map(|name| uri::resolve(&self.url, name)) {
            if self.asked.contains(&url) && !self.content.expects(&url) && self.removed.insert(url.clone()) {
                round.requests.push(Request { url, not_before: round.at });
            }
        }
    }

    fn forget(&mut self, full: &Media) {
        if self.known.len() < REMEMBERED {
            return;
        }
        let parts = full.segments.iter().map(|segment| &segment.head).chain([&full.open]).flat_map(|head| &head.parts);
        let named = parts.map(|part| &part.uri).chain(full.segments.iter().map(|segment| &segment.uri));
        let hinted = full.hints.iter().map(|hint| &hint.uri);
        let kept: HashSet<String> = named.chain(hinted).map(|name| uri::resolve(&self.url, name)).collect();
        let content = &self.content;
        self.known.retain(|url| kept.contains(url) || content.expects(url));
        let maps = &self.maps;
        // Few answers are on their way; the rest was answered.
        self.removed.clear();
        self.asked.retain(|url| kept.contains(url) || maps.contains(url) || content.expects(url));
    }
}

fn ranged(url: &str, round: &mut Round<'_>) {
    let mut notes = Notes::new(url);
    notes.add(&rule::RANGE_UNCHECKED, "a byte range", "a whole resource");
    round.findings.append(&mut notes.list);
}
