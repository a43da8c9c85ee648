//! The sound that players take: AAC as it came, G.711 as FLAC.
//!
//! Pure. FLAC and not Opus: it is lossless, so that a camera's speech is not compressed twice; it costs no encoder in C; and every player of fragmented mp4
//! has had it for years (Safari since 11, Chromium and Firefox in Media Source Extensions, ffmpeg, GStreamer, VLC), Opus in mp4 Apple's only of late.

mod flac;
mod g711;

use std::sync::Arc;

use media::{AudioCodec, AudioParameters, AudioUnit};

use flac::Encoder;

/// Makes what players take of a stream's sound.
#[derive(Debug, Default)]
pub struct Sound {
    /// What comes in, and what is made of it.
    encoder: Option<(Arc<AudioParameters>, Encoder)>,
}

impl Sound {
    /// What a file will say of this sound.
    pub fn parameters(of: &Arc<AudioParameters>) -> Arc<AudioParameters> {
        match of.codec {
            AudioCodec::Pcmu | AudioCodec::Pcma => Arc::new(flac::parameters(of)),
            AudioCodec::Aac | AudioCodec::Flac => of.clone(),
        }
    }

    /// One more unit as it came; what is complete goes to `take`.
    pub fn push(&mut self, unit: AudioUnit, mut take: impl FnMut(AudioUnit)) {
        if matches!(unit.parameters.codec, AudioCodec::Aac | AudioCodec::Flac) {
            self.encoder = None;
            return take(unit);
        }
        let encoder = match &mut self.encoder {
            Some((known, encoder)) if Arc::ptr_eq(known, &unit.parameters) => encoder,
            other => &mut other.insert((unit.parameters.clone(), Encoder::new(&unit.parameters))).1,
        };
        encoder.push(&unit, &mut take);
    }
}
