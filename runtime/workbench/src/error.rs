use std::io;
use std::path::PathBuf;

use crate::Language;

/// Why a project is not made or not built, for the person who must act.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A word that is not one of a few.
    #[error("there is no {what} `{got}`; there are {known}")]
    Word {
        /// Of what it is to be one.
        what: &'static str,
        /// What was written.
        got: String,
        /// Those that there are.
        known: String,
    },
    /// A name that is not one in all of the languages.
    #[error(
        "a plugin's name is lower-case words joined by `-`, each beginning with a letter, 64 characters at most, such as `line-counter`; got `{got}`"
    )]
    Name {
        /// What was written.
        got: String,
    },
    /// The new project's folder is there already.
    #[error("{path} is there already and is left alone: choose another name, or remove it")]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that is no project.
    #[error("{path} is no plugin project: {reason}")]
    NoProject {
        /// The folder.
        path: PathBuf,
        /// What is missing or doubled, and what to do.
        reason: String,
    },
    /// The project's WIT is wrong.
    #[error("{path}: {reason}")]
    Interface {
        /// The folder `wit`.
        path: PathBuf,
        /// What the parser says, with its line.
        reason: String,
    },
    /// A tool that the language needs is missing or too old.
    #[error("{title} needs {what}, which {state}\n{install}", title = language.title())]
    Missing {
        /// The language.
        language: Language,
        /// The tool.
        what: String,
        /// Such as `is not installed`.
        state: String,
        /// The lines that mend it.
        install: String,
    },
    /// A tool said no.
    #[error("`{command}` failed ({status}):\n{output}")]
    Tool {
        /// As it would be typed.
        command: String,
        /// Its end.
        status: String,
        /// All that it said.
        output: String,
    },
    /// The compiler's module cannot be made a component, or is none.
    #[error("{module} is not what a component is made of: {reason}")]
    Component {
        /// The core module, or the component.
        module: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err` beside a file's name.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
