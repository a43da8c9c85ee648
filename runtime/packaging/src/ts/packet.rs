//! Packets of 188 bytes (clause 2.4.3.2), their counters and adaptation fields (clause 2.4.3.4).

use super::clock::MASK;

/// Bytes of a transport stream packet.
pub const PACKET: usize = 188;
const HEADER: usize = 4;
/// What a packet holds where nothing stands in front of it.
const BODY: usize = PACKET - HEADER;
/// Length, flags and clock reference of an adaptation field.
const WITH_CLOCK: usize = 8;

/// One PID and its continuity counter, which goes on over segments.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pid: u16,
    next: u8,
}

/// What an adaptation field tells of where it stands (clause 2.4.3.5).
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// `program_clock_reference_base`, of which the lower 33 bits are told. The extension is 0: times here are 90 kHz ticks.
    pub(super) clock: i64,
    /// `discontinuity_indicator`: this clock does not go on from the one before.
    pub(super) discontinuity: bool,
    /// `random_access_indicator`: decoding can begin here.
    pub(super) key: bool,
}

impl Track {
    pub(super) fn new(pid: u16) -> Self {
        Self { pid, next: 0 }
    }

    /// The counter of the next packet.
    pub(super) fn count(&mut self) -> u8 {
        let now = self.next;
        self.next = (now + 1) & 0x0f;
        now
    }

    /// A packet that tells the time and holds nothing. It has the counter of the packet before it (clause 2.4.3.3).
    pub(super) fn tell_time(&self, mark: Mark, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.header(0, 0x20, self.next.wrapping_sub(1) & 0x0f));
        adaptation(out, Some(mark), BODY);
    }

    fn header(&self, start: u8, control: u8, counter: u8) -> [u8; HEADER] {
        let [high, low] = self.pid.to_be_bytes();
        [0x47, start | high, low, control | counter]
    }
}

/// The packets of one PES packet, while they are written.
pub(super) struct Packets<'a> {
    track: &'a mut Track,
    out: &'a mut Vec<u8>,
    /// Bytes of the PES packet that are still to come.
    left: usize,
    /// How many of them go into the packet that was begun.
    room: usize,
}

impl<'a> Packets<'a> {
    /// Begins those of a PES packet of `length` bytes, which is then [pushed](Self::push).
    pub(super) fn begin(track: &'a mut Track, mark: Option<Mark>, length: usize, out: &'a mut Vec<u8>) -> Self {
        // One packet more for the first one's adaptation field.
        out.reserve((length / BODY + 2) * PACKET);
        let mut packets = Self { track, out, left: length, room: 0 };
        packets.start(0x40, mark);
        packets
    }

    /// Adds bytes of the PES packet.
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.room == 0 {
                bytes = self.whole(bytes);
                if bytes.is_empty() {
                    break;
                }
                self.start(0, None);
            }
            let (now, later) = bytes.split_at(bytes.len().min(self.room));
            self.out.extend_from_slice(now);
            self.room -= now.len();
            self.left = self.left.saturating_sub(now.len());
            bytes = later;
        }
    }

    /// Packets that hold nothing but these bytes, as long as they suffice: nearly all packets of a picture. Gives back what is left.
    fn whole<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let (chunks, rest) = bytes.as_chunks::<BODY>();
        for chunk in chunks {
            let counter = self.track.count();
            let mut packet = [0; PACKET];
            packet[..HEADER].copy_from_slice(&self.track.header(0, 0x10, counter));
            packet[HEADER..].copy_from_slice(chunk);
            self.out.extend_from_slice(&packet);
        }
        self.left = self.left.saturating_sub(bytes.len() - rest.len());
        rest
    }

    /// Begins a packet. What the rest of the PES packet does not fill is an adaptation field's stuffing, the only way there is (clause 2.4.3.5).
    fn start(&mut self, start: u8, mark: Option<Mark>) {
        let least = if mark.is_some() { WITH_CLOCK } else { 0 };
        self.room = self.left.min(BODY - least);
        let field = BODY - self.room;
        let control = if field > 0 { 0x30 } else { 0x10 };
        let counter = self.track.count();
        self.out.extend_from_slice(&self.track.header(start, control, counter));
        adaptation(self.out, mark, field);
    }
}

/// An adaptation field of `size` bytes, its length included: at least [`WITH_CLOCK`] with a mark, and none at all if it is 0.
fn adaptation(out: &mut Vec<u8>, mark: Option<Mark>, size: usize) {
    let end = out.len() + size;
    if size > 0 {
        out.push((size - 1) as u8);
    }
    match mark {
        Some(Mark { clock, discontinuity, key }) => {
            out.push(u8::from(discontinuity) << 7 | u8::from(key) << 6 | 0x10);
            // 33 bits of ticks, six reserved ones, nine bits of extension.
            let reference = (clock as u64 & MASK) << 15 | 0x7e00;
            out.extend_from_slice(&reference.to_be_bytes()[2..]);
        }
        // A field of one byte has no flags.
        None if size > 1 => out.push(0),
        None => {}
    }
    out.resize(end, 0xff);
}
