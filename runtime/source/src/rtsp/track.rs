use media::Codec;

use crate::Error;

/// The track that is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Track {
    /// Its place in the presentation.
    pub(super) index: usize,
    /// How it is compressed.
    pub(super) codec: Codec,
}

/// Chooses one video track: every track that is set up must have a depacketizer, or retina fails as a whole.
pub(super) fn choose(streams: &[retina::client::Stream]) -> Result<Track, Error> {
    let offered: Vec<_> = streams.iter().map(|stream| (stream.media(), stream.encoding_name())).collect();
    pick(&offered).ok_or_else(|| {
        Error::no_video(&offered.iter().map(|(media, name)| format!("{media}/{name}")).collect::<Vec<_>>())
    })
}

/// H.264 before JPEG (a fraction of the bytes) before H.265 (which gives no pictures); of two alike the first, which cameras call the main one.
fn pick(offered: &[(&str, &str)]) -> Option<Track> {
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
}
