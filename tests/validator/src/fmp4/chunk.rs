//! Reads segments, parts and fragments: `moof` and `mdat`.

use super::atom::{self, Atom, only, whole};
use super::layout::{self, Extent};
use super::nal;
use super::track::{Init, Track};
use crate::finding::{Finding, Notes};
use crate::rule;

/// What is in a segment or a part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chunk {
    /// One after another.
    pub fragments: Vec<Fragment>,
}

impl Chunk {
    /// The samples of a track, in the order of decoding.
    pub fn samples(&self, track: u32) -> impl Iterator<Item = &Sample> {
        let runs = self.fragments.iter().flat_map(|fragment| &fragment.runs);
        runs.filter(move |run| run.track == track).flat_map(|run| &run.samples)
    }
}

/// `moof` and its `mdat`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// Of `mfhd`.
    pub sequence: u32,
    /// One for each track fragment.
    pub runs: Vec<Run>,
}

/// `traf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// `track_ID`.
    pub track: u32,
    /// In the order of decoding.
    pub samples: Vec<Sample>,
}

/// A sample, its times in units of its track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Decode time.
    pub dts: u64,
    /// Presentation time after decode time.
    pub offset: i64,
    /// Duration.
    pub duration: u32,
    /// Bytes.
    pub size: u32,
    /// Whether its flags say that decoding can start there.
    pub sync: bool,
    /// Whether its NAL units say so; nothing if it has none.
    pub key: Option<bool>,
}

/// Reads a segment or a part.
pub fn chunk(uri: &str, bytes: &[u8], init: &Init) -> (Chunk, Vec<Finding>) {
    let mut notes = Notes::new(uri);
    let mut chunk = Chunk::default();
    let atoms = atom::read(bytes, 0, &mut notes);
    let mut pending: Option<Atom<'_>> = None;
    for atom in &atoms {
        match &atom.kind {
            b"moof" => {
                let before = pending.replace(*atom);
                before.inspect(|_| notes.add(&rule::BOX_MISSING, "moof after moof", "its mdat after each"));
            }
            b"mdat" => match pending.take() {
                Some(moof) => chunk.fragments.extend(fragment(&moof, atom, bytes, init, &mut notes)),
                None => notes.add(&rule::BOX_MISSING, "mdat without a moof before it", "one before it"),
            },
            _ => {}
        }
    }
    if pending.is_some() || chunk.fragments.is_empty() {
        notes.add(&rule::BOX_MISSING, "no moof with its mdat", "at least one fragment");
    }
    (chunk, notes.list)
}

fn fragment(moof: &Atom<'_>, mdat: &Atom<'_>, all: &[u8], init: &Init, notes: &mut Notes) -> Option<Fragment> {
    let atoms = moof.children(0, notes);
    let mfhd = only(&atoms, *b"mfhd", "moof", notes)?;
    let sequence = whole(mfhd.body.get(4..8), &mfhd, notes)?;
    let sequence = u32::from_be_bytes(sequence.try_into().ok()?);
    let mut runs = Vec::new();
    let mut extents = Vec::new();
    for traf in atoms.iter().filter(|atom| &atom.kind == b"traf") {
        let mut of_track = Vec::new();
        let Some((track, mut samples)) = layout::track_fragment(traf, moof.start, init, &mut of_track, notes) else {
            continue;
        };
        inspect(&mut samples, &of_track, all, track, notes);
        runs.push(Run { track: track.id, samples });
        extents.append(&mut of_track);
    }
    if runs.is_empty() {
        notes.add(&rule::BOX_MISSING, "no readable traf in moof", "one for each track");
    }
    layout::tiles(extents, mdat.inside..mdat.inside + mdat.body.len(), notes);
    Some(Fragment { sequence, runs })
}

/// Looks into the bytes of samples.
fn inspect(samples: &mut [Sample], extents: &[Extent], all: &[u8], track: &Track, notes: &mut Notes) {
    let Some(nal) = track.nal else { return };
    for (index, (sample, extent)) in samples.iter_mut().zip(extents).enumerate() {
        let end = extent.start.saturating_add(extent.length);
        // Where it is not there, the layout says so.
        let Some(bytes) = all.get(extent.start..end) else { continue };
        let at = format!("track {} sample {index} at {}", track.id, sample.dts);
        sample.key = nal::key(bytes, nal, &at, notes);
        if let Some(key) = sample.key.filter(|key| *key != sample.sync) {
            let found = format!("{at}: sync flag {}, NAL units {key}", sample.sync);
            notes.add(&rule::SYNC_FLAG, found, "the flag that the NAL units say");
        }
        if sample.offset < 0 {
            notes.add(
                &rule::PTS_BEFORE_DTS,
                format!("{at}: presented {} before it is decoded", -sample.offset),
                "at or after",
            );
        }
    }
}
