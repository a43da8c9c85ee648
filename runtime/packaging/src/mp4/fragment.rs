use bytes::Bytes;

use super::boxes::Boxes;
use super::init::{SOUND, VIDEO};

/// Flags of a sample (ISO/IEC 14496-12, section 8.8.3.1): it depends on no other.
const SYNC: u32 = 0x0200_0000;
/// It depends on others, and decoding cannot begin with it.
const NON_SYNC: u32 = 0x0101_0000;

/// A picture of a fragment.
#[derive(Clone, Debug)]
pub struct Picture {
    /// When it is decoded, in ticks of [`super::VIDEO_TIMESCALE`] since the file's beginning.
    pub decode: u64,
    /// How much later it is shown.
    pub offset: i32,
    /// From its decoding to that of the next one.
    pub duration: u32,
    /// Whether decoding can begin with it.
    pub key: bool,
    /// NAL units behind lengths.
    pub data: Bytes,
}

/// A piece of sound of a fragment.
#[derive(Clone, Debug)]
pub struct Sound {
    /// When it begins, in samples since the file's beginning.
    pub begin: u64,
    /// Samples from its begin to that of the next one.
    pub duration: u32,
    /// One access unit.
    pub data: Bytes,
}

/// Samples of one stretch of time: `moof` and `mdat` (ISO/IEC 14496-12, sections 8.8 and 8.1.1).
#[derive(Clone, Debug, Default)]
pub struct Fragment {
    /// In the order of decoding.
    pub pictures: Vec<Picture>,
    /// In the order of time.
    pub sound: Vec<Sound>,
}

impl Fragment {
    /// Bytes of its samples.
    pub fn bytes(&self) -> usize {
        let pictures = self.pictures.iter().map(|picture| picture.data.len()).sum::<usize>();
        pictures + self.sound.iter().map(|sound| sound.data.len()).sum::<usize>()
    }

    /// What is in front of the samples, each picture as it was given, and the sound, whose units are small, in one piece. `sequence` counts fragments.
    pub fn render(mut self, sequence: u32) -> Vec<Bytes> {
        let mut pieces = Vec::with_capacity(2 + self.pictures.len());
        pieces.push(self.header(sequence));
        pieces.extend(self.pictures.into_iter().map(|picture| picture.data));
        match self.sound.len() {
            0 => {}
            1 => pieces.extend(self.sound.pop().map(|sound| sound.data)),
            _ => pieces.push(self.sound.iter().flat_map(|sound| &sound.data).copied().collect::<Vec<u8>>().into()),
        }
        pieces
    }

    /// `moof`, and the header of the `mdat` behind it.
    pub fn header(&self, sequence: u32) -> Bytes {
        let pictures: usize = self.pictures.iter().map(|picture| picture.data.len()).sum();
        let mut boxes = Boxes::new();
        // Where the offsets of both runs stand: known when the `moof` is complete.
        let mut offsets = [None; 2];
        boxes.add(b"moof", |boxes| {
            boxes.full(b"mfhd", 0, 0, |boxes| boxes.u32(sequence));
            if let Some(first) = self.pictures.first() {
                // Offset, duration, size, flags, and the offset of presentation with a sign (version 1).
                run(boxes, VIDEO, first.decode, 1, 0x0f01, self.pictures.len(), &mut offsets[0], |boxes| {
                    for picture in &self.pictures {
                        boxes.u32(picture.duration);
                        boxes.u32(picture.data.len() as u32);
                        boxes.u32(if picture.key { SYNC } else { NON_SYNC });
                        boxes.i32(picture.offset);
                    }
                });
            }
            if let Some(first) = self.sound.first() {
                run(boxes, SOUND, first.begin, 0, 0x0301, self.sound.len(), &mut offsets[1], |boxes| {
                    for sound in &self.sound {
                        boxes.u32(sound.duration);
                        boxes.u32(sound.data.len() as u32);
                    }
                });
            }
        });
        let data = boxes.0.len() + 8;
        for (at, begin) in offsets.into_iter().zip([data, data + pictures]) {
            if let Some(at) = at {
                boxes.0[at..at + 4].copy_from_slice(&(begin as u32).to_be_bytes());
            }
        }
        // Segments are bounded far below 4 GiB.
        boxes.u32(8 + self.bytes() as u32);
        boxes.bytes(b"mdat");
        boxes.0.into()
    }
}

#[expect(clippy::too_many_arguments, reason = "the fields of three boxes, written in one place for both tracks")]
fn run(
    boxes: &mut Boxes,
    track: u32,
    begin: u64,
    version: u8,
    flags: u32,
    count: usize,
    offset: &mut Option<usize>,
    samples: impl FnOnce(&mut Boxes),
) {
    boxes.add(b"traf", |boxes| {
        // Offsets count from the `moof` (section 8.8.7). Sound has the flags of what depends on no other.
        match track {
            SOUND => boxes.full(b"tfhd", 0, 0x02_0020, |boxes| {
                boxes.u32(track);
                boxes.u32(SYNC);
            }),
            _ => boxes.full(b"tfhd", 0, 0x02_0000, |boxes| boxes.u32(track)),
        }
        boxes.full(b"tfdt", 1, 0, |boxes| boxes.u64(begin));
        boxes.full(b"trun", version, flags, |boxes| {
            boxes.u32(count as u32);
            *offset = Some(boxes.0.len());
            boxes.u32(0);
            samples(boxes);
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_is_its_header_and_the_samples_as_they_were_given() {
        let (key, other) = (Bytes::from_static(&[1; 30]), Bytes::from_static(&[2; 20]));
        let sound = Bytes::from_static(&[3; 7]);
        let fragment = Fragment {
            pictures: vec![
                Picture { decode: 900_000, offset: 0, duration: 3_600, key: true, data: key.clone() },
                Picture { decode: 903_600, offset: -3_600, duration: 3_600, key: false, data: other.clone() },
            ],
            sound: vec![Sound { begin: 480_000, duration: 1_024, data: sound.clone() }],
        };
        let pieces = fragment.render(7);
        assert_eq!(
            pieces.iter().skip(1).map(|piece| piece.as_ptr()).collect::<Vec<_>>(),
            [key.as_ptr(), other.as_ptr(), sound.as_ptr()]
        );
        let whole = pieces.concat();
        let length = |at: usize| u32::from_be_bytes(whole[at..at + 4].try_into().unwrap()) as usize;
        let moof = length(0);
        assert_eq!((&whole[4..8], &whole[moof + 4..moof + 8]), (&b"moof"[..], &b"mdat"[..]));
        assert_eq!(moof + length(moof), whole.len());
        let trun = |which: usize| whole.windows(4).enumerate().filter(|(_, w)| *w == b"trun").nth(which).unwrap().0;
        // Behind name, flags and count.
        let offsets = [trun(0), trun(1)].map(|at| length(at + 12));
        assert_eq!(offsets, [moof + 8, moof + 8 + 50]);
        assert_eq!(whole[offsets[1]..], [3; 7]);
    }

    #[test]
    fn a_picture_alone_costs_a_hundred_bytes() {
        let data = Bytes::from_static(&[1; 30]);
        let picture = Picture { decode: u64::MAX, offset: i32::MIN, duration: u32::MAX, key: false, data };
        let header = Fragment { pictures: vec![picture], sound: Vec::new() }.header(u32::MAX);
        assert!(header.len() <= 120, "{}", header.len());
    }
}
