//! The header of a PES packet (clause 2.4.3.6): which stream, how long, when.

use super::clock::{MASK, told};

/// `stream_id` of the first video and the first audio stream (table 2-22).
pub(super) const VIDEO: u8 = 0xe0;
pub(super) const SOUND: u8 = 0xc0;

/// Prefix, stream, length, two bytes of flags and the length of what is behind them.
const FIXED: usize = 9;
/// A PTS or a DTS.
const TIME: usize = 5;

/// A header, as long as its times make it.
pub(super) struct Header {
    bytes: [u8; FIXED + 2 * TIME],
    length: usize,
}

impl Header {
    /// That of `payload` bytes presented at `pts` and decoded at `decode`, in ticks. A DTS is told only where it differs (clause 2.4.3.7).
    ///
    /// What is too long for the length's 16 bits has none, which is allowed for pictures (clause 2.4.3.7, `PES_packet_length`); where there is one, players
    /// need not wait for the next picture to know that this one is whole.
    pub(super) fn new(stream: u8, pts: i64, decode: i64, payload: usize) -> Self {
        let times = if pts == decode { 1 } else { 2 };
        let length = FIXED + times * TIME;
        // The length counts what is behind it: all but six bytes.
        let [high, low] = u16::try_from(length - 6 + payload).unwrap_or(0).to_be_bytes();
        let mut bytes = [0; FIXED + 2 * TIME];
        // No scrambling; the payload begins with an access unit (`data_alignment_indicator`, tables 2-53 and 2-55).
        let flags = [0x84, if times == 2 { 0xc0 } else { 0x80 }, (times * TIME) as u8];
        bytes[..FIXED].copy_from_slice(&[0, 0, 1, stream, high, low, flags[0], flags[1], flags[2]]);
        bytes[FIXED..FIXED + TIME].copy_from_slice(&time(if times == 2 { 3 } else { 2 }, pts));
        bytes[FIXED + TIME..].copy_from_slice(&time(1, decode));
        Self { bytes, length }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// 33 bits of a time behind four bits that say which one it is, in three pieces with a one behind each.
fn time(which: u8, ticks: i64) -> [u8; TIME] {
    let time = told(ticks) as u64 & MASK;
    let piece = |shift: u32| ((time >> shift << 1) as u16 | 1).to_be_bytes();
    let ([high, middle], [low, last]) = (piece(15), piece(0));
    [which << 4 | (time >> 30 << 1) as u8 | 1, high, middle, low, last]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_lengths_are_where_they_belong() {
        // 900 000 ticks are 0x0dbba0: 000 | 000000000011011 | 011101110100000.
        let alone = Header::new(SOUND, 0, 0, 100);
        assert_eq!(alone.bytes(), [0, 0, 1, 0xc0, 0, 108, 0x84, 0x80, 5, 0x21, 0x00, 0x37, 0x77, 0x41]);
        let both = Header::new(VIDEO, -1 - 900_000, -900_000, 0);
        assert_eq!(both.bytes()[6..14], [0x84, 0xc0, 10, 0x3f, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(both.bytes()[14..], [0x11, 0, 1, 0, 1]);
    }

    #[test]
    fn what_is_too_long_for_a_length_has_none() {
        let length = |payload| Header::new(VIDEO, 0, 0, payload).bytes()[4..6].to_vec();
        assert_eq!(length(65_535 - 8), [0xff, 0xff]);
        assert_eq!(length(65_535 - 7), [0, 0]);
    }
}
