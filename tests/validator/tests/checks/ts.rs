//! Transport streams.

use std::time::Duration;

use framegate_validator::finding::Finding;
use framegate_validator::fmp4::Expected;
use framegate_validator::ts::{Limits, Stream};
use framegate_validator::{playlist, rule, rules};

use crate::material::ts::{Muxer, Segment, frame, pat, pmt, slice, unit};
use crate::{caught, clean, footage};

fn expected() -> Expected {
    Expected { duration: Some(Duration::from_millis(960)), independent: true, ..Default::default() }
}

fn played(segments: &[Vec<u8>]) -> Vec<Finding> {
    let mut stream = Stream::new(Limits::default());
    segments.iter().flat_map(|bytes| stream.push("s.ts", bytes, expected())).collect()
}

fn written(segments: &[&Segment]) -> Vec<Vec<u8>> {
    let mut muxer = Muxer::default();
    segments.iter().map(|segment| muxer.write(segment)).collect()
}

#[test]
fn good_segments_pass() {
    let first = Segment::first();
    clean(&played(&written(&[&first, &first.next(), &first.next().next()])));
}

#[test]
fn times_wrap_without_a_finding() {
    let first = Segment { start: (1 << 33) - 100_000, ..Segment::first() };
    clean(&played(&written(&[&first, &first.next(), &first.next().next()])));
}

#[test]
fn a_broken_segment_is_caught() {
    let with = |change: &dyn Fn(&mut Segment)| {
        let mut segment = Segment::first();
        change(&mut segment);
        written(&[&segment]).remove(0)
    };
    let picture = |bytes: Vec<u8>| with(&move |segment| segment.pictures[3] = bytes.clone());
    let good = with(&|_| {});
    let mut damaged = good.clone();
    damaged[188] = 0x48;
    let mut wrong_crc = good.clone();
    wrong_crc[16] ^= 1;
    let cases = [
        (&rule::TS_PACKETS, good[..good.len() - 1].to_vec()),
        (&rule::TS_PACKETS, damaged),
        (&rule::TS_PACKETS, Vec::new()),
        (&rule::TS_TABLES, good[188..].to_vec()),
        (&rule::TS_TABLES, with(&|segment| drop(segment.tables.pop()))),
        (&rule::TS_TABLES, with(&|segment| segment.tables.clear())),
        (&rule::TS_SECTION, with(&|segment| segment.tables[0].1[0] = 1)),
        (&rule::TS_SECTION, with(&|segment| segment.tables[1].1[2] = 8)),
        (&rule::TS_CRC, wrong_crc),
        (&rule::TS_PROGRAM, with(&|segment| segment.tables[0] = pat(&[1, 2]))),
        (&rule::TS_PROGRAM, with(&|segment| segment.tables[0] = pat(&[]))),
        (&rule::TS_STREAM, with(&|segment| segment.tables[1] = pmt(0x02, 0x0f))),
        (&rule::TS_COUNTER, [&good[..188 * 4], &good[188 * 5..]].concat()),
        (&rule::PCR_MISSING, with(&|segment| segment.clock_each = 0)),
        (&rule::PCR_RARE, with(&|segment| segment.clock_each = 3)),
        (&rule::PES_HEADER, with(&|segment| segment.length_off = 1)),
        (&rule::PES_HEADER, [&good[..188 * 2], &good[188 * 3..]].concat()),
        (&rule::PES_TIME, with(&|segment| segment.times = false)),
        (&rule::PES_ORDER, with(&|segment| segment.later = -1)),
        (&rule::DTS_LATE, with(&|segment| segment.delay = -1)),
        (&rule::DTS_EARLY, with(&|segment| segment.delay = 90_001)),
        (&rule::UNIT_DELIMITER, picture(unit(&[&[0x41; 40]]))),
        (&rule::UNIT_DELIMITER, picture([slice(), slice()].concat())),
        (&rule::UNIT_DELIMITER, picture(unit(&[&[9, 0xf0]]))),
        (&rule::KEY_PARAMETERS, picture(unit(&[&[9, 0xf0], &[0x65; 40]]))),
        (&rule::NOT_INDEPENDENT, with(&|segment| segment.pictures[0] = slice())),
        (&rule::ADTS_FRAMES, with(&|segment| segment.frames[2].truncate(50))),
        (&rule::ADTS_FRAMES, with(&|segment| segment.frames[2][0] = 0)),
        (&rule::ADTS_CHANGED, with(&|segment| segment.frames[2] = frame(4))),
        (&rule::MEDIA_DURATION, with(&|segment| segment.pictures.truncate(22))),
        (&rule::TRACKS_APART, with(&|segment| segment.audio_late = 9_001)),
        (&rule::TRACKS_APART, with(&|segment| segment.frames.clear())),
    ];
    for (rule, bytes) in cases {
        caught(rule, &played(&[bytes]));
    }
}

