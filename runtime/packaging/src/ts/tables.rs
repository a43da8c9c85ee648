//! PAT and PMT (clauses 2.4.4.4 and 2.4.4.9): one program of one or two elementary streams, the same in each segment.

use super::packet::{PACKET, Track};

/// The PIDs that ffmpeg gives them, which people who look at packets know. The clock is with the pictures.
pub(super) const VIDEO: u16 = 0x100;
pub(super) const SOUND: u16 = 0x101;
const PAT: u16 = 0;
const PMT: u16 = 0x1000;

/// Both numbers are the only ones here, and 0 would mean a network's PID (clause 2.4.4.5).
const STREAM: u16 = 1;
const PROGRAM: u16 = 1;

/// `stream_type` of H.264 and of AAC with ADTS (table 2-34).
const H264: u8 = 0x1b;
const ADTS: u8 = 0x0f;

/// The two packets, ready but for their counters.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    pat: Table,
    pmt: Table,
}

#[derive(Clone, Debug)]
struct Table {
    track: Track,
    packet: [u8; PACKET],
}

impl Tables {
    pub(super) fn new(with_sound: bool) -> Self {
        let mut streams = vec![(H264, VIDEO)];
        streams.extend(with_sound.then_some((ADTS, SOUND)));
        let mut pmt = [pid(VIDEO), [0xf0, 0]].concat();
        for (kind, at) in streams {
            pmt.push(kind);
            pmt.extend_from_slice(&pid(at));
            // ES_info_length 0: no descriptors.
            pmt.extend_from_slice(&[0xf0, 0]);
        }
        let pat = [PROGRAM.to_be_bytes(), pid(PMT)].concat();
        Self { pat: Table::new(PAT, 0, STREAM, &pat), pmt: Table::new(PMT, 2, PROGRAM, &pmt) }
    }

    /// Writes both.
    pub(super) fn write(&mut self, out: &mut Vec<u8>) {
        for table in [&mut self.pat, &mut self.pmt] {
            table.packet[3] = 0x10 | table.track.count();
            out.extend_from_slice(&table.packet);
        }
    }
}

impl Table {
    /// A section in one packet. Its version stays 0: other tracks are another muxer, behind a discontinuity of the playlist.
    fn new(at: u16, table_id: u8, extension: u16, body: &[u8]) -> Self {
        // What the length counts: extension, version, two section numbers and the CRC.
        let length = (5 + body.len() + 4) as u8;
        let mut section = vec![table_id, 0xb0, length];
        section.extend_from_slice(&extension.to_be_bytes());
        // Version 0, in force; the first section of one.
        section.extend_from_slice(&[0xc1, 0, 0]);
        section.extend_from_slice(body);
        let crc = crc(&section);
        section.extend_from_slice(&crc.to_be_bytes());
        // Behind a section stand bytes of 0xff (clause 2.4.4); in front of it, where it begins: at once.
        let mut packet = [0xff; PACKET];
        let [high, low] = at.to_be_bytes();
        packet[..5].copy_from_slice(&[0x47, 0x40 | high, low, 0x10, 0]);
        packet[5..5 + section.len()].copy_from_slice(&section);
        Self { track: Track::new(at), packet }
    }
}

/// A PID behind three reserved bits.
fn pid(pid: u16) -> [u8; 2] {
    (0xe000 | pid).to_be_bytes()
}

/// The CRC of sections (annex A): polynomial 0x04c11db7, all ones at first, not reflected.
fn crc(section: &[u8]) -> u32 {
    section.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            let carry = if crc >> 31 == 1 { 0x04c1_1db7 } else { 0 };
            crc << 1 ^ carry
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_those_that_ffmpeg_writes_for_the_same_tracks() {
        let mut out = Vec::new();
        Tables::new(true).write(&mut out);
        let (pat, pmt) = out.split_at(PACKET);
        assert_eq!(
            pat[..21],
            [0x47, 0x40, 0, 0x10, 0, 0, 0xb0, 0x0d, 0, 1, 0xc1, 0, 0, 0, 1, 0xf0, 0, 0x2a, 0xb1, 0x04, 0xb2]
        );
        assert_eq!(pmt[..8], [0x47, 0x50, 0, 0x10, 0, 2, 0xb0, 0x17]);
        assert_eq!(pmt[17..27], [0x1b, 0xe1, 0, 0xf0, 0, 0x0f, 0xe1, 1, 0xf0, 0]);
        // A section's CRC over all of it, its own included, is 0 (annex A).
        assert_eq!((crc(&pat[5..21]), crc(&pmt[5..31])), (0, 0));
        assert!(pat[21..].iter().chain(&pmt[31..]).all(|byte| *byte == 0xff));
    }
}
