//! Builds the components of another workspace from within a build script: the nested cargo.
//!
//! For build scripts alone: the program's embeds the plugins that come with it, the tests' embed hostile guests.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "that is how a build script talks to cargo")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The target that components are built for.
pub const TARGET: &str = "wasm32-wasip2";

/// Cargo and rustup give these to build scripts for the host's build; in a nested build they would mean the wrong target, flags or
/// folder. What is not listed (PATH, HOME, RUSTUP_HOME, CARGO_HOME, proxies) is the machine's and stays.
const FOREIGN: [&str; 21] = [
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_INCREMENTAL",
    "CARGO_MAKEFLAGS",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_TARGET_DIR",
    "CLIPPY_ARGS",
    "CLIPPY_CONF_DIR",
    "DEBUG",
    "MAKEFLAGS",
    "OPT_LEVEL",
    "PROFILE",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "TARGET",
];

/// Builds every component of `workspace` in release into a target directory below `out`, and tells cargo to come back when a source file
/// changes. Gives each component's name (its target's, with `-`) and file, sorted by name.
///
/// # Panics
///
/// When the build fails, with what the person must do: a build script has no better way to say it.
pub fn build(workspace: &Path, out: &Path) -> Vec<(String, PathBuf)> {
    watch(workspace);
    println!("cargo::rerun-if-env-changed=PATH");
    bring_target();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(workspace)
        .args(["build", "--workspace", "--lib", "--examples", "--release", "--locked", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics", "--target-dir"])
        .arg(out.join("components"))
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    for name in FOREIGN {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_CFG_", "CARGO_FEATURE_", "CARGO_PKG_", "CARGO_PROFILE_", "DEP_"].iter().any(|p| text.starts_with(p))
        {
            command.env_remove(&name);
        }
    }
    let output = command.output().unwrap_or_else(|error| panic!("cargo cannot be started: {error}"));
    assert!(
        output.status.success(),
        "the components in {} did not build (see above); if the target is missing: rustup target add {TARGET}",
        workspace.display()
    );
    let mut components: Vec<_> = String::from_utf8_lossy(&output.stdout).lines().filter_map(component).collect();
    components.sort();
    components
}

/// Has rustup bring the target where it is missing: rustup does so by itself for `rust-toolchain.toml`, but not where a machine's owner switched
/// that off (`RUSTUP_AUTO_INSTALL=0`) or chose another toolchain by the environment. Without rustup, or without a network, the build says what is missing.
fn bring_target() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let folder = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output();
    let is_there = folder.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir());
    if !is_there {
        let _ = Command::new("rustup").args(["target", "add", TARGET]).stdout(Stdio::null()).status();
    }
}

/// The component that a line of cargo's messages tells of, if it does.
/// <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>
fn component(line: &str) -> Option<(String, PathBuf)> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" {
        return None;
    }
    let name = message["target"]["name"].as_str()?.replace('_', "-");
    let files = message["filenames"].as_array()?;
    let file = files.iter().filter_map(|file| file.as_str()).find(|file| file.ends_with(".wasm"))?;
    Some((name, file.into()))
}

/// Cargo is told each folder but the workspace's own, where a `target` folder would change at every build; and the interfaces that its
/// bindings are made from, `wit` beside it or above.
fn watch(workspace: &Path) {
    for above in workspace.ancestors().skip(1).take(2) {
        if above.join("wit").is_dir() {
            println!("cargo::rerun-if-changed={}", above.join("wit").display());
        }
    }
    let Ok(entries) = std::fs::read_dir(workspace) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name() != "target" {
            println!("cargo::rerun-if-changed={}", entry.path().display());
        }
    }
}
