//! Segments one after another.

use std::collections::BTreeMap;
use std::time::Duration;

use super::clock::{self, Clock};
use super::packet::{self, Packet};
use super::section::{self, Program};
use super::track::{Coding, Track};
use crate::finding::{Finding, Notes};
use crate::fmp4::Expected;
pub use crate::fmp4::Limits;
use crate::rule;

/// PID of packets that hold nothing.
const NULL: u16 = 0x1fff;
/// Timed metadata (ID3), which HLS allows and nothing here reads.
const METADATA: u8 = 0x15;

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// The longest time without a program clock.
    pub clock: Duration,
    /// The largest difference of a time of sound to what the frames before promised.
    pub deviation: Duration,
    /// The largest difference between starts of the tracks of a segment.
    pub skew: Duration,
    /// The largest difference between a duration in the playlist and that of the media.
    pub duration: Duration,
}

/// A run of segments.
#[derive(Debug, Default)]
pub struct Stream {
    limits: Limits,
    figures: Figures,
    clock: Clock,
    counters: BTreeMap<u16, u8>,
    tracks: BTreeMap<u16, Track>,
    before: Option<Before>,
}

/// The segment before: how long its pictures last shows when the next begins.
#[derive(Debug)]
struct Before {
    uri: String,
    pid: u16,
    first_dts: u64,
    said: Duration,
}

/// What is put together from packets.
#[derive(Debug, Default)]
struct Pending {
    bytes: Vec<u8>,
    /// The program clock when it began.
    now: Option<u64>,
}

