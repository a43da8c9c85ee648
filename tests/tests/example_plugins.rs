//! The plugins under `examples/plugins`, built by the program and run in the sandbox.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::sandbox::{self, Sandbox, boxed, picture};
use framegate_tests::workshop;
use serde_json::{Value, json};
use tempfile::TempDir;
use workbench::Language;

/// Builds a copy of an example; none, and a line, where its language's tools are missing.
async fn built(name: &str, language: Language, roles: &str) -> Result<Option<(TempDir, PathBuf)>> {
    if !workshop::can_build(language, &format!("example_plugins::{name}")) {
        return Ok(None);
    }
    let folder = tempfile::tempdir()?;
    let project = workshop::copy(name, folder.path())?;
    let (component, said) = workshop::build(&project, language).await?;
    ensure!(said.contains(roles), "{said}");
    Ok(Some((folder, component)))
}

/// Runs a test of the sandbox away from the threads that run async tasks.
async fn run(test: impl FnOnce() -> Result<()> + Send + 'static) -> Result<()> {
    tokio::task::spawn_blocking(test).await?
}

#[tokio::test]
async fn the_line_counter_counts_both_ways_and_names_wrong_options() -> Result<()> {
    let Some((_folder, component)) = built("line-counter", Language::Rust, "analyzer").await? else { return Ok(()) };
    run(move || {
        // The line goes up: who looks along it has inbound on the right.
        let mut sandbox = Sandbox::load(&component, json!({ "from": [50, 100], "to": [50, 0] }))?;
        let told = sandbox.mistakes(&json!({ "from": [0, 120], "smallest": 200 }));
        ensure!(told.len() == 2 && told[0].starts_with("/from: must be two numbers"), "{told:?}");
        // From left to right, waits there, and back; it ends above the line's height never: the whole height is the line.
        let steps = (0..30).chain(std::iter::repeat_n(30, 20)).chain((0..30).rev());
        for (n, step) in (0..).zip(steps) {
            ensure!(sandbox.show(boxed(n, 20 + step * 16, 140)).is_some());
        }
        let told = sandbox.events("line-crossed");
        let data = told.iter().map(|event| event.data.value());
        let data: Vec<_> =
            data.map(|data| [&data["direction"], &data["inbound"], &data["outbound"]].map(Clone::clone)).collect();
        ensure!(data == [[json!("inbound"), json!(1), json!(0)], [json!("outbound"), json!(1), json!(1)]], "{told:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_heat_map_glows_where_something_moves_and_cools_down() -> Result<()> {
    let Some((_folder, component)) = built("heat-map", Language::C, "filter").await? else { return Ok(()) };
    run(move || {
        let mut sandbox = Sandbox::load(&component, json!({ "half_life": 1, "opacity": 255 }))?;
        ensure!(sandbox.mistakes(&json!({ "opacity": 300 })) == ["/opacity: must be 0 to 255, got 300"]);
        let mut glow = |n: u64, x: i32| -> Result<usize> {
            let shown = sandbox.show(boxed(n, x, 140)).context("gated")?;
            Ok(sandbox::differing(&shown, &boxed(n, x, 140)))
        };
        ensure!(glow(0, 0)? == 0, "nothing moved yet");
        for n in 1..30 {
            glow(n, (n % 2) as i32 * 60)?;
        }
        let warm = glow(30, 0)?;
        let mut cold = 0;
        for n in 31..200 {
            cold = glow(n, 0)?;
        }
        ensure!(warm > 2_000 && cold < warm / 10, "{warm} samples glow, {cold} after 17 s");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_business_hours_gate_opens_by_the_time_of_the_picture() -> Result<()> {
    let Some((_folder, component)) = built("business-hours", Language::Python, "analyzer").await? else {
        return Ok(());
    };
    run(move || {
        // The first picture arrives on a Thursday at 13:46:40 UTC, which is 15:46:40 in Berlin.
        let shows = |options: Value| -> Result<Vec<bool>> {
            let mut sandbox = Sandbox::load(&component, options)?;
            // The first picture after a connect is never gated.
            sandbox.show(sandbox::at(0, Duration::ZERO));
            let after = |minutes: u64| Duration::from_secs(minutes * 60);
            Ok((1..4).map(|n| sandbox.show(sandbox::at(n, after(n * 5))).is_some()).collect())
        };
        // 15:51, 15:56 and 16:01 in Berlin.
        let berlin = json!({ "zone": "Europe/Berlin", "open": "08:00", "close": "16:00" });
        ensure!(shows(berlin)? == [true, true, false]);
        ensure!(shows(json!({ "zone": "UTC", "days": ["fri"] }))? == [false; 3]);
        let sandbox = Sandbox::load(&component, json!({}))?;
        ensure!(sandbox.plugin().admitted().language == plugin::Language::Python, "{:?}", sandbox.plugin().admitted());
        let told = sandbox.mistakes(&json!({ "open": "8" }));
        ensure!(told == ["/open: must be a time such as \"08:30\", got \"8\""], "{told:?}");
        let told = sandbox.mistakes(&json!({ "zone": "Europe/Belrin" }));
        ensure!(told.len() == 1 && told[0].contains("Belrin"), "{told:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_feed_banner_shows_its_fallback_until_the_feed_came() -> Result<()> {
    let Some((_folder, component)) = built("feed-banner", Language::JavaScript, "filter, poller").await? else {
        return Ok(());
    };
    run(move || {
        let mut sandbox = Sandbox::load(&component, json!({ "fallback": "opens soon" }))?;
        ensure!(
            sandbox.plugin().admitted().language == plugin::Language::JavaScript,
            "{:?}",
            sandbox.plugin().admitted()
        );
        let told = sandbox.mistakes(&json!({ "url": "ftp://x" }));
        ensure!(told == ["/url: must be an http or https URL, got \"ftp://x\""], "{told:?}");
        let shown = sandbox.show(picture(0)).context("gated")?;
        ensure!(sandbox::differing(&shown, &picture(0)) > 200);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_event_router_is_an_event_sink() -> Result<()> {
    built("event-router", Language::Go, "event-sink").await.map(drop)
}

/// The interfaces that examples are built with are the repository's own, not a copy that stays behind.
#[test]
fn every_example_has_the_interfaces_of_this_repository() -> Result<()> {
    let ours = workshop::root().join("wit").canonicalize()?;
    for entry in std::fs::read_dir(workshop::root().join("examples/plugins"))? {
        let project = entry?.path();
        if project.is_dir() {
            let linked = project.join("wit/deps/framegate-plugin").canonicalize()?;
            ensure!(linked == ours, "{}", linked.display());
        }
    }
    Ok(())
}
