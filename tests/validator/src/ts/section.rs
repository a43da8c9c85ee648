//! PAT and PMT (ISO/IEC 13818-1, 2.4.4).

use crate::bytes::Reader;
use crate::finding::Notes;
use crate::rule;

/// What a PMT says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Program {
    pub(super) clock: u16,
    /// Stream type and PID.
    pub(super) streams: Vec<(u8, u16)>,
}

/// The PID of the only program.
pub(super) fn pat(payload: &[u8], notes: &mut Notes) -> Option<u16> {
    let body = section(payload, 0, notes)?;
    let (programs, rest) = body.as_chunks::<4>();
    if !rest.is_empty() {
        notes.add(&rule::TS_SECTION, format!("a PAT of {} bytes", body.len()), "programs of 4 bytes");
    }
    // Program 0 is the network's.
    let mut pids = programs.iter().filter(|program| program[..2] != [0, 0]);
    let first = pids.next();
    if first.is_none() || pids.next().is_some() {
        notes.add(&rule::TS_PROGRAM, format!("{} programs", programs.len()), "one");
    }
    first.map(|program| u16::from_be_bytes([program[2] & 0x1f, program[3]]))
}

/// The streams of the program.
pub(super) fn pmt(payload: &[u8], notes: &mut Notes) -> Option<Program> {
    let body = section(payload, 2, notes)?;
    let program = program(body);
    if program.is_none() {
        notes.add(&rule::TS_SECTION, format!("a PMT of {} bytes", body.len()), "descriptors that fit");
    }
    program
}

fn program(body: &[u8]) -> Option<Program> {
    let mut fields = Reader::new(body);
    let clock = fields.u16()? & 0x1fff;
    let length = usize::from(fields.u16()? & 0xfff);
    fields.take(length)?;
    let mut streams = Vec::new();
    while !fields.rest.is_empty() {
        let kind = fields.u8()?;
        let pid = fields.u16()? & 0x1fff;
        let length = usize::from(fields.u16()? & 0xfff);
        fields.take(length)?;
        streams.push((kind, pid));
    }
    Some(Program { clock, streams })
}

/// What is between the header and the CRC of a section, which is one packet long.
fn section<'a>(payload: &'a [u8], table: u8, notes: &mut Notes) -> Option<&'a [u8]> {
    let cut = || {
        let mut fields = Reader::new(payload);
        let pointer = usize::from(fields.u8()?);
        fields.take(pointer)?;
        let start = fields.rest;
        let (id, length) = (fields.u8()?, usize::from(fields.u16()? & 0xfff));
        fields.take(length)?;
        let current = start.get(5)? & 1 != 0;
        (id == table && length >= 9 && current).then(|| &start[..3 + length])
    };
    let Some(section) = cut() else {
        notes.add(
            &rule::TS_SECTION,
            format!("a section {:02x?}…", &payload[..payload.len().min(8)]),
            format!("table {table}"),
        );
        return None;
    };
    if crc(section) != 0 {
        notes.add(&rule::TS_CRC, format!("CRC-32 of table {table} leaves {:#x}", crc(section)), "0");
    }
    section.get(8..section.len() - 4)
}

/// CRC-32 of MPEG (Annex A): 0 over a section with its CRC.
fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| crc << 1 ^ if crc >> 31 == 1 { 0x04c1_1db7 } else { 0 })
    })
}
