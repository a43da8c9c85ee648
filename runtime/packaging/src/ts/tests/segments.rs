use mpeg2ts::es::StreamType;

use super::reader::{OFFSET, Reader, program, wrapped};
use super::*;
use crate::ts::{PACKET, Unfit};

#[test]
fn each_segment_can_be_read_alone_and_counters_go_on() {
    let (parameters, track) = (video(), aac_48k());
    let mut muxer = muxer(Some(&track));
    let mut reader = Reader::default();
    for segment in 0..20 {
        let (mut out, start) = (Vec::new(), segment * 9_000);
        muxer.begin(&mut out);
        assert_eq!(program(&out), (0x100, vec![(StreamType::H264, 0x100), (StreamType::AdtsAac, 0x101)]));
        let key = picture(&parameters, start + 7_200, true, &[vec![0x65; 700]]);
        let between = picture(&parameters, start + 3_600, false, &[vec![0x06, 5], vec![0x01; 90]]);
        muxer.picture(&key, Timestamp::from_ticks(start), &mut out).unwrap();
        muxer.sound(&sound(&track, start, vec![7; 300]), &mut out).unwrap();
        muxer.sound(&sound(&track, start + 1_920, vec![8; 200]), &mut out).unwrap();
        muxer.picture(&between, Timestamp::from_ticks(start + 3_600), &mut out).unwrap();
        muxer.end(&mut out);

        let read = reader.read(&out);
        let [first, second] = &read.pictures[..] else { panic!("{read:?}") };
        assert_eq!((first.pts, first.dts, first.key), (wrapped(start + 7_200), wrapped(start), true));
        assert_eq!(first.nals, [SPS.to_vec(), PPS.to_vec(), vec![0x65; 700]]);
        assert_eq!((second.pts, second.dts, second.key), (wrapped(start + 3_600), wrapped(start + 3_600), false));
        assert_eq!(second.nals, [vec![0x06, 5], vec![0x01; 90]]);
        let [both] = &read.sound[..] else { panic!("{read:?}") };
        assert_eq!(
            (both.pts, &both.units[..]),
            (wrapped(start), &[((2, 3), vec![7; 300]), ((2, 3), vec![8; 200])][..])
        );
    }
}

#[test]
fn a_picture_is_never_decoded_after_it_is_presented() {
    let (mut muxer, mut out) = (muxer(None), Vec::new());
    muxer.begin(&mut out);
    muxer.picture(&picture(&video(), 3_600, true, &[vec![0x65]]), Timestamp::from_ticks(9_000), &mut out).unwrap();
    let read = Reader::default().read(&out);
    assert_eq!((read.pictures[0].pts, read.pictures[0].dts), (wrapped(3_600), wrapped(3_600)));
    assert_eq!(program(&out), (0x100, vec![(StreamType::H264, 0x100)]));
}

#[test]
fn a_picture_is_never_presented_so_late_that_33_bits_would_tell_it_as_before() {
    let (mut muxer, mut out) = (muxer(None), Vec::new());
    muxer.begin(&mut out);
    let unit = picture(&video(), 1 << 33, true, &[vec![0x65]]);
    muxer.picture(&unit, Timestamp::from_ticks(9_000), &mut out).unwrap();
    let read = Reader::default().read(&out);
    assert_eq!((read.pictures[0].pts, read.pictures[0].dts), (wrapped(9_000 + 20 * 90_000), wrapped(9_000)));
}

#[test]
fn an_access_unit_is_delimited_once() {
    let (mut muxer, mut out) = (muxer(None), Vec::new());
    muxer.begin(&mut out);
    let unit = picture(&video(), 0, false, &[vec![0x09, 0x30], vec![0x41, 2]]);
    muxer.picture(&unit, unit.pts, &mut out).unwrap();
    assert_eq!(Reader::default().read(&out).pictures[0].nals, [[0x41, 2]]);
}

#[test]
fn no_packet_is_stuffed_but_the_last() {
    // Behind 14 bytes of PES header and 7 of ADTS header: what fills sixteen packets, and one byte more. The clock is a packet of its own.
    for (bytes, packets) in [(16 * 184 - 21, 16), (16 * 184 - 20, 17)] {
        let (track, mut out) = (aac_48k(), Vec::new());
        let mut muxer = muxer(Some(&track));
        muxer.sound(&sound(&track, 0, vec![0x21; bytes]), &mut out).unwrap();
        muxer.end(&mut out);
        assert_eq!(out.len(), (1 + packets) * PACKET, "{bytes}");
    }
}

#[test]
fn the_clock_is_told_each_100_ms_where_pictures_are_rare() {
    let (mut muxer, mut out) = (muxer(None), Vec::new());
    muxer.begin(&mut out);
    for second in 0..3 {
        let unit = picture(&video(), second * 90_000, true, &[vec![0x65; 9]]);
        muxer.picture(&unit, unit.pts, &mut out).unwrap();
    }
    let read = Reader::default().read(&out);
    let told: Vec<_> = read.clocks.iter().map(|clock| clock.ticks).collect();
    assert_eq!(told, (0..21).map(|at| (OFFSET - 45_000) as u64 + at * 9_000).collect::<Vec<_>>());
    assert_eq!((read.alone, read.pictures.len(), out.len()), (18, 3, (2 + 18 + 3) * PACKET));
}

