//! Boxes (ISO/IEC 14496-12, 4.2): a size, a type and what is in them.

use crate::bytes::Reader;
use crate::finding::Notes;
use crate::rule;

/// A box; `atom`, since `box` is a word of the language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Atom<'a> {
    pub(super) kind: [u8; 4],
    /// Where it begins in what was read.
    pub(super) start: usize,
    /// Where its body begins.
    pub(super) inside: usize,
    pub(super) body: &'a [u8],
}

impl<'a> Atom<'a> {
    pub(super) fn name(&self) -> String {
        name(self.kind)
    }

    /// The boxes in it, behind so many bytes of fields.
    pub(super) fn children(&self, skip: usize, notes: &mut Notes) -> Vec<Atom<'a>> {
        match self.body.get(skip..) {
            Some(body) => read(body, self.inside + skip, notes),
            None => {
                notes.add(
                    &rule::BOX_MALFORMED,
                    format!("{} of {} bytes", self.name(), self.body.len()),
                    format!("{skip}"),
                );
                Vec::new()
            }
        }
    }

    pub(super) fn fields(&self) -> Reader<'a> {
        Reader::new(self.body)
    }
}

fn name(kind: [u8; 4]) -> String {
    kind.escape_ascii().to_string()
}

/// The boxes that fill these bytes, which begin at `start` of the whole.
pub(super) fn read<'a>(bytes: &'a [u8], start: usize, notes: &mut Notes) -> Vec<Atom<'a>> {
    let mut atoms = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let Some(atom) = one(&bytes[at..], start + at) else {
            let found = format!("{} bytes at {} that are no box", bytes.len() - at, start + at);
            notes.add(&rule::BOX_SIZE, found, "boxes that fill what holds them");
            break;
        };
        at += atom.inside - atom.start + atom.body.len();
        atoms.push(atom);
    }
    atoms
}

fn one(bytes: &[u8], start: usize) -> Option<Atom<'_>> {
    let mut reader = Reader::new(bytes);
    let short = reader.u32()?;
    let kind = reader.array()?;
    let (size, header) = match short {
        0 => (bytes.len(), 8),
        1 => (usize::try_from(reader.u64()?).ok()?, 16),
        size => (usize::try_from(size).ok()?, 8),
    };
    Some(Atom { kind, start, inside: start + header, body: bytes.get(header..size)? })
}

/// The only box of a kind that there should be.
pub(super) fn only<'a>(atoms: &[Atom<'a>], kind: [u8; 4], within: &str, notes: &mut Notes) -> Option<Atom<'a>> {
    let mut of_kind = atoms.iter().filter(|atom| atom.kind == kind);
    let first = of_kind.next().copied();
    if first.is_none() {
        notes.add(&rule::BOX_MISSING, format!("no {} in {within}", name(kind)), "one");
    } else if of_kind.next().is_some() {
        notes.add(&rule::BOX_REPEATED, format!("more than one {} in {within}", name(kind)), "one");
    }
    first
}

/// Notes fields that could not be read.
pub(super) fn whole<T>(read: Option<T>, atom: &Atom<'_>, notes: &mut Notes) -> Option<T> {
    if read.is_none() {
        let found = format!("{} of {} bytes", atom.name(), atom.body.len());
        notes.add(&rule::BOX_MALFORMED, found, "the fields that it has");
    }
    read
}
