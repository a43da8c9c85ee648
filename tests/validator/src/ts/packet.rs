//! Packets of 188 bytes (ISO/IEC 13818-1, 2.4.3).

use crate::bytes::Reader;
use crate::finding::Notes;
use crate::rule;

pub(super) const SIZE: usize = 188;

/// A packet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet<'a> {
    pub(super) pid: u16,
    /// A section or PES packet begins in it.
    pub(super) start: bool,
    pub(super) counter: u8,
    /// It says that counters and clock begin anew.
    pub(super) discontinuity: bool,
    /// The program clock, in units of 27 MHz.
    pub(super) pcr: Option<u64>,
    pub(super) payload: Option<&'a [u8]>,
}

/// The packets of a segment; those that are none are left out.
pub(super) fn read<'a>(bytes: &'a [u8], notes: &mut Notes) -> Vec<Packet<'a>> {
    let chunks = bytes.chunks_exact(SIZE);
    if bytes.is_empty() || !chunks.remainder().is_empty() {
        notes.add(&rule::TS_PACKETS, format!("{} bytes", bytes.len()), "a multiple of 188");
    }
    let mut packets = Vec::new();
    for (index, bytes) in chunks.enumerate() {
        match one(bytes) {
            Some(packet) => packets.push(packet),
            None => {
                let found = format!("packet {index}: {:02x?}", &bytes[..6]);
                notes.add(&rule::TS_PACKETS, found, "0x47, no error or scrambling, an adaptation field that fits");
            }
        }
    }
    packets
}

fn one(bytes: &[u8]) -> Option<Packet<'_>> {
    let mut fields = Reader::new(bytes);
    let [sync, high, low, control] = fields.array()?;
    // No transport error, not scrambled, and something is in it.
    if sync != 0x47 || high & 0x80 != 0 || control & 0xc0 != 0 || control & 0x30 == 0 {
        return None;
    }
    let mut packet = Packet {
        pid: u16::from(high & 0x1f) << 8 | u16::from(low),
        start: high & 0x40 != 0,
        counter: control & 0xf,
        discontinuity: false,
        pcr: None,
        payload: None,
    };
    if control & 0x20 != 0 {
        let length = usize::from(fields.u8()?);
        let mut adaptation = Reader::new(fields.take(length)?);
        if length > 0 {
            let flags = adaptation.u8()?;
            packet.discontinuity = flags & 0x80 != 0;
            if flags & 0x10 != 0 {
                packet.pcr = Some(clock(adaptation.array()?));
            }
        }
    }
    if control & 0x10 != 0 {
        packet.payload = Some(fields.rest).filter(|payload| !payload.is_empty());
        packet.payload?;
    } else if !fields.rest.is_empty() {
        return None;
    }
    Some(packet)
}

fn clock(bytes: [u8; 6]) -> u64 {
    let word = bytes.iter().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
    (word >> 15) * 300 + (word & 0x1ff)
}
