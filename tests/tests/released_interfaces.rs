//! Plugins that were made for a released version of the interfaces: today's host takes them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use framegate_tests::sandbox::{self, Sandbox, picture};
use framegate_tests::workshop;
use serde_json::json;
use wit_bindgen_core::wit_parser::{ManglingAndAbi, Resolve};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use workbench::{Language, Role};

/// The files of a folder of interfaces.
fn files(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "wit") {
            let name = path.file_name().and_then(|name| name.to_str()).context("a name")?.to_owned();
            files.insert(name, std::fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}

/// The folders of all released versions.
fn released() -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(workshop::root().join("wit/released"))? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    ensure!(!folders.is_empty(), "nothing was released");
    Ok(folders)
}

/// The version that `package framegate:plugin@…;` says.
fn version(files: &BTreeMap<String, String>) -> Result<String> {
    let lines = files.values().flat_map(|text| text.lines());
    let line = lines.filter_map(|line| line.strip_prefix("package framegate:plugin@")).next();
    Ok(line.context("no file names the package")?.trim_end_matches(';').to_owned())
}

#[test]
fn a_released_version_is_as_it_was_released() -> Result<()> {
    let today = files(&workshop::root().join("wit"))?;
    for folder in released()? {
        let frozen = files(&folder)?;
        let version_of = version(&frozen)?;
        ensure!(folder.ends_with(&version_of), "{} holds {version_of}", folder.display());
        ensure!(
            version(&today)? != version_of || today == frozen,
            "wit/ says it is {version_of}, which is released and differs: give what changed a new version"
        );
    }
    Ok(())
}

/// A component that imports every function of a role's world and exports all that it must.
fn everything_of(folder: &Path, role: Role) -> Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(folder)?;
    let world = resolve.select_world(&[package], Some(role.word()))?;
    let mut module =
        dummy_module(&resolve, world, ManglingAndAbi::Legacy(wit_bindgen_core::wit_parser::LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)?;
    ComponentEncoder::default().validate(true).module(&module)?.encode()
}

#[test]
fn every_function_of_a_released_version_is_there_as_it_was() -> Result<()> {
    let scratch = tempfile::tempdir()?;
    for folder in released()? {
        for role in Role::ALL {
            let component = scratch.path().join("everything.wasm");
            std::fs::write(&component, everything_of(&folder, role)?)?;
            // It is linked, started, and asked what it is, where it traps: it has no code.
            let error = Sandbox::load(&component, json!({})).err().context("it has no code")?;
            let told = format!("{error:#}");
            ensure!(told.contains("unreachable"), "{} {role}: {told}", folder.display());
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_plugin_that_was_made_for_a_released_version_runs() -> Result<()> {
    for frozen in released()? {
        let folder = tempfile::tempdir()?;
        let project = workshop::new(folder.path(), Language::Rust, Role::Filter, "of-before").await?;
        let interfaces = project.join("wit/deps/framegate-plugin");
        std::fs::remove_dir_all(&interfaces)?;
        std::fs::create_dir(&interfaces)?;
        let files = files(&frozen)?;
        for (name, text) in &files {
            std::fs::write(interfaces.join(name), text)?;
        }
        let world = project.join("wit/world.wit");
        let text = std::fs::read_to_string(&world)?;
        let (before, _) = text.split_once('@').context("a version")?;
        std::fs::write(&world, format!("{before}@{};\n}}\n", version(&files)?))?;
        let (component, _) = workshop::build(&project, Language::Rust).await?;
        let run = move || -> Result<()> {
            let mut sandbox = Sandbox::load(&component, json!({}))?;
            let shown = sandbox.show(picture(0)).context("gated")?;
            ensure!(sandbox::differing(&shown, &picture(0)) > 200);
            Ok(())
        };
        tokio::task::spawn_blocking(run).await?.with_context(|| frozen.display().to_string())?;
    }
    Ok(())
}
