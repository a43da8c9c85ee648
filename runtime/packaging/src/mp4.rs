//! Fragmented mp4 (ISO/IEC 14496-12, third-party players' subset): an init segment that describes the tracks, and fragments of any number of samples.
//!
//! Pure: units in, bytes out. Samples are not copied: a fragment is its header and, behind it, the bytes of its access units as the stream keeps them.
//! Written by hand instead of by a library: a fragment's header is made for each picture of each viewer, and is a hundred bytes that are the same but for
//! some numbers.

mod boxes;
mod fragment;
mod init;
pub mod place;

use std::sync::Arc;

use media::{AudioCodec, AudioParameters, Codec, Parameters};

pub use fragment::{Fragment, Picture, Sound};
pub use init::init;

/// Ticks of the video track in a second: those of [`media::Timestamp`].
pub const VIDEO_TIMESCALE: u32 = media::Timestamp::CLOCK_RATE as u32;

/// Added to the stream's times, in seconds: decoding begins before the first presentation where pictures are reordered, and times in a file have no sign
/// (ISO/IEC 14496-12, section 8.8.12).
pub(crate) const HEAD: i64 = 10;

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracks {
    video: Arc<Parameters>,
    sound: Option<Arc<AudioParameters>>,
}

/// Why there is no file of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Stills are no video.
    #[error("the source sends {0}, which is no video")]
    Stills(Codec),
    /// Nothing tells a decoder what it needs.
    #[error("the source's {0} has no parameter sets that can be read")]
    NoParameters(Codec),
    /// What it is to be put into does not take it, and why.
    #[error("{0}")]
    Container(String),
}

impl Tracks {
    /// Video, and sound if it is one that an mp4 has: G.711 is none.
    pub fn new(video: Arc<Parameters>, sound: Option<Arc<AudioParameters>>) -> Result<Self, Unfit> {
        if video.codec.is_still() {
            return Err(Unfit::Stills(video.codec));
        }
        if video.record.is_empty() {
            return Err(Unfit::NoParameters(video.codec));
        }
        let is_in_mp4 = |sound: &Arc<AudioParameters>| matches!(sound.codec, AudioCodec::Aac | AudioCodec::Flac);
        Ok(Self { video, sound: sound.filter(is_in_mp4) })
    }

    /// The video track.
    pub fn video(&self) -> &Arc<Parameters> {
        &self.video
    }

    /// The track of sound.
    pub fn sound(&self) -> Option<&Arc<AudioParameters>> {
        self.sound.as_ref()
    }

    /// The `codecs` parameter of RFC 6381: video, then sound.
    pub fn codecs(&self) -> String {
        match &self.sound {
            Some(sound) => format!("{},{}", self.video.rfc6381, sound.rfc6381),
            None => self.video.rfc6381.clone(),
        }
    }
}
