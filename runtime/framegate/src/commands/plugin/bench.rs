//! `framegate plugin bench`: what a component costs.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use trial::bench::{self, Plan};

use super::declared::{self, Wrong};
use super::progress::Progress;
use crate::arguments::{Declared, InputArguments};

/// Tells the figures on standard output.
pub(super) fn run(
    declared: &Declared,
    input: Option<&InputArguments>,
    each: Duration,
    json: bool,
) -> Result<ExitCode, Wrong> {
    logs::begin();
    let progress = Progress::begin();
    progress.step("compiling");
    let scene = InputArguments { from: "test://".into(), length: Duration::from_secs(1), fps: 1 };
    let trial = declared::load(declared, input.unwrap_or(&scene))?;
    let plan = Plan { input: trial.input.filter(|_| input.is_some()), each };
    let costs = bench::run(&trial.subject, &plan, &mut |step| progress.step(step))?;
    drop(progress);
    let said = match json {
        true => serde_json::to_string_pretty(&costs).map_err(|error| Wrong::Told(error.to_string()))? + "\n",
        false => costs.text(),
    };
    // With standard output closed the exit status alone has to say it.
    _ = io::stdout().write_all(said.as_bytes());
    Ok(ExitCode::SUCCESS)
}
