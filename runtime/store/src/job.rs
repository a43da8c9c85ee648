use std::time::Duration;

use bytes::Bytes;

use crate::Error;
use crate::store::Store;

/// A file to put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) pieces: Vec<Bytes>,
    pub(crate) kind: Kind,
}

/// What it is: segments are left out first when there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Segment,
    Init,
}

impl File {
    pub(crate) fn bytes(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len() as u64).sum()
    }
}

/// One thing to do in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    Put(File),
    Playlist { name: String, text: Bytes },
    Remove(String),
}

impl Job {
    /// Does it; `within`: how long the store may take to answer.
    pub(crate) async fn run(&self, store: &dyn Store, within: Duration) -> Result<(), Error> {
        let work = match self {
            Self::Put(file) => store.put(&file.name, &file.pieces),
            Self::Playlist { name, text } => store.put(name, std::slice::from_ref(text)),
            Self::Remove(name) => store.remove(name),
        };
        let answer = tokio::time::timeout(within, work).await;
        answer.unwrap_or_else(|_| Err(self.too_late(within)))
    }

    pub(crate) fn too_late(&self, after: Duration) -> Error {
        let (file, done) = match self {
            Self::Put(File { name, .. }) | Self::Playlist { name, .. } => (name, "written"),
            Self::Remove(name) => (name, "removed"),
        };
        Error::TooLate { file: file.clone(), done, after }
    }
}
