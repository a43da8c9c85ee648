use proptest::prelude::*;

use super::reader::{Reader, wrapped};
use super::*;
use crate::ts::BadConfig;

/// What a caller does.
#[derive(Clone, Debug)]
enum Step {
    /// A picture this long after the one before, presented this long after it is decoded.
    Picture { after: i64, shown: i64, key: bool, sizes: Vec<usize> },
    /// A unit of sound of so many bytes, this long after where the one before ended.
    Sound { after: i64, size: usize },
    /// A segment ends, and the next one begins.
    Segment,
}

fn step() -> impl Strategy<Value = Step> {
    let size = prop_oneof![8 => 1..400_usize, 2 => 1..20_000_usize, 1 => 1..100_000_usize];
    let sizes = prop::collection::vec(size, 1..3);
    let after = prop_oneof![8 => Just(3_600_i64), 1 => 1..30_000_i64, 1 => Just(850_000_i64)];
    let gap = prop_oneof![8 => Just(0_i64), 1 => -90..=90_i64, 1 => -20_000..20_000_i64];
    prop_oneof![
        6 => (after, prop_oneof![Just(0), 0..20_000_i64], any::<bool>(), sizes)
            .prop_map(|(after, shown, key, sizes)| Step::Picture { after, shown, key, sizes }),
        6 => (gap, prop_oneof![8 => 1..900_usize, 1 => 1..=8_184_usize])
            .prop_map(|(after, size)| Step::Sound { after, size }),
        1 => Just(Step::Segment),
    ]
}

/// Where the stream begins: below 0, at the wrap of 33 bits, anywhere, at both ends of time.
fn start() -> impl Strategy<Value = i64> {
    prop_oneof![
        -45_000..90_000_i64,
        (1_i64 << 33) - 1_000_000..1 << 33,
        any::<i64>().prop_map(|ticks| ticks / 2),
        Just(i64::MIN),
        Just(i64::MAX - (1 << 32)),
    ]
}

/// Bytes in which no start code is and that do not end in 0, as no NAL unit does (ITU-T H.264, clause 7.4.1).
fn nal(kind: u8, size: usize, seed: &mut u64) -> Vec<u8> {
    let mut bytes = vec![kind];
    for _ in 1..size {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let byte = (*seed >> 40) as u8;
        bytes.push(match bytes.last() {
            Some(0) => byte | 2,
            _ if byte < 40 => 0,
            _ => byte,
        });
    }
    if let Some(last) = bytes.last_mut() {
        *last |= 1;
    }
    bytes
}

/// What a reader has to find.
#[derive(Default)]
struct Expected {
    pictures: Vec<(u64, u64, bool, Vec<Vec<u8>>)>,
    sound: Vec<(i64, Vec<u8>)>,
}

