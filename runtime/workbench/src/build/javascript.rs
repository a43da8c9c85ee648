use std::process::Command;

use crate::toolchain::Node;
use crate::{Error, Project, tool};

pub(super) fn build(project: &Project, begin: &mut dyn FnMut(&str)) -> Result<String, Error> {
    let node = Node::find()?;
    if !project.folder.join("node_modules/@bytecodealliance/componentize-js").exists() {
        begin("npm install (fetches componentize-js from the package registry)");
        let mut command = Command::new(&node.npm);
        tool::run(command.current_dir(&project.folder).args(["install", "--no-fund", "--no-audit"]))?;
    }
    begin("componentize-js");
    let mut command = Command::new(&node.program);
    command.current_dir(&project.folder).arg("build.mjs").arg(project.scratch());
    let (_, said) = tool::run(&mut command)?;
    Ok(said)
}
