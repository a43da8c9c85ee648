use std::fs;
use std::path::PathBuf;

use crate::component::{Says, wrap};
use crate::interface::WORLD;
use crate::toolchain::Compiler;
use crate::{Error, Project, bindings, tool};

/// Generated, and made anew by each build.
const BINDINGS: &str = "bindings";
const BUILD: &str = "build";

/// For a reactor (no `main`); vectors, since every engine that runs plugins has them; the author's own warnings on. A function that returns
/// nothing where it must is a mistake. Without debug information, but with names: a backtrace in the log says which function.
const FLAGS: [&str; 9] = [
    "-mexec-model=reactor",
    "-std=c11",
    "-O2",
    "-msimd128",
    "-Wall",
    "-Wextra",
    "-Werror=return-type",
    "-Wl,--strip-debug",
    "-I.",
];

pub(super) fn bind(project: &Project) -> Result<(), Error> {
    bindings::c(&project.world, &project.folder.join(BINDINGS))
}

pub(super) fn build(project: &Project, begin: &mut dyn FnMut(&str)) -> Result<String, Error> {
    let compiler = Compiler::find()?;
    bind(project)?;
    let sources = sources(project)?;
    begin("compiling");
    fs::create_dir_all(project.folder.join(BUILD)).map_err(Error::file(BUILD))?;
    let generated = PathBuf::from(BINDINGS);
    let object = PathBuf::from(BUILD).join("bindings.o");
    // Generated code is not for the author's warnings.
    let mut command = compiler.command();
    command.current_dir(&project.folder).args(["-O2", "-w", "-c"]).arg(generated.join(format!("{WORLD}.c")));
    tool::run(command.arg("-o").arg(&object))?;
    let module = PathBuf::from(BUILD).join("module.wasm");
    let mut command = compiler.command();
    command.current_dir(&project.folder).args(FLAGS).args(sources).arg(object);
    command.arg(generated.join(format!("{WORLD}_component_type.o"))).args(["-lm", "-o"]).arg(&module);
    let (_, said) = tool::run(&mut command)?;
    begin("making it a component");
    wrap(&project.folder.join(module), Says::World, &project.world, &project.scratch())?;
    Ok(said)
}

/// The C files of the project's own folder, sorted.
fn sources(project: &Project) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(&project.folder).map_err(Error::file(&project.folder))?;
    let names = entries.flatten().map(|entry| PathBuf::from(entry.file_name()));
    let mut sources: Vec<_> = names.filter(|name| name.extension().is_some_and(|ending| ending == "c")).collect();
    sources.sort();
    Ok(sources)
}
