use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use crate::{Codec, Moment, Parameters, Timestamp};

/// One compressed picture as it came.
///
/// Cloning is cheap: the bytes and the parameters are shared.
#[derive(Clone, Debug)]
pub struct AccessUnit {
    /// How `data` is compressed.
    pub codec: Codec,
    /// H.264 and H.265: Annex B with start codes, parameter sets in band before each key frame. JPEG, WebP, PNG: one complete file.
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
}
