use std::sync::Arc;

use bytes::Bytes;
use media::{Codec, Parameters, annexb, h264, h265, image, nal};

use crate::push::still_parameters;

/// Makes access units of what a protocol or a file gives: NAL units behind lengths, the parameters beside them.
#[derive(Debug)]
pub(crate) struct Assembler {
    codec: Codec,
    parameters: Option<Arc<Parameters>>,
}

/// What a protocol or a file gives.
#[derive(Debug)]
pub(crate) enum Raw {
    /// A part of a byte stream.
    AnnexB(Bytes),
    /// NAL units behind four-byte lengths.
    Lengths(Bytes),
    /// A file of its own.
    Still(Vec<u8>),
}

/// The parts of an access unit that are made here.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) data: Bytes,
    pub(crate) key: bool,
    pub(crate) parameters: Arc<Parameters>,
}

/// Why an access unit is left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LeftOut {
    #[error("no SPS and PPS have come yet")]
    NoParameters,
    #[error(transparent)]
    Jpeg(#[from] image::BadImage),
}

impl Raw {
    fn nal_units(&self) -> Box<dyn Iterator<Item = &[u8]> + '_> {
        match self {
            Self::AnnexB(data) => Box::new(annexb::nal_units(data)),
            Self::Lengths(data) => Box::new(nal::units(data)),
            Self::Still(_) => Box::new(std::iter::empty()),
        }
    }

    fn into_lengths(self, parameters: &Parameters) -> Bytes {
        match self {
            Self::AnnexB(data) => nal::from_annexb(parameters, &data),
            Self::Lengths(data) => nal::without_apart(parameters, data),
            Self::Still(data) => data.into(),
        }
    }
}

impl Assembler {
    pub(crate) fn new(codec: Codec) -> Self {
        Self { codec, parameters: None }
    }

    /// Takes what somebody else knows of the video (an SDP, the index of a file). The same `Arc` stays unless something changed.
    pub(crate) fn learn(&mut self, told: Parameters) {
        if self.parameters.as_deref() != Some(&told) {
            self.parameters = Some(Arc::new(told));
        }
    }

    /// `key`: whether the source says that it is a key frame, or does not know.
    pub(crate) fn assemble(&mut self, raw: Raw, key: bool) -> Result<Made, LeftOut> {
        let key = match (self.codec, &raw) {
            (_, Raw::Still(_)) => return self.still(raw),
            (Codec::H264, raw) => self.is_key(raw, key),
            (_, raw) => key || h265::is_key(raw.nal_units()),
        };
        let parameters = self.parameters.clone().ok_or(LeftOut::NoParameters)?;
        Ok(Made { data: raw.into_lengths(&parameters), key, parameters })
    }

    /// Of H.264; reads the parameter sets in front of key frames.
    fn is_key(&mut self, raw: &Raw, key: bool) -> bool {
        // Only key frames are searched: parameter sets in front of others come again in front of the next key frame.
        if !key && self.parameters.is_some() {
            return false;
        }
        let kind = h264::kind(raw.nal_units());
        if let (Some(sps), Some(pps)) = (kind.sps, kind.pps) {
            let known = self.parameters.as_ref().is_some_and(|known| known.sps == sps && known.pps == pps);
            if !known && let Ok(told) = h264::parameters(sps, pps) {
                self.learn(told);
            }
        }
        kind.key
    }

    fn still(&mut self, raw: Raw) -> Result<Made, LeftOut> {
        let Raw::Still(mut data) = raw else { return Err(LeftOut::NoParameters) };
        // Cameras leave the end marker out (RFC 2435, section 3.1.9 lets them), and retina does not always add it.
        if !data.ends_with(&[0xff, 0xd9]) {
            data.extend_from_slice(&[0xff, 0xd9]);
        }
        let image = image::check(&data)?;
        let parameters = still_parameters(&mut self.parameters, image.format, image.size);
        Ok(Made { data: data.into(), key: true, parameters })
    }
}

#[cfg(test)]
mod tests {
    use media::Size;

    use super::*;

    const SPS: &[u8] = &[
        0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
        0x00, 0x03, 0x00, 0x32, 0x0f, 0x16, 0x2d, 0x96,
    ];
    const PPS: &[u8] = &[0x68, 0xeb];

    fn unit(nals: &[&[u8]]) -> Raw {
        let mut data = Vec::new();
        nals.iter().for_each(|nal| annexb::push_nal(&mut data, nal));
        Raw::AnnexB(data.into())
    }

    fn lengths(nals: &[&[u8]]) -> Vec<u8> {
        let mut data = Vec::new();
        nals.iter().for_each(|nal| nal::push(&mut data, nal));
        data
    }

    #[test]
    fn parameters_that_come_in_band_are_read_and_what_came_before_is_left_out() {
        let mut assembler = Assembler::new(Codec::H264);
        assert_eq!(assembler.assemble(unit(&[&[0x41, 1]]), false).unwrap_err(), LeftOut::NoParameters);
        let first = assembler.assemble(unit(&[SPS, PPS, &[0x65, 1]]), true).unwrap();
        assert_eq!(first.parameters.size, Size::new(640, 360));
        let second = assembler.assemble(unit(&[&[0x41, 1]]), false).unwrap();
        assert!(Arc::ptr_eq(&first.parameters, &second.parameters), "a change is seen by the pointer");
    }

    #[test]
    fn parameter_sets_are_beside_an_access_unit_and_never_in_it() {
        let mut assembler = Assembler::new(Codec::H264);
        let first = assembler.assemble(unit(&[&[9, 0x10], SPS, PPS, &[0x65, 1]]), true).unwrap();
        assert_eq!((&first.data[..], first.key), (&lengths(&[&[0x65, 1]])[..], true));
        assert_eq!(first.parameters.parameter_sets().collect::<Vec<_>>(), [SPS, PPS]);
        let bare = assembler.assemble(unit(&[&[0x65, 2]]), true).unwrap();
        assert_eq!(bare.data, lengths(&[&[0x65, 2]]));
        let raw = Raw::Lengths(lengths(&[SPS, PPS, &[0x65, 2]]).into());
        let whole = assembler.assemble(raw, true).unwrap();
        assert_eq!(whole.data, lengths(&[&[0x65, 2]]));
        assert!(Arc::ptr_eq(&first.parameters, &whole.parameters));
    }

    #[test]
    fn a_jpeg_without_its_end_marker_gets_one() {
        let mut jpeg = vec![
            0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 16, 0, 32, 1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x12,
            0x34,
        ];
        let mut assembler = Assembler::new(Codec::Jpeg);
        let made = assembler.assemble(Raw::Still(jpeg.clone()), false).unwrap();
        jpeg.extend_from_slice(&[0xff, 0xd9]);
        assert_eq!((&made.data[..], made.key, made.parameters.size), (&jpeg[..], true, Size::new(32, 16)));
        assert!(assembler.assemble(Raw::Still(vec![1, 2, 3]), false).is_err());
    }
}
