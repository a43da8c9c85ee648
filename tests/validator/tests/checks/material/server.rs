//! A low-latency server that is right, for tests to make wrong: a part each half second, asked for at a time that passes as requests demand.

use std::collections::BTreeMap;

use framegate_validator::playlist::Date;
use framegate_validator::watch::{Options, Watch};

use super::Live;
use super::mp4::{self, Fragment, Order, Picture};

/// 2026-01-01, where the dates of [`Live`] begin.
const EPOCH_US: i64 = 1_767_225_600_000_000;
const PART_US: i64 = 500_000;
/// The first segment.
const FIRST: u64 = 10;

pub(crate) const INDEX: &str = "http://h/live/index.m3u8";
pub(crate) const LIVE: &str = "http://h/live/live.m3u8";

/// The answer to a URL, which may be another than the right one.
pub(crate) type Tamper = fn(&str, Vec<u8>) -> Result<Vec<u8>, u16>;

pub(crate) struct Server {
    /// Parts that there are, from that of segment 0.
    pub(crate) parts: u64,
    now: Date,
    tamper: Tamper,
    /// From so many parts on, answers are these.
    pub(crate) then: Option<(u64, Tamper)>,
    pub(crate) asked: BTreeMap<String, u64>,
}

impl Server {
    pub(crate) fn new(tamper: Tamper) -> Self {
        let parts = (FIRST + 7) * 4 + 1;
        Self { parts, now: time(parts), tamper, then: None, asked: BTreeMap::new() }
    }

    /// Answers a client until so many parts are there.
    pub(crate) fn serve(&mut self, options: Options, until: u64) -> Watch {
        let mut watch = Watch::new(options);
        let mut requests = watch.open(INDEX, self.now);
        while !requests.is_empty() && self.parts < until {
            let request = requests.remove(0);
            self.pass(request.not_before);
            let path = request.url.rsplit('/').next().unwrap_or("").to_string();
            *self.asked.entry(path.clone()).or_default() += 1;
            let answer = self.answer(&path);
            let tamper = self.then.filter(|(from, _)| self.parts >= *from).map_or(self.tamper, |(_, then)| then);
            let answer = answer.and_then(|bytes| tamper(&path, bytes));
            requests.extend(match answer {
                Ok(bytes) => watch.loaded(&request.url, &bytes, self.now),
                Err(status) => watch.failed(&request.url, status, self.now),
            });
        }
        watch
    }

    /// Waits.
    fn pass(&mut self, until: Date) {
        self.now = self.now.max(until);
        let passed = (self.now.0 - EPOCH_US) / PART_US;
        self.parts = self.parts.max(u64::try_from(passed).unwrap_or(0));
    }

    fn answer(&mut self, path: &str) -> Result<Vec<u8>, u16> {
        let (name, query) = path.split_once('?').unwrap_or((path, ""));
        let directive = |name: &str| {
            let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            value.and_then(|value| value.parse::<u64>().ok())
        };
        match name {
            "index.m3u8" => Ok(MULTIVARIANT.into()),
            "init.mp4" => Ok(mp4::init(Order::Right)),
            "live.m3u8" => {
                if let (Some(number), Some(part)) = (directive("_HLS_msn"), directive("_HLS_part")) {
                    self.pass(time(number * 4 + part + 1));
                }
                let end = self.parts / 4;
                let first = FIRST.max(end - 7);
                let skipped = u64::from(query.contains("_HLS_skip"));
                Ok(Live { first, complete: end - first, open: self.parts % 4, skipped }.write().into_bytes())
            }
            segment if segment.starts_with('s') => {
                let number = number(&segment[1..])?;
                Ok((number * 4..number * 4 + 4).flat_map(part).collect())
            }
            name => {
                let (number, index) = name[1..].split_once('.').ok_or(404_u16)?;
                let at = number.parse::<u64>().map_err(|_| 404_u16)? * 4 + self::number(index)?;
                // A hint is answered when it is there.
                self.pass(time(at + 1));
                Ok(part(at))
            }
        }
    }
}

fn number(name: &str) -> Result<u64, u16> {
    name.strip_suffix(".m4s").and_then(|number| number.parse().ok()).ok_or(404)
}

fn time(parts: u64) -> Date {
    Date(EPOCH_US + i64::try_from(parts).unwrap_or(0) * PART_US)
}

/// Twelve pictures, and the frames of sound that begin in half a second.
fn part(at: u64) -> Vec<u8> {
    let frames = |at: u64| at * 24_000 / 1_024;
    let picture = |index: u64| if at.is_multiple_of(4) && index == 0 { mp4::key() } else { mp4::slice() };
    let pictures = (0..12).map(|index| Picture { duration: 3_750, ..picture(index) }).collect();
    let count = u32::try_from(frames(at + 1) - frames(at)).unwrap_or(0);
    let sequence = u32::try_from(at + 1).unwrap_or(0);
    Fragment::of(sequence, at * 45_000, frames(at) * 1_024, pictures, count).write()
}

const MULTIVARIANT: &str = "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n\
    #EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS=\"avc1.42c01f,mp4a.40.2\",RESOLUTION=1280x720,FRAME-RATE=24.000\nlive.m3u8\n";
