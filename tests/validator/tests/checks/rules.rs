//! What a playlist says.

use framegate_validator::rule;
use framegate_validator::rules::{self, Tolerance};

use crate::material::{Live, MULTIVARIANT};
use crate::playlist::{media, multivariant};
use crate::{caught, clean};

#[test]
fn good_playlists_pass() {
    clean(&rules::media(&media(&Live::START.write()), Tolerance::default()));
    clean(&rules::media(&media(&Live { complete: 12, skipped: 5, ..Live::START }.write()), Tolerance::default()));
    clean(&rules::multivariant(&multivariant(MULTIVARIANT)));
}

#[test]
fn a_media_playlist_that_breaks_a_rule_is_caught() {
    let part = "#EXT-X-PART:DURATION=0.5,URI=\"p16.1.m4s\"";
    let cases = [
        (&rule::TARGET_ZERO, "#EXT-X-TARGETDURATION:2", "#EXT-X-TARGETDURATION:0"),
        (&rule::SEGMENT_LONG, "#EXTINF:2.000,\ns16", "#EXTINF:2.500,\ns16"),
        (&rule::PART_LONG, part, "#EXT-X-PART:DURATION=0.501,URI=\"p16.1.m4s\""),
        (&rule::PART_SHORT, part, "#EXT-X-PART:DURATION=0.42,URI=\"p16.1.m4s\""),
        (&rule::PART_SUM, part, "#EXT-X-PART:DURATION=0.495,URI=\"p16.1.m4s\""),
        (&rule::PART_OLD, "#EXTINF:2.000,\ns10", "#EXT-X-PART:DURATION=0.5,URI=\"p10.3.m4s\"\n#EXTINF:2.000,\ns10"),
        (&rule::PART_HOLD_BACK_MISSING, "PART-HOLD-BACK=1.5,", ""),
        (&rule::PART_HOLD_BACK, "PART-HOLD-BACK=1.5", "PART-HOLD-BACK=0.9"),
        (&rule::PART_HOLD_BACK_SMALL, "PART-HOLD-BACK=1.5", "PART-HOLD-BACK=1.4"),
        (&rule::HOLD_BACK, "HOLD-BACK=6.0", "HOLD-BACK=5.9"),
        (&rule::SKIP_BOUNDARY, "CAN-SKIP-UNTIL=12.0", "CAN-SKIP-UNTIL=11.9"),
        (&rule::SKIP_UNANNOUNCED, "CAN-SKIP-UNTIL=12.0", "CAN-SKIP-DATERANGES=YES"),
        (&rule::BLOCKING_MISSING, "CAN-BLOCK-RELOAD=YES,", ""),
        (&rule::VERSION_LOW, "#EXT-X-VERSION:9", "#EXT-X-VERSION:5"),
        (&rule::VERSION_LOW, "#EXT-X-VERSION:9\n", ""),
        (&rule::NO_MAP, "#EXT-X-MAP:URI=\"init.mp4\"\n", ""),
        (&rule::DATE_DRIFT, "2026-01-01T00:00:26.000Z", "2026-01-01T00:00:26.003Z"),
        (&rule::ENDED_HINT, "#EXT-X-RENDITION", "#EXT-X-ENDLIST\n#EXT-X-RENDITION"),
        (&rule::EDGE_HINT, "#EXT-X-PRELOAD-HINT:TYPE=PART", "#EXT-X-PRELOAD-HINT:TYPE=MAP"),
        (&rule::ABSOLUTE_URI, "s12.m4s", "/s12.m4s"),
        (&rule::ABSOLUTE_URI, "s12.m4s", "http://h/s12.m4s"),
        (&rule::ABSOLUTE_URI, "init.mp4", "/init.mp4"),
        (&rule::ABSOLUTE_URI, "p16.1.m4s", "//h/p16.1.m4s"),
        (&rule::ABSOLUTE_URI, "p17.1.m4s", "/p17.1.m4s"),
        (&rule::REPORT_URI, "audio.m3u8", "http://h/audio.m3u8"),
        (&rule::RANGE_WITHOUT_START, "#EXTINF:2.000,\ns12", "#EXT-X-BYTERANGE:9\n#EXTINF:2.000,\ns12"),
        (&rule::RANGE_WITHOUT_START, "p16.1.m4s\"", "p16.1.m4s\",BYTERANGE=\"9\""),
    ];
    let good = Live::START.write();
    for (rule, from, to) in cases {
        assert!(good.contains(from), "{from}");
        caught(rule, &rules::media(&media(&good.replacen(from, to, 1)), Tolerance::default()));
    }
}

