//! What a folder holds when a process begins, also behind one that ended in the middle of anything.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use crate::Error;
use crate::listing::{Listed, Listing};
use crate::name::{checked, is_ours};
use crate::store::Store;

/// The largest playlist that is read: a thousand segments have 200 kB.
const LARGEST: u64 = 4 << 20;

/// What a window goes on with. Its next segment does not go on from those (section 4.4.4.3): it begins with a discontinuity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Of the first segment, or where there is none of the next: greater than any that was stored.
    pub media_sequence: u64,
    /// Discontinuities that have left the playlist.
    pub discontinuity_sequence: u64,
    /// TARGETDURATION of the stored playlist, in seconds.
    pub target: Option<u64>,
    /// When the last of these segments was put, by the store's clock; none where it does not tell.
    pub written: Option<SystemTime>,
    /// Without a hole, the oldest first; each file is there and whole, and so is its init segment.
    pub segments: Vec<Held>,
    /// Init segments that these need, with their bytes.
    pub inits: BTreeMap<String, u64>,
    /// Files of ours that nothing needs: the keeper that goes on removes them.
    pub rubbish: Vec<String>,
    /// The stored playlist as it was read.
    pub(crate) playlist: Option<String>,
}

/// One segment that is in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its file.
    pub name: String,
    /// Its media sequence number.
    pub msn: u64,
    /// In ticks of 90 kHz.
    pub duration: i64,
    /// It does not go on from the one before.
    pub discontinuity: bool,
    /// The file of its init segment, where it needs one.
    pub init: Option<String>,
    /// When its first picture was taken.
    pub time: Option<SystemTime>,
    /// Bytes of its file.
    pub bytes: u64,
}

impl Recovered {
    /// The media sequence number of the next segment.
    pub fn next_msn(&self) -> u64 {
        self.media_sequence.saturating_add(self.segments.len() as u64)
    }

    /// Segments and init segments with their bytes.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, u64)> {
        let segments = self.segments.iter().map(|segment| (&*segment.name, segment.bytes));
        segments.chain(self.inits.iter().map(|(name, bytes)| (&**name, *bytes)))
    }
}

/// Reads what a store holds, and changes nothing. `playlist`: what the stored playlist is called; anything else than one of ours is as good as none.
pub async fn recover(store: &dyn Store, playlist: &str) -> Result<Recovered, Error> {
    // The playlist first: what it names was there before it, and nothing is removed before the next keeper.
    let text = store.get_range(playlist, 0..LARGEST + 1).await?;
    let text = text.filter(|text| text.len() as u64 <= LARGEST);
    let entries = store.list().await?;
    let put: BTreeMap<&str, Option<SystemTime>> = entries.iter().map(|entry| (&*entry.name, entry.modified)).collect();
    let sizes: BTreeMap<String, u64> = entries.iter().map(|entry| (entry.name.clone(), entry.size)).collect();
    let is_stored = sizes.contains_key(playlist);
    let text = text.map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default();
    let mut recovered = found(Listing::read(&text).unwrap_or_default(), &sizes);
    recovered.written = recovered.segments.last().and_then(|last| put.get(&*last.name).copied().flatten());
    // Where there is one it is replaced, whatever it is.
    recovered.playlist = is_stored.then_some(text);
    Ok(recovered)
}

/// Removes all files of ours, and the playlist, which goes first: what is there may no longer be shown.
pub async fn erase(store: &dyn Store, playlist: &str) -> Result<(), Error> {
    store.remove(playlist).await?;
    for entry in store.list().await? {
        if is_ours(&entry.name) {
            store.remove(&entry.name).await?;
        }
    }
    Ok(())
}

fn found(listing: Listing<'_>, sizes: &BTreeMap<String, u64>) -> Recovered {
    let whole = |name: &str| sizes.get(name).copied().filter(|bytes| *bytes > 0 && checked(name).is_ok());
    let is_whole = |segment: &Listed<'_>| {
        let bytes = whole(segment.name).filter(|bytes| segment.bytes.is_none_or(|told| told == *bytes));
        bytes.is_some() && segment.init.is_none_or(|init| whole(init).is_some())
    };
    let target = listing.target();
    let listing = listing.behind_holes(is_whole);
    let inits = listing.segments.iter().filter_map(|segment| segment.init);
    let inits: BTreeMap<String, u64> = inits.map(|init| (init.to_owned(), whole(init).unwrap_or_default())).collect();
    let numbers = listing.media_sequence..;
    let segments = listing.segments.iter().zip(numbers);
    let segments = segments.map(|(segment, msn)| Held {
        name: segment.name.to_owned(),
        msn,
        duration: segment.duration(),
        discontinuity: segment.discontinuity,
        init: segment.init.map(str::to_owned),
        time: segment.time(),
        bytes: whole(segment.name).unwrap_or_default(),
    });
    let segments: Vec<Held> = segments.collect();
    let needed: BTreeSet<&str> =
        segments.iter().map(|segment| &*segment.name).chain(inits.keys().map(String::as_str)).collect();
    let rubbish = sizes.keys().filter(|name| is_ours(name) && !needed.contains(&***name)).cloned().collect();
    Recovered {
        media_sequence: listing.media_sequence,
        discontinuity_sequence: listing.discontinuity_sequence,
        target,
        written: None,
        segments,
        inits,
        rubbish,
        playlist: None,
    }
}
