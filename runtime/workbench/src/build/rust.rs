use std::fs;
use std::process::Command;

use crate::toolchain::Cargo;
use crate::{Error, Project, tool};

pub(super) fn build(project: &Project, begin: &mut dyn FnMut(&str)) -> Result<String, Error> {
    let cargo = Cargo::find()?;
    begin("cargo build (the first time it fetches the crates of Cargo.toml from the package registry)");
    let mut command = Command::new(cargo.program);
    command.current_dir(&project.folder).args([
        "build",
        "--release",
        "--target",
        crate::toolchain::TARGET,
        "--color",
        "never",
    ]);
    command.args(["--message-format", "json-render-diagnostics"]);
    let (messages, said) = tool::run(&mut command).map_err(without_messages)?;
    let made = messages.lines().filter_map(component).next_back().ok_or_else(|| Error::NoProject {
        path: project.folder.clone(),
        reason: "cargo made no component of it: `[lib]` in Cargo.toml needs crate-type = [\"cdylib\"]".into(),
    })?;
    let scratch = project.scratch();
    fs::copy(made, &scratch).map_err(Error::file(scratch))?;
    Ok(if said.contains("warning") { said } else { String::new() })
}

/// A failure as cargo tells it to people: its messages to programs are not for them.
fn without_messages(error: Error) -> Error {
    match error {
        Error::Tool { command, status, output } => {
            let output = output.lines().filter(|line| !line.starts_with("{\"reason\":")).collect::<Vec<_>>().join("\n");
            Error::Tool { command, status, output: output + "\n" }
        }
        other => other,
    }
}

/// The component that a line of cargo's messages tells of, if it does.
/// <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>
fn component(line: &str) -> Option<String> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" {
        return None;
    }
    let files = message["filenames"].as_array()?;
    files.iter().filter_map(|file| file.as_str()).find(|file| file.ends_with(".wasm")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_has_the_compilers_words_and_not_cargos_messages() {
        let output = "error[E0308]: mismatched types\n{\"reason\":\"build-finished\",\"success\":false}\n".to_owned();
        let error = without_messages(Error::Tool { command: "cargo".into(), status: "101".into(), output });
        let told = error.to_string();
        assert!(told.contains("mismatched types") && !told.contains("reason"), "{told}");
    }

    #[test]
    fn the_component_is_the_file_that_cargo_tells_of() {
        let line = r#"{"reason":"compiler-artifact","filenames":["/a/libx.rlib","/a/x.wasm"]}"#;
        assert_eq!(component(line).as_deref(), Some("/a/x.wasm"));
        assert_eq!(component(r#"{"reason":"compiler-artifact","filenames":["/a/libx.rlib"]}"#), None);
        assert_eq!(component(r#"{"reason":"build-finished","success":true}"#), None);
    }
}
