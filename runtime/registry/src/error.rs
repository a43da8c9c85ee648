use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a component cannot be had or given, for the person who must act. No credentials are in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No connection, or none that TLS trusts.
    #[error("{registry} cannot be reached: {reason}")]
    Unreachable {
        /// Host and port.
        registry: String,
        /// What the system or TLS says.
        reason: String,
    },
    /// It took too long.
    #[error("{registry} took longer than {after:?} to {step}")]
    TimedOut {
        /// Host and port.
        registry: String,
        /// What was waited for.
        step: &'static str,
        /// The limit.
        after: Duration,
    },
    /// 401 or 403.
    #[error("{registry} refuses {repository} to {who} ({status}{})", behind(said))]
    Denied {
        /// Host and port.
        registry: String,
        /// The repository's name.
        repository: String,
        /// As whom we asked.
        who: Who,
        /// The HTTP status.
        status: u16,
        /// The registry's own words.
        said: String,
    },
    /// 404.
    #[error("{registry} does not have {what} (404{})", behind(said))]
    NotFound {
        /// Host and port.
        registry: String,
        /// The manifest, layer or repository.
        what: String,
        /// The registry's own words.
        said: String,
    },
    /// Any other answer that is none of the specification's.
    #[error("{registry} cannot {step}: {reason}")]
    Answer {
        /// Host and port.
        registry: String,
        /// What was asked for.
        step: &'static str,
        /// Status and words, or what is wrong with the answer.
        reason: String,
    },
    /// There is something, and it is no component.
    #[error("{place} is no artifact of a component: {reason}")]
    NotAComponent {
        /// The reference.
        place: String,
        /// What it is instead.
        reason: String,
    },
    /// The bytes are not those that were asked for.
    #[error("the {what} from {registry} has the digest {is}, meant is {meant}")]
    OtherBytes {
        /// Host and port.
        registry: String,
        /// Manifest or layer.
        what: &'static str,
        /// What came.
        is: String,
        /// What was asked for.
        meant: String,
    },
    /// The connection ended before its time, or more came than was told.
    #[error("the component from {registry} came with {got} bytes instead of {size}{}", behind(reason))]
    OtherSize {
        /// Host and port.
        registry: String,
        /// How many came; of more than there should be, the first that are too many.
        got: u64,
        /// How many the manifest names.
        size: u64,
        /// What the connection says.
        reason: String,
    },
    /// The component is larger than any that is loaded.
    #[error("the component has {bytes} bytes, {limit} are the most")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The most.
        limit: u64,
    },
    /// A reference to push to has no tag.
    #[error("a component is pushed under a tag: write {place}:1.0.0, with its version")]
    NoTag {
        /// The reference.
        place: String,
    },
    /// The folder for pulled components is not ours alone.
    #[error("{path} is not used for components: {reason}")]
    Cache {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No thread or no runtime on it.
    #[error("no thread to talk to a registry: {source}")]
    Thread {
        /// What the system says.
        source: io::Error,
    },
}

/// As whom a registry was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody: there are no credentials for it.
    Anonymous {
        /// Why those that may be there were not used.
        why: Option<String>,
    },
    /// The user whose credentials are in this file.
    User {
        /// The Docker configuration.
        file: PathBuf,
    },
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous { why: None } => f.write_str("whoever does not log in"),
            Self::Anonymous { why: Some(why) } => write!(f, "whoever does not log in; {why}"),
            Self::User { file } => write!(f, "the user of {}", file.display()),
        }
    }
}

impl Error {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unreachable { reason, .. } if reason.contains("certificate") => {
                "the registry's certificate is checked by the system's authorities; `SSL_CERT_FILE` names others".into()
            }
            Self::Unreachable { .. } | Self::TimedOut { .. } => {
                "look whether this machine reaches it; a component that was pulled once needs no registry any more"
                    .into()
            }
            Self::Denied { registry, who: Who::Anonymous { .. }, .. } => {
                format!(
                    "`docker login {registry}` writes down who you are; many registries also say this of a repository that is not there"
                )
            }
            Self::Denied { registry, who: Who::User { .. }, .. } => {
                format!(
                    "`docker login {registry}` writes it down anew; ask the repository's owner whether that user may"
                )
            }
            Self::NotFound { .. } => "look for a misspelt name, and whether it was pushed and not deleted".into(),
            Self::OtherBytes { .. } => {
                "do not use it: somebody between here and there changes what is sent, or the registry is damaged".into()
            }
            Self::OtherSize { .. } => "try again; nothing of it was kept".into(),
            Self::NotAComponent { .. } => "`framegate plugin push` and `wkg oci push` make such artifacts".into(),
            Self::Answer { .. }
            | Self::TooLarge { .. }
            | Self::NoTag { .. }
            | Self::Cache { .. }
            | Self::Thread { .. } => {
                return None;
            }
        })
    }
}

fn behind(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}
