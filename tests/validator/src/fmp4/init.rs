//! Reads initialization sections: `ftyp` and `moov`.

use super::atom::{self, Atom, only, whole};
use super::entry;
use super::track::{Init, Kind, Track};
use crate::finding::{Finding, Notes};
use crate::rule;

/// Brands that imply what `iso6` does: relative addressing and `tfdt`.
const BRANDS: [&[u8; 4]; 8] = [b"iso6", b"iso7", b"iso8", b"iso9", b"cmfc", b"cmf2", b"cmff", b"cmfs"];

/// Reads an initialization section.
pub fn init(uri: &str, bytes: &[u8]) -> (Option<Init>, Vec<Finding>) {
    let mut notes = Notes::new(uri);
    let atoms = atom::read(bytes, 0, &mut notes);
    if let Some(ftyp) = only(&atoms, *b"ftyp", "the initialization section", &mut notes) {
        brands(&ftyp, &mut notes);
    }
    let init = only(&atoms, *b"moov", "the initialization section", &mut notes).map(|moov| movie(&moov, &mut notes));
    for media in atoms.iter().filter(|atom| matches!(&atom.kind, b"moof" | b"mdat")) {
        notes.add(&rule::INIT_SAMPLES, format!("{} in an initialization section", media.name()), "no media");
    }
    (init.filter(|init| !init.tracks.is_empty()), notes.list)
}

fn brands(ftyp: &Atom<'_>, notes: &mut Notes) {
    let (brands, rest) = ftyp.body.as_chunks::<4>();
    if brands.len() < 2 || !rest.is_empty() {
        notes.add(&rule::BOX_MALFORMED, format!("ftyp of {} bytes", ftyp.body.len()), "brands of 4 bytes");
    }
    // The second word is the minor version.
    let mut named = brands.iter().take(1).chain(brands.iter().skip(2));
    if !named.any(|brand| BRANDS.contains(&brand)) {
        notes.add(&rule::BRANDS, format!("ftyp {}", ftyp.body.escape_ascii()), "iso6 or later, or a brand of CMAF");
    }
}

fn movie(moov: &Atom<'_>, notes: &mut Notes) -> Init {
    let atoms = moov.children(0, notes);
    if let Some(mvhd) = only(&atoms, *b"mvhd", "moov", notes)
        && let Some((_, duration)) = whole(times(&mvhd), &mvhd, notes)
        && duration != 0
    {
        notes.add(&rule::INIT_DURATION, format!("mvhd with duration {duration}"), "0");
    }
    let defaults = match only(&atoms, *b"mvex", "moov", notes) {
        Some(mvex) => {
            if atoms.iter().any(|atom| &atom.kind == b"trak" && atom.start > mvex.start) {
                notes.add(&rule::INIT_ORDER, "trak after mvex", "mvex after the last trak");
            }
            mvex.children(0, notes)
        }
        None => Vec::new(),
    };
    let defaults: Vec<_> = defaults.iter().filter(|atom| &atom.kind == b"trex").filter_map(defaults_of).collect();
    let mut tracks: Vec<Track> = Vec::new();
    for trak in atoms.iter().filter(|atom| &atom.kind == b"trak") {
        let Some(mut track) = track(trak, notes) else { continue };
        match defaults.iter().find(|(id, _)| *id == track.id) {
            Some((_, defaults)) => track.defaults = *defaults,
            None => notes.add(&rule::BOX_MISSING, format!("no trex of track {}", track.id), "one"),
        }
        if tracks.iter().any(|other| other.id == track.id) {
            notes.add(&rule::TRACK_UNKNOWN, format!("track {} twice", track.id), "ids of their own");
        }
        tracks.push(track);
    }
    if tracks.is_empty() {
        notes.add(&rule::BOX_MISSING, "no readable trak in moov", "one for each track");
    }
    Init { tracks }
}

/// The time scale and the duration of `mvhd` and `mdhd`.
fn times(atom: &Atom<'_>) -> Option<(u32, u64)> {
    let mut fields = atom.fields();
    let (version, _) = fields.version()?;
    let long = version == 1;
    fields.take(if long { 16 } else { 8 })?;
    let timescale = fields.u32()?;
    let duration = if long { fields.u64()? } else { u64::from(fields.u32()?) };
    Some((timescale, duration))
}

