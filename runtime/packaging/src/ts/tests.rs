//! What was written, read back by somebody else's reader.

mod property;
mod reader;
mod segments;

use std::sync::Arc;

use bytes::Bytes;
use media::{AccessUnit, AudioCodec, AudioParameters, AudioUnit, Codec, Moment, Parameters, Size, Timestamp, nal};

use super::{Muxer, Tracks};

const SPS: &[u8] = &[0x67, 0x64, 0, 0x1e, 0xac];
const PPS: &[u8] = &[0x68, 0xeb];

fn video() -> Arc<Parameters> {
    let (sps, pps) = (Bytes::from_static(SPS), Bytes::from_static(PPS));
    Arc::new(Parameters { sps, pps, ..Parameters::bare(Codec::H264, Size::new(640, 360)) })
}

/// AAC LC of two channels.
fn aac(sample_rate: u32, config: &[u8]) -> Arc<AudioParameters> {
    let config = Bytes::copy_from_slice(config);
    Arc::new(AudioParameters { codec: AudioCodec::Aac, sample_rate, channels: 2, config, rfc6381: String::new() })
}

fn aac_48k() -> Arc<AudioParameters> {
    aac(48_000, &[0x11, 0x90])
}

fn picture(parameters: &Arc<Parameters>, pts: i64, key: bool, nals: &[Vec<u8>]) -> AccessUnit {
    let mut data = Vec::new();
    nals.iter().for_each(|nal| nal::push(&mut data, nal));
    let unit = AccessUnit::alone(parameters.clone(), data.into(), Timestamp::from_ticks(pts), Moment::now());
    AccessUnit { key, ..unit }
}

fn sound(parameters: &Arc<AudioParameters>, pts: i64, data: Vec<u8>) -> AudioUnit {
    AudioUnit {
        data: data.into(),
        pts: Timestamp::from_ticks(pts),
        samples: 1024,
        received: Moment::now(),
        parameters: parameters.clone(),
    }
}

fn muxer(sound: Option<&Arc<AudioParameters>>) -> Muxer {
    Muxer::new(Tracks::new(&video(), sound).unwrap())
}
