//! What a muxer does: a window that moves on, its playlist as the renderer writes it, and segments that say whether they are whole.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use framegate_store::{Keeper, Recovered, Store};

pub(crate) const LENGTH: usize = 4;

struct Segment {
    msn: u64,
    name: String,
    discontinuity: bool,
    init: String,
}

pub(crate) struct Window {
    prefix: String,
    segments: VecDeque<Segment>,
    next: u64,
    discontinuities: u64,
    fresh: bool,
    inits: VecDeque<String>,
}

impl Window {
    /// Goes on from what was found, with names of its own.
    pub(crate) fn of(found: &Recovered) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let segments = found.segments.iter().map(|segment| Segment {
            msn: segment.msn,
            name: segment.name.clone(),
            discontinuity: segment.discontinuity,
            init: segment.init.clone().expect("segments of mp4"),
        });
        Self {
            prefix: format!("{:012x}", u64::from(std::process::id()) << 16 | count),
            segments: segments.collect(),
            next: found.next_msn().max(1),
            discontinuities: found.discontinuity_sequence,
            fresh: true,
            inits: found.inits.keys().cloned().collect(),
        }
    }

    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    pub(crate) fn name(&self, msn: u64) -> String {
        format!("{}-{msn}.m4s", self.prefix)
    }

    /// One more segment, and what left.
    pub(crate) fn step(&mut self, keeper: &Keeper, bytes: usize) {
        let init = format!("{}-i0.mp4", self.prefix);
        let discontinuity = std::mem::take(&mut self.fresh);
        if discontinuity {
            keeper.put_init(&init, content(0, 600).concat().into());
            self.inits.push_back(init.clone());
        }
        let (msn, name) = (self.next, self.name(self.next));
        self.next += 1;
        keeper.put_segment(&name, content(msn, bytes));
        self.segments.push_back(Segment { msn, name, discontinuity: discontinuity && msn > 1, init });
        let mut gone = Vec::new();
        while self.segments.len() > LENGTH
            && let Some(segment) = self.segments.pop_front()
        {
            self.discontinuities += u64::from(segment.discontinuity);
            gone.push(segment.name);
        }
        keeper.put_playlist(self.playlist());
        while self.inits.len() > 1 && self.segments.iter().all(|segment| segment.init != self.inits[0]) {
            gone.extend(self.inits.pop_front());
        }
        gone.iter().for_each(|name| keeper.remove(name));
    }

    pub(crate) fn playlist(&self) -> String {
        let first = self.segments.front().map_or(self.next, |segment| segment.msn);
        let mut text = format!(
            "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:{first}\n#EXT-X-DISCONTINUITY-SEQUENCE:{}\n",
            self.discontinuities
        );
        let mut init = None;
        for segment in &self.segments {
            if segment.discontinuity {
                text += "#EXT-X-DISCONTINUITY\n";
            }
            if init.replace(&segment.init) != Some(&segment.init) {
                text += &format!("#EXT-X-MAP:URI=\"{}\"\n", segment.init);
            }
            let at = segment.msn % 60;
            text += &format!(
                "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:{at:02}.000Z\n#EXTINF:2.00000,\n{}\n",
                segment.name
            );
        }
        text
    }
}

/// Bytes that say how many they are and whose.
pub(crate) fn content(msn: u64, bytes: usize) -> Vec<Bytes> {
    let head = [msn.to_le_bytes(), (bytes as u64).to_le_bytes()].concat();
    let piece = Bytes::from(vec![msn as u8; 1_000.min(bytes)]);
    let mut pieces = vec![Bytes::from(head)];
    let mut left = bytes;
    while left > 0 {
        let some = left.min(piece.len());
        pieces.push(piece.slice(..some));
        left -= some;
    }
    pieces
}

/// Whether these are all bytes of a segment.
pub(crate) fn is_whole(bytes: &[u8], msn: u64) -> bool {
    let number =
        |at: usize| bytes.get(at..at + 8).map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight bytes")));
    number(0) == Some(msn)
        && number(8) == Some(bytes.len() as u64 - 16)
        && bytes[16..].iter().all(|byte| *byte == msn as u8)
}

/// Whatever happened, what was found holds: each file is there and whole, numbers go on, and the rest is told as rubbish.
pub(crate) async fn check(store: &dyn Store, found: &Recovered) {
    for (at, segment) in found.segments.iter().enumerate() {
        assert_eq!(segment.msn, found.media_sequence + at as u64);
        assert_eq!(segment.duration, 180_000);
        let bytes = store.get(&segment.name).await.expect("it can be read").expect("it is there");
        assert!(is_whole(&bytes, segment.msn), "{segment:?} has {} bytes", bytes.len());
        assert_eq!(segment.bytes, bytes.len() as u64);
        let init = store.get(segment.init.as_deref().expect("an init segment")).await.expect("it can be read");
        assert!(is_whole(&init.expect("it is there"), 0));
    }
    let listed = store.list().await.expect("it can be listed");
    let needed = found.segments.len() + found.inits.len();
    let ours = listed.iter().filter(|entry| !entry.name.ends_with(".m3u8") && entry.name != "index.html").count();
    assert_eq!(ours, needed + found.rubbish.len(), "{listed:?} {found:?}");
}

/// What a player of the folder sees: every file that the playlist names, or none.
pub(crate) async fn missing(store: &dyn Store, playlist: &str) -> Vec<String> {
    let text = store.get(playlist).await.expect("it can be read").unwrap_or_default();
    let text = String::from_utf8(text.to_vec()).expect("a playlist");
    let mut missing = Vec::new();
    for name in text.lines().filter(|line| !line.starts_with('#')) {
        if store.get_range(name, 0..1).await.expect("it can be read").is_none() {
            missing.push(name.to_owned());
        }
    }
    missing
}
