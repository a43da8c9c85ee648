use std::path::PathBuf;

use crate::{Error, Language, tool};

/// Node.js with its package manager; componentize-js itself is a dependency of each project.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) program: PathBuf,
    pub(crate) npm: PathBuf,
    version: String,
}

/// The oldest that componentize-js runs on.
const OLDEST: u32 = 20;

impl Node {
    pub(crate) fn find() -> Result<Self, Error> {
        let missing = |what: &str, state: String| Error::Missing {
            language: Language::JavaScript,
            what: what.into(),
            state,
            install: "  Debian, Ubuntu:  apt-get install nodejs npm\n  elsewhere:       https://nodejs.org".into(),
        };
        let program = tool::find("node").ok_or_else(|| missing("node", "is not installed:".into()))?;
        let npm = tool::find("npm").ok_or_else(|| missing("npm", "is not installed:".into()))?;
        let said = tool::ask(&program, &["--version"]).unwrap_or_default();
        match tool::version(&said) {
            Some((major, _)) if major >= OLDEST => Ok(Self { program, npm, version: format!("node {said}") }),
            _ => Err(missing(&format!("node {OLDEST} or newer"), format!("is here as {said:?}:"))),
        }
    }

    pub(super) fn tools(self) -> Vec<String> {
        vec![self.version]
    }
}
