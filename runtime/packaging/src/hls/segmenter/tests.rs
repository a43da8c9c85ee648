//! Times that hardly any camera has.

use std::time::UNIX_EPOCH;

use media::{AudioCodec, Codec, Moment, Size};

use super::*;

/// Segments of two seconds, TARGETDURATION 2.
fn segmenter() -> Segmenter {
    Segmenter::new(Rules::new(180_000, None, 1 << 20, None), Container::Mp4)
}

fn video() -> Arc<Parameters> {
    let record = Bytes::from_static(&[1]);
    Arc::new(Parameters { record, ..Parameters::bare(Codec::H264, Size::new(16, 16)) })
}

fn picture(video: &Arc<Parameters>, pts: i64, key: bool) -> AccessUnit {
    let moment = Moment { wall: UNIX_EPOCH, ..Moment::now() };
    let data = Bytes::from_static(&[0, 0, 0, 1, 0x65]);
    AccessUnit { key, ..AccessUnit::alone(video.clone(), data, Timestamp::from_ticks(pts), moment) }
}

/// Duration of each segment, and whether it is behind a discontinuity, of pictures at these times that are key frames or not.
fn segments(pictures: &[(i64, bool)]) -> Vec<(i64, bool)> {
    let (mut segmenter, video, mut segments) = (segmenter(), video(), Vec::new());
    let mut made: Vec<_> =
        pictures.iter().flat_map(|(pts, key)| segmenter.picture(&picture(&video, *pts, *key)).unwrap()).collect();
    made.extend(segmenter.discontinuity());
    for made in made {
        match made {
            Made::Begin { discontinuity, .. } => segments.push((0, discontinuity)),
            Made::Part { duration, .. } => segments.last_mut().unwrap().0 += duration,
            Made::Init { .. } | Made::End => {}
        }
    }
    segments
}

#[test]
fn a_late_picture_makes_no_segment_too_long() {
    // 1.8 s, then one that comes 0.9 s later: 2.7 s would be more than TARGETDURATION.
    let cut = segments(&[(0, true), (81_000, false), (162_000, false), (243_000, false), (324_000, true)]);
    assert_eq!(cut.iter().map(|(duration, _)| duration).sum::<i64>(), 405_000);
    assert!(cut.iter().all(|(duration, behind)| *duration <= 224_100 && !behind), "{cut:?}");
}

#[test]
fn behind_a_pause_that_no_segment_may_have_it_begins_anew() {
    let cut = segments(&[(0, true), (3_600, false), (903_600, false), (907_200, true), (910_800, false)]);
    // What is before the pause lasts as long as it may, in a segment of its own; what is behind it waits for a key frame.
    assert_eq!(cut, [(3_600, false), (224_100, false), (7_200, true)]);
}

#[test]
fn what_is_shown_before_what_was_there_begins_anew() {
    let cut = segments(&[(900_000, true), (903_600, false), (0, true), (3_600, false)]);
    assert_eq!(cut.iter().map(|(_, behind)| *behind).collect::<Vec<_>>(), [false, true]);
    assert!(cut.iter().all(|(duration, _)| (1..=224_100).contains(duration)), "{cut:?}");
}

#[test]
fn sound_at_the_end_of_time_does_not_overflow() {
    let (mut segmenter, video) = (segmenter(), video());
    let config = Bytes::from_static(&[0x11, 0x90]);
    let codec = AudioCodec::Aac;
    let parameters =
        Arc::new(AudioParameters { codec, sample_rate: u32::MAX, channels: 2, config, rfc6381: String::new() });
    for pts in [0, i64::MAX, i64::MIN] {
        segmenter.picture(&picture(&video, 0, true)).unwrap();
        let (pts, received) = (Timestamp::from_ticks(pts), Moment::now());
        let data = Bytes::from_static(&[0x21]);
        segmenter.sound(AudioUnit { data, pts, samples: 1_024, received, parameters: parameters.clone() });
    }
    assert!(segmenter.picture(&picture(&video, 3_600, false)).is_ok());
}
