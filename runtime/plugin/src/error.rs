use std::io;
use std::path::PathBuf;

use crate::admission::Refusal;
use crate::grants::Missing;

/// Why a plugin cannot be used, for the person who must act.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `component` names none that comes with the program.
    #[error("`{name}` is none of the plugins that come with the program: {known}")]
    NotBundled {
        /// What was asked for.
        name: String,
        /// What there is, as a list.
        known: String,
    },
    /// The component's file cannot be read.
    #[error("the component {path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The component is in a registry, and its bytes were not brought.
    #[error("{reference} was not pulled")]
    NotPulled {
        /// Where it is.
        reference: String,
    },
    /// The component's file is not the one that was pinned.
    #[error("`sha256`: the component's bytes hash to {is}, pinned is {pinned}")]
    OtherBytes {
        /// In hexadecimal.
        is: String,
        /// In hexadecimal.
        pinned: String,
    },
    /// The component is larger than any that is loaded.
    #[error("the component has {bytes} bytes, {limit} are the most")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The most.
        limit: u64,
    },
    /// The bytes are no plugin.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It imports the right interfaces in the wrong shape, or is invalid inside.
    #[error("it does not fit this program's interfaces: {reason}")]
    Misfit {
        /// What wasmtime says.
        reason: String,
    },
    /// It cannot be compiled.
    #[error("it cannot be compiled: {reason}")]
    Compile {
        /// What the compiler says.
        reason: String,
    },
    /// It fails already when it is asked to describe itself.
    #[error("it fails when asked to describe itself: {reason}")]
    Describe {
        /// The fault, or what is wrong with the description.
        reason: String,
    },
    /// It needs what it was not granted.
    #[error("it needs what is not granted: add {}", list(missing))]
    Grants {
        /// The lines to add to the plugin's section.
        missing: Vec<Missing>,
    },
    /// What it was granted is not there.
    #[error("its grants cannot be given: {reason}")]
    GrantNotThere {
        /// The folder, and what the system says.
        reason: String,
    },
    /// The folder for compiled code is not ours alone.
    #[error("{path} is not used for compiled code: {reason}")]
    Cache {
        /// The folder or a file in it.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A thread cannot be started.
    #[error("no thread for plugins: {source}")]
    Thread {
        /// What the system says.
        source: io::Error,
    },
    /// wasmtime does not work on this machine.
    #[error("the WebAssembly engine cannot be started: {reason}")]
    Engine {
        /// What wasmtime says.
        reason: String,
    },
}

impl Error {
    pub(crate) fn engine(error: wasmtime::Error) -> Self {
        Self::Engine { reason: format!("{error:#}") }
    }
}

fn list(missing: &[Missing]) -> String {
    missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
