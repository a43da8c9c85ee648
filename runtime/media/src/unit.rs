use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use crate::{AudioUnit, Codec, Moment, Parameters, Timestamp, annexb, h264, nal};

/// One compressed piece of a stream, in the order of decoding.
#[derive(Clone, Debug)]
pub enum Unit {
    /// A picture.
    Access(AccessUnit),
    /// Sound.
    Audio(AudioUnit),
}

/// One compressed picture as it came.
///
/// Cloning is cheap: the bytes and the parameters are shared.
#[derive(Clone, Debug)]
pub struct AccessUnit {
    /// How `data` is compressed.
    pub codec: Codec,
    /// H.264 and H.265: NAL units behind four-byte lengths ([`crate::nal`]), without the parameter sets that are in `parameters`. JPEG, WebP, PNG: one
    /// complete file.
    pub data: Bytes,
    /// Presentation time. In decode order it goes back where there are B-frames.
    pub pts: Timestamp,
    /// Whether decoding can begin here (an IDR picture, or any still).
    pub key: bool,
    /// Whether other access units refer to this one (`nal_ref_idc` is not 0, H.264 clause 7.4.1); what nobody refers to can be left out.
    pub reference: bool,
    /// Packets lost before this access unit, as the source counted them; the decoder conceals what it can.
    pub lost: u32,
    /// When its last byte arrived.
    pub received: Moment,
    /// When the camera took it, by the camera's own clock (RTCP sender reports, RFC 3550 section 6.4.1), if it tells.
    pub captured: Option<SystemTime>,
    /// What is known of the video from here on. The same `Arc` as before unless something changed, so that a change is seen by `Arc::ptr_eq`.
    pub parameters: Arc<Parameters>,
}

impl AccessUnit {
    /// A picture that needs no other: decoding can begin here, nothing was lost before it, and the camera does not tell when it was taken.
    pub fn alone(parameters: Arc<Parameters>, data: Bytes, pts: Timestamp, received: Moment) -> Self {
        let codec = parameters.codec;
        Self { codec, data, pts, key: true, reference: true, lost: 0, received, captured: None, parameters }
    }

    /// Its NAL units. Of a still there are none.
    pub fn nal_units(&self) -> impl Iterator<Item = &[u8]> {
        let data = if self.codec.is_still() { &[][..] } else { &self.data[..] };
        nal::units(data)
    }

    /// Writes it behind `to` as a byte stream (ITU-T H.264, annex B), the parameter sets in front of a key frame.
    pub fn write_annexb(&self, to: &mut Vec<u8>) {
        if self.key {
            self.parameters.parameter_sets().for_each(|set| annexb::push_nal(to, set));
        }
        self.nal_units().for_each(|nal| annexb::push_nal(to, nal));
    }
}

impl AccessUnit {
    /// One of H.264 out of a byte stream, with the parameters that stand in front of it; without them, those that are given.
    pub fn from_annexb(data: &[u8], known: &Arc<Parameters>, pts: Timestamp, received: Moment) -> Self {
        let kind = h264::kind(annexb::nal_units(data));
        let told = kind.sps.zip(kind.pps).filter(|(sps, pps)| known.sps != *sps || known.pps != *pps);
        let told = told.and_then(|(sps, pps)| h264::parameters(sps, pps).ok());
        let parameters = told.map_or_else(|| known.clone(), Arc::new);
        let data = nal::from_annexb(&parameters, data);
        Self { key: kind.key, reference: kind.reference, ..Self::alone(parameters, data, pts, received) }
    }
}

impl Unit {
    /// The access unit, if it is one.
    pub fn into_access(self) -> Option<AccessUnit> {
        match self {
            Self::Access(unit) => Some(unit),
            Self::Audio(_) => None,
        }
    }
}

impl From<AccessUnit> for Unit {
    fn from(unit: AccessUnit) -> Self {
        Self::Access(unit)
    }
}

impl From<AudioUnit> for Unit {
    fn from(unit: AudioUnit) -> Self {
        Self::Audio(unit)
    }
}
