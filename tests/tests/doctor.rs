//! `framegate doctor` and `health` as operators type them.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use anyhow::{Context, Result};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::clip::Numbered;
use framegate_tests::program::{self, Program};
use framegate_tests::tool;
use serde_json::Value;
use tokio::process::Command;

/// Cameras have twelve seconds, and the machine builds beside it.
const LIMIT: Duration = Duration::from_secs(60);

async fn framegate(folder: &Path, words: &[&str]) -> Result<Output> {
    let mut command = Command::new(program::path()?);
    tool::run(command.args(words).current_dir(folder), LIMIT).await
}

fn finding<'a>(report: &'a Value, subject: &str) -> Result<&'a Value> {
    let mut findings = report["findings"].as_array().context("findings")?.iter();
    findings.find(|finding| finding["subject"] == subject).with_context(|| format!("no {subject} in {report:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_camera_is_tried_and_no_secret_is_told() -> Result<()> {
    let camera = Camera::start(Script::new(Numbered::default().h264()));
    // Taken, and nobody answers there as RTSP.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let folder = tempfile::tempdir()?;
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n\
         [streams.good]\nsource = \"{}\"\nhls.storage = \"file://kept\"\n\
         [streams.gone]\nsource = \"rtsp://127.0.0.1:9/x?key=hunter2\"\nusername = \"anna\"\npassword = \"hunter2\"\n\
         [streams.silent]\nsource = \"rtsp://{}/x\"\n[streams.pushed]\nsource = \"push\"\n",
        camera.url(),
        silent.local_addr()?,
    );
    fs::write(folder.path().join("streams.toml"), text)?;
    let output = framegate(folder.path(), &["doctor", "--json"]).await?;
    let told = String::from_utf8([output.stdout, output.stderr].concat())?;
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    let report: Value = serde_json::from_str(&told)?;
    assert_eq!(report["verdict"], "bad");
    assert_eq!(finding(&report, "camera good")?["verdict"], "fine", "{report:#}");
    assert!(finding(&report, "camera good")?["found"].as_str().context("text")?.starts_with("H.264 "));
    for (subject, words) in [("camera gone", "Connection refused"), ("camera silent", "no answer to")] {
        let finding = finding(&report, subject)?;
        assert_eq!(finding["verdict"], "bad");
        assert!(finding["found"].as_str().is_some_and(|found| found.contains(words)), "{finding}");
        assert!(finding["advice"].is_string(), "{finding}");
    }
    assert!(finding(&report, "camera pushed").is_err(), "it comes by itself");
    for subject in ["configuration", "server.listen", "hls.storage", "state"] {
        assert_eq!(finding(&report, subject)?["verdict"], "fine", "{report:#}");
    }
    assert!(!folder.path().join("kept").exists(), "nothing is made");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_the_file_is_told_and_the_machine_is_looked_at_all_the_same() -> Result<()> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("streams.toml"), "[streams.a]\nsource = \"tset://\"\n")?;
    let output = framegate(folder.path(), &["doctor"]).await?;
    let told = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.starts_with("bad   configuration") && told.contains("codecs") && told.contains("clock"), "{told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_the_exit_status() -> Result<()> {
    let program = Program::start("[streams.demo]\nsource = \"test://\"\n").await?;
    let folder = program.folder();
    assert!(framegate(folder, &["health", &program.url("")]).await?.status.success());
    let output = framegate(folder, &["health", "http://127.0.0.1:9"]).await?;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr)?.contains("Connection refused"));
    Ok(())
}
