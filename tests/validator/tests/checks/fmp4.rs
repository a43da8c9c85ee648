//! Fragmented MP4.

use std::time::Duration;

use framegate_validator::finding::Finding;
use framegate_validator::fmp4::{self, Expected, Init, Limits, Timeline};
use framegate_validator::{playlist, rule, rules};

use crate::material::mp4::{self, Fragment, Order, replaced, units};
use crate::{caught, clean, footage};

#[track_caller]
fn init() -> Init {
    let (init, findings) = fmp4::init("init.mp4", &mp4::init(Order::Right));
    clean(&findings);
    init.expect("a good initialization section")
}

const LASTS: Duration = Duration::from_millis(960);

fn expected() -> Expected {
    Expected { duration: Some(LASTS), independent: true, ..Default::default() }
}

/// Findings of chunks one after another, all as segments.
fn played(chunks: &[Vec<u8>]) -> Vec<Finding> {
    let (init, mut timeline) = (init(), Timeline::new(Limits::default()));
    let mut all = Vec::new();
    for bytes in chunks {
        let (chunk, findings) = fmp4::chunk("s.m4s", bytes, &init);
        all.extend(findings);
        all.extend(timeline.push("s.m4s", &chunk, &init, expected()));
    }
    all
}

#[test]
fn a_good_initialization_section_is_read() {
    let init = init();
    assert_eq!(init.codecs(), "avc1.42c01f,mp4a.40.2");
    assert_eq!(
        (init.tracks[0].size, init.tracks[0].timescale, init.tracks[1].sample_rate),
        ((1280, 720), 90_000, 48_000)
    );
    assert_eq!(init.tracks[0].nal.map(|nal| (nal.length_size, nal.h265, nal.in_band)), Some((4, false, false)));
    clean(&fmp4::codecs_agree("i.m3u8", "mp4a.40.2,avc1.42C01F", &[&init]));
    caught(&rule::CODECS_UNLIKE, &fmp4::codecs_agree("i.m3u8", "avc1.42c01f", &[&init]));
    caught(&rule::CODECS_UNLIKE, &fmp4::codecs_agree("i.m3u8", "avc1.42e01f,mp4a.40.2", &[&init]));
}

#[test]
fn each_mandatory_box_of_an_initialization_section_is_missed() {
    let good = mp4::init(Order::Right);
    let boxes = [
        b"ftyp", b"moov", b"mvhd", b"tkhd", b"mdia", b"mdhd", b"hdlr", b"minf", b"vmhd", b"smhd", b"dinf", b"stbl",
        b"stsd", b"stts", b"stsc", b"stsz", b"stco", b"mvex", b"trex", b"avcC", b"esds",
    ];
    for kind in boxes {
        caught(&rule::BOX_MISSING, &fmp4::init("init.mp4", &replaced(&good, kind, b"free")).1);
    }
}

#[test]
fn a_broken_initialization_section_is_caught() {
    let good = mp4::init(Order::Right);
    let zeros = |kind: &[u8], count: usize, tail: &[u8]| [kind, &vec![0; count], tail].concat();
    let cases = [
        (&rule::BOX_SIZE, good[..good.len() - 1].to_vec()),
        (&rule::BOX_REPEATED, [&good[..24], &good].concat()),
        (&rule::BOX_MALFORMED, replaced(&good, b"avcC\x01", b"avcC\x02")),
        (&rule::BOX_MALFORMED, replaced(&good, b"avcC\x01\x42", b"avcC\x01\x4d")),
        (&rule::BOX_MALFORMED, replaced(&good, &[4, 17, 0x40], &[4, 17, 0x6b])),
        (&rule::BRANDS, replaced(&replaced(&good, b"iso6", b"isom"), b"iso6", b"isom")),
        (
            &rule::INIT_DURATION,
            replaced(&good, &zeros(b"mvhd", 12, &[0, 0, 3, 0xe8, 0]), &zeros(b"mvhd", 12, &[0, 0, 3, 0xe8, 1])),
        ),
        (&rule::INIT_ORDER, mp4::init(Order::Wrong)),
        (&rule::INIT_SAMPLES, replaced(&good, b"stts\0\0\0\0\0\0\0\0", b"stts\0\0\0\0\0\0\0\x01")),
        (&rule::INIT_SAMPLES, [good.clone(), Fragment::first().write()].concat()),
        (&rule::SAMPLE_ENTRY, replaced(&good, b"vide", b"text")),
        (&rule::SAMPLE_ENTRY, replaced(&good, b"avc1", b"mp4v")),
        (&rule::SAMPLE_ENTRY, replaced(&good, &[16, 0, 0, 0, 0, 0xbb, 0x80], &[16, 0, 0, 0, 0, 0xac, 0x44])),
        (&rule::SAMPLE_ENTRY, replaced(&good, &[5, 0, 2, 0xd0], &[0, 0, 2, 0xd0])),
        (&rule::SAMPLE_ENTRY, replaced(&good, &[5, 0, 2, 0xd0], &[5, 0, 2, 0xe0])),
        (&rule::TRACK_UNKNOWN, replaced(&good, &zeros(b"tkhd", 12, &[0, 0, 0, 2]), &zeros(b"tkhd", 12, &[0, 0, 0, 1]))),
    ];
    for (rule, bytes) in cases {
        caught(rule, &fmp4::init("init.mp4", &bytes).1);
    }
}

