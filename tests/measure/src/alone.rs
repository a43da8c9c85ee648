//! The same work with nothing round it: on one thread, one picture after the other.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use codec::Pool;
use codec::decode::Decoder;
use codec::encode::StillEncoder;
use framegate_tests::clip::Clip;
use media::{AccessUnit, Moment, StillFormat, Timestamp, annexb, h264};
use rustix::time::{ClockId, clock_gettime};

/// CPU time of decoding into pooled pictures and of encoding them, each for one picture.
#[derive(Clone, Copy)]
pub(crate) struct Alone {
    pub(crate) decode: Duration,
    pub(crate) encode: Duration,
}

/// Decodes and encodes a whole clip.
pub(crate) fn measure(clip: &Clip, format: StillFormat, quality: u8) -> Result<Alone> {
    let first = h264::kind(annexb::nal_units(&clip.units[0].data));
    let parameters = Arc::new(h264::parameters(first.sps.unwrap_or_default(), first.pps.unwrap_or_default())?);
    let mut decoder = Decoder::open(clip.codec, Pool::new(16 << 20))?;
    let mut encoder = StillEncoder::new();
    let (mut decoding, mut encoding, mut count) = (Duration::ZERO, Duration::ZERO, 0u32);
    let mut pictures = Vec::new();
    for unit in &clip.units {
        let pts = Timestamp::from_duration(Duration::from_secs(unit.order.into()) / clip.fps);
        let unit = AccessUnit::from_annexb(&unit.data, &parameters, pts, Moment::now());
        let begin = now();
        decoder.push(&unit, &mut pictures)?;
        decoding += now() - begin;
        for picture in pictures.drain(..) {
            let begin = now();
            std::hint::black_box(encoder.encode(&picture, format, quality)?);
            encoding += now() - begin;
            count += 1;
        }
    }
    Ok(Alone { decode: decoding / count.max(1), encode: encoding / count.max(1) })
}

fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
