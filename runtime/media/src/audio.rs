use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::{Moment, Timestamp};

/// How an audio unit is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AudioCodec {
    /// MPEG-4 AAC (ISO/IEC 14496-3), raw data blocks.
    Aac,
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// FLAC (RFC 9639), one frame each.
    Flac,
}

impl AudioCodec {
    /// The name that people read: `AAC`, `G.711 µ-law` …
    pub fn name(self) -> &'static str {
        match self {
            Self::Aac => "AAC",
            Self::Pcmu => "G.711 µ-law",
            Self::Pcma => "G.711 A-law",
            Self::Flac => "FLAC",
        }
    }
}

impl fmt::Display for AudioCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is known of a track's sound: enough to set up a decoder or to describe the stream to a player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioParameters {
    /// How it is compressed.
    pub codec: AudioCodec,
    /// Samples a second of each channel.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u16,
    /// AAC: the AudioSpecificConfig (ISO/IEC 14496-3, section 1.6.2.1). FLAC: the body of STREAMINFO (RFC 9639, section 8.2). Empty otherwise.
    pub config: Bytes,
    /// The `codecs` parameter of RFC 6381, such as `mp4a.40.2`; empty where there is none.
    pub rfc6381: String,
}

/// One compressed piece of sound as it came.
///
/// Cloning is cheap: the bytes and the parameters are shared.
#[derive(Clone, Debug)]
pub struct AudioUnit {
    /// One access unit of AAC, one frame of FLAC, or any number of samples of G.711.
    pub data: Bytes,
    /// Presentation time of its first sample.
    pub pts: Timestamp,
    /// Samples of each channel in it.
    pub samples: u32,
    /// When its last byte arrived.
    pub received: Moment,
    /// What is known of the sound from here on. The same `Arc` as before unless something changed.
    pub parameters: Arc<AudioParameters>,
}
