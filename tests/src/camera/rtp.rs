//! RTP and RTCP packets as bytes (RFC 3550, sections 5.1 and 6.4.1).

use std::time::{SystemTime, UNIX_EPOCH};

/// Payload type of the video track: dynamic, or the fixed one of JPEG (RFC 3551, table 5).
pub(crate) const VIDEO: u8 = 96;
/// See [`VIDEO`].
pub(crate) const JPEG: u8 = 26;

/// Seconds from 1900, where NTP begins, to 1970.
const NTP_TO_UNIX: u64 = 2_208_988_800;

/// The header fields that go on from packet to packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sequence {
    pub(crate) ssrc: u32,
    pub(crate) payload_type: u8,
    pub(crate) next: u16,
    pub(crate) packets: u32,
    pub(crate) octets: u32,
}

impl Sequence {
    pub(crate) fn new(ssrc: u32, payload_type: u8, first: u16) -> Self {
        Self { ssrc, payload_type, next: first, packets: 0, octets: 0 }
    }

    /// One RTP packet.
    pub(crate) fn packet(&mut self, payload: &[u8], timestamp: u32, marker: bool) -> Vec<u8> {
        let mut packet = Vec::with_capacity(12 + payload.len());
        packet.extend([0x80, u8::from(marker) << 7 | self.payload_type]);
        packet.extend(self.next.to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(self.ssrc.to_be_bytes());
        packet.extend(payload);
        self.next = self.next.wrapping_add(1);
        self.packets += 1;
        self.octets = self.octets.wrapping_add(payload.len() as u32);
        packet
    }

    /// A sender report: this timestamp is now.
    pub(crate) fn sender_report(&self, timestamp: u32, now: SystemTime) -> Vec<u8> {
        let since = now.duration_since(UNIX_EPOCH).expect("the clock is past 1970");
        let mut packet = vec![0x80, 200, 0, 6];
        packet.extend(self.ssrc.to_be_bytes());
        packet.extend(((since.as_secs() + NTP_TO_UNIX) as u32).to_be_bytes());
        packet.extend((((u64::from(since.subsec_nanos())) << 32) / 1_000_000_000).to_be_bytes()[4..].iter());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(self.packets.to_be_bytes());
        packet.extend(self.octets.to_be_bytes());
        packet
    }

    /// A BYE behind an empty sender report (a compound packet begins with a report, section 6.1).
    pub(crate) fn bye(&self, timestamp: u32, now: SystemTime) -> Vec<u8> {
        let mut packet = self.sender_report(timestamp, now);
        packet.extend([0x81, 203, 0, 1]);
        packet.extend(self.ssrc.to_be_bytes());
        packet
    }
}