#[test]
fn other_codecs_have_their_names() {
    let hvcc = [&[1, 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93][..], &[0; 8], &[3, 3]].concat();
    let set = |kind: u8| vec![kind, 0, 1, 0, 2, kind << 1, 1];
    let hvcc = [hvcc, set(32), set(33), set(34)].concat();
    let fields = [&[0; 24][..], &[5, 0, 2, 0xd0], &[0; 50]].concat();
    let hvc1 = mp4::atom(b"hvc1", &[&fields, &mp4::atom(b"hvcC", &[&hvcc])]);
    let fields = [&[0; 16][..], &[0, 1, 0, 16, 0, 0, 0, 0], &[0xbb, 0x80, 0, 0]].concat();
    let dops = mp4::atom(b"dOps", &[&[0, 1, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0]]);
    let opus = mp4::atom(b"Opus", &[&fields, &dops]);
    let stream_info = [&[0, 0, 0, 0, 0x80, 0, 0, 34][..], &[0; 10], &[0x01, 0xf4, 0x00], &[0; 21]].concat();
    let flac = mp4::atom(b"fLaC", &[&fields, &mp4::atom(b"dfLa", &[&stream_info])]);
    for (audio, names, rate) in [(opus, "hvc1.1.6.L93.90,Opus", 48_000), (flac, "hvc1.1.6.L93.90,fLaC", 8_000)] {
        let (init, findings) = fmp4::init("init.mp4", &mp4::with_entries(Order::Right, &hvc1, &audio));
        clean(&findings);
        let init = init.expect("a good initialization section");
        assert_eq!((init.codecs().as_str(), init.tracks[1].sample_rate), (names, rate));
    }
}

#[test]
fn good_fragments_pass() {
    let first = Fragment::first();
    let init = init();
    let (chunk, findings) = fmp4::chunk("s.m4s", &first.write(), &init);
    clean(&findings);
    assert_eq!((chunk.samples(1).count(), chunk.samples(2).count(), chunk.fragments[0].sequence), (24, 45, 1));
    clean(&played(&[first.write(), first.next().write(), first.next().next().write()]));
    let styp = mp4::atom(b"styp", &[b"msdh\0\0\0\0msdh"]);
    clean(&played(&[[styp, first.write(), Vec::new()].concat()]));
}

