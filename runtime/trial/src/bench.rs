//! What a plugin costs: its calls at several sizes, its start, its memory, a chain of many.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use codec::Picture;
use config::TestScene;
use journal::Journal;
use media::{Size, Timestamp};
use plugin::{Chain, EventStills, Keep, Mode, States};

use crate::report::{bytes, micros};
use crate::{Error, Input, Subject, Timing};

/// What is measured, and for how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it is shown; without one the test scene in [`SIZES`].
    pub input: Option<Input>,
    /// How long calls are measured at each size.
    pub each: Duration,
}

/// The sizes of the test scene.
pub const SIZES: [Size; 3] = [Size::new(640, 360), Size::new(1280, 720), Size::new(1920, 1080)];
/// Pictures that are made beforehand, for no decoder is measured: as many 1080p ones have 150 MB.
const PICTURES: usize = 48;
/// Calls that are measured at least.
const LEAST: usize = 20;
/// As many instances are held at once.
const INSTANCES: [usize; 3] = [1, 16, 100];
/// As many links make a chain.
const LINKS: [usize; 5] = [1, 2, 4, 8, 16];
/// Memory that instances may take before no more are made.
const MOST_RESIDENT: u64 = 4 << 30;

/// What was measured.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Costs {
    /// The plugin's own name and version.
    pub plugin: String,
    /// By size.
    pub calls: Vec<Calls>,
    /// A new instance with its options, by the clock: the median.
    pub start_us: f64,
    /// Bytes of one instance's memories.
    pub memory: u64,
    /// What the process grew by with so many instances, in bytes. Empty where the system does not tell.
    pub resident: Vec<(usize, u64)>,
    /// A picture of 1280x720 through a chain of so many links, in microseconds: the median. Empty where the plugin drops pictures, which end their way there.
    pub chains: Vec<(usize, f64)>,
}

/// Calls at one size.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Calls {
    /// As `1280x720`.
    pub size: String,
    /// What they took.
    pub timing: Timing,
}

/// Measures. `progress` is told what is being done. Takes a core, and some ten to twenty times as long as each call is measured: longer chains are measured for longer.
pub fn run(subject: &Subject, plan: &Plan, progress: &mut dyn FnMut(&str)) -> Result<Costs, Error> {
    subject.sees_pictures()?;
    subject.check()?;
    let inputs = match &plan.input {
        Some(input) => vec![input.clone()],
        None => SIZES.map(scene).to_vec(),
    };
    let mut calls = Vec::new();
    let mut memory = 0;
    for input in inputs {
        let pictures = pictures(&input)?;
        let first = &pictures[0];
        let size = first.size().to_string();
        progress(&format!("calls at {size}"));
        let mut runner = Runner::new(subject, 1);
        let times = runner.measure(&pictures, plan.each)?;
        memory = runner.memory();
        calls.push(Calls { size, timing: Timing::of(times) });
    }
    progress("chains of 1 to 16");
    let pictures = pictures(&scene(SIZES[1]))?;
    let chains = chains(subject, &pictures, plan.each)?;
    progress("start");
    let start_us = start(subject, plan.each)?;
    progress("memory of 1 to 100 instances");
    let resident = resident(subject, &pictures[0])?;
    let described = subject.plugin.describe();
    let plugin = format!("{} {}", described.name, described.version);
    Ok(Costs { plugin, calls, start_us, memory, resident, chains })
}

fn scene(size: Size) -> Input {
    let fps = TestScene::default().fps;
    Input::Scene { scene: TestScene { size, fps }, length: Duration::from_secs(PICTURES as u64) / fps }
}

