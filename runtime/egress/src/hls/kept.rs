//! The files of a window beyond memory: what there was, what is written from now on, and what is read again.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use config::{Hls, HlsStorage};
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
}

impl Kept {
    /// Takes over what a store holds for a variant, and what a window can go on with of it. None where there is no store, or none that can be used: the log
    /// says why, and the window is in memory alone.
    pub(super) async fn open(hls: &Hls, owner: &Owner, tracker: &TaskTracker) -> Option<(Self, Earlier)> {
        let of = format!("{}/{}", owner.stream, owner.variant);
        let store = open(&hls.storage, owner)?;
        let found = match timeout(OPEN_WITHIN, store::recover(&*store, PLAYLIST)).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => {
                tracing::error!(of, %error, "what is stored of its segments cannot be read: the window begins anew");
                Recovered::default()
            }
            Err(_) => {
                tracing::error!(of, "the store does not say what it holds: the window begins anew");
                Recovered::default()
            }
        };
        let keeper = Keeper::spawn(store.clone(), Settings::new(of.as_str(), PLAYLIST), &found, tracker);
        let mut earlier = earlier(found);
        let is_recent = earlier.end().is_some_and(|end| is_within(end, hls.close_after, SystemTime::now()));
        if owner.filtered {
            keeper.erase();
            earlier = earlier.without_segments();
        } else if !(hls.always || is_recent) {
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
            window.give_away(|name| self.keeper.holds(name).is_some());
        }
    }

    /// Ends it: what is left is written, or, if it may no longer be shown, all is removed.
    pub(super) async fn end(self, erased: bool) {
        if erased {
            self.keeper.erase();
        }
        self.keeper.finish().await;
    }
}

impl Files {
    /// All of a file; none if it is not there any more, or does not come.
    pub(super) async fn read(&self, name: &str) -> Option<Bytes> {
        match timeout(READ_WITHIN, self.store.get(name)).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => {
                tracing::warn!(of = &*self.of, %error, "a viewer is not given a segment");
                None
            }
            Err(_) => {
                tracing::warn!(of = &*self.of, name, "a viewer is not given a segment: the store does not answer");
                None
            }
        }
    }
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

/// A clock that was set back since makes it look as if it were to come.
fn is_within(end: SystemTime, length: Duration, now: SystemTime) -> bool {
    now.duration_since(end).is_ok_and(|since| since <= length)
}
