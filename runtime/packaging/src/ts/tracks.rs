use std::sync::Arc;

use media::{AudioCodec, AudioParameters, Codec, Parameters, h264};

use super::adts::{self, Adts};

/// Why something cannot be sent as MPEG-TS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Pictures that are no H.264. H.265 has a stream type (table 2-34), but players of HLS take it in fMP4 alone (Apple's HLS Authoring
    /// Specification, section 1.5).
    #[error("MPEG-TS segments hold H.264, not {0}")]
    Video(Codec),
    /// A key frame that cannot be decoded alone.
    #[error("MPEG-TS segments need an SPS and a PPS in front of each key frame, and the stream told none")]
    NoParameterSets,
    /// Sound that is no AAC: G.711 has no stream type, and players know none for FLAC.
    #[error("MPEG-TS segments hold AAC, not {0}")]
    Sound(AudioCodec),
    /// Sound of an AAC that is not put in front of players this way.
    #[error("the AudioSpecificConfig {0}")]
    Config(#[from] adts::BadConfig),
    /// A unit of sound whose length an ADTS header cannot tell.
    #[error("a unit of {0} bytes of AAC, where ADTS can tell at most {max}", max = adts::LONGEST)]
    TooLong(usize),
}

/// What a transport stream holds: H.264, and AAC LC if there is any.
#[derive(Clone, Debug)]
pub struct Tracks {
    pub(super) sound: Option<(Arc<AudioParameters>, Adts)>,
    left_out: Option<Unfit>,
}

impl Tracks {
    /// Looks at what a stream has. Pictures that do not fit are an error; sound that does not is left out, and [`Self::left_out`] says why.
    pub fn new(video: &Parameters, sound: Option<&Arc<AudioParameters>>) -> Result<Self, Unfit> {
        if video.codec != Codec::H264 {
            return Err(Unfit::Video(video.codec));
        }
        if h264::nal_type(&video.sps) != h264::SPS || h264::nal_type(&video.pps) != h264::PPS {
            return Err(Unfit::NoParameterSets);
        }
        Ok(match sound.map(|sound| (sound, header(sound))) {
            None => Self { sound: None, left_out: None },
            Some((sound, Ok(adts))) => Self { sound: Some((sound.clone(), adts)), left_out: None },
            Some((_, Err(why))) => Self { sound: None, left_out: Some(why) },
        })
    }

    /// Whether sound is among them.
    pub fn has_sound(&self) -> bool {
        self.sound.is_some()
    }

    /// Why the stream's sound is not among them, if it has any.
    pub fn left_out(&self) -> Option<&Unfit> {
        self.left_out.as_ref()
    }
}

/// The ADTS header of a track's units.
pub(super) fn header(sound: &AudioParameters) -> Result<Adts, Unfit> {
    match sound.codec {
        AudioCodec::Aac => Ok(Adts::read(&sound.config)?),
        other => Err(Unfit::Sound(other)),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use media::Size;

    use super::*;
    use crate::ts::adts::BadConfig;

    fn h264() -> Parameters {
        let (sps, pps) = (Bytes::from_static(&[0x67, 1]), Bytes::from_static(&[0x68, 2]));
        Parameters { sps, pps, ..Parameters::bare(Codec::H264, Size::new(16, 16)) }
    }

    fn sound(codec: AudioCodec, config: &'static [u8]) -> Arc<AudioParameters> {
        let config = Bytes::from_static(config);
        Arc::new(AudioParameters { codec, sample_rate: 48_000, channels: 2, config, rfc6381: String::new() })
    }

    #[test]
    fn pictures_that_do_not_fit_are_refused_in_words() {
        let h265 = Parameters { codec: Codec::H265, ..h264() };
        let refused = Tracks::new(&h265, None).unwrap_err();
        assert_eq!(refused.to_string(), "MPEG-TS segments hold H.264, not H.265");
        let bare = Parameters::bare(Codec::H264, Size::new(16, 16));
        assert_eq!(Tracks::new(&bare, None).unwrap_err(), Unfit::NoParameterSets);
        let no_pps = Parameters { pps: Bytes::from_static(&[0x67, 2]), ..h264() };
        assert_eq!(Tracks::new(&no_pps, None).unwrap_err(), Unfit::NoParameterSets);
    }

    #[test]
    fn sound_that_does_not_fit_is_left_out_and_told() {
        let told = |sound| {
            let tracks = Tracks::new(&h264(), Some(&sound)).unwrap();
            assert_eq!(tracks.has_sound(), tracks.left_out().is_none());
            tracks.left_out().map(ToString::to_string)
        };
        assert_eq!(told(sound(AudioCodec::Aac, &[0x11, 0x90])), None);
        assert_eq!(told(sound(AudioCodec::Pcmu, &[])).as_deref(), Some("MPEG-TS segments hold AAC, not G.711 µ-law"));
        assert_eq!(told(sound(AudioCodec::Flac, &[])).as_deref(), Some("MPEG-TS segments hold AAC, not FLAC"));
        assert_eq!(
            told(sound(AudioCodec::Aac, &[])).as_deref(),
            Some("the AudioSpecificConfig ends before it has told everything")
        );
        let heaac = Tracks::new(&h264(), Some(&sound(AudioCodec::Aac, &[0x2b, 0x11, 0x88]))).unwrap();
        assert_eq!(heaac.left_out(), Some(&Unfit::Config(BadConfig::ObjectType(5))));
        let none = Tracks::new(&h264(), None).unwrap();
        assert!(!none.has_sound() && none.left_out().is_none());
    }
}
