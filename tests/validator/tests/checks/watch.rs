//! What shows over time.

use std::time::Duration;

use framegate_validator::finding::Rule;
use framegate_validator::playlist::Date;
use framegate_validator::rule;
use framegate_validator::watch::{Again, Delta, Fetch, Options, Reload, Watch};

use crate::material::Live;
use crate::material::server::{INDEX, LIVE, Server, Tamper};
use crate::{caught, clean, footage};

fn right(_: &str, bytes: Vec<u8>) -> Result<Vec<u8>, u16> {
    Ok(bytes)
}

/// A text with something else in it.
fn with(bytes: Vec<u8>, from: &str, to: &str) -> Result<Vec<u8>, u16> {
    Ok(String::from_utf8(bytes).map_err(|_| 500_u16)?.replace(from, to).into_bytes())
}

#[test]
fn a_server_that_is_right_has_no_findings_however_it_is_watched() {
    for reload in [Reload::Blocking, Reload::Plain] {
        for delta in [Delta::Never, Delta::Alternating, Delta::Always] {
            for fetch in [Fetch::Nothing, Fetch::Segments, Fetch::All, Fetch::Hinted] {
                let mut server = Server::new(right);
                let watch = server.serve(Options { reload, delta, fetch, ..Default::default() }, 120);
                println!("{reload:?} {delta:?} {fetch:?}");
                clean(watch.findings());
                let media = server.asked.iter().filter(|(name, _)| name.ends_with("m4s") || name.ends_with("mp4"));
                let twice: Vec<_> = media.filter(|(_, count)| **count > 1).collect();
                assert!(twice.is_empty(), "{twice:?}");
            }
        }
    }
}

#[test]
fn a_watch_reports_what_it_saw() {
    let mut server = Server::new(right);
    let watch = server.serve(Options::default(), 109);
    let report = watch.report()[LIVE];
    // Segments 10 to 26, and the parts from 14 on.
    assert_eq!((report.segments, report.media, report.parts), (17, Duration::from_secs(34), 52));
    assert_eq!(
        (report.longest_gap, report.behind_us, report.behind_most_us),
        (Duration::from_millis(500), Some(0), Some(0))
    );
    assert_eq!((report.loads, report.deltas, report.discontinuities), (41, 20, 0));
    assert!(report.peak_bits > 1_000 && report.bytes > 1_000, "{report:?}");
    assert_eq!(report.part_figures.deviation, Duration::ZERO);
    assert!(server.asked.contains_key("live.m3u8?_HLS_msn=17&_HLS_part=1&_HLS_skip=YES"), "{:?}", server.asked);
    assert!(server.asked.contains_key("live.m3u8?_HLS_msn=17&_HLS_part=2"), "{:?}", server.asked);
}

#[test]
fn a_plain_client_waits_for_a_target_duration() {
    let mut watch = Watch::new(Options { reload: Reload::Plain, delta: Delta::Never, ..Default::default() });
    let text = Live::START.write();
    let last = watch.loaded(LIVE, text.as_bytes(), Date(0)).pop().map(|request| (request.url, request.not_before));
    assert_eq!(last, Some((LIVE.into(), Date(2_000_000))));
    let last = watch.loaded(LIVE, text.as_bytes(), Date(2_000_000)).pop().map(|request| request.not_before);
    assert_eq!(last, Some(Date(3_000_000)));
}

