use std::path::{Path, PathBuf};

use crate::{Error, Language, tool};

/// componentize-py: that of the project's own environment, that on the path, or the Python that can install it.
#[derive(Debug)]
pub(crate) enum Componentizer {
    /// It is there.
    There { program: PathBuf, version: String },
    /// It is not, but this Python makes an environment with it.
    Python { program: PathBuf, version: String },
}

/// Where a project's own environment is, as Python's tutorial has it.
pub(crate) const ENVIRONMENT: &str = ".venv";

/// The oldest that componentize-py is published for.
const OLDEST: (u32, u32) = (3, 10);

impl Componentizer {
    pub(crate) fn find(project: &Path) -> Result<Self, Error> {
        let own = Some(Self::within(project)).filter(|path| path.is_file());
        if let Some(program) = own.or_else(|| tool::find("componentize-py"))
            && let Some(version) = tool::ask(&program, &["--version"])
        {
            return Ok(Self::There { program, version });
        }
        let missing = |what: String, state: String| Error::Missing {
            language: Language::Python,
            what,
            state,
            install:
                "  Debian, Ubuntu:  apt-get install python3 python3-venv\n  elsewhere:       https://www.python.org"
                    .into(),
        };
        let program = tool::find("python3").ok_or_else(|| missing("python3".into(), "is not installed:".into()))?;
        let version = tool::ask(&program, &["--version"]).unwrap_or_default();
        let (major, minor) = OLDEST;
        if tool::version(&version).is_none_or(|is| is < OLDEST) {
            return Err(missing(format!("Python {major}.{minor} or newer"), format!("is here as {version:?}:")));
        }
        if tool::ask(&program, &["-c", "import ensurepip, venv"]).is_none() {
            return Err(missing("Python's module venv".into(), "is not installed:".into()));
        }
        Ok(Self::Python { program, version })
    }

    /// The program in a project's own environment.
    pub(crate) fn within(project: &Path) -> PathBuf {
        project.join(ENVIRONMENT).join("bin/componentize-py")
    }

    pub(super) fn tools(self) -> Vec<String> {
        match self {
            Self::There { version, .. } | Self::Python { version, .. } => vec![version],
        }
    }
}
