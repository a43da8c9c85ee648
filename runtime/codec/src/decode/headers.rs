use std::collections::BTreeMap;

use media::{annexb, h264};

use super::bits::{BitWriter, Bits};

/// What the SPS, PPS and slice headers of a stream say about the order of its pictures (ITU-T H.264, clauses 7.3.2 and 7.3.3).
#[derive(Default)]
pub(super) struct Headers {
    sps: BTreeMap<u32, Sps>,
    /// PPS to SPS.
    pps: BTreeMap<u32, u32>,
    /// `prevPicOrderCntMsb` and `prevPicOrderCntLsb` (clause 8.2.1.1).
    previous: (i64, i64),
}

struct Sps {
    nal: Vec<u8>,
    frame_num_bits: u32,
    /// `pic_order_cnt_type` 0: how many bits the order count has; `None` for types 1 and 2.
    order_bits: Option<u32>,
    separate_planes: bool,
    frames_only: bool,
}

/// An access unit's picture, as its slice headers describe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The order count of its top field; `None` where pictures are shown in the order of decoding.
    pub(super) order: Option<i64>,
    /// An IDR picture: none before it is shown after it.
    pub(super) idr: bool,
    /// Has bidirectional slices.
    pub(super) bidirectional: bool,
    /// Others may refer to it.
    pub(super) reference: bool,
}

/// What an access unit holds.
#[derive(Default)]
pub(super) struct Unit<'a> {
    /// An SPS with an id that was known by other bytes, or by none.
    pub(super) new_sps: Option<&'a [u8]>,
    /// Whether that SPS takes the place of another.
    pub(super) replaces: bool,
    /// All SPS.
    pub(super) sps: Vec<&'a [u8]>,
    /// Its picture, if it has one.
    pub(super) shape: Option<Shape>,
}

impl Headers {
    /// Reads an access unit, and remembers its parameter sets.
    pub(super) fn read<'a>(&mut self, data: &'a [u8]) -> Unit<'a> {
        let mut unit = Unit::default();
        for nal in annexb::nal_units(data) {
            match h264::nal_type(nal) {
                h264::SPS => {
                    unit.sps.push(nal);
                    if let Some((id, sps)) = Sps::read(nal) {
                        let known = self.sps.get(&id);
                        if known.is_none_or(|known| known.nal != nal) {
                            unit.new_sps = Some(nal);
                            unit.replaces |= known.is_some();
                            self.sps.insert(id, sps);
                        }
                    }
                }
                h264::PPS => {
                    let mut bits = Bits::new(nal, 16);
                    if let (Some(id @ 0..=255), Some(sps)) = (bits.ue(), bits.ue()) {
                        self.pps.insert(id, sps);
                    }
                }
                1 | h264::IDR => match &mut unit.shape {
                    None => unit.shape = self.shape(nal),
                    Some(shape) => shape.bidirectional |= is_bidirectional(nal),
                },
                _ => {}
            }
        }
        unit
    }

    fn shape(&mut self, nal: &[u8]) -> Option<Shape> {
        let idr = h264::nal_type(nal) == h264::IDR;
        let reference = nal[0] & 0x60 != 0;
        let bidirectional = is_bidirectional(nal);
        Some(Shape { order: self.order(nal, idr, reference), idr, bidirectional, reference })
    }

    /// Clause 8.2.1.1; memory management operation 5 is left out: no camera uses it.
    fn order(&mut self, nal: &[u8], idr: bool, reference: bool) -> Option<i64> {
        let mut bits = Bits::new(nal, 48);
        let (_first_mb, _slice_type, pps) = (bits.ue()?, bits.ue()?, bits.ue()?);
        let sps = self.sps.get(self.pps.get(&pps)?)?;
        if sps.separate_planes {
            bits.bits(2)?;
        }
        bits.bits(sps.frame_num_bits)?;
        if !sps.frames_only && bits.bit()? {
            bits.bit()?;
        }
        if idr {
            bits.ue()?;
            self.previous = (0, 0);
        }
        let count = sps.order_bits?;
        let lsb = i64::from(bits.bits(count)?);
        let span = 1i64 << count;
        let (previous_msb, previous_lsb) = self.previous;
        let msb = if lsb < previous_lsb && previous_lsb - lsb >= span / 2 {
            previous_msb + span
        } else if lsb > previous_lsb && lsb - previous_lsb > span / 2 {
            previous_msb - span
        } else {
            previous_msb
        };
        if reference {
            self.previous = (msb, lsb);
        }
        Some(msb + lsb)
    }
}

fn is_bidirectional(slice: &[u8]) -> bool {
    let mut bits = Bits::new(slice, 16);
    // Table 7-6: 1 and 6 are B.
    bits.ue().and_then(|_first_mb| bits.ue()).is_some_and(|kind| kind % 5 == 1)
}

/// Profiles whose SPS tells chroma format and bit depth (clause 7.3.2.1.1).
fn is_high(profile: u32) -> bool {
    matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135)
}

