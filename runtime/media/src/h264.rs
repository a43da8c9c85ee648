//! What can be told of H.264 without decoding it (ITU-T H.264, clauses 7.3 and 7.4).

use bytes::Bytes;
use h264_reader::nal::sps::{FrameMbsFlags, SeqParameterSet};
use h264_reader::rbsp::{BitReader, decode_nal};

use crate::{Codec, Color, Matrix, Parameters, Range, Size};

/// `nal_unit_type` of a slice of an IDR picture (table 7-1).
pub const IDR: u8 = 5;
/// `nal_unit_type` of a sequence parameter set.
pub const SPS: u8 = 7;
/// `nal_unit_type` of a picture parameter set.
pub const PPS: u8 = 8;

/// The type of a NAL unit (its first byte's lower five bits); 0 for an empty one.
pub fn nal_type(nal: &[u8]) -> u8 {
    nal.first().map_or(0, |b| b & 0x1f)
}

/// What an access unit is, from the headers of its NAL units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kind<'a> {
    /// It holds an IDR picture: decoding can begin here.
    pub key: bool,
    /// Other pictures may refer to it (`nal_ref_idc`).
    pub reference: bool,
    /// It holds at least one slice.
    pub picture: bool,
    /// The last SPS in it.
    pub sps: Option<&'a [u8]>,
    /// The last PPS in it.
    pub pps: Option<&'a [u8]>,
}

/// Looks at the NAL units of an access unit.
pub fn kind<'a>(nals: impl IntoIterator<Item = &'a [u8]>) -> Kind<'a> {
    let mut kind = Kind::default();
    for nal in nals {
        match nal_type(nal) {
            1..=5 => {
                kind.picture = true;
                kind.key |= nal_type(nal) == IDR;
                kind.reference |= nal[0] & 0x60 != 0;
            }
            SPS => kind.sps = Some(nal),
            PPS => kind.pps = Some(nal),
            _ => {}
        }
    }
    kind
}

/// Why an SPS tells nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSps {
    /// It is not an SPS, or its syntax is broken.
    #[error("the SPS cannot be read: {0}")]
    Syntax(String),
    /// A size that no camera has.
    #[error("the SPS says {0}, which is beyond any H.264 level")]
    Size(Size),
    /// 4:2:2, 4:4:4, monochrome or more than 8 bits: nothing here can show it.
    #[error("the SPS says {0}, only 8-bit 4:2:0 can be decoded")]
    Format(&'static str),
}

/// Reads an SPS and a PPS (NAL units without start codes) into [`Parameters`].
pub fn parameters(sps: &[u8], pps: &[u8]) -> Result<Parameters, BadSps> {
    if nal_type(sps) != SPS || sps.len() < 4 {
        return Err(BadSps::Syntax("not a sequence parameter set".into()));
    }
    let rbsp = decode_nal(sps).map_err(|e| BadSps::Syntax(e.to_string()))?;
    let set = SeqParameterSet::from_bits(BitReader::new(&*rbsp)).map_err(|e| BadSps::Syntax(format!("{e:?}")))?;
    let (width, height) = set.pixel_dimensions().map_err(|e| BadSps::Syntax(format!("{e:?}")))?;
    let size = Size::new(width, height);
    if !size.is_sane() {
        return Err(BadSps::Size(size));
    }
    if set.chroma_info.bit_depth_luma_minus8 != 0 || set.chroma_info.bit_depth_chroma_minus8 != 0 {
        return Err(BadSps::Format("more than 8 bits per sample"));
    }
    use h264_reader::nal::sps::ChromaFormat;
    match set.chroma_info.chroma_format {
        ChromaFormat::YUV420 => {}
        ChromaFormat::Monochrome => return Err(BadSps::Format("monochrome")),
        ChromaFormat::YUV422 => return Err(BadSps::Format("4:2:2")),
        _ => return Err(BadSps::Format("4:4:4")),
    }
    let rfc6381 = format!("avc1.{:02x}{:02x}{:02x}", sps[1], sps[2], sps[3]);
    Ok(Parameters {
        codec: Codec::H264,
        size,
        color: color(&set, size),
        sps: Bytes::copy_from_slice(sps),
        pps: Bytes::copy_from_slice(pps),
        record: record(sps, pps),
        rfc6381,
        interlaced: !matches!(set.frame_mbs_flags, FrameMbsFlags::Frames),
        reordered: reorder_depth(&set) != Some(0),
        reorder_depth: reorder_depth(&set),
        interval: interval(&set),
    })
}

