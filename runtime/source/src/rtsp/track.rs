use media::{AudioCodec, Codec};

use crate::Error;

/// A track that is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Track<C> {
    /// Its place in the presentation.
    pub(super) index: usize,
    /// How it is compressed.
    pub(super) codec: C,
}

/// The tracks that are set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tracks {
    pub(super) video: Track<Codec>,
    pub(super) sound: Option<Track<AudioCodec>>,
}

/// Chooses one video track, and one of sound: every track that is set up must have a depacketizer, or retina fails as a whole.
pub(super) fn choose(streams: &[retina::client::Stream], sound: config::Sound) -> Result<Tracks, Error> {
    let offered: Vec<_> = streams.iter().map(|stream| (stream.media(), stream.encoding_name())).collect();
    let video = pick(&offered).ok_or_else(|| {
        Error::no_video(&offered.iter().map(|(media, name)| format!("{media}/{name}")).collect::<Vec<_>>())
    })?;
    let sound = if sound == config::Sound::On { pick_sound(&offered) } else { None };
    // Without its AudioSpecificConfig, or with more channels than one can tell, retina has no parameters for AAC, and no player could play it.
    let is_known = |track: &Track<AudioCodec>| streams[track.index].parameters().is_some();
    Ok(Tracks { video, sound: sound.filter(is_known) })
}

/// The first one that can be carried.
fn pick_sound(offered: &[(&str, &str)]) -> Option<Track<AudioCodec>> {
    offered.iter().enumerate().find_map(|(index, offered)| {
        let codec = match offered {
            ("audio", "mpeg4-generic") => AudioCodec::Aac,
            ("audio", "pcmu") => AudioCodec::Pcmu,
            ("audio", "pcma") => AudioCodec::Pcma,
            _ => return None,
        };
        Some(Track { index, codec })
    })
}

/// H.264 before JPEG (a fraction of the bytes) before H.265 (which gives no pictures); of two alike the first, which cameras call the main one.
fn pick(offered: &[(&str, &str)]) -> Option<Track<Codec>> {
    let usable = offered.iter().enumerate().filter_map(|(index, (media, name))| {
        let codec = match (*media, *name) {
            ("video", "h264") => Codec::H264,
            ("video" | "image", "jpeg") => Codec::Jpeg,
            ("video", "h265") => Codec::H265,
            _ => return None,
        };
        Some(Track { index, codec })
    });
    usable.min_by_key(|track| match track.codec {
        Codec::H264 => 0,
        Codec::Jpeg => 1,
        _ => 2,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_video_is_chosen_and_h264_first() {
        type Offered = &'static [(&'static str, &'static str)];
        let cases: [(Offered, Option<(usize, Codec)>); 8] = [
            (&[("video", "h264")], Some((0, Codec::H264))),
            (&[("audio", "opus"), ("video", "h264")], Some((1, Codec::H264))),
            (&[("application", "vnd.onvif.metadata"), ("video", "h265")], Some((1, Codec::H265))),
            (&[("video", "h265"), ("video", "h264"), ("video", "h264")], Some((1, Codec::H264))),
            (&[("video", "jpeg"), ("audio", "pcmu")], Some((0, Codec::Jpeg))),
            (&[("video", "mp4v-es"), ("image", "jpeg")], Some((1, Codec::Jpeg))),
            (&[("video", "mp4v-es"), ("audio", "h264")], None),
            (&[], None),
        ];
        for (offered, expected) in cases {
            assert_eq!(pick(offered).map(|track| (track.index, track.codec)), expected, "{offered:?}");
        }
    }

    #[test]
    fn the_first_sound_that_can_be_carried_is_chosen() {
        type Offered = &'static [(&'static str, &'static str)];
        let cases: [(Offered, Option<(usize, AudioCodec)>); 4] = [
            (&[("video", "h264"), ("audio", "mpeg4-generic")], Some((1, AudioCodec::Aac))),
            (&[("audio", "opus"), ("audio", "pcma"), ("audio", "pcmu")], Some((1, AudioCodec::Pcma))),
            (&[("audio", "pcmu"), ("video", "h264")], Some((0, AudioCodec::Pcmu))),
            (&[("video", "h264"), ("video", "pcmu"), ("audio", "g726-16")], None),
        ];
        for (offered, expected) in cases {
            assert_eq!(pick_sound(offered).map(|track| (track.index, track.codec)), expected, "{offered:?}");
        }
    }
}