#[test]
fn a_server_that_is_wrong_is_caught() {
    let cases: [(&Rule, Tamper); 9] = [
        (&rule::FETCH_FAILED, |name, bytes| if name == "s12.m4s" { Err(404) } else { Ok(bytes) }),
        (&rule::FETCH_FAILED, |name, bytes| if name == "live.m3u8" { Err(503) } else { Ok(bytes) }),
        (
            &rule::CODECS_UNLIKE,
            |name, bytes| if name == "index.m3u8" { with(bytes, "42c01f", "42e01f") } else { Ok(bytes) },
        ),
        (
            &rule::RESOLUTION_UNLIKE,
            |name, bytes| if name == "index.m3u8" { with(bytes, "1280x", "640x") } else { Ok(bytes) },
        ),
        (
            &rule::BANDWIDTH_LOW,
            |name, bytes| if name == "index.m3u8" { with(bytes, "=900000", "=900") } else { Ok(bytes) },
        ),
        (&rule::REPORT_MISSING, |name, bytes| match name {
            "index.m3u8" => with(
                bytes,
                "#EXT-X-STREAM",
                "#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"mp4a.40.2\"\nb.m3u8\n#EXT-X-STREAM",
            ),
            "b.m3u8" => Err(404),
            _ => Ok(bytes),
        }),
        (&rule::RANGE_UNCHECKED, |name, bytes| {
            if name.contains("live.m3u8") {
                with(bytes, "#EXTINF:2.000,\ns12", "#EXT-X-BYTERANGE:9@0\n#EXTINF:2.000,\ns12")
            } else {
                Ok(bytes)
            }
        }),
        (
            &rule::PARTS_UNLIKE,
            |name, bytes| if name == "s16.m4s" { Ok(bytes[..bytes.len() / 4 * 3].to_vec()) } else { Ok(bytes) },
        ),
        (&rule::TIME_JUMP, |name, mut bytes| {
            // The lowest byte but one of tfdt's time, of video.
            let tfdt = bytes.windows(4).position(|window| window == b"tfdt");
            if let Some(at) = tfdt.filter(|_| name == "p17.1.m4s") {
                bytes[at + 14] ^= 0x40;
            }
            Ok(bytes)
        }),
    ];
    for (rule, tamper) in cases {
        caught(rule, Server::new(tamper).serve(Options::default(), 90).findings());
    }
}

#[test]
fn what_was_removed_stays_available() {
    let options = Options { again: Again::Removed, ..Default::default() };
    let mut server = Server::new(right);
    clean(server.serve(options, 120).findings());
    assert_eq!((server.asked["s12.m4s"], server.asked["p17.2.m4s"]), (2, 2));
    let cases: [(&Rule, Tamper); 3] = [
        (&rule::REMOVED_EARLY, |name, bytes| if name == "s12.m4s" { Err(404) } else { Ok(bytes) }),
        (&rule::REMOVED_EARLY, |name, bytes| if name == "p17.2.m4s" { Err(404) } else { Ok(bytes) }),
        (&rule::BYTES_CHANGED, |name, bytes| if name == "s12.m4s" { Ok(bytes[1..].to_vec()) } else { Ok(bytes) }),
    ];
    for (rule, tamper) in cases {
        let mut server = Server::new(right);
        server.then = Some((76, tamper));
        let watch = server.serve(options, 120);
        assert_eq!(watch.findings().iter().map(|finding| finding.rule).collect::<Vec<_>>(), [rule]);
    }
}

#[test]
fn what_each_load_repeats_is_told_once() {
    let tamper: Tamper = |name, bytes| {
        if name.contains("live.m3u8") { with(bytes, ",HOLD-BACK=6.0", ",HOLD-BACK=5.0") } else { Ok(bytes) }
    };
    let watch = Server::new(tamper).serve(Options::default(), 90);
    assert_eq!(watch.findings().iter().map(|finding| finding.rule).collect::<Vec<_>>(), [&rule::HOLD_BACK]);
    assert!(watch.counts()["HOLD_BACK"] > 20, "{:?}", watch.counts());
}

#[test]
fn independent_segments_of_the_multivariant_playlist_are_held_to_it() {
    // A slice where the key picture of a segment should be: of a part that does not say that it is independent.
    let tamper: Tamper = |name, mut bytes| {
        let key = bytes.windows(2).position(|window| window == [0x65, 0x88]);
        if let Some(at) = key.filter(|_| name == "s12.m4s") {
            bytes[at] = 0x41;
        }
        Ok(bytes)
    };
    caught(&rule::NOT_INDEPENDENT, Server::new(tamper).serve(Options::default(), 90).findings());
}

#[test]
fn what_does_not_come_is_one_finding() {
    let cases: [(_, Tamper); 3] = [
        ("an old segment", |name, bytes| if name == "s12.m4s" { Err(404) } else { Ok(bytes) }),
        ("a part", |name, bytes| if name == "p17.2.m4s" { Err(404) } else { Ok(bytes) }),
        ("a new segment", |name, bytes| if name == "s17.m4s" { Err(404) } else { Ok(bytes) }),
    ];
    for (name, tamper) in cases {
        let watch = Server::new(tamper).serve(Options::default(), 120);
        assert_eq!(
            watch.counts().iter().collect::<Vec<_>>(),
            [(&"FETCH_FAILED", &1)],
            "{name}: {:#?}",
            watch.findings()
        );
    }
}

