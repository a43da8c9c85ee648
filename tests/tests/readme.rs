//! The README's blocks, taken from the README as they stand.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use framegate_tests::client::Viewer;
use framegate_tests::program::{self, Program};
use framegate_tests::{still, tool};
use tokio::process::Command;

/// A small crate, whose dependencies are compiled already: but other tests run beside it.
const BUILD: Duration = Duration::from_secs(300);
const CHECK: Duration = Duration::from_secs(30);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lies in the workspace")
}

/// The fenced block of this language that holds these words.
fn block(language: &str, words: &str) -> Result<String> {
    let readme = fs::read_to_string(root().join("README.md"))?;
    let fence = format!("\n```{language}\n");
    let mut blocks = readme.split(&fence).skip(1).filter_map(|rest| rest.split("\n```").next());
    let found = blocks.find(|block| block.contains(words));
    found.map(str::to_owned).with_context(|| format!("README.md has no {language} block with {words:?}"))
}

/// Builds the plugin as the README says; gives its component.
async fn build(folder: &Path) -> Result<PathBuf> {
    // What `cargo new --lib bar` writes, and the README's lines.
    let package = "[package]\nname = \"bar\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n";
    let manifest = block("toml", "crate-type")?;
    let path = root().to_str().context("the workspace's path is UTF-8")?;
    ensure!(manifest.contains("…/framegate/"), "the README's path to the guest library is another one now");
    fs::write(folder.join("Cargo.toml"), package.to_owned() + &manifest.replace("…/framegate", path))?;
    fs::create_dir(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), block("rust", "framegate_plugin::export!")?)?;
    // No network at test time: the versions, and where they compile to, are those of the bundled plugins.
    fs::copy(root().join("plugins/Cargo.lock"), folder.join("Cargo.lock"))?;
    let target = test_components::file("clock").ancestors().nth(3).context("a component lies in a target folder")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--target", "wasm32-wasip2", "--offline", "--target-dir"]).arg(target);
    let output = tool::run(command.current_dir(folder), BUILD).await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(target.join("wasm32-wasip2/release/bar.wasm"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plugin_builds_as_written_and_draws_its_bar() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let component = build(folder.path()).await?;
    let site = tempfile::tempdir()?;
    fs::copy(component, site.path().join("bar.wasm"))?;
    let program = Program::start_in(site, &block("toml", "[plugins.bar]")?).await?;
    let body = Viewer::connect(&program, "demo?format=jpeg&quality=90").await?.still().await?;
    let picture = still::decode(&body);
    let [.., red] = picture.planes();
    let mean = |columns: std::ops::Range<usize>| {
        let rows = red.data.chunks(red.stride).take(red.size.height as usize);
        let sum: u64 = rows.flat_map(|row| &row[columns.clone()]).map(|sample| u64::from(*sample)).sum();
        sum / (columns.len() as u64 * u64::from(red.size.height))
    };
    // Chroma has half as many columns. Half of the bar's colour is red, whose Cr is 240 or more.
    let (bar, beside) = (mean(2..18), mean(24..200));
    assert!(bar > 165 && beside < 150, "Cr is {bar} in the bar and {beside} beside it");
    Ok(())
}

/// `framegate check` finds no mistake in the block that holds these words, its plugins loaded and asked.
async fn is_a_configuration(words: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("streams.toml");
    fs::write(&file, block("toml", words)?)?;
    let mut command = Command::new(program::path()?);
    command.arg("check").arg(&file).env("LOBBY_PASSWORD", "secret").env("TELEGRAM_TOKEN", "123456:ABC");
    let output = tool::run(&mut command, CHECK).await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

#[tokio::test]
async fn the_real_cameras_lines_are_a_configuration() -> Result<()> {
    is_a_configuration("LOBBY_PASSWORD").await
}

#[tokio::test]
async fn the_bundled_plugins_lines_are_a_configuration() -> Result<()> {
    is_a_configuration("[plugins.webhook]").await
}
