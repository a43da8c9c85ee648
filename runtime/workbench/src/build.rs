//! From a project to a component: each language's own tools, and the last step where they end before it.

mod c;
mod go;
mod javascript;
mod python;
mod rust;

use std::path::PathBuf;

use crate::{Error, Language, Outline, Project, Role};

/// A component that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Where it is.
    pub component: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// The roles that it plays, by what it imports and exports.
    pub roles: Vec<Role>,
    /// What the compiler had to say although it succeeded: warnings, mostly nothing.
    pub said: String,
}

/// Builds a project. `begin` is told each step as it begins, in words: those that may download say from where.
pub fn build(project: &Project, begin: &mut dyn FnMut(&str)) -> Result<Built, Error> {
    let said = match project.language {
        Language::Rust => rust::build(project, begin),
        Language::C => c::build(project, begin),
        Language::JavaScript => javascript::build(project, begin),
        Language::Python => python::build(project, begin),
        Language::Go => go::build(project, begin),
    }?;
    // Whole or not at all: whoever watches it never sees half of one, nor what a build writes that nobody waits for any more.
    let (scratch, component) = (project.scratch(), project.component());
    std::fs::rename(&scratch, &component).map_err(Error::file(scratch))?;
    let bytes = std::fs::metadata(&component).map_err(Error::file(&component))?.len();
    let roles = Outline::read(&component)?.roles();
    Ok(Built { component, bytes, roles, said })
}

/// Writes the bindings of a new project, so that an editor knows the functions before the first build. Languages whose tools make
/// them have none here.
pub(crate) fn bind(project: &Project) -> Result<(), Error> {
    match project.language {
        Language::C => c::bind(project),
        Language::Go => go::bind(project),
        Language::Rust | Language::JavaScript | Language::Python => Ok(()),
    }
}
