use std::io;
use std::path::PathBuf;

/// Why a trial does not take place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The clip cannot be played.
    #[error(transparent)]
    Clip(#[from] source::Error),
    /// A file or a folder cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What is to be looked at holds nothing that can be.
    #[error("{path}: {reason}")]
    Input {
        /// The file or the folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There was no picture to show.
    #[error("no picture could be shown: {0}")]
    Nothing(String),
    /// The file of what is expected has a mistake.
    #[error("{path}: {reason}")]
    Expectations {
        /// The file.
        path: PathBuf,
        /// The mistake, with its line.
        reason: String,
    },
    /// The plugin plays no role that this can try.
    #[error("{0}")]
    Role(String),
    /// The plugin does not take its options.
    #[error("the plugin does not take its options: {0}")]
    Options(String),
    /// A picture could not be written.
    #[error(transparent)]
    Still(#[from] codec::encode::Error),
    /// No thread for the roles that may wait.
    #[error(transparent)]
    Services(#[from] plugin::Error),
}

impl Error {
    /// For `map_err`: the system's error about a path.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
