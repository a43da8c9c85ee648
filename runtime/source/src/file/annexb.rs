//! An H.264 byte stream (ITU-T H.264, annex B) split into access units. Pure: bytes in, access units out.
//!
//! A new access unit begins with the first of these behind the last slice of a picture: an access unit delimiter, SPS, PPS, SEI, a NAL unit of
//! type 14 to 18 (clause 7.4.1.2.3), or a slice of another picture (7.4.1.2.4). The two fields of one frame stay together, as in an mp4 file.
//!
//! Bounded: an access unit has at most [`MAX_UNIT`] bytes.

use bytes::{Bytes, BytesMut};
use media::h264;

use super::slice::{Slice, Slices};

/// Bytes of one access unit: several times what a camera's largest key frame has.
pub const MAX_UNIT: usize = 16 << 20;

/// One access unit with its start codes, as it stands in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Annex B.
    pub data: Bytes,
    /// It holds an IDR picture.
    pub key: bool,
    /// Other pictures may refer to it.
    pub reference: bool,
    /// Its place in the order of presentation since the last IDR picture (`PicOrderCnt`, clause 8.2.1); none where the order of decoding is it.
    pub order: Option<i64>,
}

/// More than [`MAX_UNIT`] bytes without the end of an access unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no access unit ends within {MAX_UNIT} bytes: this is no H.264 byte stream")]
pub struct TooLarge;

/// Takes a byte stream to pieces.
#[derive(Debug, Default)]
pub struct Splitter {
    /// Begins with the first start code of the access unit that is being gathered.
    buffer: BytesMut,
    /// The NAL unit that began last: where its start code and its first byte are. None before the first start code.
    nal: Option<(usize, usize)>,
    /// No start code that is not yet known begins before this.
    searched: usize,
    slices: Slices,
    picture: Option<Picture>,
}

/// What is known of the picture in the access unit that is being gathered.
#[derive(Debug)]
struct Picture {
    /// The slice that came last: the next one is compared with it.
    last: Slice,
    /// Both fields of the frame are there.
    both_fields: bool,
    key: bool,
    reference: bool,
    order: Option<i64>,
}

impl Splitter {
    /// Takes bytes as they came; access units that are complete now go to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Unit>) -> Result<(), TooLarge> {
        self.buffer.extend_from_slice(bytes);
        while let Some(at) = find_start_code(&self.buffer, self.searched) {
            // A zero byte in front belongs to it (clause B.1.1).
            let start = if at > 0 && self.buffer[at - 1] == 0 { at - 1 } else { at };
            let taken = self.complete(start, out);
            self.nal = Some((start - taken, at + 3 - taken));
            self.searched = at + 3 - taken;
        }
        // The last two bytes may be the first of a start code.
        self.searched = self.searched.max(self.buffer.len().saturating_sub(2));
        if self.nal.is_none() {
            let useless = self.buffer.len().saturating_sub(3);
            let _ = self.buffer.split_to(useless);
            self.searched = 0;
        }
        if self.buffer.len() > MAX_UNIT { Err(TooLarge) } else { Ok(()) }
    }

    /// The stream ended: what is left is an access unit too.
    pub fn finish(&mut self, out: &mut Vec<Unit>) {
        self.complete(self.buffer.len(), out);
        self.emit(self.buffer.len(), out);
        self.buffer.clear();
        self.searched = 0;
    }

    /// Pictures a second as the last SPS tells them (VUI, clause E.2.1).
    pub fn rate(&self) -> Option<f64> {
        self.slices.rate()
    }

    /// Whether an SPS has come that can be read: without one it is no H.264, whatever its NAL units look like.
    pub fn is_described(&self) -> bool {
        self.slices.is_described()
    }

    /// The NAL unit that began last ends at `end`. Returns how many bytes were taken out of the front of the buffer.
    fn complete(&mut self, end: usize, out: &mut Vec<Unit>) -> usize {
        let Some((start, first)) = self.nal.take() else {
            let _ = self.buffer.split_to(end);
            return end;
        };
        let nal = &self.buffer[first..end];
        let slice = match h264::nal_type(nal) {
            1 | 2 | 5 => {
                let slice = self.slices.read(nal);
                let new = match &self.picture {
                    Some(picture) => slice.is_of_another(&picture.last) && !picture.is_completed_by(&slice),
                    None => false,
                };
                if !new {
                    self.add(slice);
                    return 0;
                }
                Some(slice)
            }
            6..=9 | 14..=18 => {
                self.slices.learn(nal);
                None
            }
            _ => return 0,
        };
        // Something that begins an access unit: what was gathered is one, if there is a picture in it.
        let taken = match self.picture.is_some() {
            true => start,
            false => 0,
        };
        self.emit(taken, out);
        if let Some(slice) = slice {
            self.add(slice);
        }
        taken
    }

    fn add(&mut self, slice: Slice) {
        match &mut self.picture {
            Some(picture) => {
                picture.both_fields |= picture.last.is_other_field_of(&slice);
                picture.key |= slice.idr;
                picture.reference |= slice.reference;
                picture.last = slice;
            }
            None => {
                let order = self.slices.order(&slice);
                let (key, reference) = (slice.idr, slice.reference);
                self.picture = Some(Picture { last: slice, both_fields: false, key, reference, order });
            }
        }
    }

    fn emit(&mut self, end: usize, out: &mut Vec<Unit>) {
        if let Some(Picture { key, reference, order, .. }) = self.picture.take() {
            let data = self.buffer.split_to(end).freeze();
            out.push(Unit { data, key, reference, order });
        }
    }
}

impl Picture {
    /// Whether this slice is of the second field of the frame whose first field is here.
    fn is_completed_by(&self, slice: &Slice) -> bool {
        !self.both_fields && self.last.is_other_field_of(slice)
    }
}

/// Where the next `00 00 01` begins, from `from` on.
fn find_start_code(data: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    // Looking at every third byte: a start code cannot hide between bytes above 1.
    while at + 2 < data.len() {
        match data[at + 2] {
            1 if data[at] == 0 && data[at + 1] == 0 => return Some(at),
            0 => at += 1,
            _ => at += 3,
        }
    }
    None
}

#[cfg(test)]
mod tests;