/// The AVCDecoderConfigurationRecord of 8-bit 4:2:0 (ISO/IEC 14496-15, clause 5.3.3.1.2); empty where there is no PPS, or a set is longer than one can tell.
fn record(sps: &[u8], pps: &[u8]) -> Bytes {
    if nal_type(pps) != PPS {
        return Bytes::new();
    }
    let (Ok(sps_length), Ok(pps_length)) = (u16::try_from(sps.len()), u16::try_from(pps.len())) else {
        return Bytes::new();
    };
    // Version 1, profile, compatibility and level as in the SPS, lengths of four bytes, one SPS.
    let mut record = vec![1, sps[1], sps[2], sps[3], 0xff, 0xe1];
    record.extend_from_slice(&sps_length.to_be_bytes());
    record.extend_from_slice(sps);
    record.push(1);
    record.extend_from_slice(&pps_length.to_be_bytes());
    record.extend_from_slice(pps);
    // 4:2:0, 8 bits of luma, 8 bits of chroma, no SPS extension: told for the High profiles alone.
    if matches!(sps[1], 100 | 110 | 122 | 144) {
        record.extend_from_slice(&[0xfd, 0xf8, 0xf8, 0]);
    }
    record.into()
}

/// The VUI's colours (annex E.2.1), and what is usual where it is silent: BT.709 from 720 lines on, BT.601 below.
fn color(set: &SeqParameterSet, size: Size) -> Color {
    let usual = if size.height >= 720 { Matrix::Bt709 } else { Matrix::Bt601 };
    let signal = set.vui_parameters.as_ref().and_then(|vui| vui.video_signal_type.as_ref());
    let range = match signal {
        Some(signal) if signal.video_full_range_flag => Range::Full,
        _ => Range::Limited,
    };
    let matrix = match signal.and_then(|signal| signal.colour_description.as_ref()) {
        Some(colour) => match colour.matrix_coefficients {
            1 => Matrix::Bt709,
            5..=7 => Matrix::Bt601,
            9 | 10 => Matrix::Bt2020,
            _ => usual,
        },
        None => usual,
    };
    Color { range, matrix }
}

/// Baseline cannot reorder, and an encoder that does not says so in the VUI (`max_num_reorder_frames`, annex E.2.1) or by its order count type 2.
fn reorder_depth(set: &SeqParameterSet) -> Option<u8> {
    use h264_reader::nal::sps::PicOrderCntType;
    let told = set.vui_parameters.as_ref().and_then(|vui| vui.bitstream_restrictions.as_ref());
    match told {
        Some(limits) => u8::try_from(limits.max_num_reorder_frames).ok(),
        None if u8::from(set.profile_idc) == 66 || matches!(set.pic_order_cnt, PicOrderCntType::TypeTwo) => Some(0),
        None => None,
    }
}

/// What lies between two pictures (annex E.2.1: a picture has two ticks), where it is a rate of video: 1 to 240 a second.
fn interval(set: &SeqParameterSet) -> Option<u32> {
    let timing = set.vui_parameters.as_ref()?.timing_info.as_ref()?;
    let ticks = 2 * 90_000 * u64::from(timing.num_units_in_tick) / u64::from(timing.time_scale.max(1));
    u32::try_from(ticks).ok().filter(|ticks| (375..=90_000).contains(ticks))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An SPS of x264: High, 640x360, VUI with BT.709 left out.
    const HIGH_640X360: &[u8] = &[
        0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
        0x00, 0x03, 0x00, 0x32, 0x0f, 0x16, 0x2d, 0x96,
    ];

    #[test]
    fn an_sps_tells_size_profile_and_reordering() {
        let parameters = parameters(HIGH_640X360, &[0x68, 0xeb]).unwrap();
        assert_eq!(parameters.size, Size::new(640, 360));
        assert_eq!(parameters.rfc6381, "avc1.64001e");
        assert_eq!(parameters.color, Color::default());
        assert!(!parameters.interlaced && parameters.reordered);
        assert_eq!((parameters.reorder_depth, parameters.interval), (Some(2), Some(3_600)));
        assert_eq!(parameters.record[..8], [1, 0x64, 0x00, 0x1e, 0xff, 0xe1, 0, 26]);
        assert_eq!(parameters.record[34..], [1, 0, 2, 0x68, 0xeb, 0xfd, 0xf8, 0xf8, 0]);
        assert_eq!(parameters.parameter_sets().collect::<Vec<_>>(), [HIGH_640X360, &[0x68, 0xeb]]);
    }

    #[test]
    fn a_cut_sps_is_an_error() {
        for end in 0..HIGH_640X360.len() - 4 {
            assert!(parameters(&HIGH_640X360[..end], &[]).is_err() || end > 12, "{end}");
        }
        assert!(parameters(&[0x68, 1, 2, 3, 4], &[]).is_err());
    }

    #[test]
    fn there_is_no_record_without_a_picture_parameter_set() {
        for pps in [&[][..], &[0x67, 1]] {
            assert!(parameters(HIGH_640X360, pps).unwrap().record.is_empty(), "{pps:02x?}");
        }
    }

    #[test]
    fn an_access_unit_tells_what_it_is() {
        let found = kind([&[0x67, 1][..], &[0x68, 2], &[0x65, 3]]);
        assert_eq!((found.key, found.reference, found.picture), (true, true, true));
        assert_eq!((found.sps, found.pps), (Some(&[0x67, 1][..]), Some(&[0x68, 2][..])));
        assert_eq!(kind([&[0x01, 3][..]]), Kind { picture: true, ..Kind::default() });
        assert_eq!(kind([]), Kind::default());
    }
}