fn pictures(input: &Input) -> Result<Vec<Picture>, Error> {
    let mut pictures = Vec::new();
    let left = input.pictures(&mut |picture| {
        pictures.push(picture);
        if pictures.len() < PICTURES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    match pictures.is_empty() {
        true => Err(Error::Nothing(left.why.unwrap_or_else(|| "there is none".into()))),
        false => Ok(pictures),
    }
}

/// Chains of every length in turns, so that whatever else the machine does meets all of them.
fn chains(subject: &Subject, pictures: &[Picture], each: Duration) -> Result<Vec<(usize, f64)>, Error> {
    const ROUNDS: u32 = 8;
    let mut runners: Vec<_> = LINKS.map(|links| (links, Runner::new(subject, links), Vec::new())).into();
    for _ in 0..ROUNDS {
        for (links, runner, times) in &mut runners {
            times.extend(runner.measure(pictures, each * u32::try_from(*links).unwrap_or(1).min(4) / ROUNDS)?);
        }
    }
    let drops = |runner: &Runner| runner.chain.snapshot_handle().snapshot().iter().any(|link| link.gated > 0);
    if runners.iter().any(|(_, runner, _)| drops(runner)) {
        return Ok(Vec::new());
    }
    Ok(runners.into_iter().map(|(links, _, times)| (links, Timing::of(times).p50_us)).collect())
}

fn start(subject: &Subject, each: Duration) -> Result<f64, Error> {
    let began = Instant::now();
    let mut times = Vec::new();
    while times.len() < LEAST || began.elapsed() < each / 2 {
        let at = Instant::now();
        subject.check()?;
        times.push(at.elapsed());
    }
    Ok(Timing::of(times).p50_us)
}

fn resident(subject: &Subject, picture: &Picture) -> Result<Vec<(usize, u64)>, Error> {
    let Some(before) = resident_bytes() else { return Ok(Vec::new()) };
    let (mut runners, mut grown) = (Vec::new(), Vec::new());
    for instances in INSTANCES {
        while runners.len() < instances {
            let mut runner = Runner::new(subject, 1);
            runner.call(picture)?;
            runners.push(runner);
            if resident_bytes().is_none_or(|now| now.saturating_sub(before) > MOST_RESIDENT) {
                return Ok(grown);
            }
        }
        grown.push((instances, resident_bytes().map_or(0, |now| now.saturating_sub(before))));
    }
    Ok(grown)
}

/// Linux: the second figure of `/proc/self/statm` (proc(5)), in pages of 4 KiB as on all machines that are meant here.
fn resident_bytes() -> Option<u64> {
    const PAGE: u64 = 4096;
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(text.split(' ').nth(1)?.parse::<u64>().ok()? * PAGE)
}

/// A chain that is shown pictures as they come out of a decoder: nobody else holds them, nothing was made of them yet.
struct Runner {
    chain: Chain,
    shown: u64,
}

impl Runner {
    fn new(subject: &Subject, links: usize) -> Self {
        let keep = Keep { states: States::default(), journal: Journal::default(), stills: EventStills::default() };
        let mut chain = Chain::new(&Subject::stream(), vec![subject.link(); links], keep);
        chain.connected();
        Self { chain, shown: 0 }
    }

    /// What calls took, for this long; the first one, which starts the plugin, is left out.
    fn measure(&mut self, pictures: &[Picture], long: Duration) -> Result<Vec<Duration>, Error> {
        let mut times = Vec::new();
        if self.shown == 0 {
            self.call(&pictures[0])?;
        }
        let began = Instant::now();
        for picture in pictures.iter().cycle() {
            if times.len() >= LEAST && began.elapsed() >= long {
                break;
            }
            times.push(self.call(picture)?);
        }
        Ok(times)
    }

    fn call(&mut self, picture: &Picture) -> Result<Duration, Error> {
        let mut picture = picture.clone();
        // Copied, as if it had just been decoded.
        _ = picture.planes_mut();
        let mut stamp = picture.stamp();
        stamp.pts = Timestamp::from_duration(Duration::from_secs(self.shown) / TestScene::default().fps);
        self.shown += 1;
        let stats = self.chain.snapshot_handle();
        let before = stats.cpu();
        drop(self.chain.process(picture.with_stamp(stamp), Mode::All));
        let links = stats.snapshot();
        match links.iter().find_map(|link| link.last_fault.as_ref()) {
            Some(said) => Err(Error::Role(format!("the plugin failed while it was measured: {said}"))),
            None => Ok(stats.cpu().saturating_sub(before)),
        }
    }

    fn memory(&self) -> u64 {
        self.chain.snapshot_handle().snapshot().first().map_or(0, |link| link.memory)
    }
}

impl Costs {
    /// A table, for people.
    pub fn text(&self) -> String {
        let mut lines = vec![self.plugin.clone()];
        let mut row = |what: String, value: String| lines.push(format!("  {what:<20}{value}"));
        for Calls { size, timing: Timing { calls, p50_us, p99_us, max_us } } in &self.calls {
            let [p50, p99, max] = [*p50_us, *p99_us, *max_us].map(micros);
            row(format!("a call at {size}"), format!("p50 {p50}, p99 {p99}, max {max} of CPU time, over {calls}"));
        }
        if let Some(dearest) = self.calls.iter().max_by(|a, b| a.timing.p50_us.total_cmp(&b.timing.p50_us)) {
            let streams = 1e6 / f64::from(TestScene::default().fps) / dearest.timing.p50_us.max(0.1);
            row(String::new(), format!("one core is enough for {streams:.0} streams of {} at 30/s", dearest.size));
        }
        row("a new instance".into(), format!("{} with its options", micros(self.start_us)));
        row("memory".into(), bytes(self.memory));
        for (instances, grown) in &self.resident {
            let each = bytes(grown / *instances as u64);
            row(format!("{instances} instances"), format!("{} more of the process, {each} each", bytes(*grown)));
        }
        let one = self.chains.first().map_or(0.0, |(_, one)| *one).max(0.001);
        for (links, us) in &self.chains {
            let ratio = us / *links as f64 / one;
            row(format!("a chain of {links}"), format!("{} for a picture, {ratio:.2} of one each", micros(*us)));
        }
        lines.join("\n") + "\n"
    }
}
