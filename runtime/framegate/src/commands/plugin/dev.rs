//! `framegate plugin dev`: a project on live pictures, built at each save.
//!
//! The program runs as `framegate run` does, with the project's `dev.toml`; beside it a thread builds when the sources changed, and the component's new
//! bytes are what the program takes for a change of its own files.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use config::Component;
use workbench::{Built, Dev, Error, Project, STREAM, Sources};

use super::build::built;
use crate::commands::{MISTAKE, run};
use crate::plugins::Loader;

/// Between two looks at the sources. A change is built when two looks in a row saw the same: whoever writes is done then.
const LOOK: Duration = Duration::from_millis(150);

/// Builds, runs, and builds again at each save, until a signal.
pub(super) fn run(folder: &Path, source: Option<String>, open: bool) -> anyhow::Result<ExitCode> {
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
    thread::Builder::new().name("build".into()).spawn(move || rebuild(&project, sources))?;
    run::run(&file, move |address| {
        let page = format!("http://{address}/watch/{STREAM}");
        say(&format!("{page}\n"));
        if open && let Err(error) = open::that_detached(&page) {
            tracing::debug!(%error, "no browser could be opened");
        }
    })
}

/// The first component: where the sources are wrong, that is told, and the next save is waited for.
fn first_build(project: &Project) -> Result<(Sources, Built), Error> {
    let mut sources = project.sources();
    loop {
        match built(project) {
            Err(error @ Error::Tool { .. }) => {
                say(&format!("{error}\nwaiting for a save\n"));
                sources = changed(project, &sources);
            }
            built => return Ok((sources, built?)),
        }
    }
}

/// For ever: the program's end takes it along.
fn rebuild(project: &Project, mut sources: Sources) {
    loop {
        sources = changed(project, &sources);
        match built(project) {
            Ok(Built { said, .. }) => say(&said),
            Err(error) => say(&format!("{error}\nthe one before goes on\n")),
        }
    }
}

/// Waits until the sources are others than these, and nobody writes any more.
fn changed(project: &Project, built: &Sources) -> Sources {
    let mut last = project.sources();
    loop {
        thread::sleep(LOOK);
        let now = project.sources();
        if now == last && now != *built {
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
