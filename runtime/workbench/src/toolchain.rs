//! What each language needs on this machine: what is looked for, and the line that installs it.

mod c;
mod go;
mod javascript;
mod python;
mod rust;

pub(crate) use c::Compiler;
pub(crate) use go::Go;
pub(crate) use javascript::Node;
pub(crate) use python::Componentizer;
pub(crate) use python::ENVIRONMENT;
pub(crate) use rust::{Cargo, TARGET};

use std::path::Path;

use crate::{Error, Language};

/// The tools of a language, as they were found.
#[derive(Debug)]
pub struct Toolchain {
    /// Each by its name and version, for people.
    pub tools: Vec<String>,
}

impl Toolchain {
    /// Looks for what a language needs to build the project in this folder, which need not be there yet. What is missing is told with the lines
    /// that install it.
    pub fn find(language: Language, project: &Path) -> Result<Self, Error> {
        let tools = match language {
            Language::Rust => Cargo::find()?.tools(),
            Language::C => Compiler::find()?.tools(),
            Language::JavaScript => Node::find()?.tools(),
            Language::Python => Componentizer::find(project)?.tools(),
            Language::Go => Go::find()?.tools(),
        };
        Ok(Self { tools })
    }
}
