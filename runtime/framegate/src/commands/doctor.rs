//! `framegate doctor`: looks at everything that serving needs, and says what to do.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use config::{Ink, Known, Loaded, Process, Report};

use crate::arguments::DoctorArguments;
use crate::doctor::{Finding, Findings, Verdict, cameras, certificate, clock, codecs, disk, limits, listening};
use crate::plugins;
use crate::state::StateFile;
use crate::{bundled, commands};

/// Tells on standard output; the exit status says whether something is bad.
pub(crate) fn run(arguments: &DoctorArguments) -> anyhow::Result<ExitCode> {
    let DoctorArguments { file, json } = arguments;
    let mut findings = Vec::new();
    // Plugins are compiled and asked here, where synchronous WebAssembly is allowed.
    let loaded = configuration(file, &mut findings);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    findings.push(runtime.block_on(codecs::look()));
    findings.push(clock::look());
    if let Some(loaded) = loaded {
        let config = &loaded.config;
        findings.extend(limits::look(config));
        findings.extend(disk::look(config, StateFile::of(file).path(), plugins::cache().as_deref()));
        findings.extend(certificate::look(config));
        findings.extend(listening::look(&config.server));
        findings.extend(runtime.block_on(cameras::look(config)));
    }
    let findings = Findings::new(findings);
    let mut out = io::stdout();
    if *json {
        serde_json::to_writer_pretty(&mut out, &findings)?;
        writeln!(out)?;
    } else {
        let ink = if out.is_terminal() && !commands::is_colorless() { Ink::Colored } else { Ink::Plain };
        out.write_all(findings.render(ink).as_bytes())?;
    }
    Ok(if findings.verdict == Verdict::Bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// As `framegate check` has it; what it names is looked at further if it can be read.
fn configuration(file: &Path, findings: &mut Vec<Finding>) -> Option<Loaded> {
    let bundled = bundled::names();
    let loaded = match config::load(file, &Known { bundled: &bundled, environment: &Process }) {
        Ok(loaded) => loaded,
        Err(report) => {
            findings.push(mistaken(file, &report));
            return None;
        }
    };
    findings.push(match commands::check::wrong(&loaded) {
        mistakes if !mistakes.is_empty() => mistaken(file, &loaded.report(mistakes)),
        _ if !loaded.advice.is_empty() => Finding::look(
            "configuration",
            format!("{}: {}\n{}", file.display(), commands::check::summary(&loaded), lines(&loaded.advice)),
            "see above",
        ),
        _ => Finding::fine("configuration", format!("{}: {}", file.display(), commands::check::summary(&loaded))),
    });
    Some(loaded)
}

fn mistaken(file: &Path, report: &Report) -> Finding {
    let advice = format!("`framegate check {}` shows the lines", file.display());
    Finding::bad("configuration", format!("{}:\n{}", file.display(), lines(report)), advice)
}

fn lines(report: &Report) -> String {
    report.to_string().trim_end().to_owned()
}