#[test]
fn a_broken_fragment_is_caught() {
    let good = Fragment::first();
    let bytes = good.write();
    let with = |change: &dyn Fn(&mut Fragment)| {
        let mut fragment = good.clone();
        change(&mut fragment);
        fragment.write()
    };
    let first_unit = |bytes: Vec<u8>| with(&move |fragment| fragment.pictures[0].bytes = bytes.clone());
    let cases = [
        (&rule::BOX_SIZE, bytes[..bytes.len() - 1].to_vec()),
        (&rule::BOX_MISSING, replaced(&bytes, b"mfhd", b"free")),
        (&rule::BOX_MISSING, replaced(&bytes, b"tfhd", b"free")),
        (&rule::BOX_MISSING, replaced(&bytes, b"tfdt", b"free")),
        (&rule::BOX_MISSING, replaced(&bytes, b"trun", b"free")),
        (&rule::BOX_MISSING, replaced(&bytes, b"mdat", b"free")),
        (&rule::BOX_MISSING, replaced(&bytes, b"moof", b"free")),
        (&rule::BOX_MALFORMED, replaced(&bytes, b"trun\x01\0\x0f\x01\0\0\0\x18", b"trun\x01\0\x0f\x01\xff\0\0\x18")),
        (&rule::BOX_MALFORMED, replaced(&bytes, b"trun\x01\0\x0f\x01\0\0\0\x18", b"trun\x01\0\x0f\x01\0\0\0\x17")),
        (&rule::TRACK_UNKNOWN, with(&|fragment| fragment.video = 3)),
        (&rule::FRAGMENT_BASE, with(&|fragment| fragment.header_flags = 0)),
        (&rule::FRAGMENT_TIME, with(&|fragment| fragment.time_version = 0)),
        (&rule::SAMPLE_DATA, with(&|fragment| fragment.shift = 1)),
        (&rule::SAMPLE_DATA, with(&|fragment| fragment.unused = 1)),
        (&rule::SAMPLE_DATA, replaced(&bytes, b"trun\0\0\0\x01", b"trun\0\0\0\0")),
        (&rule::SAMPLE_NAL, first_unit(vec![0, 0, 0, 9, 0x65, 0x88])),
        (&rule::SAMPLE_NAL, first_unit([units(&[&[0x65, 0x88]]), vec![0, 0]].concat())),
        (&rule::SAMPLE_NAL, first_unit(units(&[&[0x06, 0x05, 0x01]]))),
        (&rule::SAMPLE_NAL, first_unit(units(&[&[0x65, 0x88], &[0x41, 0x9a]]))),
        (&rule::SAMPLE_PARAMETERS, first_unit(units(&[&mp4::SPS, &mp4::PPS, &[0x65, 0x88]]))),
        (&rule::SAMPLE_DELIMITER, first_unit(units(&[&[0x09, 0xf0], &[0x65, 0x88]]))),
        (&rule::SYNC_FLAG, with(&|fragment| fragment.pictures[1].sync = true)),
        (&rule::SYNC_FLAG, with(&|fragment| fragment.pictures[0].sync = false)),
        (&rule::PTS_BEFORE_DTS, with(&|fragment| fragment.pictures[3].offset = -1)),
        (&rule::NOT_INDEPENDENT, with(&|fragment| fragment.pictures[0] = mp4::slice())),
        (&rule::TIME_BACK, with(&|fragment| fragment.pictures[3].duration = 0)),
        (&rule::MEDIA_DURATION, with(&|fragment| fragment.pictures[3].duration = 3_700)),
        (&rule::TRACKS_APART, with(&|fragment| fragment.audio_time = 4_801)),
        (&rule::TRACKS_APART, with(&|fragment| fragment.frames = 40)),
    ];
    for (rule, bytes) in cases {
        caught(rule, &played(&[bytes]));
    }
}

#[test]
fn a_fragment_that_does_not_continue_is_caught() {
    let first = Fragment::first();
    let follow = |change: &dyn Fn(&mut Fragment)| {
        let mut next = first.next();
        change(&mut next);
        played(&[first.write(), next.write()])
    };
    caught(&rule::FRAGMENT_SEQUENCE, &follow(&|next| next.sequence = 1));
    caught(&rule::TIME_JUMP, &follow(&|next| next.video_time += 1_801));
    caught(&rule::TIME_JUMP, &follow(&|next| next.audio_time += 513));
    caught(&rule::TIME_BACK, &follow(&|next| next.video_time -= 3_600));
    // An estimate of the last duration may be off by half a sample: a figure then, no finding.
    clean(&follow(&|next| next.video_time += 1_800));
}

