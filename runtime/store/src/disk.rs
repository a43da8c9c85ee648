//! A folder.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::Error;
use crate::name::{checked, unfinished};
use crate::store::{Boxed, Entry, Store};

/// Reads of one folder at the same time: a disk that hangs holds so many threads of it, and no more.
const READS: usize = 8;

/// A folder on this machine. It is made when the first file is put.
///
/// Writing and removing are done by one thread at a time, in the order in which they were asked for: a disk that hangs holds one thread of the folder, and
/// what comes late of a dropped future comes before what was asked for later.
#[derive(Debug)]
pub struct Disk {
    folder: PathBuf,
    writing: Arc<Semaphore>,
    reading: Arc<Semaphore>,
}

impl Disk {
    /// Nothing is done yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let (writing, reading) = (Arc::new(Semaphore::new(1)), Arc::new(Semaphore::new(READS)));
        Self { folder: folder.into(), writing, reading }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Store for Disk {
    fn put<'a>(&'a self, name: &'a str, pieces: &'a [Bytes]) -> Boxed<'a, Result<(), Error>> {
        Box::pin(async move {
            let path = self.folder.join(checked(name)?);
            let (folder, name, pieces) = (self.folder.clone(), name.to_owned(), pieces.to_vec());
            run(&self.writing, path, "written", move |path| put(&folder, &name, path, &pieces)).await
        })
    }

    fn get_range<'a>(&'a self, name: &'a str, range: Range<u64>) -> Boxed<'a, Result<Option<Bytes>, Error>> {
        Box::pin(async move {
            let path = self.folder.join(checked(name)?);
            run(&self.reading, path, "read", move |path| absent(get(path, range)).map(Option::flatten)).await
        })
    }

    fn remove<'a>(&'a self, name: &'a str) -> Boxed<'a, Result<(), Error>> {
        Box::pin(async move {
            let path = self.folder.join(checked(name)?);
            run(&self.writing, path, "removed", |path| absent(fs::remove_file(path)).map(|_| ())).await
        })
    }

    fn list(&self) -> Boxed<'_, Result<Vec<Entry>, Error>> {
        Box::pin(async move {
            let list = |path: &Path| absent(list(path)).map(Option::unwrap_or_default);
            run(&self.reading, self.folder.clone(), "listed", list).await
        })
    }

    fn folders(&self) -> Boxed<'_, Result<Vec<String>, Error>> {
        Box::pin(async move {
            let folders = |path: &Path| absent(folders(path)).map(Option::unwrap_or_default);
            run(&self.reading, self.folder.clone(), "listed", folders).await
        })
    }

    fn remove_empty(&self) -> Boxed<'_, Result<(), Error>> {
        Box::pin(async move {
            let remove = |path: &Path| match fs::remove_dir(path) {
                Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
                removed => absent(removed).map(|_| ()),
            };
            run(&self.writing, self.folder.clone(), "removed", remove).await
        })
    }
}

/// Does it away from the async threads, as one of those that `permits` lets.
async fn run<T: Send + 'static>(
    permits: &Arc<Semaphore>,
    path: PathBuf,
    done: &'static str,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let permit = permits.clone().acquire_owned().await;
    let place = path.display().to_string();
    let working = tokio::task::spawn_blocking(move || {
        let result = work(&path);
        // Given back when it is done, also if nobody waits for that any more.
        drop(permit);
        result
    });
    let result = working.await.unwrap_or_else(|ended| Err(io::Error::other(ended)));
    result.map_err(|error| Error::of(&error, place, done))
}

fn put(folder: &Path, name: &str, path: &Path, pieces: &[Bytes]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let scratch = folder.join(unfinished(name, std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    let write = || {
        let mut file = io::BufWriter::with_capacity(64 << 10, File::create(&scratch)?);
        for piece in pieces {
            file.write_all(piece)?;
        }
        file.into_inner().map_err(io::IntoInnerError::into_error)?;
        fs::rename(&scratch, path)
    };
    let written = match write() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(folder).and_then(|()| write()),
        other => other,
    };
    if written.is_err() {
        _ = fs::remove_file(&scratch);
    }
    written
}

fn get(path: &Path, range: Range<u64>) -> io::Result<Option<Bytes>> {
    // A link is none of ours: where it leads is not looked at.
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let (from, to) = (range.start.min(length), range.end.min(length));
    let mut bytes = Vec::with_capacity(usize::try_from(to.saturating_sub(from)).unwrap_or(0));
    file.seek(SeekFrom::Start(from))?;
    file.take(to.saturating_sub(from)).read_to_end(&mut bytes)?;
    Ok(Some(bytes.into()))
}

fn folders(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A link leads elsewhere: it is none.
        if let Some(name) = entry.file_name().to_str().filter(|name| checked(name).is_ok())
            && entry.file_type()?.is_dir()
        {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

fn list(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().filter(|name| checked(name).is_ok()).map(str::to_owned) else {
            continue;
        };
        // What was removed in the meantime is not there.
        let Some(is) = absent(entry.metadata())? else { continue };
        if is.is_file() {
            entries.push(Entry { name, size: is.len(), modified: is.modified().ok() });
        }
    }
    Ok(entries)
}

/// None where there is no such file.
fn absent<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
