//! Linear samples to FLAC frames (RFC 9639), by `flacenc`.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, StreamInfo};
use flacenc::config;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Fill, FrameBuf};
use media::{AudioCodec, AudioParameters, AudioUnit, Timestamp};

use super::g711;

/// Samples of a frame: 40 ms at 8 kHz, two packets of most cameras. Shorter ones cost more bytes, longer ones more latency.
const BLOCK: usize = 320;
/// Bits of a sample.
const BITS: usize = 16;
/// Where frames would have to be counted anew (31 bits: RFC 9639, section 9.1.5), after 2.7 years at 8 kHz.
const LAST_FRAME: usize = (1 << 31) - 1;
/// Samples that are missing, or that are there twice, up to which the time goes on as if they were not.
const TOLERANCE_MS: i64 = 40;

pub(super) struct Encoder {
    table: [i16; 256],
    channels: usize,
    rate: u32,
    parameters: Arc<AudioParameters>,
    /// None where the encoder does not take such sound.
    settings: Option<(Verified<config::Encoder>, StreamInfo)>,
    frame: usize,
    /// Samples of all channels that wait for a block.
    waiting: Vec<i32>,
    /// When the first of them is heard.
    begin: Timestamp,
}

/// What a file says of FLAC that is made of G.711.
pub(super) fn parameters(of: &AudioParameters) -> AudioParameters {
    AudioParameters {
        codec: AudioCodec::Flac,
        sample_rate: of.sample_rate,
        channels: of.channels,
        config: stream_info(of),
        rfc6381: "flac".into(),
    }
}

/// STREAMINFO (RFC 9639, section 8.2): block size, rate, channels, bits; frame sizes, length and checksum are not known.
fn stream_info(of: &AudioParameters) -> Bytes {
    let mut info = Vec::with_capacity(34);
    info.extend_from_slice(&(BLOCK as u16).to_be_bytes());
    info.extend_from_slice(&(BLOCK as u16).to_be_bytes());
    info.extend_from_slice(&[0; 6]);
    let channels = u64::from(of.channels.clamp(1, 8)) - 1;
    let packed = u64::from(of.sample_rate & 0x000f_ffff) << 44 | channels << 41 | (BITS as u64 - 1) << 36;
    info.extend_from_slice(&packed.to_be_bytes());
    info.extend_from_slice(&[0; 16]);
    info.into()
}

impl Encoder {
    pub(super) fn new(of: &AudioParameters) -> Self {
        let channels = usize::from(of.channels.clamp(1, 8));
        let mut encoder = config::Encoder::default();
        // Fixed predictors: a tenth of the time of the others, for a few bytes of each frame more.
        encoder.subframe_coding.use_lpc = false;
        encoder.block_size = BLOCK;
        let verified = encoder.into_verified().ok();
        let info = StreamInfo::new(of.sample_rate as usize, channels, BITS).ok();
        Self {
            table: g711::table(of.codec),
            channels,
            rate: of.sample_rate.max(1),
            parameters: Arc::new(parameters(of)),
            settings: verified.zip(info),
            frame: 0,
            waiting: Vec::with_capacity(2 * BLOCK),
            begin: Timestamp::ZERO,
        }
    }

    pub(super) fn push(&mut self, unit: &AudioUnit, take: &mut impl FnMut(AudioUnit)) {
        let expected = self.begin.ticks().saturating_add(self.ticks(self.waiting.len() / self.channels));
        let apart = unit.pts.ticks().saturating_sub(expected);
        if self.waiting.is_empty() {
            self.begin = unit.pts;
        } else if apart.saturating_abs() > TOLERANCE_MS * 90 {
            // Behind a gap, or a jump, it is another piece: what waits is less than a frame.
            self.waiting.clear();
            self.begin = unit.pts;
        }
        self.waiting.extend(unit.data.iter().map(|byte| i32::from(self.table[usize::from(*byte)])));
        let block = BLOCK * self.channels;
        let mut done = 0;
        while self.waiting.len() - done >= block {
            let data = self.encode(done..done + block);
            let pts = self.begin;
            self.begin = Timestamp::from_ticks(pts.ticks().saturating_add(self.ticks(BLOCK)));
            done += block;
            if let Some(data) = data {
                let parameters = self.parameters.clone();
                take(AudioUnit { data, pts, samples: BLOCK as u32, received: unit.received, parameters });
            }
        }
        self.waiting.drain(..done);
    }

    fn encode(&mut self, samples: std::ops::Range<usize>) -> Option<Bytes> {
        let (settings, info) = self.settings.as_ref()?;
        let mut block = FrameBuf::with_size(self.channels, BLOCK).ok()?;
        block.fill_interleaved(&self.waiting[samples]).ok()?;
        let frame = flacenc::encode_fixed_size_frame(settings, &block, self.frame, info).ok()?;
        self.frame = (self.frame + 1) % LAST_FRAME;
        let mut sink = ByteSink::new();
        frame.write(&mut sink).ok()?;
        Some(Bytes::copy_from_slice(sink.as_slice()))
    }

    fn ticks(&self, samples: usize) -> i64 {
        samples as i64 * Timestamp::CLOCK_RATE / i64::from(self.rate)
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").field("parameters", &self.parameters).finish_non_exhaustive()
    }
}
