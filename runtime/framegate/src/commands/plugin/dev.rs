//! `framegate plugin dev`: a project on live pictures, built at each save.
//!
//! The program runs as `framegate run` does, with the project's `dev.toml`; beside it a thread builds when the sources changed, and the component's new
//! bytes are what the program takes for a change of its own files.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use config::Component;
use journal::Journal;
use workbench::{Built, Dev, Error, Project, STREAM, Sources};

use super::build::built;
use crate::commands::{MISTAKE, check, run};
use crate::plugins::Loader;

/// Between two looks at the sources. A change is built when two looks in a row saw the same: whoever writes is done then.
const LOOK: Duration = Duration::from_millis(150);

/// Builds, runs, and builds again at each save, until a signal.
pub(super) fn run(folder: &Path, source: Option<String>, open: bool) -> anyhow::Result<ExitCode> {
    let logs = logs::begin();
    let project = match Project::open(folder) {
        Ok(project) => project,
        Err(error) => return Ok(refused(&error)),
    };
    let (sources, first) = match first_build(&project) {
        Ok(first) => first,
        // Nothing that a save could mend.
        Err(error) => return Ok(refused(&error)),
    };
    let dev = Dev { source, ..declared(&first) };
    let file = match workbench::dev_file(&project, &dev) {
        Ok(file) => file,
        Err(error) => return Ok(refused(&error)),
    };
    say(&format!("{} says how it is run\n", file.display()));
    if dev.source.as_ref().is_some_and(|source| source.contains('@')) {
        say("the source's password stands in it now: keep the file to yourself\n");
    }
    let sources = first_good(&project, sources, &file);
    thread::Builder::new().name("build".into()).spawn(move || rebuild(&project, sources))?;
    run::start(&file, run::Begun { logs, passed: None }, move |address, journal| {
        let page = format!("http://{address}/watch/{STREAM}");
        say(&format!("{page}\n"));
        if open && let Err(error) = open::that_detached(&page) {
            tracing::debug!(%error, "no browser could be opened");
        }
        events(journal)
    })
}

/// The first component: where the sources are wrong, that is told, and the next save is waited for.
fn first_build(project: &Project) -> Result<(Sources, Built), Error> {
    let mut sources = project.sources();
    loop {
        match build(project) {
            Err(error) if !is_final(&error) => {
                say(&format!("{error}\nwaiting for a save\n"));
                sources = changed(|| project.sources(), &sources);
            }
            built => return Ok((sources, built?)),
        }
    }
}

/// Whether no save mends it.
fn is_final(error: &Error) -> bool {
    matches!(error, Error::Missing { .. } | Error::File { .. })
}

/// Waits until the component and the file can be run: what is wrong is told, and the next save of either is waited for.
fn first_good(project: &Project, mut sources: Sources, file: &Path) -> Sources {
    let written = || std::fs::metadata(file).ok().and_then(|file| file.modified().ok());
    loop {
        let now = (project.sources(), written());
        if check::mistakes(file).is_ok() {
            return sources;
        }
        say(&format!("waiting for a save, of {} or of the plugin\n", file.display()));
        (sources, _) = changed(|| (project.sources(), written()), &now);
        if sources != now.0
            && let Err(error) = build(project)
        {
            say(&format!("{error}\n"));
        }
    }
}

/// Tells what the plugin emits and finds out about itself: its author has nobody else who would.
async fn events(journal: Journal) {
    let mut newest = journal.watch();
    let mut seen = *newest.borrow_and_update();
    while newest.changed().await.is_ok() {
        for event in journal.since(seen) {
            seen = event.id;
            if let Some(plugin) = &event.plugin {
                tracing::info!(%plugin, data = %event.data, "event {}", event.kind);
            }
        }
    }
}

/// For ever: the program's end takes it along.
fn rebuild(project: &Project, mut sources: Sources) {
    loop {
        sources = changed(|| project.sources(), &sources);
        match build(project) {
            Ok(Built { said, .. }) => say(&said),
            Err(error) => say(&format!("{error}\nthe one before goes on\n")),
        }
    }
}

/// Builds, and says how long that took. The project is read anew: its world may be another.
fn build(project: &Project) -> Result<Built, Error> {
    let begun = Instant::now();
    say("building\n");
    let made = built(&Project::open(project.folder())?)?;
    say(&format!("built in {:.1} s\n", begun.elapsed().as_secs_f64()));
    Ok(made)
}

/// Waits until what is looked at is something else than this, and nobody writes any more.
fn changed<T: PartialEq>(look: impl Fn() -> T, known: &T) -> T {
    let mut last = look();
    loop {
        thread::sleep(LOOK);
        let now = look();
        if now == last && now != *known {
            return now;
        }
        last = now;
    }
}

/// What a new `dev.toml` says of a component.
fn declared(built: &Built) -> Dev {
    let declaration =
        config::Plugin { component: Component::File(built.component.clone()), ..config::Plugin::bundled("dev") };
    // One that cannot be loaded is told by the program, which loads it next.
    let missing = Loader::default().inspect(&declaration).map(|plugin| plugin.missing_grants()).unwrap_or_default();
    let grants = missing.into_iter().map(|missing| (missing.line, missing.why)).collect();
    Dev { roles: built.roles.clone(), grants, source: None }
}

fn refused(error: &Error) -> ExitCode {
    say(&format!("error: {error}\n"));
    ExitCode::from(MISTAKE)
}

/// With standard error closed there is nobody to tell.
fn say(words: &str) {
    _ = io::stderr().write_all(words.as_bytes());
}
