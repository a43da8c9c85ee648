//! The dashboard, clicked through in Chromium and Firefox by the scripts of `tests/dashboard`. Screenshots are kept in `out/`.
//!
//! `FRAMEGATE_NODE_MODULES` names a folder that has puppeteer-core.

use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::program::{Program, user_hash};
use framegate_tests::{players, tool};
use serde_json::Value;
use tokio::process::Command;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/dashboard");
const OUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/out");
/// A browser starts, and does a hundred things that each may take seconds on a busy machine.
const LIMIT: Duration = Duration::from_secs(400);
const PASSWORD: &str = "correct horse battery";

/// One is live without anybody who watches, one is never reached, one has two plugins, one has a plugin that panics.
const STREAMS: &str = "[streams.lobby]\nsource = \"test://?size=640x360&fps=15\"\non_demand = false\nplugins = [{ use = \"clock\" }]\n\n\
     [streams.gate]\nsource = \"rtsp://127.0.0.1:9/stream1\"\non_demand = false\n\n\
     [streams.yard]\nsource = \"test://?size=640x360&fps=15\"\nplugins = [{ use = \"motion-gate\" }, { use = \"clock\" }]\n\n\
     [streams.push]\nsource = \"push\"\n\n\
     [streams.till]\nsource = \"test://?size=320x180&fps=10\"\n\
     plugins = [{ use = \"panic\", always = true, options = { after = 3 } }]\n\n";

/// Runs one of the scripts; an error where it was not well. `None`, and a line that says so, where something that it needs is not installed.
async fn run(test: &str, browser: &str, words: &[&str]) -> Result<Option<Value>> {
    let Some(node) = tool::find("node", test) else { return Ok(None) };
    let _turn = players::turn().await;
    let mut command = Command::new(node);
    command.current_dir(SCRIPTS).args(words).env("BROWSER", browser).env("OUT", OUT);
    let output = tool::run(&mut command, LIMIT).await?;
    let said = String::from_utf8_lossy(&output.stdout);
    let last = said.lines().last().unwrap_or_default();
    let said: Value =
        serde_json::from_str(last).with_context(|| format!("{last:?}: {}", String::from_utf8_lossy(&output.stderr)))?;
    if let Some(missing) = said["skipped"].as_str() {
        tool::skip(test, missing);
        return Ok(None);
    }
    tool::say(&format!("clicked: {test}: {said}"));
    ensure!(said["well"] == true, "{test}: {:#}", said["wrong"]);
    Ok(Some(said))
}

async fn click(test: &str, browser: &str) -> Result<()> {
    let panic = test_components::file("panic").display();
    let program = Program::start(&format!("{STREAMS}[plugins.panic]\ncomponent = \"{panic}\"\n")).await?;
    let file = program.folder().join("streams.toml");
    let file = file.to_str().context("a folder of UTF-8")?;
    run(test, browser, &["click.mjs", &program.url(""), file, OUT]).await?;
    Ok(())
}

async fn log_in(test: &str, browser: &str) -> Result<()> {
    let hash = user_hash(PASSWORD).await?;
    let users = format!(
        "[users.anna]\n{hash}\nview = [\"*\"]\ncontrol = [\"*\"]\n\n[users.bert]\n{hash}\nview = [\"lobby\"]\n\n\
         [streams.lobby]\nsource = \"test://?size=640x360&fps=15\"\non_demand = false\n\n\
         [streams.yard]\nsource = \"test://?size=640x360&fps=15\"\n"
    );
    let program = Program::start(&users).await?;
    run(test, browser, &["login.mjs", &program.url(""), PASSWORD, OUT]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_computed_without_a_page_is_right() -> Result<()> {
    run("what_is_computed_without_a_page_is_right", "", &["pure.mjs"]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_done_by_hand_in_chromium() -> Result<()> {
    click("everything_is_done_by_hand_in_chromium", "chromium").await
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_done_by_hand_in_firefox() -> Result<()> {
    click("everything_is_done_by_hand_in_firefox", "firefox").await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_logs_in_sees_what_they_may_in_chromium() -> Result<()> {
    log_in("who_logs_in_sees_what_they_may_in_chromium", "chromium").await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_logs_in_sees_what_they_may_in_firefox() -> Result<()> {
    log_in("who_logs_in_sees_what_they_may_in_firefox", "firefox").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_streams_take_little_of_a_browser() -> Result<()> {
    let mut streams = String::new();
    for at in 0..100 {
        let source = if at % 10 == 3 { "rtsp://127.0.0.1:9/stream1" } else { "test://?size=160x90&fps=5" };
        write!(streams, "[streams.camera-{at}]\nsource = \"{source}\"\non_demand = false\n\n")?;
    }
    let program = Program::start(&streams).await?;
    run("a_hundred_streams_take_little_of_a_browser", "chromium", &["load.mjs", &program.url(""), "30"]).await?;
    Ok(())
}