impl Sps {
    fn read(nal: &[u8]) -> Option<(u32, Self)> {
        let mut bits = Bits::new(nal, nal.len());
        let profile = bits.bits(8)?;
        bits.bits(16)?;
        let id = bits.ue().filter(|id| *id < 32)?;
        let mut separate_planes = false;
        if is_high(profile) {
            let chroma = bits.ue()?;
            if chroma == 3 {
                separate_planes = bits.bit()?;
            }
            let _depths_and_bypass = (bits.ue()?, bits.ue()?, bits.bit()?);
            if bits.bit()? {
                skip_scaling_lists(&mut bits, if chroma == 3 { 12 } else { 8 })?;
            }
        }
        let frame_num_bits = bits.ue().filter(|n| *n <= 12)? + 4;
        let order_bits = match bits.ue()? {
            0 => Some(bits.ue().filter(|n| *n <= 12)? + 4),
            1 => {
                let _offsets = (bits.bit()?, bits.se()?, bits.se()?);
                for _ in 0..bits.ue().filter(|n| *n <= 255)? {
                    bits.se()?;
                }
                None
            }
            _ => None,
        };
        let _references_gaps_width_height = (bits.ue()?, bits.bit()?, bits.ue()?, bits.ue()?);
        let frames_only = bits.bit()?;
        Some((id, Self { nal: nal.to_vec(), frame_num_bits, order_bits, separate_planes, frames_only }))
    }
}

/// Clause 7.3.2.1.1.1.
fn skip_scaling_lists(bits: &mut Bits, lists: usize) -> Option<()> {
    for list in 0..lists {
        if !bits.bit()? {
            continue;
        }
        let (mut last, mut next) = (8, 8);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                next = (last + bits.se()?).rem_euclid(256);
            }
            last = if next == 0 { last } else { next };
        }
    }
    Some(())
}

/// The same SPS under the name of Scalable Baseline (profile 83), which openh264 shows at once, in the order of decoding.
///
/// For every other profile than Baseline it holds one picture back, also where nothing is reordered: 33 ms at 30 pictures a second. Its own
/// way out (`FlushFrame`) takes a picture without giving back its memory (cisco/openh264, `welsDecoderExt.cpp`: with one thread `m_pPicBuff` is
/// null), so that it runs out after some pictures. The profile has no other effect on decoding there; the syntax of an SPS with it is that of
/// High, so for Main the fields of High are put in. `None` where nothing is to be done.
pub(super) fn without_delay(sps: &[u8]) -> Option<Vec<u8>> {
    const SCALABLE_BASELINE: u32 = 83;
    let mut bits = Bits::new(sps, sps.len());
    let profile = bits.bits(8)?;
    if !matches!(profile, 77 | 88 | 100) {
        return None;
    }
    let mut writer = BitWriter::default();
    writer.bits(SCALABLE_BASELINE, 8);
    writer.bits(bits.bits(16)?, 16);
    let before = bits.position();
    bits.ue()?;
    let id_bits = (bits.position() - before) as u32;
    let mut again = Bits::new(sps, sps.len());
    again.bits(24)?;
    writer.bits(again.bits(id_bits)?, id_bits);
    if !is_high(profile) {
        // chroma_format_idc 1, both bit depths 8, no lossless bypass, no scaling matrix.
        writer.bits(0b010, 3);
        writer.bits(0b11, 2);
        writer.bits(0b00, 2);
    }
    while let Some(bit) = again.bit() {
        writer.bit(bit);
    }
    Some(writer.nal(sps[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An SPS of x264: High, 640x360.
    const HIGH: &[u8] = &[
        0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
        0x00, 0x03, 0x00, 0x32, 0x0f, 0x16, 0x2d, 0x96,
    ];

    #[test]
    fn a_high_sps_changes_in_one_byte() {
        let changed = without_delay(HIGH).unwrap();
        assert_eq!(changed[1], 83);
        assert_eq!((&changed[..1], &changed[2..]), (&HIGH[..1], &HIGH[2..]));
    }

    #[test]
    fn a_main_sps_gets_the_fields_of_high() {
        // Main, level 3, id 0, 4 bits of frame number, order type 2, one reference, 11x9 macroblocks.
        let mut writer = BitWriter::default();
        writer.bits(77, 8);
        writer.bits(0x001e, 16);
        for (code, length) in [
            (1, 1),
            (1, 1),
            (0b011, 3),
            (0b010, 3),
            (0, 1),
            (0b0001011, 7),
            (0b0001001, 7),
            (1, 1),
            (1, 1),
            (0, 1),
            (0, 1),
            (1, 1),
        ] {
            writer.bits(code, length);
        }
        let main = writer.nal(0x67);
        let before = h264::parameters(&main, &[]).unwrap();
        let after = h264::parameters(&without_delay(&main).unwrap(), &[]).unwrap();
        assert_eq!((before.size, before.interlaced), (after.size, after.interlaced));
        assert_eq!(after.rfc6381, "avc1.53001e");
    }

    #[test]
    fn cut_headers_tell_nothing_and_never_panic() {
        for end in 0..HIGH.len() {
            let mut data = Vec::new();
            annexb::push_nal(&mut data, &HIGH[..end]);
            annexb::push_nal(&mut data, &[0x65, 0x88]);
            Headers::default().read(&data);
            without_delay(&HIGH[..end]);
        }
    }

    #[test]
    fn a_repeated_sps_is_not_new_and_a_changed_one_replaces() {
        let mut headers = Headers::default();
        let mut data = Vec::new();
        annexb::push_nal(&mut data, HIGH);
        let first = headers.read(&data);
        assert!(first.new_sps.is_some() && !first.replaces);
        assert!(headers.read(&data).new_sps.is_none());
        let mut other = Vec::new();
        let mut changed = HIGH.to_vec();
        changed[3] = 0x1f;
        annexb::push_nal(&mut other, &changed);
        let second = headers.read(&other);
        assert!(second.new_sps.is_some() && second.replaces);
    }
}
