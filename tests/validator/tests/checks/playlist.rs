//! How playlists are written.

use std::time::Duration;

use framegate_validator::playlist::{self, Media, Multivariant, Playlist};
use framegate_validator::rule;

use crate::material::{Live, MULTIVARIANT};
use crate::{caught, clean};

/// The media playlist of a text that has nothing wrong.
#[track_caller]
pub(crate) fn media(text: &str) -> Media {
    let parsed = playlist::parse("http://h/live/v.m3u8", text.as_bytes());
    clean(&parsed.findings);
    let Some(Playlist::Media(media)) = parsed.playlist else { panic!("no media playlist") };
    *media
}

/// The multivariant playlist of a text that has nothing wrong.
#[track_caller]
pub(crate) fn multivariant(text: &str) -> Multivariant {
    let parsed = playlist::parse("http://h/live/index.m3u8", text.as_bytes());
    clean(&parsed.findings);
    let Some(Playlist::Multivariant(multivariant)) = parsed.playlist else { panic!("no multivariant playlist") };
    multivariant
}

#[test]
fn what_is_written_is_read() {
    let media = media(&Live::START.write());
    assert_eq!((media.sequence, media.discontinuity_sequence, media.version), (10, 3, Some(9)));
    assert_eq!((media.segments.len(), media.open.parts.len(), media.next()), (7, 1, 17));
    assert_eq!(media.duration(), Duration::from_millis(14_500));
    let control = media.control.as_ref().unwrap();
    assert!(control.can_block_reload && control.can_skip_until == Some(Duration::from_secs(12)));
    let last = media.segment(16).unwrap();
    assert_eq!((last.uri.as_str(), last.line.0 > 0, last.head.parts.len()), ("s16.m4s", true, 4));
    assert!(last.head.parts[0].independent && !last.head.parts[1].independent);
    assert_eq!(last.head.map.as_ref().unwrap().uri, "init.mp4");
    assert_eq!((media.hints[0].uri.as_str(), media.reports[0].last_msn), ("p17.1.m4s", Some(17)));
}

#[test]
fn a_multivariant_playlist_is_read() {
    let playlist = multivariant(MULTIVARIANT);
    let variant = &playlist.variants[0];
    assert_eq!(
        (variant.uri.as_str(), variant.bandwidth, variant.resolution),
        ("live.m3u8", Some(900_000), Some((1280, 720)))
    );
    assert_eq!((variant.frame_rate_milli, variant.codecs.as_deref()), (Some(30_000), Some("avc1.42c01f,mp4a.40.2")));
    assert_eq!((playlist.renditions[0].kind.as_str(), playlist.renditions[0].default), ("AUDIO", true));
}

#[test]
fn line_ends_may_be_those_of_dos_and_comments_are_no_tags() {
    media(&Live::START.write().replace('\n', "\r\n").replace("#EXT-X-PART-INF", "# a comment\r\n\r\n#EXT-X-PART-INF"));
}