#[test]
fn a_segment_that_does_not_continue_is_caught() {
    let first = Segment::first();
    let follow = |change: &dyn Fn(&mut Segment)| {
        let mut next = first.next();
        change(&mut next);
        played(&written(&[&first, &next]))
    };
    caught(&rule::TIME_JUMP, &follow(&|next| next.audio_late += 961));
    caught(&rule::TIME_JUMP, &follow(&|next| next.start += 4 * 3_600));
    caught(&rule::MEDIA_DURATION, &follow(&|next| (next.start, next.audio_late) = (next.start + 100, 0)));
    clean(&follow(&|next| (next.start, next.audio_late) = (next.start + 90, 0)));
    caught(&rule::TIME_BACK, &follow(&|next| next.start -= 86_400));
    caught(&rule::PCR_BACK, &follow(&|next| next.start -= 86_400));
    caught(&rule::PCR_RARE, &follow(&|next| next.start += 9_000));
    let anew = [Muxer::default().write(&first), Muxer::default().write(&first.next())];
    caught(&rule::TS_COUNTER, &played(&anew));
    let mut stream = Stream::new(Limits::default());
    clean(&stream.push("s.ts", &anew[0], expected()));
    clean(&stream.push("s.ts", &anew[0], Expected { discontinuity: true, ..expected() }));
}

#[test]
fn a_segment_without_a_key_picture_at_its_start_is_advice_where_none_is_promised() {
    let segment = Segment { pictures: vec![slice(); 24], ..Segment::first() };
    let mut stream = Stream::new(Limits::default());
    let findings = stream.push("s.ts", &written(&[&segment])[0], Expected { independent: false, ..expected() });
    caught(&rule::START_KEY, &findings);
    assert!(findings.iter().all(|finding| !finding.is_error()));
}

#[test]
fn bytes_that_are_no_transport_stream_do_no_harm() {
    let good = written(&[&Segment::first()]).remove(0);
    for at in 0..800 {
        for value in [0, 1, 0x47, 0xff] {
            let mut bytes = good.clone();
            bytes[at] = value;
            played(&[bytes]);
        }
    }
}

#[test]
fn what_ffmpeg_makes_passes() {
    for arguments in ["-preset ultrafast", "-preset veryfast -bf 2"] {
        let Some(directory) = footage::made(&format!("{arguments} -hls_segment_type mpegts")) else { return };
        let text = footage::read(&directory, "live.m3u8");
        let Some(playlist::Playlist::Media(media)) = playlist::parse("live.m3u8", &text).playlist else {
            panic!("{text:?}")
        };
        let mut all = rules::media(&media, rules::Tolerance::default());
        let mut stream = Stream::new(Limits::default());
        for segment in &media.segments {
            let expected = Expected { duration: Some(segment.duration), independent: true, ..Default::default() };
            all.extend(stream.push(&segment.uri, &footage::read(&directory, &segment.uri), expected));
        }
        clean(&all);
    }
}
