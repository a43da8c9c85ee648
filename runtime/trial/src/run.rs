use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use codec::{Picture, Stamp};
use journal::Journal;
use media::{Moment, StreamName};
use plugin::{Chain, Clock, EventStills, Keep, Link, Mode, Outcome, Plugin, Role, States};
use sha2::{Digest, Sha256};

use crate::report::{Told, as_us};
use crate::services::Beside;
use crate::{Error, Folder, Input, Report, Seen, Timing, Verdict};

/// A time as RFC 3339 writes it, such as `2026-03-02T08:59:50Z`.
pub fn time(text: &str) -> Result<SystemTime, String> {
    text.parse::<jiff::Timestamp>().map(SystemTime::from).map_err(|error| error.to_string())
}

/// What is tried.
#[derive(Clone)]
pub struct Subject {
    /// The plugin.
    pub plugin: Arc<Plugin>,
    /// Its options, a JSON object.
    pub options: serde_json::Value,
    /// When the first picture is said to have been received.
    pub begin: SystemTime,
}

impl Subject {
    /// The stream that it believes to be on.
    pub(crate) fn stream() -> StreamName {
        "trial".parse().expect("a name")
    }

    pub(crate) fn link(&self) -> Link {
        Link { plugin: Arc::clone(&self.plugin), options: self.options.clone(), fps: None, always: true }
    }

    /// Whether it takes its options: an error says what it does not like.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.plugin.check(Some(&Self::stream()), &self.options).map_err(|mistakes| {
            let told = mistakes.iter().map(|mistake| match mistake.path.as_str() {
                "" => mistake.message.clone(),
                path => format!("{path}: {}", mistake.message),
            });
            Error::Options(told.collect::<Vec<_>>().join("; "))
        })
    }

    pub(crate) fn sees_pictures(&self) -> Result<(), Error> {
        if self.plugin.picture_role().is_some() {
            return Ok(());
        }
        let roles: Vec<_> = self.plugin.roles().iter().map(|role| role.as_str()).collect();
        let help = match self.plugin.is(Role::EventSink) {
            true => "events are given to it as JSON lines: `--input events.jsonl`",
            false => "it is tried on a running stream: `framegate plugin dev`",
        };
        Err(Error::Role(format!("the plugin sees no pictures, it is: {}; {help}", roles.join(", "))))
    }
}