#[test]
fn a_playlist_that_stands_still_is_caught() {
    let mut watch = Watch::new(Options::default());
    watch.loaded(LIVE, Live::START.write().as_bytes(), Date(0));
    watch.loaded(LIVE, Live { open: 2, ..Live::START }.write().as_bytes(), Date(3_000_000));
    clean(watch.findings());
    watch.loaded(LIVE, Live { open: 3, ..Live::START }.write().as_bytes(), Date(3_000_001));
    caught(&rule::STALE, watch.findings());
    assert_eq!(watch.report()[LIVE].longest_gap, Duration::from_secs(3));
}

#[test]
fn a_blocking_reload_that_did_not_block_is_caught() {
    for (directives, early) in [
        ("_HLS_msn=17&_HLS_part=0", false),
        ("_HLS_msn=17&_HLS_part=1", true),
        ("_HLS_msn=16", false),
        ("_HLS_msn=17", true),
        ("_HLS_msn=16&_HLS_part=9", false),
    ] {
        let mut watch = Watch::new(Options::default());
        watch.loaded(&format!("{LIVE}?{directives}"), Live::START.write().as_bytes(), Date(0));
        if early {
            caught(&rule::BLOCKED_EARLY, watch.findings());
        } else {
            clean(watch.findings());
        }
    }
}

#[test]
fn bytes_that_change_behind_a_url_are_caught() {
    let mut watch = Watch::new(Options::default());
    watch.loaded(LIVE, Live::START.write().as_bytes(), Date(0));
    for bytes in [b"1", b"2"] {
        watch.loaded("http://h/live/s12.m4s", bytes, Date(0));
    }
    caught(&rule::BYTES_CHANGED, watch.findings());
}

#[test]
fn an_ended_playlist_is_not_asked_for_again() {
    let text = Live::START.write().replace("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p17.1.m4s\"", "#EXT-X-ENDLIST");
    let mut watch = Watch::new(Options { fetch: Fetch::Nothing, ..Default::default() });
    assert_eq!(watch.loaded(LIVE, text.as_bytes(), Date(0)), []);
    clean(watch.findings());
}

#[test]
fn what_is_no_playlist_is_a_finding() {
    let mut watch = Watch::new(Options::default());
    assert_eq!(watch.loaded(INDEX, b"<html>", Date(0)), []);
    caught(&rule::NO_HEADER, watch.findings());
}

#[test]
fn what_ffmpeg_makes_passes_but_for_its_multivariant_playlist() {
    for kind in ["fmp4 -hls_fmp4_init_filename init.mp4", "mpegts"] {
        let arguments = format!("-preset ultrafast -hls_segment_type {kind} -master_pl_name index.m3u8");
        let Some(directory) = footage::made(&arguments) else { return };
        let mut watch = Watch::new(Options::default());
        let mut requests = watch.open("index.m3u8", Date(0));
        while let Some(request) = requests.pop() {
            requests.extend(watch.loaded(&request.url, &footage::read(&directory, &request.url), request.not_before));
        }
        let report = watch.report()["live.m3u8"];
        assert_eq!((report.segments, report.media), (4, Duration::from_secs(8)), "{kind}");
        // It writes no FRAME-RATE, which this project wants; and its BANDWIDTH is what it was told, not what it made.
        let errors: Vec<_> = watch.findings().iter().filter(|finding| finding.is_error()).collect();
        assert_eq!(
            errors.iter().map(|finding| finding.rule).collect::<Vec<_>>(),
            [&rule::VARIANT_INCOMPLETE],
            "{errors:#?}"
        );
    }
}

#[test]
fn numbers_without_end_do_no_harm() {
    let good = Live::START.write();
    let numbers: Vec<_> = good.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at).collect();
    for at in numbers {
        for number in ["18446744073709551615", "9223372036854775807", "999999999", "0"] {
            let text = [&good[..at], number, &good[at + 1..]].concat();
            let mut watch = Watch::new(Options::default());
            watch.loaded(LIVE, good.as_bytes(), Date(0));
            watch.loaded(LIVE, text.as_bytes(), Date(1_000_000));
            watch.loaded(LIVE, Live { open: 3, skipped: 1, ..Live::START }.write().as_bytes(), Date(2_000_000));
        }
    }
}
