//! Sample entries: what a track's samples are coded in.

use super::atom::{Atom, only, whole};
use super::codec;
use super::track::{Kind, Nal};
use crate::finding::Notes;
use crate::rule;

pub(super) struct Entry {
    pub(super) codec: String,
    pub(super) nal: Option<Nal>,
    pub(super) size: (u16, u16),
    pub(super) sample_rate: u32,
}

/// Fields before the boxes of a visual sample entry, and of an audio one.
const VISUAL: usize = 78;
const AUDIO: usize = 28;

pub(super) fn read(entry: &Atom<'_>, kind: Kind, notes: &mut Notes) -> Option<Entry> {
    match (&entry.kind, kind) {
        (b"avc1" | b"avc3" | b"hvc1" | b"hev1", Kind::Video) => video(entry, notes),
        (b"mp4a" | b"fLaC" | b"Opus", Kind::Audio) => audio(entry, notes),
        _ => {
            notes.add(&rule::SAMPLE_ENTRY, format!("{} in a track of {kind:?}", entry.name()), "a sample entry of HLS");
            None
        }
    }
}

fn video(entry: &Atom<'_>, notes: &mut Notes) -> Option<Entry> {
    let atoms = entry.children(VISUAL, notes);
    let mut fields = entry.fields();
    fields.take(24)?;
    let size = (fields.u16()?, fields.u16()?);
    if size.0 == 0 || size.1 == 0 {
        notes.add(&rule::SAMPLE_ENTRY, format!("a picture of {}x{}", size.0, size.1), "its size");
    }
    let h265 = matches!(&entry.kind, b"hvc1" | b"hev1");
    let in_band = matches!(&entry.kind, b"avc3" | b"hev1");
    let configuration = only(&atoms, if h265 { *b"hvcC" } else { *b"avcC" }, &entry.name(), notes)?;
    let read = if h265 { codec::hvcc(configuration.body) } else { codec::avcc(configuration.body) };
    let read = whole(read, &configuration, notes)?;
    if !read.has_parameters && !in_band {
        let found = format!("{} without parameter sets", configuration.name());
        notes.add(&rule::SAMPLE_ENTRY, found, format!("those of {}", entry.name()));
    }
    if let Some(coded) = read.size.filter(|coded| *coded != Some(size)) {
        let found = format!("{}x{} in {}, {coded:?} in its parameter set", size.0, size.1, entry.name());
        notes.add(&rule::SAMPLE_ENTRY, found, "the same");
    }
    let codec = format!("{}.{}", entry.name(), read.profile);
    Some(Entry { codec, nal: Some(Nal { h265, length_size: read.length_size, in_band }), size, sample_rate: 0 })
}

fn audio(entry: &Atom<'_>, notes: &mut Notes) -> Option<Entry> {
    let atoms = entry.children(AUDIO, notes);
    let mut fields = entry.fields();
    fields.take(24)?;
    let written = u32::from(fields.u16()?);
    let (codec, sample_rate) = match &entry.kind {
        b"mp4a" => {
            let esds = only(&atoms, *b"esds", "mp4a", notes)?;
            let aac = whole(codec::esds(esds.body), &esds, notes)?;
            // 16 bits hold no higher rate: it is 0 then.
            let agrees = written == aac.sample_rate || (written == 0 && aac.sample_rate > 0xffff);
            if !agrees {
                let found = format!("{written} Hz in mp4a, {} in esds", aac.sample_rate);
                notes.add(&rule::SAMPLE_ENTRY, found, "the same");
            }
            (format!("mp4a.40.{}", aac.object_type), aac.sample_rate)
        }
        b"fLaC" => {
            let dfla = only(&atoms, *b"dfLa", "fLaC", notes)?;
            // Version and flags, a block header of 4 bytes, STREAMINFO of 34 (RFC 9639 8.2).
            let block = dfla.body.get(4..8)?;
            if dfla.body.len() < 42 || block[0] & 0x7f != 0 || block[1..] != [0, 0, 34] {
                notes.add(&rule::SAMPLE_ENTRY, "dfLa without STREAMINFO", "STREAMINFO first");
                return None;
            }
            let rate = u32::from_be_bytes([0, dfla.body[18], dfla.body[19], dfla.body[20]]) >> 4;
            ("fLaC".into(), rate)
        }
        _ => {
            let dops = only(&atoms, *b"dOps", "Opus", notes)?;
            if dops.body.len() < 11 || dops.body[0] != 0 {
                notes.add(&rule::SAMPLE_ENTRY, "a dOps that is none", "version 0, 11 bytes or more");
            }
            ("Opus".into(), 48_000)
        }
    };
    Some(Entry { codec, nal: None, size: (0, 0), sample_rate })
}
