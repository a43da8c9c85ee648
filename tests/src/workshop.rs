//! Plugin projects under test: made and built by the program as a person does it, but without a network.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;
use workbench::{Language, Toolchain};

use crate::{program, tool};

/// The longest build: a first one in Rust compiles its dependencies, beside other tests.
const BUILD: Duration = Duration::from_secs(300);

/// The repository's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lies in the workspace")
}

/// Whether plugins in this language can be built here, with nothing to fetch; otherwise one line says which test is skipped, and for what.
pub fn can_build(language: Language, test: &str) -> bool {
    let missing = match Toolchain::find(language, Path::new("/nowhere")) {
        Err(missing) => Some(missing.to_string().lines().next().unwrap_or_default().to_owned()),
        Ok(_) => match language {
            Language::JavaScript if node_modules().is_none() => {
                Some("FRAMEGATE_NODE_MODULES names no folder with @bytecodealliance/componentize-js".into())
            }
            Language::Python => return tool::find("componentize-py", test).is_some(),
            _ => None,
        },
    };
    if let Some(missing) = &missing {
        tool::skip(test, missing);
    }
    missing.is_none()
}

/// What `npm install` made beforehand.
fn node_modules() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("FRAMEGATE_NODE_MODULES")?);
    folder.join("@bytecodealliance/componentize-js").is_dir().then_some(folder)
}

/// Makes a project by `framegate plugin new`.
pub async fn new(folder: &Path, language: Language, role: workbench::Role, name: &str) -> Result<PathBuf> {
    let mut command = Command::new(program::path()?);
    command.current_dir(folder).args(["plugin", "new", "--lang", language.word(), "--role", role.word(), name]);
    let output = tool::run(&mut command, BUILD).await?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() && said.contains("framegate plugin build"), "{said}");
    Ok(folder.join(name))
}

/// Builds a project by `framegate plugin build`; gives the component and what was said about it.
pub async fn build(project: &Path, language: Language) -> Result<(PathBuf, String)> {
    match language {
        // The versions that this workspace's own plugins have: they are on the machine.
        Language::Rust => {
            std::fs::copy(root().join("plugins/Cargo.lock"), project.join("Cargo.lock"))?;
        }
        Language::JavaScript if !project.join("node_modules").exists() => {
            std::os::unix::fs::symlink(node_modules().context("looked for before")?, project.join("node_modules"))?;
        }
        _ => {}
    }
    let mut command = Command::new(program::path()?);
    command.args(["plugin", "build"]).arg(project);
    // Nothing is fetched, whatever a project asks for.
    command.envs([
        ("CARGO_NET_OFFLINE", "true"),
        ("npm_config_offline", "true"),
        ("PIP_NO_INDEX", "1"),
        ("GOPROXY", "off"),
    ]);
    // Rust projects share what they have in common, and do not wait for the builds of others.
    command.env("CARGO_TARGET_DIR", program::path()?.with_file_name("test-projects"));
    let output = tool::run(&mut command, BUILD).await?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    ensure!(output.stderr.is_empty(), "no progress where no terminal is: {}", String::from_utf8_lossy(&output.stderr));
    let project = workbench::Project::open(project)?;
    Ok((project.component(), said))
}

/// A copy of an example, without what builds left in it: examples are not changed by tests.
pub fn copy(name: &str, to: &Path) -> Result<PathBuf> {
    let target = to.join(name);
    copy_folder(&root().join("examples/plugins").join(name), &target)?;
    let go = target.join("go.mod");
    if let Ok(text) = std::fs::read_to_string(&go) {
        let path = root().to_str().context("the workspace's path is UTF-8")?;
        std::fs::write(&go, text.replace("../../..", path))?;
    }
    Ok(target)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    const LEFT: [&str; 5] = ["target", "node_modules", ".venv", "build", "__pycache__"];
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if name.to_str().is_some_and(|name| LEFT.contains(&name) || name.ends_with(".wasm")) {
            continue;
        }
        // The interfaces are a link to the repository's own.
        if path.is_dir() {
            copy_folder(&path, &to.join(name))?
        } else {
            std::fs::copy(&path, to.join(name)).map(drop)?
        }
    }
    Ok(())
}
