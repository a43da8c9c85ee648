//! Plugins in an OCI registry: pushed by the program, pulled by it once, and there without the registry afterwards.

use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context, Result, ensure};
use framegate_tests::program::{self, LIMIT, Program};
use framegate_tests::registry::{Doors, Registry, log_in};
use framegate_tests::{still, tool};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

/// A machine: a home with a cache and a Docker configuration of its own.
struct Machine {
    home: TempDir,
}

impl Machine {
    fn new() -> Result<Self> {
        Ok(Self { home: tempfile::tempdir()? })
    }

    fn cache(&self) -> PathBuf {
        self.home.path().join("cache")
    }

    /// One command of the program, to its end.
    async fn framegate(&self, words: &[&str]) -> Result<Output> {
        let mut command = Command::new(program::path()?);
        command.args(words).env("XDG_CACHE_HOME", self.cache()).env("DOCKER_CONFIG", self.home.path());
        tool::run(&mut command, LIMIT * 3).await
    }

    /// Pushes a component; gives the line that is printed.
    async fn push(&self, component: &Path, to: &str) -> Result<String> {
        let output = self.framegate(&["plugin", "push", component.to_str().context("a path")?, to]).await?;
        ensure!(output.status.success(), "{}", said(&output));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    async fn start(&self, sections: &str) -> Result<Program> {
        let (cache, docker) = (self.cache(), self.home.path().to_owned());
        let variables = [("XDG_CACHE_HOME", cache.as_path()), ("DOCKER_CONFIG", docker.as_path())];
        Program::start_with(tempfile::tempdir()?, sections, &variables).await
    }

    /// What `framegate check` says of a file, and whether it found a mistake.
    async fn check(&self, sections: &str) -> Result<(bool, String)> {
        let file = self.home.path().join("streams.toml");
        std::fs::write(&file, sections)?;
        let output = self.framegate(&["check", file.to_str().context("a path")?]).await?;
        Ok((output.status.code() == Some(2), said(&output)))
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// A stream whose left half a plugin covers with white.
fn masked(component: &str) -> String {
    format!(
        "[plugins.mask]\n{component}\n\n[streams.lobby]\nsource = \"test://?size=320x180&fps=20\"\n\
         plugins = [{{ use = \"mask\", options = {{ areas = [{{ x = 0, y = 0, width = 50, height = 100 }}], color = \"#ffffff\" }} }}]\n"
    )
}

/// Whether a viewer sees the left half white.
async fn is_masked(program: &Program) -> Result<bool> {
    let body = program.get("/still/lobby.jpg").await?.error_for_status()?.bytes().await?;
    let picture = still::decode(&body);
    let [luma, ..] = picture.planes();
    let (width, height) = (luma.size.width as usize / 2 - 16, luma.size.height as usize);
    Ok((0..height).all(|row| luma.data[row * luma.stride..][..width].iter().all(|sample| *sample > 190)))
}

/// A plugin as the API tells of it.
async fn installed(program: &Program) -> Result<Value> {
    let plugins = program.json("/api/plugins").await?;
    let all = plugins.as_array().or_else(|| plugins["plugins"].as_array()).context("a list")?;
    all.iter().find(|plugin| plugin["name"] == "mask").cloned().with_context(|| plugins.to_string())
}

/// A mask with a section of no meaning at its end, which makes it another component.
fn another_mask(folder: &Path) -> Result<PathBuf> {
    let file = folder.join("another.wasm");
    std::fs::write(&file, [test_components::bytes("privacy-mask"), &[0, 2, 1, b'n']].concat())?;
    Ok(file)
}

#[tokio::test]
async fn what_is_pushed_runs_is_replaced_and_starts_again_without_the_registry() -> Result<()> {
    let Some(registry) = Registry::start(Doors::Open, "registry::what_is_pushed_runs").await? else { return Ok(()) };
    let (author, user) = (Machine::new()?, Machine::new()?);
    let place = registry.place("framegate/mask:1.0.0");
    let line = author.push(test_components::file("privacy-mask"), &place).await?;
    ensure!(line.starts_with(&format!("component = \"{place}@sha256:")), "{line}");
    ensure!(author.push(test_components::file("privacy-mask"), &place).await? == line, "again the same");
    // Who only knows the tag is told the line.
    let inspected = said(&user.framegate(&["plugin", "inspect", &place]).await?);
    ensure!(inspected.contains(&line) && inspected.contains("role      filter"), "{inspected}");
    let (is_mistaken, told) = user.check(&masked(&format!("component = \"{place}\""))).await?;
    ensure!(is_mistaken && told.contains("`plugins.mask.component`") && told.contains("plugin inspect"), "{told}");

    let user = Machine::new()?;
    let program = user.start(&masked(&line)).await?;
    ensure!(is_masked(&program).await?, "the plugin runs");
    program.logs("pulled").await?;
    let before = installed(&program).await?;
    ensure!(line.contains(before["component"].as_str().context("a text")?), "{before}");
    // A newer one takes its place as any changed plugin does.
    let folder = tempfile::tempdir()?;
    let newer = author.push(&another_mask(folder.path())?, &registry.place("framegate/mask:1.0.1")).await?;
    program.rewrite(&masked(&newer))?;
    program.logs("the new configuration is in force").await?;
    ensure!(is_masked(&program).await?, "the newer one runs");
    let after = installed(&program).await?;
    ensure!(
        newer.contains(after["component"].as_str().context("a text")?) && after["sha256"] != before["sha256"],
        "{after}"
    );
    // One that cannot be pulled changes nothing.
    let missing = newer.replace("mask:1.0.1@sha256:", "mask:1.0.1@sha256:00").replace("\"", "");
    program.rewrite(&masked(&format!("component = \"{}\"", &missing["component = ".len()..missing.len() - 2])))?;
    program.logs("not taken, everything goes on as it was").await?;
    program.logs("`plugins.mask.component`").await?;
    ensure!(is_masked(&program).await?, "what ran goes on");
    drop(program);

    registry.stop().await?;
    for line in [&line, &newer] {
        let (is_mistaken, told) = user.check(&masked(line)).await?;
        ensure!(!is_mistaken, "{told}");
        let program = user.start(&masked(line)).await?;
        ensure!(is_masked(&program).await?, "out of the cache");
        ensure!(!program.log().contains("pull"), "nobody was asked");
    }
    let (is_mistaken, told) = Machine::new()?.check(&masked(&line)).await?;
    ensure!(is_mistaken && told.contains("`plugins.mask.component`: 127.0.0.1:"), "{told}");
    ensure!(told.contains("cannot be reached: Connection refused") && told.contains("= help"), "{told}");
    Ok(())
}

#[tokio::test]
async fn artifacts_of_older_tools_run_too() -> Result<()> {
    let Some(registry) = Registry::start(Doors::Open, "registry::artifacts_of_older_tools_run_too").await? else {
        return Ok(());
    };
    let of_old = "application/vnd.wasm.content.layer.v1+wasm";
    let component = test_components::bytes("privacy-mask");
    let digest = registry.put("old/mask", "1", of_old, component).await?;
    let program =
        Machine::new()?.start(&masked(&format!("component = \"{}@{digest}\"", registry.place("old/mask")))).await?;
    ensure!(is_masked(&program).await?, "the plugin runs");
    // What is no component is told as what it is.
    let digest = registry.put("old/image", "1", "application/vnd.oci.image.layer.v1.tar+gzip", b"files").await?;
    let reference = format!("component = \"{}@{digest}\"", registry.place("old/image:1"));
    let (is_mistaken, told) = Machine::new()?.check(&masked(&reference)).await?;
    ensure!(is_mistaken && told.contains("a container's files"), "{told}");
    Ok(())
}

#[tokio::test]
async fn a_registry_that_asks_who_we_are_is_told_what_docker_knows() -> Result<()> {
    let Some(registry) = Registry::start(Doors::Locked, "registry::a_registry_that_asks_who_we_are").await? else {
        return Ok(());
    };
    let (stranger, member) = (Machine::new()?, Machine::new()?);
    log_in(member.home.path(), registry.address())?;
    let (file, place) = (test_components::file("privacy-mask"), registry.place("private/mask:1"));
    let refused = stranger.push(file, &place).await.expect_err("nobody").to_string();
    ensure!(refused.contains("refuses private/mask to whoever does not log in (401"), "{refused}");
    ensure!(refused.contains(&format!("`docker login {}`", registry.address())), "{refused}");
    let line = member.push(file, &place).await?;
    let (is_mistaken, told) = stranger.check(&masked(&line)).await?;
    ensure!(is_mistaken && told.contains("`plugins.mask.component`") && told.contains("docker login"), "{told}");
    let program = member.start(&masked(&line)).await?;
    ensure!(is_masked(&program).await?, "the plugin runs");
    ensure!(!program.log().contains("hunter2"), "no log has a password");
    Ok(())
}