/// Shows the plugin every picture, as a stream would, as fast as it takes them, and keeps in `folder` what is to be kept. `wanted` are the pictures whose
/// samples are hashed besides those that the folder keeps; `progress` is told how many pictures are done, and of how many.
///
/// Its roles away from the pictures run beside: a poller's first tick is waited for. Not for a thread that runs async tasks.
pub fn run(
    subject: &Subject,
    input: &Input,
    mut folder: Option<&mut Folder>,
    wanted: &BTreeSet<u64>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, Error> {
    subject.sees_pictures()?;
    subject.check()?;
    let count = input.count()?;
    if let Some(folder) = &mut folder {
        if let Input::Clip(path) | Input::Folder { path, .. } = input
            && folder.holds(path)
        {
            let reason = "it lies in the folder that what comes of it is written to: name another".into();
            return Err(Error::Input { path: path.clone(), reason });
        }
        folder.begin(count)?;
    }
    let (states, journal) = (States::default(), Journal::default());
    let beside = Beside::start(subject, &states, &journal)?;
    let keep = Keep { states, journal: journal.clone(), stills: EventStills::default() };
    let mut chain = Chain::new(&Subject::stream(), vec![subject.link()], keep).by(Clock::Pictures);
    chain.connected();
    let begin = Moment { wall: subject.begin, steady: Instant::now() };
    let mut watching = Watching { journal, chain, begin, newest: 0, told: Vec::new(), seen: Vec::new() };
    let mut kept = Ok(());
    let left = input.pictures(&mut |picture| {
        let number = watching.seen.len() as u64;
        progress(number, count);
        kept = watching.show(picture, number, folder.as_deref_mut(), wanted.contains(&number));
        if kept.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    kept?;
    if watching.seen.is_empty() {
        let why = left.why.unwrap_or_else(|| "there is none".into());
        return Err(Error::Nothing(why));
    }
    progress(watching.seen.len() as u64, count);
    let mut report = watching.report(&subject.plugin);
    (report.undecoded, report.undecoded_why) = (left.undecoded, left.why);
    report.services = beside.map(|beside| beside.snapshot()).unwrap_or_default();
    if let Some(folder) = folder {
        folder.finish(&report)?;
    }
    Ok(report)
}

struct Watching {
    journal: Journal,
    chain: Chain,
    begin: Moment,
    /// The newest event that was told.
    newest: u64,
    told: Vec<Told>,
    seen: Vec<Seen>,
}

impl Watching {
    fn show(
        &mut self,
        picture: Picture,
        number: u64,
        mut folder: Option<&mut Folder>,
        is_hashed: bool,
    ) -> Result<(), Error> {
        let stamp = self.stamp(picture.stamp());
        let (picture, pts_ms) = (picture.with_stamp(stamp), stamp.pts.ticks() as f64 / 90.0);
        if let Some(folder) = &mut folder {
            // Nothing is held of it: the plugin changes it in place, as it does on a stream.
            folder.before(number, &picture)?;
        }
        let stats = self.chain.snapshot_handle();
        let before = stats.cpu();
        let outcome = self.chain.process(picture, Mode::All);
        let took = Some(stats.cpu().saturating_sub(before)).filter(|took| !took.is_zero());
        let (verdict, shown) = match outcome {
            Outcome::Shown(picture) => (Verdict::Shown, Some(picture)),
            Outcome::Gated { .. } => (Verdict::Dropped, None),
            Outcome::Withheld { .. } => (Verdict::Withheld, None),
        };
        let is_kept = folder.as_ref().is_some_and(|folder| folder.keeps(number));
        let sha256 = shown.as_ref().filter(|_| is_hashed || is_kept).map(hash);
        let annotations = shown.as_ref().map(|_| self.chain.found().to_vec()).unwrap_or_default();
        let seen = Seen { picture: number, pts_ms, verdict, cpu_us: took.map(as_us), sha256, annotations };
        let told = self.new_events(number, pts_ms);
        if let Some(folder) = folder {
            folder.line(&seen, &told)?;
            if let Some(picture) = &shown {
                folder.after(number, picture)?;
            }
        }
        self.told.extend(told);
        self.seen.push(seen);
        Ok(())
    }

    /// What happened since this was asked last, away from pictures too.
    fn new_events(&mut self, picture: u64, pts_ms: f64) -> Vec<Told> {
        let events = self.journal.since(self.newest);
        self.newest = events.last().map_or(self.newest, |event| event.id);
        let told =
            |event: &journal::Event| Told { picture, pts_ms, kind: event.kind.clone(), data: event.data.value() };
        events.iter().map(told).collect()
    }

    /// A picture of a trial was received when it is shown.
    fn stamp(&self, stamp: Stamp) -> Stamp {
        let since = Duration::from_nanos(stamp.pts.nanos());
        let Moment { wall, steady } = self.begin;
        let received = Moment {
            wall: wall.checked_add(since).unwrap_or(wall),
            steady: steady.checked_add(since).unwrap_or(steady),
        };
        Stamp { received, captured: None, ..stamp }
    }

    fn report(self, plugin: &Plugin) -> Report {
        let described = plugin.describe();
        let link = self.chain.snapshot_handle().snapshot().remove(0);
        let mut times = self.seen.iter().filter_map(|seen| seen.cpu_us);
        let first_us = times.next();
        let calls = Timing::of_us(times);
        Report {
            plugin: format!("{} {}", described.name, described.version),
            pictures: self.seen.len(),
            verdicts: counted(self.seen.iter().map(|seen| seen.verdict)),
            events: counted(self.told.iter().map(|told| told.kind.clone())),
            annotations: counted(self.seen.iter().flat_map(|seen| &seen.annotations).map(|found| found.label.clone())),
            undecoded: 0,
            undecoded_why: None,
            first_us,
            calls,
            memory: link.memory,
            restarts: link.restarts,
            recycled: link.recycled,
            health: link.health,
            faults: link.faults,
            last_fault: link.last_fault,
            undelivered: 0,
            given_up: None,
            services: Vec::new(),
            seen: self.seen,
            told: self.told,
        }
    }
}

fn counted<T: Ord>(what: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    what.fold(BTreeMap::new(), |mut counts, thing| {
        *counts.entry(thing).or_default() += 1;
        counts
    })
}

/// What a picture's samples hash to, as hexadecimal digits.
fn hash(picture: &Picture) -> String {
    Sha256::digest(picture.samples()).iter().map(|byte| format!("{byte:02x}")).collect()
}
