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

use media::{AudioCodec, AudioParameters, Codec, Parameters, h265};

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
    /// Video, and sound if it is one that an mp4 has: G.711 is none, nor is what no decoder can be set up for, which would cost players the pictures too.
    pub fn new(video: Arc<Parameters>, sound: Option<Arc<AudioParameters>>) -> Result<Self, Unfit> {
        if video.codec.is_still() {
            return Err(Unfit::Stills(video.codec));
        }
        let is_told = match video.codec {
            Codec::H265 => h265::is_whole(&video.record),
            _ => !video.record.is_empty(),
        };
        if !is_told {
            return Err(Unfit::NoParameters(video.codec));
        }
        let is_in_mp4 = |sound: &Arc<AudioParameters>| match sound.codec {
            AudioCodec::Aac => init::is_configuration(&sound.config),
            // STREAMINFO (RFC 9639, section 8.2).
            AudioCodec::Flac => sound.config.len() == 34,
            AudioCodec::Pcmu | AudioCodec::Pcma => false,
        };
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use media::Size;

    use super::*;

    #[test]
    fn a_record_that_is_cut_is_none() {
        let of = |record: Vec<u8>| {
            let bare = Parameters::bare(Codec::H265, Size::new(16, 16));
            Tracks::new(Arc::new(Parameters { record: record.into(), ..bare }), None)
        };
        let mut record = vec![1; 22];
        record.extend([3, 32, 0, 1, 0, 1, 64, 33, 0, 1, 0, 1, 66, 34, 0, 1, 0, 1, 68]);
        assert!(of(record.clone()).is_ok());
        record.pop();
        assert_eq!(of(record), Err(Unfit::NoParameters(Codec::H265)));
    }

    #[test]
    fn sound_that_nothing_is_told_of_does_not_cost_the_pictures() {
        let record = Bytes::from_static(&[1]);
        let video = Arc::new(Parameters { record, ..Parameters::bare(Codec::H264, Size::new(16, 16)) });
        let has_sound = |codec, config: &'static [u8]| {
            let config = Bytes::from_static(config);
            let sound = AudioParameters { codec, sample_rate: 48_000, channels: 2, config, rfc6381: String::new() };
            Tracks::new(video.clone(), Some(Arc::new(sound))).unwrap().sound().is_some()
        };
        for config in [&[0x11, 0x90][..], &[0x17, 0x80, 0x56, 0x22, 0x10]] {
            assert!(has_sound(AudioCodec::Aac, config), "{config:02x?}");
        }
        // Cut, no type, a reserved rate, a rate in words that are not there, longer than any.
        for config in [&[][..], &[0x11], &[0, 0x90], &[0x16, 0x90], &[0x17, 0x80], &[0x11; 65]] {
            assert!(!has_sound(AudioCodec::Aac, config), "{config:02x?}");
        }
        assert!(has_sound(AudioCodec::Flac, &[0; 34]) && !has_sound(AudioCodec::Flac, &[0; 33]));
    }
}