impl Stream {
    /// With the limits that it checks.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Default::default() }
    }

    /// What was measured until now.
    pub fn figures(&self) -> Figures {
        Figures { clock: clock::duration(self.clock.longest / 300), ..self.figures }
    }

    /// Forgets where it was, since what comes next was not loaded.
    pub fn lose(&mut self) {
        self.counters.clear();
        self.clock.forget();
        self.tracks.clear();
        self.before = None;
    }

    /// Takes the next segment.
    pub fn push(&mut self, uri: &str, bytes: &[u8], expected: Expected) -> Vec<Finding> {
        let mut notes = Notes::new(uri);
        if expected.discontinuity {
            self.lose();
        }
        let packets = packet::read(bytes, &mut notes);
        if let Some(program) = self.tables(&packets, &mut notes) {
            self.program(&program, &mut notes);
            self.packets(&packets, &program, &mut notes);
            self.before(&mut notes);
            self.against(uri, expected, &mut notes);
        }
        notes.list
    }

    /// The tables that a segment begins with.
    fn tables(&mut self, packets: &[Packet<'_>], notes: &mut Notes) -> Option<Program> {
        // Packets of nothing and of service information may be among them, streams may not.
        let mut pmt = None;
        for packet in packets {
            match (packet.pid, pmt, packet.payload) {
                (0, None, Some(payload)) => pmt = Some(section::pat(payload, notes)?),
                (pid, Some(pmt), Some(payload)) if pid == pmt => return section::pmt(payload, notes),
                (0x11 | NULL, ..) => {}
                (pid, ..) => {
                    notes.add(&rule::TS_TABLES, format!("PID {pid} before PAT and PMT"), "PAT and PMT first");
                    break;
                }
            }
        }
        if pmt.is_some() || packets.iter().all(|packet| packet.pid != 0) {
            notes.add(&rule::TS_TABLES, "no PAT and PMT at the start", "both");
        }
        None
    }

    fn program(&mut self, program: &Program, notes: &mut Notes) {
        for (kind, pid) in &program.streams {
            match Coding::of(*kind) {
                Some(coding) => {
                    let track = self.tracks.entry(*pid).or_insert_with(|| Track::new(coding));
                    if track.coding != coding {
                        notes.add(
                            &rule::TS_STREAM,
                            format!("PID {pid} of type {kind:#x}"),
                            format!("{:?}", track.coding),
                        );
                    }
                    track.begin(false);
                }
                None if *kind == METADATA => {}
                None => notes.add(&rule::TS_STREAM, format!("PID {pid} of type {kind:#x}"), "0x1b, 0x24 or 0x0f"),
            }
        }
        self.tracks.retain(|pid, _| program.streams.iter().any(|(_, known)| known == pid));
    }

    fn packets(&mut self, packets: &[Packet<'_>], program: &Program, notes: &mut Notes) {
        let mut pending: BTreeMap<u16, Pending> = BTreeMap::new();
        let mut stray: Vec<u16> = Vec::new();
        for packet in packets {
            self.counter(packet, notes);
            if packet.pid == program.clock {
                self.clock.packet(packet, notes);
            }
            let (Some(payload), true) = (packet.payload, self.tracks.contains_key(&packet.pid)) else { continue };
            if packet.start {
                let next = Pending { bytes: payload.to_vec(), now: self.clock.now() };
                if let Some(whole) = pending.insert(packet.pid, next) {
                    self.pes(packet.pid, &whole, notes);
                }
            } else if let Some(begun) = pending.get_mut(&packet.pid) {
                begun.bytes.extend_from_slice(payload);
            } else if !stray.contains(&packet.pid) {
                stray.push(packet.pid);
                notes.add(&rule::PES_HEADER, format!("PID {} goes on from before", packet.pid), "whole PES packets");
            }
        }
        for (pid, whole) in &pending {
            self.pes(*pid, whole, notes);
        }
        if !packets.iter().any(|packet| packet.pid == program.clock && packet.pcr.is_some()) {
            notes.add(&rule::PCR_MISSING, format!("no program clock on PID {}", program.clock), "one");
        }
    }

    fn counter(&mut self, packet: &Packet<'_>, notes: &mut Notes) {
        if packet.pid == NULL {
            return;
        }
        let before = self.counters.insert(packet.pid, packet.counter).filter(|_| !packet.discontinuity);
        let Some(before) = before else { return };
        let expected = if packet.payload.is_some() { (before + 1) % 16 } else { before };
        if packet.counter != expected {
            let found = format!("PID {}: counter {} after {before}", packet.pid, packet.counter);
            notes.add(&rule::TS_COUNTER, found, format!("{expected}"));
        }
    }

    fn pes(&mut self, pid: u16, whole: &Pending, notes: &mut Notes) {
        if let Some(track) = self.tracks.get_mut(&pid) {
            let off = track.packet(&whole.bytes, whole.now, pid, notes);
            self.figures.deviation = self.figures.deviation.max(clock::duration(off));
        }
    }

    /// What the start of this segment shows of the one before.
    fn before(&mut self, notes: &mut Notes) {
        let Some(before) = self.before.take() else { return };
        let Some(next) = self.tracks.get(&before.pid).and_then(|track| track.segment.first_dts) else { return };
        let media = clock::duration(u64::try_from(clock::since(next, before.first_dts)).unwrap_or(0));
        let mut of_before = Notes::new(&before.uri);
        self.lasts(media, before.said, Duration::ZERO, &mut of_before);
        notes.list.append(&mut of_before.list);
    }

    fn lasts(&mut self, media: Duration, said: Duration, guessed: Duration, notes: &mut Notes) {
        let off = media.abs_diff(said).saturating_sub(guessed);
        self.figures.duration = self.figures.duration.max(off);
        if off > self.limits.duration {
            let found = format!("{media:?} for {said:?} in the playlist");
            notes.add(&rule::MEDIA_DURATION, found, format!("equal within {:?}", self.limits.duration + guessed));
        }
    }

    fn against(&mut self, uri: &str, expected: Expected, notes: &mut Notes) {
        let video = self.tracks.iter().find(|(_, track)| track.coding.is_video());
        if let Some(false) = video.and_then(|(_, track)| track.segment.starts_with_key) {
            let rule = if expected.independent { &rule::NOT_INDEPENDENT } else { &rule::START_KEY };
            notes.add(rule, "a first picture that is no key picture", "one");
        }
        let leading = video.or_else(|| self.tracks.iter().next());
        if let (Some(said), Some((pid, track))) = (expected.duration, leading)
            && let (Some(first_dts), Some(lasts)) = (track.segment.first_dts, track.segment.lasts())
        {
            self.before = Some(Before { uri: uri.into(), pid: *pid, first_dts, said });
            let guessed = clock::duration(track.segment.guessed);
            self.lasts(clock::duration(lasts), said, guessed, notes);
        }
        let starts: Vec<u64> = self.tracks.values().filter_map(|track| track.segment.start).collect();
        if starts.len() < self.tracks.len() {
            let found = format!("packets of {} of {} streams", starts.len(), self.tracks.len());
            notes.add(&rule::TRACKS_APART, found, "those of each in each segment");
        }
        let Some(first) = starts.first() else { return };
        let apart = starts.iter().map(|start| clock::since(*start, *first));
        let spread = apart.clone().max().unwrap_or(0) - apart.min().unwrap_or(0);
        let skew = clock::duration(spread.unsigned_abs());
        self.figures.skew = self.figures.skew.max(skew);
        if skew > self.limits.skew {
            notes.add(
                &rule::TRACKS_APART,
                format!("streams that start {skew:?} apart"),
                format!("within {:?}", self.limits.skew),
            );
        }
    }
}