fn defaults_of(trex: &Atom<'_>) -> Option<(u32, (u32, u32, u32))> {
    let mut fields = trex.fields();
    fields.version()?;
    let id = fields.u32()?;
    let _description = fields.u32()?;
    Some((id, (fields.u32()?, fields.u32()?, fields.u32()?)))
}

fn track(trak: &Atom<'_>, notes: &mut Notes) -> Option<Track> {
    let atoms = trak.children(0, notes);
    let tkhd = only(&atoms, *b"tkhd", "trak", notes)?;
    let id = whole(track_id(&tkhd), &tkhd, notes)?;
    let mdia = only(&atoms, *b"mdia", "trak", notes)?.children(0, notes);
    let mdhd = only(&mdia, *b"mdhd", "mdia", notes)?;
    let (timescale, _) = whole(times(&mdhd), &mdhd, notes)?;
    if timescale == 0 {
        notes.add(&rule::BOX_MALFORMED, "mdhd with time scale 0", "units in a second");
        return None;
    }
    let hdlr = only(&mdia, *b"hdlr", "mdia", notes)?;
    let kind = match hdlr.body.get(8..12)? {
        b"vide" => Kind::Video,
        b"soun" => Kind::Audio,
        other => {
            notes.add(&rule::SAMPLE_ENTRY, format!("a track of {}", other.escape_ascii()), "vide or soun");
            return None;
        }
    };
    let minf = only(&mdia, *b"minf", "mdia", notes)?.children(0, notes);
    only(&minf, *b"dinf", "minf", notes);
    only(&minf, if kind == Kind::Video { *b"vmhd" } else { *b"smhd" }, "minf", notes);
    let stbl = only(&minf, *b"stbl", "minf", notes)?.children(0, notes);
    empty(&stbl, notes);
    let stsd = only(&stbl, *b"stsd", "stbl", notes)?;
    let entries = stsd.children(8, notes);
    let entry = entries.first()?;
    if entries.len() != 1 {
        notes.add(&rule::SAMPLE_ENTRY, format!("{} sample entries", entries.len()), "one");
    }
    let entry = entry::read(entry, kind, notes)?;
    let edit = atoms.iter().find(|atom| &atom.kind == b"edts").map_or(0, |edts| edit(edts, notes));
    let entry::Entry { codec, nal, size, sample_rate } = entry;
    Some(Track { id, kind, timescale, codec, nal, size, sample_rate, edit, defaults: (0, 0, 0) })
}

fn track_id(tkhd: &Atom<'_>) -> Option<u32> {
    let mut fields = tkhd.fields();
    let (version, _) = fields.version()?;
    fields.take(if version == 1 { 16 } else { 8 })?;
    fields.u32().filter(|id| *id != 0)
}

/// Samples are in fragments alone: the tables have no entries.
fn empty(stbl: &[Atom<'_>], notes: &mut Notes) {
    for (kind, skip) in [(*b"stts", 4), (*b"stsc", 4), (*b"stsz", 8), (*b"stco", 4)] {
        let Some(table) = only(stbl, kind, "stbl", notes) else { continue };
        let count = table.body.get(skip..skip + 4);
        if count != Some(&[0; 4]) {
            notes.add(&rule::INIT_SAMPLES, format!("{} with entries {count:?}", table.name()), "none");
        }
    }
}

/// The media time of the first edit that is not empty.
fn edit(edts: &Atom<'_>, notes: &mut Notes) -> i64 {
    let Some(elst) = edts.children(0, notes).into_iter().find(|atom| &atom.kind == b"elst") else { return 0 };
    let read = || {
        let mut fields = elst.fields();
        let (version, _) = fields.version()?;
        for _ in 0..fields.u32()? {
            let time = if version == 1 {
                fields.take(8)?;
                fields.u64()?.cast_signed()
            } else {
                fields.take(4)?;
                i64::from(fields.u32()?.cast_signed())
            };
            fields.take(4)?;
            if time >= 0 {
                return Some(time);
            }
        }
        Some(0)
    };
    whole(read(), &elst, notes).unwrap_or(0)
}