/// The times of units in a PES packet are those that follow from the first one's.
fn assert_sound(read: Vec<reader::Sound>, expected: &[(i64, Vec<u8>)]) {
    let mut expected = expected.iter();
    for pes in read {
        for (at, (header, unit)) in pes.units.into_iter().enumerate() {
            let (pts, data) = expected.next().expect("no more units than were given");
            let follows = pes.pts.wrapping_add(at as u64 * 1_920);
            let off = wrapped(*pts).wrapping_sub(follows) as i64 % (1 << 33);
            let off = off.abs().min((1 << 33) - off.abs());
            assert!(off <= 90 * at as i64, "{off} ticks off at {at}");
            assert_eq!((header, &unit), ((2, 3), data));
        }
    }
    assert_eq!(expected.len(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read_again(start in start(), steps in prop::collection::vec(step(), 1..60), mut seed: u64) {
        let (parameters, track) = (video(), aac_48k());
        let (mut muxer, mut reader) = (muxer(Some(&track)), Reader::default());
        let (mut decode, mut end) = (start, start);
        let (mut out, mut expected) = (Vec::new(), Expected::default());
        let mut clock = None;
        muxer.begin(&mut out);
        for step in steps.into_iter().chain([Step::Segment]) {
            match step {
                Step::Picture { after, shown, key, sizes } => {
                    decode += after;
                    let kind = if key { 0x65 } else { 0x41 };
                    let nals: Vec<_> = sizes.into_iter().map(|size| nal(kind, size, &mut seed)).collect();
                    let unit = picture(&parameters, decode + shown, key, &nals);
                    muxer.picture(&unit, Timestamp::from_ticks(decode), &mut out).unwrap();
                    let sets = [SPS.to_vec(), PPS.to_vec()].into_iter().filter(|_| key);
                    let nals = sets.chain(nals).collect();
                    expected.pictures.push((wrapped(decode + shown), wrapped(decode), key, nals));
                }
                Step::Sound { after, size } => {
                    let (pts, data) = (end.saturating_add(after), nal(0x21, size, &mut seed));
                    muxer.sound(&sound(&track, pts, data.clone()), &mut out).unwrap();
                    expected.sound.push((pts, data));
                    end = pts + 1_920;
                }
                Step::Segment => {
                    muxer.end(&mut out);
                    let read = reader.read(&out);
                    let found = read.pictures.into_iter().map(|it| (it.pts, it.dts, it.key, it.nals));
                    prop_assert!(found.eq(expected.pictures.drain(..)));
                    assert_sound(read.sound, &std::mem::take(&mut expected.sound));
                    for told in read.clocks {
                        if let Some(before) = clock.replace(told.ticks).filter(|_| !told.discontinuity) {
                            let step = told.ticks.wrapping_sub(before) & ((1 << 33) - 1);
                            prop_assert!((1..=9_000).contains(&step), "{step}");
                        }
                    }
                    out.clear();
                    muxer.begin(&mut out);
                }
            }
        }
    }

    #[test]
    fn any_times_and_bytes_are_taken(
        units in prop::collection::vec((any::<i64>(), any::<i64>(), any::<bool>(), prop::collection::vec(any::<u8>(), 0..500)), 1..40),
        (sps, pps) in (prop::collection::vec(any::<u8>(), 1..60), prop::collection::vec(any::<u8>(), 1..60)),
        samples: u32,
    ) {
        let [sps, pps] = [(0x67, sps), (0x68, pps)].map(|(header, set)| Bytes::from([&[header], &set[..]].concat()));
        let parameters = Arc::new(Parameters { sps, pps, ..(*video()).clone() });
        let track = aac_48k();
        let mut muxer = Muxer::new(Tracks::new(&parameters, Some(&track)).unwrap());
        let (mut out, mut reader) = (Vec::new(), Reader::default());
        for (pts, decode, is_sound, data) in units {
            muxer.begin(&mut out);
            if is_sound {
                muxer.sound(&AudioUnit { samples, ..sound(&track, pts, data) }, &mut out).unwrap();
            } else {
                let unit = picture(&parameters, pts, decode % 2 == 0, &[]);
                let unit = AccessUnit { data: data.into(), ..unit };
                muxer.picture(&unit, Timestamp::from_ticks(decode), &mut out).unwrap();
                muxer.picture(&picture(&parameters, pts, true, &[vec![0x65]]), unit.pts, &mut out).unwrap();
            }
            muxer.end(&mut out);
            reader.read(&out);
            out.clear();
        }
    }

    #[test]
    fn any_config_is_read_or_refused(config in prop::collection::vec(any::<u8>(), 0..12), lc: bool) {
        let mut config = config;
        if let (true, Some(first)) = (lc, config.first_mut()) {
            *first = *first & 7 | 0x10;
        }
        let track = aac(48_000, &config);
        let tracks = Tracks::new(&video(), Some(&track)).unwrap();
        if let Some(why) = tracks.left_out() {
            prop_assert!(!why.to_string().is_empty() && (config.len() > 1 || why == &BadConfig::Cut.into() || !lc));
        } else {
            let mut out = Vec::new();
            let mut muxer = Muxer::new(tracks);
            muxer.begin(&mut out);
            muxer.sound(&sound(&track, 0, vec![0x21; 9]), &mut out).unwrap();
            muxer.end(&mut out);
            prop_assert_eq!(Reader::default().read(&out).sound.len(), 1);
        }
    }
}
