//! What may change from one load to the next.

use framegate_validator::finding::Finding;
use framegate_validator::rule;
use framegate_validator::succession::{self, Contents, MergeError, Succession};

use crate::material::Live;
use crate::playlist::media;
use crate::{caught, clean};

/// The findings of the last of consecutive loads, those before have none.
#[track_caller]
fn loads(texts: &[&str]) -> Vec<Finding> {
    let mut succession = Succession::default();
    let (last, before) = texts.split_last().expect("at least one load");
    for text in before {
        clean(&succession.loaded(media(text)).findings);
    }
    succession.loaded(media(last)).findings
}

fn later(change: impl FnOnce(&mut Live)) -> String {
    let mut live = Live::START;
    change(&mut live);
    live.write()
}

#[test]
fn a_window_that_moves_passes() {
    let mut succession = Succession::default();
    let mut live = Live::START;
    for step in 0..40 {
        clean(&succession.loaded(media(&live.write())).findings);
        live.open += 1;
        if live.open == 4 {
            (live.first, live.open) = (live.first + 1, 0);
        }
        if step % 5 == 4 {
            clean(&succession.loaded(media(&live.write())).findings);
        }
    }
}

#[test]
fn a_later_load_that_breaks_a_rule_is_caught() {
    let good = Live::START.write();
    let next = later(|live| live.open = 2);
    let cases = [
        (&rule::TARGET_CHANGED, "#EXT-X-TARGETDURATION:2", "#EXT-X-TARGETDURATION:3"),
        (&rule::TARGET_CHANGED, "PART-TARGET=0.5", "PART-TARGET=0.6"),
        (&rule::SEQUENCE_BACK, "SEQUENCE:10", "SEQUENCE:9"),
        (&rule::SEQUENCE_AHEAD, "SEQUENCE:10", "SEQUENCE:18"),
        (&rule::SEGMENT_CHANGED, "s12.m4s", "s12b.m4s"),
        (&rule::SEGMENT_CHANGED, "#EXTINF:2.000,\ns12", "#EXTINF:2.001,\ns12"),
        (&rule::SEGMENT_CHANGED, "#EXTINF:2.000,\ns12", "#EXT-X-DISCONTINUITY\n#EXTINF:2.000,\ns12"),
        (&rule::SEGMENT_CHANGED, "init.mp4", "init2.mp4"),
        (&rule::SEGMENT_CHANGED, "00:34.000Z", "00:34.001Z"),
        (&rule::PART_CHANGED, "p16.2.m4s", "p16.2b.m4s"),
        (&rule::PART_CHANGED, "p17.0.m4s", "p17.0b.m4s"),
        (&rule::PART_EARLY, "#EXT-X-PART:DURATION=0.5,URI=\"p15.0.m4s\",INDEPENDENT=YES\n", ""),
        (&rule::DISCONTINUITY_COUNT, "DISCONTINUITY-SEQUENCE:3", "DISCONTINUITY-SEQUENCE:4"),
        (&rule::URI_REUSED, "p17.1.m4s", "p17.0.m4s"),
        (&rule::HINT_BROKEN, "p17.1.m4s", "p17.x.m4s"),
    ];
    clean(&loads(&[&good, &next]));
    for (rule, from, to) in cases {
        assert!(next.contains(from), "{from}");
        caught(rule, &loads(&[&good, &next.replacen(from, to, 1)]));
    }
}

#[test]
fn segments_leave_from_the_front_alone() {
    caught(&rule::SEGMENT_LOST, &loads(&[&Live::START.write(), &later(|live| live.complete = 6)]));
    caught(&rule::SEGMENT_LOST, &loads(&[&Live::START.write(), &later(|live| live.open = 0)]));
    let (next, gone) =
        (later(|live| live.open = 2), "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:24.000Z\n#EXTINF:2.000,\ns12.m4s\n");
    caught(&rule::SEGMENT_CHANGED, &loads(&[&Live::START.write(), &next.replace(gone, "")]));
}

