use std::io;
use std::time::Duration;

/// Why a file was not put, read or removed, for the person who must act.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name that could lead out of the folder. Trying again does not mend it.
    #[error("{name:?} is no name of a file here: {why}")]
    Name {
        /// As it was given.
        name: String,
        /// The rule.
        why: &'static str,
    },
    /// There is no room: somebody must make some.
    #[error(
        "{place} cannot be {done}, for its disk is full: make room on it, or keep less (`hls.window`, fewer streams with `hls.storage`)"
    )]
    Full {
        /// Folder and file.
        place: String,
        /// What was to be done to it: "written".
        done: &'static str,
    },
    /// We may not: somebody must let us.
    #[error(
        "{place} cannot be {done}: {reason}; give the user that Framegate runs as the right to write there, or name another folder as `hls.storage`"
    )]
    Denied {
        /// Folder and file.
        place: String,
        /// What was to be done to it.
        done: &'static str,
        /// What the store says.
        reason: String,
    },
    /// Anything else: it may go by itself.
    #[error("{place} cannot be {done}: {reason}")]
    Failed {
        /// Folder and file.
        place: String,
        /// What was to be done to it.
        done: &'static str,
        /// What the store says.
        reason: String,
    },
    /// The store gave no answer.
    #[error("{file} was not {done} within {after:?}: the store does not answer")]
    TooLate {
        /// The file.
        file: String,
        /// What was to be done to it.
        done: &'static str,
        /// How long it was waited for.
        after: Duration,
    },
}

impl Error {
    /// What the system says of a place.
    pub(crate) fn of(error: &io::Error, place: impl Into<String>, done: &'static str) -> Self {
        let (place, reason) = (place.into(), error.to_string());
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { place, done },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Denied { place, done, reason },
            _ => Self::Failed { place, done, reason },
        }
    }

    /// Whether a person must act.
    pub(crate) fn needs_somebody(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::Denied { .. } | Self::Name { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_must_act_is_told_what_to_do() {
        let of = |kind: io::ErrorKind| Error::of(&kind.into(), "/srv/hls/lobby/main/a.ts", "written");
        assert_eq!(
            of(io::ErrorKind::StorageFull).to_string(),
            "/srv/hls/lobby/main/a.ts cannot be written, for its disk is full: make room on it, or keep less (`hls.window`, fewer streams with `hls.storage`)"
        );
        assert!(
            of(io::ErrorKind::QuotaExceeded).needs_somebody() && of(io::ErrorKind::ReadOnlyFilesystem).needs_somebody()
        );
        assert!(!of(io::ErrorKind::NotConnected).needs_somebody());
    }
}
