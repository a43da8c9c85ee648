//! Where samples are: `tfhd`, `tfdt`, `trun` (ISO/IEC 14496-12, 8.8), and whether they fill their `mdat`.

use std::ops::Range;

use super::atom::{Atom, only, whole};
use super::chunk::Sample;
use super::track::{Init, Track};
use crate::finding::Notes;
use crate::rule;

/// Bytes of a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) start: usize,
    pub(super) length: usize,
}

/// What holds for the samples of a `traf` that do not say it themselves.
struct Defaults {
    duration: u32,
    size: u32,
    flags: u32,
}

/// More samples than any run has: a count alone must not take memory.
const RUN_SAMPLES: u32 = 1 << 16;

/// The sample is none from which decoding can start.
const NON_SYNC: u32 = 0x1_0000;

pub(super) fn track_fragment<'i>(
    traf: &Atom<'_>,
    base: usize,
    init: &'i Init,
    extents: &mut Vec<Extent>,
    notes: &mut Notes,
) -> Option<(&'i Track, Vec<Sample>)> {
    let atoms = traf.children(0, notes);
    let tfhd = only(&atoms, *b"tfhd", "traf", notes)?;
    let id = u32::from_be_bytes(whole(tfhd.body.get(4..8), &tfhd, notes)?.try_into().ok()?);
    let Some(track) = init.track(id) else {
        notes.add(&rule::TRACK_UNKNOWN, format!("a fragment of track {id}"), "tracks of the initialization section");
        return None;
    };
    let defaults = whole(header(&tfhd, track, notes), &tfhd, notes)?;
    let tfdt = only(&atoms, *b"tfdt", "traf", notes)?;
    let mut time = whole(base_time(&tfdt, notes), &tfdt, notes)?;
    let mut samples = Vec::new();
    let mut at = None;
    for trun in atoms.iter().filter(|atom| &atom.kind == b"trun") {
        let mut run = Run { base, at: &mut at, time: &mut time, samples: &mut samples, extents: &mut *extents };
        whole(run.read(trun, &defaults, notes), trun, notes);
    }
    if samples.is_empty() {
        notes.add(&rule::BOX_MISSING, format!("no sample in a fragment of track {id}"), "samples");
    }
    Some((track, samples))
}

fn header(tfhd: &Atom<'_>, track: &Track, notes: &mut Notes) -> Option<Defaults> {
    let mut fields = tfhd.fields();
    let (_, flags) = fields.version()?;
    fields.u32()?;
    if flags & 0x2_0000 == 0 || flags & 1 != 0 {
        let found = format!("tfhd with flags {flags:#x}");
        notes.add(&rule::FRAGMENT_BASE, found, "default-base-is-moof and no base-data-offset");
    }
    if flags & 1 != 0 {
        fields.u64()?;
    }
    if flags & 2 != 0 {
        fields.u32()?;
    }
    let mut optional = |flag: u32, default: u32| if flags & flag != 0 { fields.u32() } else { Some(default) };
    let (duration, size, sample_flags) = track.defaults;
    Some(Defaults {
        duration: optional(8, duration)?,
        size: optional(0x10, size)?,
        flags: optional(0x20, sample_flags)?,
    })
}

fn base_time(tfdt: &Atom<'_>, notes: &mut Notes) -> Option<u64> {
    let mut fields = tfdt.fields();
    let (version, _) = fields.version()?;
    if version == 1 {
        return fields.u64();
    }
    notes.add(&rule::FRAGMENT_TIME, format!("tfdt of version {version}"), "1: 32 bits wrap within a day at 90 kHz");
    fields.u32().map(u64::from)
}

struct Run<'r> {
    base: usize,
    /// Where the run before ended.
    at: &'r mut Option<usize>,
    time: &'r mut u64,
    samples: &'r mut Vec<Sample>,
    extents: &'r mut Vec<Extent>,
}

impl Run<'_> {
    fn read(&mut self, trun: &Atom<'_>, defaults: &Defaults, notes: &mut Notes) -> Option<()> {
        let mut fields = trun.fields();
        let (version, flags) = fields.version()?;
        let count = fields.u32().filter(|count| *count <= RUN_SAMPLES)?;
        if flags & 1 != 0 {
            let offset = isize::try_from(fields.u32()?.cast_signed()).ok()?;
            *self.at = self.base.checked_add_signed(offset);
        }
        let Some(mut at) = *self.at else {
            notes.add(&rule::SAMPLE_DATA, "trun without a data offset", "where its samples are");
            return Some(());
        };
        let first_flags = if flags & 4 != 0 { Some(fields.u32()?) } else { None };
        for index in 0..count {
            let mut optional = |flag: u32, default: u32| if flags & flag != 0 { fields.u32() } else { Some(default) };
            let duration = optional(0x100, defaults.duration)?;
            let size = optional(0x200, defaults.size)?;
            let own = optional(0x400, defaults.flags)?;
            let offset = optional(0x800, 0)?;
            let offset = if version == 0 { i64::from(offset) } else { i64::from(offset.cast_signed()) };
            let sample_flags = first_flags.filter(|_| index == 0).unwrap_or(own);
            let sync = sample_flags & NON_SYNC == 0;
            self.samples.push(Sample { dts: *self.time, offset, duration, size, sync, key: None });
            let length = usize::try_from(size).ok()?;
            self.extents.push(Extent { start: at, length });
            at = at.saturating_add(length);
            *self.time = self.time.saturating_add(u64::from(duration));
        }
        *self.at = Some(at);
        if !fields.rest.is_empty() {
            notes.add(&rule::BOX_MALFORMED, format!("{} bytes behind trun's samples", fields.rest.len()), "none");
        }
        Some(())
    }
}

/// Samples fill the body of their `mdat`: each byte belongs to one.
pub(super) fn tiles(mut extents: Vec<Extent>, mdat: Range<usize>, notes: &mut Notes) {
    extents.sort_by_key(|extent| (extent.start, extent.length));
    let mut end = mdat.start;
    for extent in extents {
        if extent.start != end {
            let what = if extent.start > end { "a gap" } else { "an overlap" };
            let found = format!("{what} before the sample at {}", extent.start);
            notes.add(&rule::SAMPLE_DATA, found, format!("a sample at {end}, mdat is {mdat:?}"));
        }
        end = extent.start.saturating_add(extent.length);
    }
    if end != mdat.end {
        notes.add(&rule::SAMPLE_DATA, format!("samples that end at {end}"), format!("the end of mdat, {}", mdat.end));
    }
}
