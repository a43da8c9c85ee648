//! The roles of a plugin that may wait, beside its pictures or alone.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use config::SinkUse;
use journal::{Journal, Scene};
use plugin::{Role, ServiceSnapshot, Services, SinkLink, States, StreamServices};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;

use crate::{Error, Folder, Report, Subject};

/// How long one event may take: some of a sink's tries, which are 1, 2, 4 … s apart.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks whether a service is done.
const LOOK: Duration = Duration::from_millis(5);

/// A plugin's poller, running beside its pictures.
pub(crate) struct Beside {
    services: StreamServices,
    /// Told that pictures are wanted as long as it is there.
    _wanted: watch::Sender<bool>,
}

impl Beside {
    /// Starts it and waits for its first tick, successful or not; nothing where the plugin is no poller.
    pub(crate) fn start(subject: &Subject, states: &States, journal: &Journal) -> Result<Option<Self>, Error> {
        if !subject.plugin.is(Role::Poller) {
            return Ok(None);
        }
        let (sender, wanted) = watch::channel(true);
        let mut services = StreamServices::new(&Services::start()?, &Subject::stream(), states, journal, wanted);
        services.apply(&[subject.link()], &[]);
        let until = Instant::now() + subject.plugin.config().timeout;
        wait(until, || services.snapshot().iter().all(|service| service.calls > 0 || !service.faults.is_empty()));
        Ok(Some(Self { services, _wanted: sender }))
    }

    pub(crate) fn snapshot(&self) -> Vec<ServiceSnapshot> {
        self.services.snapshot()
    }
}

/// A line of `events.jsonl`, as [`crate::report::Told`] writes it and as the journal has it.
#[derive(Deserialize)]
struct Line {
    kind: String,
    #[serde(default)]
    data: Value,
}

/// Gives an event sink the events of a file of JSON lines (`{"kind": "…", "data": …}`), one after another, and waits until it is done with them.
pub fn deliver(
    subject: &Subject,
    events: &Path,
    folder: Option<&mut Folder>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, Error> {
    if !subject.plugin.is(Role::EventSink) {
        return Err(Error::Role("events are for event sinks, and the plugin is none".into()));
    }
    subject.check()?;
    let lines = read(events)?;
    let journal = Journal::default();
    let wanted = watch::channel(true).1;
    let mut services =
        StreamServices::new(&Services::start()?, &Subject::stream(), &States::default(), &journal, wanted);
    let used = SinkUse { plugin: subject.plugin.name().into(), options: subject.options.clone(), kinds: Vec::new() };
    services.apply(&[], &[SinkLink { plugin: subject.plugin.clone(), used }]);
    let done = |services: &StreamServices| services.snapshot().first().map_or(0, |sink| sink.succeeded + sink.dropped);
    let mut given_up = None;
    for (number, line) in (0..).zip(&lines) {
        progress(number, lines.len() as u64);
        journal.write_scene(&line.kind, Some(&Subject::stream()), None, line.data.clone(), Scene::default());
        // One at a time: nothing is pushed out of its queue. Behind one that is tried again and again the others would only wait.
        let patience = PATIENCE.max(subject.plugin.config().timeout * 4);
        if !wait(Instant::now() + patience, || done(&services) > number) {
            given_up = Some(format!(
                "event {} ({}) was not done within {} s, and those behind it were not given",
                number + 1,
                line.kind,
                patience.as_secs()
            ));
            break;
        }
    }
    let described = subject.plugin.describe();
    let services = services.snapshot();
    let health = services.first().map(|sink| sink.health).unwrap_or_default();
    let plugin = format!("{} {}", described.name, described.version);
    let undelivered = lines.len() as u64 - services.first().map_or(0, |sink| sink.succeeded).min(lines.len() as u64);
    let report = Report { plugin, health, services, undelivered, given_up, ..Report::default() };
    if let Some(folder) = folder {
        folder.finish(&report)?;
    }
    Ok(report)
}

fn read(path: &Path) -> Result<Vec<Line>, Error> {
    let text = std::fs::read_to_string(path).map_err(Error::file(path))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let lines = lines.map(|(at, line)| {
        serde_json::from_str(line)
            .map_err(|error| Error::Input { path: path.into(), reason: format!("line {}: {error}", at + 1) })
    });
    lines.collect()
}

/// Whether it came true in time.
fn wait(until: Instant, mut is_so: impl FnMut() -> bool) -> bool {
    loop {
        if is_so() {
            return true;
        }
        if Instant::now() >= until {
            return false;
        }
        thread::sleep(LOOK);
    }
}
