//! It fails closed: whatever happens to a filter, and whenever, no picture leaves that it has not seen.

use std::time::Duration;

use crate::bench::{Bench, DARK, Shows, Viewer, bundled, eventually, painter, shows};
use serde_json::json;

/// Numbers that seem to have no order, the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_faults_a_thousand_times_lets_nothing_through() {
    let bench = Bench::new(vec![painter(0)]);
    let mut dice = Dice(7);
    let (mut seen, mut faults, mut after) = (Vec::new(), 0, 0);
    let mut counts = [0; 2];
    while faults < 1_000 {
        let viewer = bench.viewer();
        let watching = tokio::spawn(viewer.until_closed());
        for _ in 0..1 + dice.below(4) {
            // Far enough apart that each picture which is kept back makes the one before it come again.
            bench.push(DARK, Duration::from_millis(40 + 990 * dice.below(3)));
            tokio::time::sleep(Duration::from_micros(dice.below(3_000))).await;
        }
        // Other options are another filter: at any moment, also while pictures are in encoders.
        after = (after + 1 + dice.below(3) as u32) % 5;
        bench.apply(vec![painter(after)]).await;
        faults = bench.pictures().snapshot().plugins[0].faults.values().sum();
        seen.push(watching);
        if seen.len() == 20 {
            for watching in seen.drain(..) {
                for picture in watching.await.unwrap() {
                    match shows(&picture) {
                        Shows::White => counts[0] += 1,
                        Shows::Slate => counts[1] += 1,
                        Shows::Camera => panic!("behind {faults} faults an unfiltered picture left"),
                    }
                }
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 100), "{counts:?} white and slates");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_is_added_under_subscribers_ends_their_feeds() {
    let bench = Bench::new(Vec::new());
    let mut dice = Dice(3);
    for round in 0..20 {
        let open = bench.feed();
        let mut before = Viewer::of(&open);
        let mut slow = Viewer::of(&open);
        eventually(|| bench.stream().feed().subscribers() == 1).await;
        for _ in 0..6 {
            bench.tick().await;
        }
        assert_eq!(before.next().await.map(|picture| shows(&picture)), Some(Shows::Camera));
        // Pictures are on their way through the worker and the encoders.
        for _ in 0..4 {
            bench.push(DARK, Duration::from_millis(40));
        }
        tokio::time::sleep(Duration::from_micros(dice.below(8_000))).await;
        bench.apply(vec![painter(1_000_000)]).await;
        assert!(slow.next().await.is_none(), "round {round}: what one had not received yet is gone");
        assert_eq!(open.kept_bytes(), 0);
        let mut late = Viewer::of(&open);
        assert!(late.next().await.is_none(), "and so it is for who holds on to the feed");
        let mut after = bench.viewer();
        for _ in 0..6 {
            bench.tick().await;
        }
        let pictures = after.drain().await;
        assert!(!pictures.is_empty() && pictures.iter().all(|picture| shows(picture) == Shows::White), "round {round}");
        // Without it what was masked stays so; the feed goes on.
        bench.apply(Vec::new()).await;
        drop((before, slow, late, after));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_options_of_a_filter_are_another_filter_and_an_analyzer_is_none() {
    let bench = Bench::new(vec![painter(1_000_000)]);
    let first = bench.feed();
    bench.apply(vec![painter(1_000_000)]).await;
    bench.apply(vec![bundled("motion-gate", json!({})), painter(1_000_000)]).await;
    assert!(std::sync::Arc::ptr_eq(&first, &bench.feed()), "nothing to hide: subscribers stay");
    bench.apply(vec![painter(999_999)]).await;
    assert!(!std::sync::Arc::ptr_eq(&first, &bench.feed()));
    let mut gone = Viewer::of(&first);
    assert!(gone.next().await.is_none());
}