#[test]
fn what_is_malformed_is_caught() {
    let good = Live::START.write();
    let cases = [
        (&rule::ENCODING, "#EXTM3U", "\u{feff}#EXTM3U"),
        (&rule::ENCODING, "s10.m4s", "s10\u{1}.m4s"),
        (&rule::NO_HEADER, "#EXTM3U\n", "#EXTM3U8\n"),
        (&rule::NO_HEADER, "#EXTM3U\n", ""),
        (&rule::CUT_OFF, "LAST-PART=1\n", "LAST-PART=1"),
        (&rule::MIXED_KINDS, "#EXTINF:2.000,\ns10", "#EXT-X-STREAM-INF:BANDWIDTH=1\ns10"),
        (&rule::UNKNOWN_TAG, "#EXT-X-VERSION:9", "#EXT-X-VERSION:9\n#EXT-X-FRAMEGATE:1"),
        (&rule::UNCHECKED_TAG, "#EXT-X-VERSION:9", "#EXT-X-VERSION:9\n#EXT-X-START:TIME-OFFSET=1"),
        (&rule::MALFORMED_TAG, "#EXT-X-TARGETDURATION:2", "#EXT-X-TARGETDURATION:2.0"),
        (&rule::MALFORMED_TAG, "#EXT-X-TARGETDURATION:2", "#EXT-X-TARGETDURATION"),
        (&rule::MALFORMED_TAG, "#EXTINF:2.000,\ns10", "#EXTINF:2.000\ns10"),
        (&rule::MALFORMED_TAG, "#EXTINF:2.000,\ns10", "#EXTINF:-2.000,\ns10"),
        (&rule::MALFORMED_TAG, "2026-01-01T00:00:20.000Z", "yesterday"),
        (&rule::MALFORMED_TAG, "#EXT-X-VERSION:9", "#EXT-X-VERSION:nine"),
        (&rule::MALFORMED_TAG, "#EXTINF:2.000,\ns10", "#EXT-X-GAP:1\n#EXTINF:2.000,\ns10"),
        (&rule::MALFORMED_URI, "s10.m4s", "s 10.m4s"),
        (&rule::MALFORMED_LIST, "CAN-BLOCK-RELOAD=YES,PART", "CAN-BLOCK-RELOAD=YES, PART"),
        (&rule::MALFORMED_LIST, "URI=\"init.mp4\"", "URI=\"init.mp4"),
        (&rule::MALFORMED_LIST, "LAST-PART=1", "LAST-PART="),
        (&rule::MALFORMED_VALUE, "CAN-BLOCK-RELOAD=YES", "CAN-BLOCK-RELOAD=NO"),
        (&rule::MALFORMED_VALUE, "HOLD-BACK=6.0", "HOLD-BACK=6s"),
        (&rule::MALFORMED_VALUE, "URI=\"audio.m3u8\"", "URI=audio.m3u8"),
        (&rule::MALFORMED_VALUE, "LAST-MSN=17", "LAST-MSN=\"17\""),
        (&rule::MALFORMED_VALUE, "URI=\"init.mp4\"", "URI=\"init.mp4\",BYTERANGE=\"9\""),
        (&rule::UNKNOWN_ATTRIBUTE, "PART-TARGET=0.5", "PART-TARGET=0.5,PART-COUNT=4"),
        (&rule::REPEATED_ATTRIBUTE, "PART-TARGET=0.5", "PART-TARGET=0.5,PART-TARGET=0.5"),
        (&rule::MISSING_ATTRIBUTE, "TYPE=PART,", ""),
        (&rule::MISSING_ATTRIBUTE, "DURATION=0.5,URI=\"p16.0", "URI=\"p16.0"),
        (&rule::REPEATED_TAG, "#EXT-X-TARGETDURATION:2", "#EXT-X-TARGETDURATION:2\n#EXT-X-TARGETDURATION:2"),
        (&rule::REPEATED_TAG, "#EXT-X-VERSION:9", "#EXT-X-VERSION:9\n#EXT-X-VERSION:9"),
        (&rule::REPEATED_TAG, "#EXT-X-VERSION:9", "#EXT-X-VERSION:9\n#EXTM3U"),
        (&rule::MISSING_TAG, "#EXT-X-TARGETDURATION:2\n", ""),
        (&rule::MISSING_TAG, "#EXT-X-PART-INF:PART-TARGET=0.5\n", ""),
        (&rule::MISSING_URI, "s10.m4s\n", ""),
        (&rule::STRAY_URI, "s10.m4s\n", "s10.m4s\ns10b.m4s\n"),
        (&rule::LATE_TAG, "#EXTINF:2.000,\ns16", "#EXT-X-DISCONTINUITY\n#EXTINF:2.000,\ns16"),
        (&rule::LATE_TAG, "#EXTINF:2.000,\ns16", "#EXT-X-MEDIA-SEQUENCE:1\n#EXTINF:2.000,\ns16"),
        (&rule::VAGUE_DATE, "2026-01-01T00:00:20.000Z", "2026-01-01T00:00:20"),
    ];
    for (rule, from, to) in cases {
        assert!(good.contains(from), "{from}");
        caught(rule, &playlist::parse("v.m3u8", good.replacen(from, to, 1).as_bytes()).findings);
    }
    caught(&rule::ENCODING, &playlist::parse("v.m3u8", b"#EXTM3U\n\xff\n").findings);
    caught(&rule::MIXED_KINDS, &playlist::parse("v.m3u8", b"#EXTM3U\n").findings);
}

#[test]
fn what_is_malformed_in_a_multivariant_playlist_is_caught() {
    let cases = [
        (&rule::MISSING_URI, "live.m3u8\n", ""),
        (&rule::STRAY_URI, "live.m3u8\n", "live.m3u8\nlive2.m3u8\n"),
        (&rule::MISSING_ATTRIBUTE, "BANDWIDTH=900000,", ""),
        (&rule::MALFORMED_VALUE, "1280x720", "1280X720"),
        (&rule::MALFORMED_VALUE, "FRAME-RATE=30.000", "FRAME-RATE=30/1"),
        (&rule::MALFORMED_VALUE, "DEFAULT=NO", "DEFAULT=MAYBE"),
    ];
    for (rule, from, to) in cases {
        assert!(MULTIVARIANT.contains(from), "{from}");
        caught(rule, &playlist::parse("i.m3u8", MULTIVARIANT.replacen(from, to, 1).as_bytes()).findings);
    }
}
