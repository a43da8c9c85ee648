use std::fmt::Debug;
use std::ops::Range;
use std::pin::Pin;
use std::time::SystemTime;

use bytes::Bytes;

use crate::Error;

/// A future that a trait object gives.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// All bytes of a file.
pub const ALL: Range<u64> = 0..u64::MAX;

/// The files of one folder or prefix. Names have letters, digits, `.`, `_`, `~` and `-`, and lead nowhere else.
///
/// Whoever reads may do so at any time; one alone writes, and waits for one file before the next. A future that is dropped leaves the old file, the whole
/// new one, or what [`recover`](crate::recover()) finds and the next [`crate::Keeper`] removes.
pub trait Store: Debug + Send + Sync {
    /// Makes or replaces a file. Whoever reads sees the old one, the whole new one, or none.
    fn put<'a>(&'a self, name: &'a str, pieces: &'a [Bytes]) -> Boxed<'a, Result<(), Error>>;

    /// Bytes of a file, fewer where it ends before; none if there is no such file.
    fn get_range<'a>(&'a self, name: &'a str, range: Range<u64>) -> Boxed<'a, Result<Option<Bytes>, Error>>;

    /// Removes a file. One that is not there is as good as removed.
    fn remove<'a>(&'a self, name: &'a str) -> Boxed<'a, Result<(), Error>>;

    /// The files that there are, in no order; none where nothing was put yet. Files that no name here can mean are left out.
    fn list(&self) -> Boxed<'_, Result<Vec<Entry>, Error>>;

    /// The folders, or prefixes, that there are in it, by their names; those that no name here can mean are left out.
    fn folders(&self) -> Boxed<'_, Result<Vec<String>, Error>>;

    /// Removes the folder itself if nothing is in it. One that is not empty, or not there, stays as it is.
    fn remove_empty(&self) -> Boxed<'_, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }

    /// All of a file; none if there is no such file.
    fn get<'a>(&'a self, name: &'a str) -> Boxed<'a, Result<Option<Bytes>, Error>> {
        self.get_range(name, ALL)
    }
}

/// One file of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// When it was put, by the store's clock; none where the store does not know.
    pub modified: Option<SystemTime>,
}
