//! What is stored of a stream, whatever wrote it: looked through and removed where no window is there that would.

use std::time::Duration;

use config::{HlsStorage, Video};
use media::StreamName;
use store::Error;
use tokio::time::timeout;

use super::index;
use super::kept::PLAYLIST;
use super::places::Places;

/// How long a store may take for one variant; what it has removed by then is removed.
const WITHIN: Duration = Duration::from_secs(30);

/// A stream's folder.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) storage: HlsStorage,
    pub(super) stream: StreamName,
}

impl Stored {
    /// All variants that have a folder.
    pub(super) async fn variants(&self) -> Result<Vec<String>, Error> {
        let Some(store) = store::open(&self.storage, &self.stream, None)? else { return Ok(Vec::new()) };
        within(self.stream.as_str(), "listed", store.folders()).await
    }

    /// Removes the playlists above the variants if they lead to what the camera sends.
    pub(super) async fn erase_index_of_camera(&self) -> Result<(), Error> {
        let Some(store) = store::open(&self.storage, &self.stream, None)? else { return Ok(()) };
        let leads_to_camera = format!("{}/{PLAYLIST}", Video::CAMERA);
        for name in index::NAMES {
            let index = within(name, "read", store.get(name)).await?;
            if index.is_some_and(|text| String::from_utf8_lossy(&text).contains(&leads_to_camera)) {
                within(name, "removed", store.remove(name)).await?;
            }
        }
        Ok(())
    }

    /// Removes what is there of a variant. False where somebody has the place who does not do it.
    pub(super) async fn erase(&self, variant: &str, places: &Places) -> Result<bool, Error> {
        let Some(_place) = places.try_enter(&self.stream, variant) else {
            // The window of another offer ends soon.
            return Ok(false);
        };
        let Ok(name) = variant.parse::<StreamName>() else { return Ok(true) };
        if let Some(store) = store::open(&self.storage, &self.stream, Some(&name))? {
            within(variant, "removed", store::erase(&*store, PLAYLIST)).await?;
        }
        Ok(true)
    }

    /// Removes all of it that is ours, and the folders, if nothing else is in them. False where somebody still has a place.
    pub(super) async fn erase_all(&self, places: &Places) -> Result<bool, Error> {
        let Some(store) = store::open(&self.storage, &self.stream, None)? else { return Ok(true) };
        for name in index::NAMES {
            within(name, "removed", store.remove(name)).await?;
        }
        let mut all = true;
        for variant in self.variants().await? {
            all &= self.erase(&variant, places).await?;
            if let Ok(name) = variant.parse::<StreamName>()
                && let Some(store) = store::open(&self.storage, &self.stream, Some(&name))?
            {
                within(&variant, "removed", store.remove_empty()).await?;
            }
        }
        within(self.stream.as_str(), "removed", store.remove_empty()).await?;
        Ok(all)
    }
}

async fn within<T>(file: &str, done: &'static str, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = |_| Error::TooLate { file: file.to_owned(), done, after: WITHIN };
    timeout(WITHIN, work).await.map_err(late)?
}
