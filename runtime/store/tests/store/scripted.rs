//! A store that does what a test says: fails, is slow, hangs, has no room, and stops in the middle.

use std::ops::Range;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use framegate_store::{Boxed, Entry, Error, Object, Store, in_memory};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// Each write takes so long.
    Slow(Duration),
    Failing,
    Hanging,
    /// Writes are refused while it has so many files.
    Full(usize),
    /// It takes so many more changes, and then does nothing any more.
    Stops(u32),
}

#[derive(Debug)]
pub(crate) struct Scripted {
    inner: Object,
    mood: Mutex<Mood>,
}

impl Scripted {
    pub(crate) fn new(mood: Mood) -> Arc<Self> {
        Arc::new(Self { inner: in_memory(), mood: Mutex::new(mood) })
    }

    pub(crate) fn set(&self, mood: Mood) {
        *self.mood.lock().expect("a mood") = mood;
    }

    async fn mood(&self, file: &str, puts: bool) -> Result<(), Error> {
        let failed = || Error::Failed { place: file.into(), done: "written", reason: "the cable is out".into() };
        let mood = {
            let mut mood = self.mood.lock().expect("a mood");
            let was = *mood;
            if let Mood::Stops(left) = &mut *mood {
                *left = left.saturating_sub(1);
            }
            was
        };
        match mood {
            Mood::Well => Ok(()),
            Mood::Slow(by) => {
                tokio::time::sleep(by).await;
                Ok(())
            }
            Mood::Failing => Err(failed()),
            Mood::Hanging | Mood::Stops(0) => std::future::pending().await,
            Mood::Full(files) => match puts && self.inner.list().await?.len() >= files {
                true => Err(Error::Full { place: file.into(), done: "written" }),
                false => Ok(()),
            },
            Mood::Stops(_) => {
                tokio::task::yield_now().await;
                Ok(())
            }
        }
    }
}

impl Store for Scripted {
    fn put<'a>(&'a self, name: &'a str, pieces: &'a [Bytes]) -> Boxed<'a, Result<(), Error>> {
        Box::pin(async move {
            self.mood(name, true).await?;
            self.inner.put(name, pieces).await
        })
    }

    fn get_range<'a>(&'a self, name: &'a str, range: Range<u64>) -> Boxed<'a, Result<Option<Bytes>, Error>> {
        self.inner.get_range(name, range)
    }

    fn remove<'a>(&'a self, name: &'a str) -> Boxed<'a, Result<(), Error>> {
        Box::pin(async move {
            self.mood(name, false).await?;
            self.inner.remove(name).await
        })
    }

    fn list(&self) -> Boxed<'_, Result<Vec<Entry>, Error>> {
        self.inner.list()
    }

    fn folders(&self) -> Boxed<'_, Result<Vec<String>, Error>> {
        self.inner.folders()
    }
}
