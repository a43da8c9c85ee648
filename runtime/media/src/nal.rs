//! NAL units behind their lengths, as access units hold them: four bytes, big-endian, then the unit (ISO/IEC 14496-15, clause 4.3.3.1 with
//! `lengthSizeMinusOne` 3). Packaging takes them as they are; a decoder of byte streams is given start codes instead.

use bytes::Bytes;

use crate::{Parameters, annexb};

/// Bytes of a length.
pub const LENGTH: usize = 4;

/// The NAL units of an access unit, without their lengths. What a wrong length leaves is left out.
pub fn units(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = data;
    std::iter::from_fn(move || {
        let (length, behind) = rest.split_first_chunk::<LENGTH>()?;
        let (nal, behind) = behind.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = behind;
        Some(nal)
    })
    .filter(|nal| !nal.is_empty())
}

/// Adds one NAL unit behind its length. One of 4 GiB or more, which no access unit holds, is left out.
pub fn push(to: &mut Vec<u8>, nal: &[u8]) {
    if let Ok(length) = u32::try_from(nal.len()) {
        to.extend_from_slice(&length.to_be_bytes());
        to.extend_from_slice(nal);
    }
}

/// An access unit without the NAL units that [`Parameters::has_apart`]. Where these stand in front of all others, as they mostly do, no byte is copied.
pub fn without_apart(parameters: &Parameters, data: Bytes) -> Bytes {
    let (mut front, mut behind) = (0, false);
    for nal in units(&data) {
        match parameters.has_apart(nal) {
            true if !behind && front == nal.as_ptr().addr() - data.as_ptr().addr() - LENGTH => {
                front += LENGTH + nal.len()
            }
            true => {
                let mut rest = Vec::with_capacity(data.len());
                units(&data).filter(|nal| !parameters.has_apart(nal)).for_each(|nal| push(&mut rest, nal));
                rest.shrink_to_fit();
                return rest.into();
            }
            false => behind = true,
        }
    }
    data.slice(front..)
}

/// A byte stream's access unit as one of NAL units behind lengths, without those that [`Parameters::has_apart`].
pub fn from_annexb(parameters: &Parameters, data: &[u8]) -> Bytes {
    let taken = || annexb::nal_units(data).filter(|nal| !parameters.has_apart(nal));
    let mut made = Vec::with_capacity(taken().map(|nal| LENGTH + nal.len()).sum());
    taken().for_each(|nal| push(&mut made, nal));
    made.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Codec, Size};

    fn data(nals: &[&[u8]]) -> Bytes {
        let mut data = Vec::new();
        nals.iter().for_each(|nal| push(&mut data, nal));
        data.into()
    }

    #[test]
    fn what_was_pushed_comes_back_and_garbage_never_panics() {
        let whole = data(&[&[0x65, 1], &[0x41]]);
        assert_eq!(units(&whole).collect::<Vec<_>>(), [&[0x65, 1][..], &[0x41]]);
        for end in 0..whole.len() {
            assert!(units(&whole[..end]).count() <= 2, "{end}");
        }
        assert_eq!(units(&[0xff; 9]).count(), 0);
        assert_eq!(units(&[0; 9]).count(), 0);
    }

    fn parameters(codec: Codec) -> Parameters {
        let (sps, pps) = (Bytes::from_static(&[0x67, 1]), Bytes::from_static(&[0x68, 2]));
        Parameters { sps, pps, ..Parameters::bare(codec, Size::new(16, 16)) }
    }

    #[test]
    fn parameter_sets_in_front_go_without_a_copy() {
        let h264 = parameters(Codec::H264);
        let whole = data(&[&[0x09, 0x10], &[0x67, 1], &[0x68, 2], &[0x06, 5], &[0x65, 3]]);
        let rest = without_apart(&h264, whole.clone());
        assert_eq!(rest, data(&[&[0x06, 5], &[0x65, 3]]));
        assert_eq!(rest.as_ptr(), whole[18..].as_ptr());
        let mixed = data(&[&[0x06, 5], &[0x67, 1], &[0x68, 2], &[0x65, 3]]);
        assert_eq!(without_apart(&h264, mixed), data(&[&[0x06, 5], &[0x65, 3]]));
        let h265 = data(&[&[32 << 1, 1], &[19 << 1, 1]]);
        assert_eq!(without_apart(&parameters(Codec::H265), h265), data(&[&[19 << 1, 1]]));
    }

    #[test]
    fn further_parameter_sets_stay_in_band() {
        let several = data(&[&[0x68, 2], &[0x68, 9], &[0x65, 3]]);
        assert_eq!(without_apart(&parameters(Codec::H264), several), data(&[&[0x68, 9], &[0x65, 3]]));
    }

    #[test]
    fn a_byte_stream_becomes_lengths() {
        let mut stream = Vec::new();
        for nal in [&[0x67, 1][..], &[0x68, 2], &[0x65, 3]] {
            annexb::push_nal(&mut stream, nal);
        }
        let h264 = parameters(Codec::H264);
        assert_eq!(from_annexb(&h264, &stream), data(&[&[0x65, 3]]));
        assert!(from_annexb(&h264, &[]).is_empty());
    }
}
