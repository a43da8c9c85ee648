//! Media of a rendition as they arrive: taken in the order of the playlist, whatever order they come in.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use super::report::Report;
use crate::finding::Finding;
use crate::fmp4::{self, Chunk, Expected, Init, Limits, Timeline};
use crate::ts;

/// Resources that wait for those before them; past that, the oldest is forgotten.
const WAITING: usize = 256;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Part,
    /// Whose parts are so many; nothing if not all of them are known.
    Segment(Option<usize>),
}

/// A segment or part that is expected.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) url: String,
    /// The initialization section, of fragmented MP4.
    pub(super) map: Option<String>,
    /// Media sequence number.
    pub(super) number: u64,
    pub(super) kind: Kind,
    pub(super) expected: Expected,
}

/// The media of a rendition.
#[derive(Debug)]
pub(super) struct Content {
    queue: VecDeque<Item>,
    waiting: VecDeque<(String, Vec<u8>)>,
    /// Nothing for those that could not be read.
    pub(super) inits: HashMap<String, Option<Init>>,
    parts: Timeline,
    segments: Timeline,
    ts: ts::Stream,
    chunks: BTreeMap<u64, Vec<Chunk>>,
}

impl Content {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            queue: VecDeque::new(),
            waiting: VecDeque::new(),
            inits: HashMap::new(),
            parts: Timeline::new(limits),
            segments: Timeline::new(limits),
            ts: ts::Stream::new(limits),
            chunks: BTreeMap::new(),
        }
    }

    pub(super) fn expect(&mut self, item: Item) {
        self.queue.push_back(item);
    }

    pub(super) fn expects(&self, url: &str) -> bool {
        self.queue.iter().any(|item| item.url == url)
    }

    pub(super) fn init(&mut self, url: &str, bytes: &[u8]) -> Vec<Finding> {
        let (init, findings) = fmp4::init(url, bytes);
        self.inits.insert(url.into(), init);
        findings
    }

    pub(super) fn arrived(&mut self, url: &str, bytes: &[u8]) {
        if self.waiting.len() >= WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back((url.into(), bytes.to_vec()));
    }

    /// It will not come: what follows continues nothing.
    pub(super) fn missing(&mut self, url: &str) {
        let Some(at) = self.queue.iter().position(|item| item.url == url) else { return };
        let kind = self.queue.remove(at).map(|item| item.kind);
        let is_part = kind == Some(Kind::Part);
        if let Some(next) = self.queue.iter_mut().skip(at).find(|item| (item.kind == Kind::Part) == is_part) {
            next.expected.discontinuity = true;
        } else if is_part {
            self.parts.lose();
        } else {
            self.segments.lose();
            self.ts.lose();
        }
    }

    /// Reads what there is, up to the first that is still missing.
    pub(super) fn read(&mut self, report: &mut Report) -> Vec<Finding> {
        let mut findings = Vec::new();
        while let Some(item) = self.queue.front() {
            let Some(at) = self.waiting.iter().position(|(url, _)| *url == item.url) else { break };
            if item.map.as_ref().is_some_and(|map| !self.inits.contains_key(map)) {
                break;
            }
            let (Some(item), Some((_, bytes))) = (self.queue.pop_front(), self.waiting.remove(at)) else { break };
            findings.extend(self.item(&item, &bytes));
            count(&item, bytes.len(), report);
        }
        report.part_figures = self.parts.figures();
        report.segment_figures = self.segments.figures();
        report.ts_figures = self.ts.figures();
        findings
    }

    fn item(&mut self, item: &Item, bytes: &[u8]) -> Vec<Finding> {
        let Some(map) = &item.map else {
            return match item.kind {
                Kind::Part => Vec::new(),
                Kind::Segment(_) => self.ts.push(&item.url, bytes, item.expected),
            };
        };
        let Some(Some(init)) = self.inits.get(map) else { return Vec::new() };
        let (chunk, mut findings) = fmp4::chunk(&item.url, bytes, init);
        match item.kind {
            Kind::Part => {
                findings.extend(self.parts.push(&item.url, &chunk, init, item.expected));
                self.chunks.entry(item.number).or_default().push(chunk);
            }
            Kind::Segment(parts) => {
                findings.extend(self.segments.push(&item.url, &chunk, init, item.expected));
                let of_parts = self.chunks.remove(&item.number).unwrap_or_default();
                if Some(of_parts.len()) == parts && parts != Some(0) {
                    findings.extend(fmp4::same_media(&item.url, &of_parts, &chunk, init));
                }
                // Those of segments that never came.
                self.chunks = self.chunks.split_off(&item.number);
            }
        }
        findings
    }
}

fn count(item: &Item, bytes: usize, report: &mut Report) {
    match item.kind {
        Kind::Part => report.parts += 1,
        Kind::Segment(_) => {
            report.segments += 1;
            let lasts = item.expected.duration.unwrap_or_default();
            report.media += lasts;
            report.bytes += bytes as u64;
            let bits = bytes as u128 * 8 * 1_000_000 / lasts.max(Duration::from_micros(1)).as_micros();
            report.peak_bits = report.peak_bits.max(u64::try_from(bits).unwrap_or(u64::MAX));
        }
    }
}
