use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::component::{Says, wrap};
use crate::toolchain::Go;
use crate::{Error, Project, bindings, tool};

const BUILD: &str = "build";

pub(super) fn bind(project: &Project) -> Result<(), Error> {
    bindings::go(&project.world, &module(project)?, &project.folder)
}

pub(super) fn build(project: &Project, begin: &mut dyn FnMut(&str)) -> Result<String, Error> {
    let go = Go::find()?;
    bind(project)?;
    begin("go build (fetches what go.mod requires beyond the project's own folders)");
    let made = PathBuf::from(BUILD).join("module.wasm");
    // checklinkname: the runtime package asks Go for memory before Go itself runs, by a function that is not for everybody.
    let mut command = Command::new(go.program);
    command.current_dir(&project.folder).env("GOOS", "wasip1").env("GOARCH", "wasm");
    command
        .args(["build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w -checklinkname=0", "-o"])
        .arg(&made)
        .arg(".");
    let (_, said) = tool::run(&mut command)?;
    begin("making it a component");
    wrap(&project.folder.join(made), Says::Nothing, &project.world, &project.scratch())?;
    Ok(said)
}

/// The name of the module: the bindings' packages are below it.
fn module(project: &Project) -> Result<String, Error> {
    let path = project.folder.join("go.mod");
    let text = fs::read_to_string(&path).map_err(Error::file(&path))?;
    let name = text.lines().find_map(|line| line.strip_prefix("module "));
    name.map(|name| name.trim().to_owned()).ok_or_else(|| Error::NoProject {
        path: project.folder.clone(),
        reason: "go.mod has no line `module …`".into(),
    })
}
