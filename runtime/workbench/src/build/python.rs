use std::process::Command;

use crate::interface::WORLD;
use crate::toolchain::{Componentizer, ENVIRONMENT};
use crate::{Error, Project, tool};

pub(super) fn build(project: &Project, begin: &mut dyn FnMut(&str)) -> Result<String, Error> {
    let program = match Componentizer::find(&project.folder)? {
        Componentizer::There { program, .. } => program,
        Componentizer::Python { program, .. } => {
            begin("pip install (fetches what requirements.txt names from the package registry, into .venv)");
            let mut command = Command::new(program);
            tool::run(command.current_dir(&project.folder).args(["-m", "venv", ENVIRONMENT]))?;
            let mut command = Command::new(project.folder.join(ENVIRONMENT).join("bin/pip"));
            command.current_dir(&project.folder).args(["install", "--quiet", "--disable-pip-version-check"]);
            tool::run(command.args(["-r", "requirements.txt"]))?;
            Componentizer::within(&project.folder)
        }
    };
    begin("componentize-py");
    let mut command = Command::new(program);
    command.current_dir(&project.folder).args(["--wit-path", "wit", "--world", WORLD, "--quiet", "componentize"]);
    // With WASI, of which the host gives it what prints: stubs in its place would trap where Python tells of an exception.
    command.args(["plugin", "--output"]).arg(project.scratch());
    let (_, said) = tool::run(&mut command)?;
    Ok(said)
}
