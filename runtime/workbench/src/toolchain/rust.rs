use std::path::{Path, PathBuf};

use crate::{Error, Language, tool};

/// The target that components are built for.
pub(crate) const TARGET: &str = "wasm32-wasip2";

/// Cargo, with the target's standard library.
#[derive(Debug)]
pub(crate) struct Cargo {
    pub(crate) program: PathBuf,
    version: String,
}

impl Cargo {
    pub(crate) fn find() -> Result<Self, Error> {
        let missing = |what: &str, state: &str, install: &str| Error::Missing {
            language: Language::Rust,
            what: what.into(),
            state: state.into(),
            install: install.into(),
        };
        let install = "  install Rust by https://rustup.rs, then: rustup target add wasm32-wasip2";
        let program = tool::find("cargo").ok_or_else(|| missing("cargo", "is not installed:", install))?;
        let version = tool::ask(&program, &["--version"])
            .ok_or_else(|| missing("cargo", "is there but does not run:", install))?;
        let library = tool::ask("rustc", &["--print", "target-libdir", "--target", TARGET]);
        if !library.is_some_and(|library| Path::new(&library).is_dir()) {
            return Err(missing("the target wasm32-wasip2", "is not installed:", "  rustup target add wasm32-wasip2"));
        }
        Ok(Self { program, version })
    }

    pub(super) fn tools(self) -> Vec<String> {
        vec![self.version, TARGET.into()]
    }
}
