use std::path::PathBuf;

use crate::{Error, Language, tool};

/// The stock compiler.
#[derive(Debug)]
pub(crate) struct Go {
    pub(crate) program: PathBuf,
    version: String,
}

/// The oldest that exports functions from WebAssembly (`//go:wasmexport`).
const OLDEST: (u32, u32) = (1, 24);

impl Go {
    pub(crate) fn find() -> Result<Self, Error> {
        let (major, minor) = OLDEST;
        let missing = |state: String| Error::Missing {
            language: Language::Go,
            what: format!("Go {major}.{minor} or newer"),
            state,
            install: "  https://go.dev/dl, or what your distribution packages (Debian 13: apt-get install golang)"
                .into(),
        };
        let program = tool::find("go").ok_or_else(|| missing("is not installed:".into()))?;
        let said = tool::ask(&program, &["version"]).unwrap_or_default();
        match tool::version(&said) {
            Some(is) if is >= OLDEST => Ok(Self { program, version: said }),
            _ => Err(missing(format!("is here as {said:?}:"))),
        }
    }

    pub(super) fn tools(self) -> Vec<String> {
        vec![self.version]
    }
}
