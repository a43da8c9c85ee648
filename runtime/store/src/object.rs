//! Whatever `object_store` can talk to.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload};

use crate::Error;
use crate::name::checked;
use crate::store::{ALL, Boxed, Entry, Store};

/// The objects under a prefix. A put is one request, which such stores carry out whole or not at all.
pub struct Object {
    inner: Arc<dyn ObjectStore>,
    prefix: Path,
}

/// A store in this process, for tests and for windows that need not outlive it.
pub fn in_memory() -> Object {
    Object::over(Arc::new(InMemory::new()), Path::default())
}

/// A folder as an object store, which must be there.
pub fn local(folder: &FilePath) -> Result<Object, Error> {
    let local = LocalFileSystem::new_with_prefix(folder);
    let local = local.map_err(|error| told(&error, folder.display().to_string(), "opened"))?;
    Ok(Object::over(Arc::new(local), Path::default()))
}

impl fmt::Debug for Object {
    /// Without what is in it, which the in-memory backend would print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {:?}", self.inner, self.prefix.as_ref())
    }
}

impl Object {
    pub(crate) fn over(inner: Arc<dyn ObjectStore>, prefix: Path) -> Self {
        Self { inner, prefix }
    }

    /// The same under one more name, such as a stream's.
    pub fn below(&self, name: &str) -> Result<Self, Error> {
        Ok(Self::over(self.inner.clone(), self.path(name)?))
    }

    fn path(&self, name: &str) -> Result<Path, Error> {
        let name = checked(name)?;
        let whole = if self.prefix.as_ref().is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) };
        // As it is, not escaped: it is what the objects are served by.
        Path::parse(whole).map_err(|_| Error::Name { name: name.into(), why: "the store does not take it" })
    }

    async fn read(&self, path: &Path, range: Range<u64>) -> object_store::Result<Bytes> {
        let whole = range == ALL;
        let options = GetOptions { range: (!whole).then(|| GetRange::Bounded(range.clone())), ..GetOptions::default() };
        match self.inner.get_opts(path, options).await {
            Ok(found) => found.bytes().await,
            // Where nothing is to be read stores refuse: what is behind the end is empty.
            Err(_) if !whole && (range.is_empty() || self.inner.head(path).await?.size <= range.start) => {
                Ok(Bytes::new())
            }
            Err(error) => Err(error),
        }
    }
}

impl Store for Object {
    fn put<'a>(&'a self, name: &'a str, pieces: &'a [Bytes]) -> Boxed<'a, Result<(), Error>> {
        Box::pin(async move {
            let path = self.path(name)?;
            let put = self.inner.put(&path, pieces.iter().cloned().collect::<PutPayload>()).await;
            put.map(|_| ()).map_err(|error| told(&error, path.to_string(), "written"))
        })
    }

    fn get_range<'a>(&'a self, name: &'a str, range: Range<u64>) -> Boxed<'a, Result<Option<Bytes>, Error>> {
        Box::pin(async move {
            let path = self.path(name)?;
            match self.read(&path, range).await {
                Ok(bytes) => Ok(Some(bytes)),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(told(&error, path.to_string(), "read")),
            }
        })
    }

    fn remove<'a>(&'a self, name: &'a str) -> Boxed<'a, Result<(), Error>> {
        Box::pin(async move {
            let path = self.path(name)?;
            match self.inner.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(told(&error, path.to_string(), "removed")),
            }
        })
    }

    fn list(&self) -> Boxed<'_, Result<Vec<Entry>, Error>> {
        Box::pin(async move {
            let prefix = (!self.prefix.as_ref().is_empty()).then_some(&self.prefix);
            let listed = self.inner.list_with_delimiter(prefix).await;
            let listed = listed.map_err(|error| told(&error, self.prefix.to_string(), "listed"))?;
            let entries = listed.objects.into_iter().filter_map(|object| {
                let name = object.location.filename().filter(|name| checked(name).is_ok())?.to_owned();
                Some(Entry { name, size: object.size, modified: Some(object.last_modified.into()) })
            });
            Ok(entries.collect())
        })
    }

    fn folders(&self) -> Boxed<'_, Result<Vec<String>, Error>> {
        Box::pin(async move {
            let prefix = (!self.prefix.as_ref().is_empty()).then_some(&self.prefix);
            let listed = self.inner.list_with_delimiter(prefix).await;
            let listed = listed.map_err(|error| told(&error, self.prefix.to_string(), "listed"))?;
            let names = listed.common_prefixes.iter().filter_map(Path::filename);
            Ok(names.filter(|name| checked(name).is_ok()).map(str::to_owned).collect())
        })
    }
}

/// What a store says, in our words. It hides what the system says, which is among the causes.
pub(crate) fn told(error: &object_store::Error, place: String, done: &'static str) -> Error {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(system) = inner.downcast_ref::<io::Error>() {
            return Error::of(system, place, done);
        }
        cause = inner.source();
    }
    let reason = error.to_string();
    match error {
        object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
            Error::Denied { place, done, reason }
        }
        _ => Error::Failed { place, done, reason },
    }
}