#[test]
fn skipping_needs_version_9() {
    let delta = Live { complete: 12, skipped: 5, ..Live::START }.write().replace("VERSION:9", "VERSION:8");
    caught(&rule::VERSION_LOW, &rules::media(&media(&delta), Tolerance::default()));
    let delta = delta.replace(",CAN-SKIP-UNTIL=12.0", "");
    caught(&rule::SKIP_UNANNOUNCED, &rules::media(&media(&delta), Tolerance::default()));
}

#[test]
fn short_parts_are_right_where_the_draft_says_so() {
    let good = Live::START.write();
    let half = |name: &str, more: &str| {
        let (from, to) = (format!("0.5,URI=\"{name}.m4s\""), format!("0.25,URI=\"{name}.m4s\"{more}"));
        assert!(good.contains(&from));
        good.replacen(&from, &to, 1)
    };
    let short = |text: &str| {
        let found = rules::media(&media(text), Tolerance::default());
        found.iter().any(|finding| finding.rule == &rule::PART_SHORT)
    };
    assert!(short(&half("p16.1", "")));
    assert!(!short(&half("p16.1", ",INDEPENDENT=YES")), "independent");
    assert!(!short(&half("p16.1", ",GAP=YES")), "a gap");
    assert!(!short(&half("p16.3", "")), "the last of its segment");
    assert!(!short(&half("p17.0", "")), "perhaps the last: nobody knows yet");
    assert!(!short(&half("p16.1", "").replace("p16.2.m4s\"", "p16.2.m4s\",GAP=YES")), "before a gap");
}

#[test]
fn a_date_after_a_discontinuity_starts_anew() {
    let text = Live::START.write().replace("2026-01-01T00:00:26", "2027-01-01T00:00:26");
    let anew = text.replace("#EXT-X-PROGRAM-DATE-TIME:2027", "#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2027");
    let anew = anew.replace(
        "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:28",
        "#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:28",
    );
    clean(&rules::media(&media(&anew), Tolerance::default()));
}

#[test]
fn a_multivariant_playlist_that_breaks_a_rule_is_caught() {
    let cases = [
        (&rule::NO_VARIANT, "#EXT-X-STREAM-INF:", "# "),
        (&rule::VARIANT_INCOMPLETE, "CODECS=\"avc1.42c01f,mp4a.40.2\",", ""),
        (&rule::VARIANT_INCOMPLETE, "RESOLUTION=1280x720,", ""),
        (&rule::VARIANT_INCOMPLETE, "FRAME-RATE=30.000,", ""),
        (&rule::VARIANT_INCOMPLETE, "BANDWIDTH=900000,", "BANDWIDTH=0,"),
        (&rule::BANDWIDTH_ORDER, "AVERAGE-BANDWIDTH=800000", "AVERAGE-BANDWIDTH=900001"),
        (&rule::GROUP_UNKNOWN, "AUDIO=\"a\"", "AUDIO=\"b\""),
        (&rule::GROUP_AMBIGUOUS, "NAME=\"other\"", "NAME=\"sound\""),
        (&rule::GROUP_AMBIGUOUS, "DEFAULT=NO", "DEFAULT=YES"),
        (&rule::DEFAULT_UNSELECTED, "AUTOSELECT=YES", "AUTOSELECT=NO"),
        (&rule::ABSOLUTE_URI, "live.m3u8", "/live.m3u8"),
        (&rule::ABSOLUTE_URI, "audio.m3u8", "/audio.m3u8"),
    ];
    for (rule, from, to) in cases {
        assert!(MULTIVARIANT.contains(from), "{from}");
        let text = MULTIVARIANT.replacen(from, to, 1);
        let text = if *rule == rule::NO_VARIANT { text.replace("\nlive.m3u8", "") } else { text };
        caught(rule, &rules::multivariant(&multivariant(&text)));
    }
}
