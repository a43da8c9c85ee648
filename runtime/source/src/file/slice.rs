use std::fmt;

use h264_reader::Context;
use h264_reader::nal::NalHeader;
use h264_reader::nal::pps::PicParameterSet;
use h264_reader::nal::slice::{Field, FieldPic, PicOrderCountLsb, SliceHeader};
use h264_reader::nal::sps::{PicOrderCntType, SeqParameterSet};
use h264_reader::rbsp::{BitReader, decode_nal};
use media::h264;

/// Bytes of a slice that are looked at: its header, with the longest lists of reference pictures, and no more.
const HEADER: usize = 256;

/// What a slice says of the picture that it belongs to (clause 7.4.1.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) idr: bool,
    pub(super) reference: bool,
    /// The header, if it and its parameter sets could be read.
    header: Option<Header>,
    /// What is left to go by if not: the first macroblock, of which each picture has one.
    begins_picture: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Header {
    parameter_set: u8,
    frame_num: u16,
    /// `Some(true)` is a bottom field, none a frame.
    bottom: Option<bool>,
    idr_pic_id: Option<u32>,
    /// `pic_order_cnt_lsb` and the deltas, whichever there are.
    order: [i64; 3],
    /// The modulus of `pic_order_cnt_lsb`; none where the order of presentation is the order of decoding.
    max_lsb: Option<i64>,
    redundant: bool,
}

impl Slice {
    /// Whether this one and `last` are of different pictures.
    pub(super) fn is_of_another(&self, last: &Self) -> bool {
        match (&self.header, &last.header) {
            (Some(header), _) if header.redundant => false,
            (Some(header), Some(before)) => {
                header.parameter_set != before.parameter_set
                    || header.frame_num != before.frame_num
                    || header.bottom != before.bottom
                    || self.reference != last.reference
                    || self.idr != last.idr
                    || header.idr_pic_id != before.idr_pic_id
                    || header.order != before.order
            }
            _ => self.begins_picture,
        }
    }

    /// Whether the two are of the two fields of one frame.
    pub(super) fn is_other_field_of(&self, other: &Self) -> bool {
        match (&self.header, &other.header) {
            (
                Some(Header { bottom: Some(a), frame_num: n, .. }),
                Some(Header { bottom: Some(b), frame_num: m, .. }),
            ) => a != b && n == m,
            _ => false,
        }
    }
}

/// Reads slice headers: keeps the parameter sets that they need, and counts the order of presentation.
#[derive(Default)]
pub(super) struct Slices {
    sets: Context,
    rate: Option<f64>,
    /// `prevPicOrderCntMsb` and `prevPicOrderCntLsb` (clause 8.2.1.1).
    previous: (i64, i64),
}

impl Slices {
    /// Takes an SPS or a PPS; other NAL units teach nothing.
    pub(super) fn learn(&mut self, nal: &[u8]) {
        let Ok(rbsp) = decode_nal(nal) else { return };
        match h264::nal_type(nal) {
            h264::SPS => {
                if let Ok(set) = SeqParameterSet::from_bits(BitReader::new(&*rbsp)) {
                    self.rate = rate(&set);
                    self.sets.put_seq_param_set(set);
                }
            }
            h264::PPS => {
                if let Ok(set) = PicParameterSet::from_bits(&self.sets, BitReader::new(&*rbsp)) {
                    self.sets.put_pic_param_set(set);
                }
            }
            _ => {}
        }
    }

    /// Reads the header of a slice (types 1, 2 and 5).
    pub(super) fn read(&self, nal: &[u8]) -> Slice {
        let idr = h264::nal_type(nal) == h264::IDR;
        let reference = nal.first().is_some_and(|byte| byte & 0x60 != 0);
        // `first_mb_in_slice` is the first code word, and zero is one set bit.
        let begins_picture = nal.get(1).is_some_and(|byte| byte & 0x80 != 0);
        Slice { idr, reference, header: self.header(nal), begins_picture }
    }

    fn header(&self, nal: &[u8]) -> Option<Header> {
        let rbsp = decode_nal(&nal[..nal.len().min(HEADER)]).ok()?;
        let nal_header = NalHeader::new(*nal.first()?).ok()?;
        let (slice, sps, pps) = SliceHeader::from_bits(&self.sets, &mut BitReader::new(&*rbsp), nal_header).ok()?;
        let max_lsb = match sps.pic_order_cnt {
            PicOrderCntType::TypeZero { log2_max_pic_order_cnt_lsb_minus4 } => {
                Some(1 << (log2_max_pic_order_cnt_lsb_minus4.min(12) + 4))
            }
            _ => None,
        };
        let order = match slice.pic_order_cnt_lsb {
            Some(PicOrderCountLsb::Frame(lsb)) => [i64::from(lsb), 0, 0],
            Some(PicOrderCountLsb::FieldsAbsolute { pic_order_cnt_lsb, delta_pic_order_cnt_bottom }) => {
                [i64::from(pic_order_cnt_lsb), i64::from(delta_pic_order_cnt_bottom), 0]
            }
            Some(PicOrderCountLsb::FieldsDelta([first, second])) => [0, i64::from(first), i64::from(second)],
            None => [0; 3],
        };
        let bottom = match slice.field_pic {
            FieldPic::Frame => None,
            FieldPic::Field(Field::Top) => Some(false),
            FieldPic::Field(Field::Bottom) => Some(true),
        };
        let redundant = slice.redundant_pic_cnt.is_some_and(|count| count > 0);
        let parameter_set = pps.pic_parameter_set_id.id();
        Some(Header {
            parameter_set,
            frame_num: slice.frame_num,
            bottom,
            idr_pic_id: slice.idr_pic_id,
            order,
            max_lsb,
            redundant,
        })
    }

    /// The place of a picture in the order of presentation, by its first slice (clause 8.2.1.1). To be asked once for each picture, in order.
    pub(super) fn order(&mut self, first: &Slice) -> Option<i64> {
        let header = first.header.as_ref()?;
        let max = header.max_lsb?;
        if first.idr {
            self.previous = (0, 0);
        }
        let lsb = header.order[0];
        let (previous_msb, previous_lsb) = self.previous;
        let msb = if lsb < previous_lsb && previous_lsb - lsb >= max / 2 {
            previous_msb.saturating_add(max)
        } else if lsb > previous_lsb && lsb - previous_lsb > max / 2 {
            previous_msb.saturating_sub(max)
        } else {
            previous_msb
        };
        if first.reference {
            self.previous = (msb, lsb);
        }
        Some(msb.saturating_add(lsb))
    }

    pub(super) fn rate(&self) -> Option<f64> {
        self.rate
    }

    /// Whether an SPS has come that can be read.
    pub(super) fn is_described(&self) -> bool {
        self.sets.sps().next().is_some()
    }
}

/// A frame has two ticks (clause E.2.1). Rates that no camera has are not believed.
fn rate(set: &SeqParameterSet) -> Option<f64> {
    let timing = set.vui_parameters.as_ref()?.timing_info.as_ref()?;
    let rate = f64::from(timing.time_scale) / (2.0 * f64::from(timing.num_units_in_tick));
    (1.0..=240.0).contains(&rate).then_some(rate)
}

impl fmt::Debug for Slices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slices").field("rate", &self.rate).field("previous", &self.previous).finish_non_exhaustive()
    }
}