#[test]
fn a_discontinuity_is_marked_and_ends_the_sound_before_it() {
    let (track, mut out) = (aac_48k(), Vec::new());
    let mut muxer = muxer(Some(&track));
    muxer.begin(&mut out);
    let unit = |pts| picture(&video(), pts, true, &[vec![0x65; 9]]);
    muxer.picture(&unit(0), Timestamp::ZERO, &mut out).unwrap();
    muxer.sound(&sound(&track, 0, vec![1]), &mut out).unwrap();
    muxer.discontinuity(&mut out);
    // Sound refers to a clock that was told (clause 2.4.3.5), so that one is told for it.
    for at in 0..6 {
        muxer.sound(&sound(&track, 1_000_000 + at * 1_920, vec![2]), &mut out).unwrap();
    }
    muxer.picture(&unit(1_000_000), Timestamp::from_ticks(1_000_000), &mut out).unwrap();
    let read = Reader::default().read(&out);
    assert_eq!(read.sound.iter().map(|pes| pes.units.len()).collect::<Vec<_>>(), [1, 6]);
    assert_eq!(read.clocks.iter().map(|clock| clock.discontinuity).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(read.clocks[1].ticks, wrapped(1_000_000 - 45_000));
    assert_eq!(read.alone, 1);
}

#[test]
fn sound_is_gathered_as_far_as_its_times_can_be_told() {
    // What a PES packet tells: the time of its first unit, the others follow.
    let sizes = |track: &Arc<AudioParameters>, times: &[i64], bytes: usize| {
        let (mut muxer, mut out) = (muxer(Some(track)), Vec::new());
        muxer.begin(&mut out);
        for pts in times {
            muxer.sound(&sound(track, *pts, vec![0x21; bytes]), &mut out).unwrap();
        }
        muxer.end(&mut out);
        Reader::default().read(&out).sound.iter().map(|pes| pes.units.len()).collect::<Vec<_>>()
    };
    let even = |step| (0..12_i64).map(|at| at * step).collect::<Vec<_>>();
    assert_eq!(sizes(&aac_48k(), &even(1_920), 300), [6, 6]);
    assert_eq!(sizes(&aac(44_100, &[0x12, 0x10]), &even(2_089), 300), [5, 5, 2]);
    assert_eq!(sizes(&aac(8_000, &[0x15, 0x90]), &even(11_520), 300), [1; 12]);
    assert_eq!(sizes(&aac_48k(), &even(1_920), 1_000), [2; 6]);
    assert_eq!(sizes(&aac_48k(), &even(1_920), 8_184), [1; 12]);
    assert_eq!(sizes(&aac_48k(), &[0, 1_920, 5_000, 6_920, 0, 1_900], 300), [2, 2, 2]);
}

#[test]
fn sound_does_not_wait_for_more_than_a_picture() {
    let (track, mut out) = (aac_48k(), Vec::new());
    let mut muxer = muxer(Some(&track));
    muxer.begin(&mut out);
    muxer.sound(&sound(&track, 0, vec![1]), &mut out).unwrap();
    let before = out.len();
    for (decode, written) in [(11_519, 0), (11_520, 1)] {
        let unit = picture(&video(), decode, false, &[vec![0x41]]);
        muxer.picture(&unit, unit.pts, &mut out).unwrap();
        assert_eq!(Reader::default().read(&out).sound.len(), written);
    }
    assert!(out.len() > before);
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_written() {
    let track = aac_48k();
    let (mut muxer, mut silent, mut out) = (muxer(Some(&track)), muxer(None), Vec::new());
    let h265 = Arc::new(Parameters { codec: Codec::H265, ..(*video()).clone() });
    let unit = picture(&h265, 0, true, &[vec![0x26]]);
    assert_eq!(muxer.picture(&unit, unit.pts, &mut out), Err(Unfit::Video(Codec::H265)));
    assert_eq!(muxer.picture(&picture(&video(), 0, true, &[]), unit.pts, &mut out), Ok(()));
    assert_eq!(muxer.sound(&sound(&track, 0, vec![1; 8_185]), &mut out), Err(Unfit::TooLong(8_185)));
    let flac = Arc::new(AudioParameters { codec: AudioCodec::Flac, ..(*track).clone() });
    assert_eq!(muxer.sound(&sound(&flac, 0, vec![1]), &mut out), Err(Unfit::Sound(AudioCodec::Flac)));
    assert_eq!(muxer.sound(&sound(&track, 0, vec![]), &mut out), Ok(()));
    assert_eq!(silent.sound(&sound(&track, 0, vec![1]), &mut out), Ok(()));
    muxer.end(&mut out);
    assert!(out.is_empty());
}

#[test]
fn sound_that_changes_is_told_by_its_headers() {
    let (track, later, mut out) = (aac_48k(), aac(44_100, &[0x12, 0x08]), Vec::new());
    let mut muxer = muxer(Some(&track));
    muxer.begin(&mut out);
    muxer.sound(&sound(&track, 0, vec![1]), &mut out).unwrap();
    muxer.sound(&sound(&later, 1_920, vec![2]), &mut out).unwrap();
    muxer.end(&mut out);
    let units: Vec<_> = Reader::default().read(&out).sound.into_iter().map(|pes| pes.units).collect();
    assert_eq!(units, [[((2, 3), vec![1])], [((1, 4), vec![2])]]);
}
