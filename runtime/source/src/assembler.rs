use std::sync::Arc;

use bytes::Bytes;
use media::{Codec, Parameters, annexb, h264, h265, image};

use crate::push::still_parameters;

/// Makes complete access units of what a protocol or a file gives: parameter sets in front of key frames, parameters beside them.
#[derive(Debug)]
pub(crate) struct Assembler {
    codec: Codec,
    parameters: Option<Arc<Parameters>>,
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
    pub(crate) fn assemble(&mut self, data: Vec<u8>, key: bool) -> Result<Made, LeftOut> {
        match self.codec {
            Codec::H264 => self.h264(data, key),
            Codec::Jpeg => self.jpeg(data),
            _ => {
                let parameters = self.parameters.clone().ok_or(LeftOut::NoParameters)?;
                let key = key || h265::is_key(&data);
                Ok(Made { data: data.into(), key, parameters })
            }
        }
    }

    fn h264(&mut self, data: Vec<u8>, key: bool) -> Result<Made, LeftOut> {
        // Only key frames are searched: parameter sets in front of others come again in front of the next key frame.
        if !key && let Some(parameters) = &self.parameters {
            return Ok(Made { data: data.into(), key, parameters: parameters.clone() });
        }
        let kind = h264::kind(&data);
        if let (Some(sps), Some(pps)) = (kind.sps, kind.pps) {
            let known = self.parameters.as_ref().is_some_and(|known| known.sps == sps && known.pps == pps);
            if !known && let Ok(told) = h264::parameters(sps, pps) {
                self.learn(told);
            }
        }
        let parameters = self.parameters.clone().ok_or(LeftOut::NoParameters)?;
        let complete = !kind.key || (kind.sps.is_some() && kind.pps.is_some());
        let key = kind.key;
        let data = match complete {
            true => data,
            false => with_parameter_sets(&data, &parameters),
        };
        Ok(Made { data: data.into(), key, parameters })
    }

    fn jpeg(&mut self, mut data: Vec<u8>) -> Result<Made, LeftOut> {
        // Cameras leave the end marker out (RFC 2435, section 3.1.9 lets them), and retina does not always add it.
        if !data.ends_with(&[0xff, 0xd9]) {
            data.extend_from_slice(&[0xff, 0xd9]);
        }
        let image = image::check(&data)?;
        let parameters = still_parameters(&mut self.parameters, image.format, image.size);
        Ok(Made { data: data.into(), key: true, parameters })
    }
}

fn with_parameter_sets(data: &[u8], parameters: &Parameters) -> Vec<u8> {
    let mut complete = Vec::with_capacity(data.len() + parameters.sps.len() + parameters.pps.len() + 8);
    annexb::push_nal(&mut complete, &parameters.sps);
    annexb::push_nal(&mut complete, &parameters.pps);
    complete.extend_from_slice(data);
    complete
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

    fn unit(nals: &[&[u8]]) -> Vec<u8> {
        let mut data = Vec::new();
        for nal in nals {
            annexb::push_nal(&mut data, nal);
        }
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
    fn a_key_frame_always_has_its_parameter_sets_in_front() {
        let mut assembler = Assembler::new(Codec::H264);
        assembler.assemble(unit(&[SPS, PPS, &[0x65, 1]]), true).unwrap();
        let bare = assembler.assemble(unit(&[&[0x65, 2]]), true).unwrap();
        assert_eq!(bare.data, unit(&[SPS, PPS, &[0x65, 2]]));
        assert!(bare.key);
        let whole = assembler.assemble(unit(&[SPS, PPS, &[0x65, 2]]), true).unwrap();
        assert_eq!(whole.data, unit(&[SPS, PPS, &[0x65, 2]]));
    }

    #[test]
    fn a_jpeg_without_its_end_marker_gets_one() {
        let mut jpeg = vec![
            0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 16, 0, 32, 1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x12,
            0x34,
        ];
        let mut assembler = Assembler::new(Codec::Jpeg);
        let made = assembler.assemble(jpeg.clone(), false).unwrap();
        jpeg.extend_from_slice(&[0xff, 0xd9]);
        assert_eq!((&made.data[..], made.key, made.parameters.size), (&jpeg[..], true, Size::new(32, 16)));
        assert!(assembler.assemble(vec![1, 2, 3], false).is_err());
    }
}