#[test]
fn a_window_keeps_three_target_durations() {
    let small = later(|live| live.complete = 3);
    clean(&loads(&[&small, &later(|live| (live.complete, live.open) = (3, 2))]));
    caught(&rule::WINDOW_SHORT, &loads(&[&small, &later(|live| (live.first, live.complete) = (11, 2))]));
}

#[test]
fn a_discontinuity_that_leaves_is_counted() {
    let tag = |text: String| text.replace("#EXTINF:2.000,\ns11", "#EXT-X-DISCONTINUITY\n#EXTINF:2.000,\ns11");
    let (first, second) = (tag(Live::START.write()), tag(later(|live| live.first = 11)));
    let third = tag(later(|live| live.first = 12));
    clean(&loads(&[&first, &second]));
    caught(&rule::DISCONTINUITY_COUNT, &loads(&[&first, &second, &third]));
    clean(&loads(&[&first, &second, &third.replace("DISCONTINUITY-SEQUENCE:3", "DISCONTINUITY-SEQUENCE:4")]));
}

#[test]
fn what_has_ended_stays() {
    let ended = |text: &str| text.replace("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p17.1.m4s\"", "#EXT-X-ENDLIST");
    let good = ended(&Live::START.write());
    clean(&loads(&[&good, &good]));
    caught(&rule::ENDED_CHANGED, &loads(&[&good, &later(|live| live.first = 11)]));
}

#[test]
fn the_hint_may_be_of_the_next_segment() {
    // The segment ended with the parts that it had, so that the hinted one begins the next.
    let first = later(|live| live.open = 4).replace("p17.4.m4s", "p18.0.m4s");
    clean(&loads(&[&first, &later(|live| (live.first, live.open) = (11, 1))]));
    let other = later(|live| (live.first, live.open) = (11, 1)).replace("p18.0", "p18.x");
    caught(&rule::HINT_BROKEN, &loads(&[&first, &other]));
}

#[test]
fn a_delta_update_makes_the_full_playlist() {
    let before = media(&later(|live| live.complete = 12));
    let delta = media(&later(|live| (live.first, live.complete, live.skipped) = (11, 12, 5)));
    let full = media(&later(|live| (live.first, live.complete) = (11, 12)));
    let merged = succession::merge(&before, &delta).unwrap();
    clean(&succession::alike(&merged, &full));
    assert_eq!(merged, full);
    caught(&rule::DELTA_UNLIKE, &succession::alike(&merged, &media(&later(|live| live.complete = 12))));
    let other = media(&later(|live| (live.first, live.complete) = (11, 12)).replace("s13", "s13b"));
    caught(&rule::DELTA_UNLIKE, &succession::alike(&merged, &other));
    let other = media(&later(|live| (live.first, live.complete) = (11, 12)).replace("HOLD-BACK=6.0", "HOLD-BACK=7.0"));
    caught(&rule::DELTA_UNLIKE, &succession::alike(&merged, &other));
}

#[test]
fn a_delta_update_skips_what_the_client_has_and_no_more() {
    let full = later(|live| live.complete = 12);
    let delta = |first, skipped| later(|live| (live.first, live.complete, live.skipped) = (first, 12, skipped));
    clean(&loads(&[&full, &delta(11, 5), &delta(12, 6)]));
    caught(&rule::DELTA_TOO_MUCH, &loads(&[&full, &delta(11, 7)]));
    caught(&rule::DELTA_UNUSABLE, &loads(&[&full, &delta(21, 5)]));
    caught(&rule::DELTA_UNUSABLE, &loads(&[&delta(11, 5)]));
    let error = succession::merge(&media(&full), &media(&delta(21, 5))).unwrap_err();
    assert_eq!(error, MergeError::Skipped { number: 22, first: 10, last: 21 });
}

#[test]
fn bytes_behind_a_uri_stay() {
    let mut contents = Contents::default();
    clean(&contents.loaded("a.m4s", b"1"));
    clean(&contents.loaded("b.m4s", b"2"));
    clean(&contents.loaded("a.m4s", b"1"));
    caught(&rule::BYTES_CHANGED, &contents.loaded("a.m4s", b"3"));
}
