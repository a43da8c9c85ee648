//! `framegate health`, `doctor` and `top`: what was typed.

use std::path::PathBuf;

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};

use super::FILE;

/// Where a server is that was started as the examples have it.
const URL: &str = "http://127.0.0.1:8080";

/// Which server is asked whether it lives.
#[derive(Args, Clone, Debug, PartialEq)]
pub(crate) struct HealthArguments {
    /// The server, http:// alone
    #[arg(default_value = URL, env = "FRAMEGATE_URL")]
    pub(crate) url: String,
}

/// What is looked at.
#[derive(Args, Clone, Debug, PartialEq)]
pub(crate) struct DoctorArguments {
    /// The file whose cameras, folders and address are looked at
    #[arg(default_value = FILE)]
    pub(crate) file: PathBuf,
    /// For programs
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which server is shown.
#[derive(Args, Clone, Debug, PartialEq)]
pub(crate) struct TopArguments {
    /// The server: http:// or https://, with its prefix if it is behind a proxy [default: where the file says that it listens]
    #[arg(env = "FRAMEGATE_URL")]
    pub(crate) url: Option<String>,
    /// The secret of a [tokens.NAME] of the server; on the command line others on this machine see it
    #[arg(long, env = "FRAMEGATE_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<Token>,
    /// The file of a server on this machine
    #[arg(long, default_value = FILE)]
    pub(crate) file: PathBuf,
}

/// A token that was typed: nothing prints it.
#[derive(Clone, Debug)]
pub(crate) struct Token(pub(crate) SecretString);

impl From<String> for Token {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

pub(super) const TOP_EXAMPLES: &str = "\
Keys: arrows choose, Enter shows one stream, / filters, s sorts, q quits. NO_COLOR is heeded.

Examples:
  framegate top
  FRAMEGATE_TOKEN=… framegate top https://cams.example/cameras";

pub(super) const HEALTH_EXAMPLES: &str = "\
Exit status: 0 if it answers /healthz with 200 within three seconds, 1 otherwise.

Example, in a Dockerfile:
  HEALTHCHECK CMD [\"/usr/bin/framegate\", \"health\"]";

pub(super) const DOCTOR_EXAMPLES: &str = "\
Each camera is connected for some seconds, as many at once as there are; nothing is changed. Run it as the user that serves, who may write other
folders than you.

Exit status: 0 if nothing is bad, 1 otherwise.

Examples:
  framegate doctor
  sudo -u framegate env STATE_DIRECTORY=/var/lib/framegate XDG_CACHE_HOME=/var/cache framegate doctor /etc/framegate/streams.toml";
