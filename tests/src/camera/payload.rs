//! Access units as RTP payloads.

mod h264;
mod h265;
mod jpeg;

use media::{Codec, annexb};

use crate::camera::script::{Packets, ParameterSets};
use crate::clip::{Unit, is_parameter_set};

/// The payloads of one access unit; the last one gets the marker bit.
pub(crate) fn payloads(codec: Codec, unit: &Unit, sets: ParameterSets, packets: Packets) -> Vec<Vec<u8>> {
    let sent = |nal: &&[u8]| sets != ParameterSets::SdpOnly || !is_parameter_set(codec, nal);
    let nals = || annexb::nal_units(&unit.data).filter(sent);
    match codec {
        Codec::H264 => h264::payloads(nals(), packets),
        Codec::H265 => h265::payloads(nals(), packets),
        Codec::Jpeg => jpeg::payloads(&unit.data, packets.payload_limit),
        other => panic!("no camera sends {} over RTP", other.name()),
    }
}
