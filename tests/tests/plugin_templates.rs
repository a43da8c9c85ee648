//! What `framegate plugin new` makes is built and run as it stands, in every language and for every role.

use anyhow::{Context, Result, ensure};
use framegate_tests::sandbox::{self, Sandbox, boxed, picture};
use framegate_tests::workshop;
use serde_json::json;
use workbench::{Language, Role};

/// Makes and builds all roles; runs those that this host runs.
async fn every_role(language: Language) -> Result<()> {
    if !workshop::can_build(language, &format!("plugin_templates::{language}")) {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    for role in Role::ALL {
        let project = workshop::new(folder.path(), language, role, &format!("my-{role}")).await?;
        let (component, said) = workshop::build(&project, language).await?;
        // A Rust or C component that uses less than its world offers imports less; what it exports is its role.
        ensure!(said.contains(&format!("my-{role}.wasm: ")) && said.contains(role.word()), "{role}: {said}");
        let run = move || match role {
            Role::Analyzer => analyzes(Sandbox::load(&component, json!({}))?),
            Role::Filter => draws(Sandbox::load(&component, json!({ "text": "good day," }))?),
            _ => loads(&Sandbox::load(&component, json!({}))?, role),
        };
        tokio::task::spawn_blocking(run).await?.with_context(|| format!("{language} {role}"))?;
    }
    Ok(())
}

/// The host takes it for what it is; its options are asked of it, not guessed here.
fn loads(sandbox: &Sandbox, role: Role) -> Result<()> {
    let roles: Vec<_> = sandbox.plugin().roles().iter().map(|role| role.as_str().replace(' ', "-")).collect();
    ensure!(roles == [role.word()], "{roles:?}");
    ensure!(!sandbox.plugin().describe().description.is_empty());
    Ok(())
}

fn analyzes(mut sandbox: Sandbox) -> Result<()> {
    ensure!(sandbox.plugin().picture_role() == Some(plugin::Role::Analyzer));
    ensure!(sandbox.plugin().describe().name == "my-analyzer");
    ensure!(sandbox.plugin().describe().options["properties"]["threshold"]["maximum"] == 255);
    let told = sandbox.mistakes(&json!({ "threshold": 0 }));
    ensure!(told == ["/threshold: must be 1 to 255, got 0"], "{told:?}");
    ensure!(sandbox.mistakes(&json!({ "colour": 1 })).len() == 1);
    // It stands, moves, stands, moves: two beginnings. Many pictures, so that memory is given back and handles are.
    for n in 0..300 {
        let x = match n {
            50..70 => (n as i32 - 50) * 20,
            0..50 => 0,
            200..210 => 400 - (n as i32 - 200) * 20,
            _ => 400,
        };
        ensure!(sandbox.show(boxed(n, x, 140)).is_some());
    }
    let events = sandbox.events("motion-began");
    ensure!(events.len() == 2, "{events:?}");
    Ok(())
}

fn draws(mut sandbox: Sandbox) -> Result<()> {
    ensure!(sandbox.plugin().picture_role() == Some(plugin::Role::Filter));
    let told = sandbox.mistakes(&json!({ "text": 7 }));
    ensure!(told.len() == 1, "{told:?}");
    for n in 0..100 {
        let shown = sandbox.show(picture(n)).context("gated")?;
        let drawn = sandbox::differing(&shown, &picture(n));
        ensure!((200..20_000).contains(&drawn), "{drawn} samples were drawn");
    }
    Ok(())
}

#[tokio::test]
async fn rust() -> Result<()> {
    every_role(Language::Rust).await
}

#[tokio::test]
async fn c() -> Result<()> {
    every_role(Language::C).await
}

#[tokio::test]
async fn javascript() -> Result<()> {
    every_role(Language::JavaScript).await
}

#[tokio::test]
async fn python() -> Result<()> {
    every_role(Language::Python).await
}

#[tokio::test]
async fn go() -> Result<()> {
    every_role(Language::Go).await
}

/// Go's scheduler and collector read the clock in whatever moment, such as when the host puts a text into the guest's memory, where a component may call
/// nothing outside: unless the build wraps those calls, an instance ends after some 20,000 to 60,000 pictures.
#[tokio::test]
async fn go_may_read_the_clock_at_any_moment() -> Result<()> {
    if !workshop::can_build(Language::Go, "plugin_templates::go_may_read_the_clock_at_any_moment") {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let project = workshop::new(folder.path(), Language::Go, Role::Analyzer, "my-gate").await?;
    let (component, _) = workshop::build(&project, Language::Go).await?;
    let run = move || -> Result<()> {
        let mut sandbox = Sandbox::load(&component, json!({}))?;
        let pictures: Vec<_> = (0..16).map(|n| boxed(n, n as i32 * 10, 140)).collect();
        for n in 0..200_000 {
            ensure!(sandbox.show(pictures[n % pictures.len()].clone()).is_some());
        }
        ensure!(sandbox.events("plugin-failed").is_empty(), "{:?}", sandbox.events("plugin-failed"));
        Ok(())
    };
    tokio::task::spawn_blocking(run).await?
}
