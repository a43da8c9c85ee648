//! The files of a window beyond memory: what there was, what is written from now on, and what is read again.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use config::{Hls, HlsStorage};
use journal::Journal;
use media::StreamName;
use packaging::hls::playlist::{self, Skip};
use packaging::hls::window::{Change, Earlier, EarlierSegment, Window};
use store::{Keeper, Recovered, Settings, Store};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

/// What the media playlist of a variant is called in its folder.
pub(super) const PLAYLIST: &str = "stream.m3u8";
/// How long a store may take to say what it holds; viewers wait meanwhile.
const OPEN_WITHIN: Duration = Duration::from_secs(3);
/// How long a store may take for a file that a viewer waits for.
const READ_WITHIN: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Debug)]
pub(super) struct Kept {
    keeper: Keeper,
    files: Files,
}

/// What is read again, by whoever serves it.
#[derive(Clone, Debug)]
pub(super) struct Files {
    store: Arc<dyn Store>,
    /// What the log says that it is of.
    of: Arc<str>,
}

/// Whose files they are.
#[derive(Clone, Debug)]
pub(super) struct Owner {
    pub(super) stream: StreamName,
    pub(super) variant: String,
    /// Filters make what is shown: with which ones files of another process were made is not known.
    pub(super) filtered: bool,
    /// Where it is told how storing goes.
    pub(super) journal: Journal,
}

impl Kept {
    /// Takes over what a store holds for a variant, and what a window can go on with of it. None where there is no store, or none that can be used: the log
    /// says why, and the window is in memory alone.
    pub(super) async fn open(hls: &Hls, owner: &Owner, tracker: &TaskTracker) -> Option<(Self, Earlier)> {
        let of = format!("{}/{}", owner.stream, owner.variant);
        let store = open(&hls.storage, owner)?;
        let reading = async {
            if owner.filtered {
                store::erase(&*store, PLAYLIST).await?;
            }
            store::recover(&*store, PLAYLIST).await
        };
        let (found, wrong) = match timeout(OPEN_WITHIN, reading).await {
            Ok(Ok(found)) => (found, None),
            Ok(Err(error)) => (Recovered::default(), Some(error.to_string())),
            Err(_) => (Recovered::default(), Some(format!("it took more than {OPEN_WITHIN:?}"))),
        };
        if let Some(error) = wrong {
            if owner.filtered {
                // What is there may show what the filter hides: it is removed by `hidden.rs` before anything comes beside it.
                tracing::error!(
                    of,
                    error,
                    "what was stored cannot be removed yet: segments are in memory alone until nobody watches"
                );
                return None;
            }
            tracing::error!(of, error, "what is stored of its segments cannot be read: the window begins anew");
        }
        let journal = Some((owner.journal.clone(), owner.stream.clone()));
        let settings = Settings { journal, ..Settings::new(of.as_str(), PLAYLIST) };
        let keeper = Keeper::spawn(store.clone(), settings, &found, tracker);
        let is_recent = found.written.is_some_and(|at| is_within(at, hls.close_after, SystemTime::now()));
        let mut earlier = earlier(found);
        if !(hls.always || is_recent) {
            // As when nobody watched for as long: a player would begin with what is old.
            earlier.segments.iter().for_each(|segment| keeper.remove(&segment.name));
            earlier.inits.keys().for_each(|name| keeper.remove(name));
            earlier = earlier.without_segments();
        }
        Some((Self { keeper, files: Files { store, of: of.into() } }, earlier))
    }

    /// What is to be read again.
    pub(super) fn files(&self) -> &Files {
        &self.files
    }

    /// The window has changed.
    pub(super) fn follow(&self, window: &mut Window, changes: Vec<Change>) {
        let mut is_longer = false;
        for change in changes {
            match change {
                Change::Init { name, data } => self.keeper.put_init(&*name, data),
                Change::Segment => {
                    let Some(last) = window.segments().back() else { continue };
                    self.keeper.put_segment(&*last.name, last.body().pieces().to_vec());
                    is_longer = true;
                }
                Change::Gone(name) => self.keeper.remove(&name),
            }
        }
        if is_longer {
            self.keeper.put_playlist(playlist::render(window, Skip::No, &[], ""));
            for change in window.give_away(|name| self.keeper.holds(name).is_some()) {
                if let Change::Gone(name) = change {
                    self.keeper.remove(&name);
                }
            }
        }
    }

    /// Ends it: what is left is written, or, if it may no longer be shown, all is removed; what there is no time for `hidden.rs` does.
    pub(super) async fn end(self, is_shown: bool) {
        if !is_shown {
            self.keeper.erase();
        }
        self.keeper.finish().await;
    }
}

impl Files {
    /// All of a file, which has so many bytes.
    pub(super) async fn read(&self, name: &str, bytes: usize) -> Result<Bytes, Unread> {
        let error = match timeout(READ_WITHIN, self.store.get(name)).await {
            Ok(Ok(Some(found))) if found.len() == bytes => return Ok(found),
            Ok(Ok(None)) => return Err(Unread::Gone),
            Ok(Ok(Some(found))) => format!("it has {} bytes and not {bytes}", found.len()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the store does not answer".to_owned(),
        };
        tracing::warn!(of = &*self.of, name, error, "a viewer is not given a segment");
        Err(Unread::Failed)
    }
}

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is not there any more.
    Gone,
    /// It may come yet; the log says why it did not.
    Failed,
}

fn open(storage: &HlsStorage, owner: &Owner) -> Option<Arc<dyn Store>> {
    let Owner { stream, variant, .. } = owner;
    let opened = match variant.parse::<StreamName>() {
        Ok(name) => store::open(storage, stream, Some(&name)).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    opened.unwrap_or_else(|error| {
        tracing::error!(of = format!("{stream}/{variant}"), error, "its segments are not stored");
        None
    })
}

fn earlier(found: Recovered) -> Earlier {
    let next_msn = found.next_msn();
    let segments = found.segments.into_iter().map(|held| EarlierSegment {
        name: held.name,
        duration: held.duration,
        discontinuity: held.discontinuity,
        init: held.init,
        time: held.time.unwrap_or(SystemTime::UNIX_EPOCH),
        bytes: held.bytes as usize,
    });
    Earlier {
        next_msn,
        discontinuities: found.discontinuity_sequence,
        target: found.target,
        segments: segments.collect(),
        inits: found.inits.into_iter().map(|(name, bytes)| (name, bytes as usize)).collect(),
    }
}

/// What is to come is recent too: the store's clock is another one, perhaps.
fn is_within(at: SystemTime, length: Duration, now: SystemTime) -> bool {
    now.duration_since(at).is_ok_and(|since| since <= length)
        || at.duration_since(now).is_ok_and(|ahead| ahead <= length)
}