#[test]
fn deviations_are_measured() {
    let (init, mut timeline, first) = (init(), Timeline::new(Limits::default()), Fragment::first());
    let mut next = first.next();
    next.video_time += 900;
    for fragment in [first, next.clone()] {
        let (chunk, _) = fmp4::chunk("s.m4s", &fragment.write(), &init);
        clean(&timeline.push("s.m4s", &chunk, &init, expected()));
    }
    assert_eq!(timeline.figures().deviation, Duration::from_millis(10));
    // 20 ms of the start: the video came 10 ms late, the sound on time.
    assert_eq!(timeline.figures().skew, Duration::from_millis(10));
    let anew = Fragment { video_time: 9_000_000, audio_time: 4_800_000, sequence: 1, ..next };
    let (chunk, _) = fmp4::chunk("s.m4s", &anew.write(), &init);
    clean(&timeline.push("s.m4s", &chunk, &init, Expected { discontinuity: true, ..expected() }));
}

#[test]
fn parts_hold_what_their_segment_holds() {
    let init = init();
    let pictures = || [vec![mp4::key()], vec![mp4::slice(); 11]].concat();
    let first = Fragment::of(1, 0, 0, pictures(), 22);
    let second = Fragment::of(2, 43_200, 22 * 1_024, vec![mp4::slice(); 12], 23);
    let segment = fmp4::chunk("s.m4s", &[first.write(), second.write()].concat(), &init).0;
    let part = |fragment: &Fragment| fmp4::chunk("p.m4s", &fragment.write(), &init).0;
    clean(&fmp4::same_media("s.m4s", &[part(&first), part(&second)], &segment, &init));
    caught(&rule::PARTS_UNLIKE, &fmp4::same_media("s.m4s", &[part(&first)], &segment, &init));
    let other = Fragment { video_time: 43_201, ..second };
    caught(&rule::PARTS_UNLIKE, &fmp4::same_media("s.m4s", &[part(&first), part(&other)], &segment, &init));
}

#[test]
fn bytes_that_are_no_mp4_do_no_harm() {
    let (good, init_bytes, init) = (Fragment::first().write(), mp4::init(Order::Right), init());
    for at in 0..good.len().min(400) {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bytes = good.clone();
            bytes[at] = value;
            fmp4::chunk("s.m4s", &bytes, &init);
            fmp4::chunk("s.m4s", &good[..at], &init);
        }
    }
    for at in 0..init_bytes.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bytes = init_bytes.clone();
            bytes[at] = value;
            fmp4::init("init.mp4", &bytes);
        }
    }
}

/// Findings about what ffmpeg makes of these arguments, and the codecs.
fn footage(arguments: &str) -> Option<(Vec<Finding>, String)> {
    let directory = footage::made(&format!("{arguments} -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4"))?;
    let text = footage::read(&directory, "live.m3u8");
    let Some(playlist::Playlist::Media(media)) = playlist::parse("live.m3u8", &text).playlist else {
        panic!("{text:?}")
    };
    let mut all = rules::media(&media, rules::Tolerance::default());
    let (init, findings) = fmp4::init("init.mp4", &footage::read(&directory, "init.mp4"));
    all.extend(findings);
    let init = init.expect("tracks");
    let mut timeline = Timeline::new(Limits::default());
    for segment in &media.segments {
        let (chunk, findings) = fmp4::chunk(&segment.uri, &footage::read(&directory, &segment.uri), &init);
        all.extend(findings);
        let expected = Expected { duration: Some(segment.duration), independent: true, ..Default::default() };
        all.extend(timeline.push(&segment.uri, &chunk, &init, expected));
    }
    Some((all, init.codecs()))
}

#[test]
fn what_ffmpeg_makes_passes() {
    for (arguments, codecs) in [
        ("-preset ultrafast", "avc1.42c00c,mp4a.40.2"),
        ("-preset veryfast -bf 2", "avc1.64000c,mp4a.40.2"),
        (
            "-preset ultrafast -c:v libx265 -tag:v hvc1 -x265-params log-level=none:open-gop=0",
            "hvc1.1.6.L60.90,mp4a.40.2",
        ),
        ("-preset ultrafast -c:a flac -strict -2", "avc1.42c00c,fLaC"),
        ("-preset ultrafast -c:a libopus", "avc1.42c00c,Opus"),
    ] {
        println!("{arguments}");
        let Some((findings, named)) = footage(arguments) else { return };
        assert_eq!(named, codecs);
        clean(&findings);
    }
}
