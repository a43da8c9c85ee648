//! The workbench: where plugins are made. A project from a template, the tools that its language needs, a component out of it.
//!
//! Owns the templates, the embedded interfaces that go into each project, what is looked for on the machine and the line that installs it, the
//! call of each language's own tools, and the last step from a core module to a component where those end before it (C, Go). Owns neither
//! the sandbox that components run in (`plugin`) nor what a person is shown of the progress (the program).
//!
//! The generators of bindings for C and Go are linked: an integrator needs the language's stock compiler and nothing else.
#![forbid(unsafe_code)]

mod bindings;
mod build;
mod component;
mod dev;
mod error;
mod interface;
mod language;
mod name;
mod outline;
mod project;
mod role;
mod template;
mod tool;
mod toolchain;
mod watching;

pub use build::{Built, build};
pub use dev::{DEV, Dev, STREAM, dev_file};
pub use error::Error;
pub use language::Language;
pub use name::Name;
pub use outline::Outline;
pub use project::Project;
pub use role::Role;
pub use template::new;
pub use toolchain::Toolchain;
pub use watching::Sources;
