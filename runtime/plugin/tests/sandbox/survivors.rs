//! Guests that ask too much and are given what is right: they go on, and nothing of theirs grows.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use codec::Picture;
use journal::Journal;
use plugin::{Chain, Health, Kind, LinkSnapshot, Mode, Outcome};
use serde_json::json;

use crate::rig::{HOST, chain, declared, guest, keep, link, luma, picture};

/// The guest's first picture, with how it is then.
fn survives(name: &str) -> (Picture, LinkSnapshot, Journal) {
    let (mut chain, journal) = chain([(guest(name, None), json!({}))]);
    let begin = Instant::now();
    let outcome = chain.process(picture(0), Mode::All);
    let [stats] = <[_; 1]>::try_from(chain.snapshot_handle().snapshot()).unwrap();
    let Outcome::Shown(shown) = outcome else { panic!("{name} failed: {stats:?}") };
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    assert_eq!((stats.health, stats.faults.len()), (Health::Ok, 0));
    (shown, stats, journal)
}

#[test]
pub(crate) fn ten_thousand_shapes() {
    let (shown, ..) = survives("ten-thousand-shapes");
    assert_ne!(luma(&shown, 4, 4), 235, "they were drawn");
}

#[test]
pub(crate) fn long_text() {
    let (shown, ..) = survives("long-text");
    let is_dark = |x| (0..40).any(|y| luma(&shown, x, y) < 100);
    assert!((0..200).any(is_dark), "its begin was written");
}

#[test]
pub(crate) fn far_coordinates() {
    let (shown, ..) = survives("far-coordinates");
    assert_eq!(luma(&shown, 320, 180), 235, "nothing of it is visible");
}

#[test]
pub(crate) fn log_flood() {
    survives("log-flood");
}

#[test]
pub(crate) fn event_flood() {
    let (_, _, journal) = survives("event-flood");
    let events = journal.since(0);
    assert!(events.len() <= 10 && events.iter().all(|event| event.kind == "flood"), "{}", events.len());
}

/// It takes a mebibyte with each picture: its instance is replaced before it has no more, and nobody sees that.
#[test]
pub(crate) fn slow_memory_bomb() {
    let (mut chain, _) = chain([(guest("slow-memory-bomb", None), json!({}))]);
    let mut most = 0;
    for n in 0..200 {
        let Outcome::Shown(shown) = chain.process(picture(n), Mode::All) else {
            panic!("picture {n}: {:?}", chain.snapshot_handle().snapshot())
        };
        assert_eq!(luma(&shown, 320, 180), 235, "{n}");
        most = most.max(chain.snapshot_handle().snapshot()[0].memory);
    }
    let stats = &chain.snapshot_handle().snapshot()[0];
    assert_eq!((stats.health, stats.restarts, stats.faults.len()), (Health::Ok, 0, 0));
    assert!((3..6).contains(&stats.recycled) && most <= 64 << 20, "{stats:?}");
}

/// The handle of a picture ends with its call: used later it is refused, and what it was used for fails.
#[test]
pub(crate) fn kept_handle() {
    let (plugin, keep) = (guest("kept-handle", None), keep());
    let (old, new) = (vec![link(plugin.clone(), json!({ "n": 1 }))], vec![link(plugin, json!({ "n": 2 }))]);
    let stream = crate::rig::stream();
    let mut chain = Chain::new(&stream, old.clone(), keep.clone());
    assert!(matches!(chain.process(picture(0), Mode::All), Outcome::Shown(_)));
    let succession = Chain::prepare(&stream, &old, &new, &keep).unwrap();
    chain.succeed(succession);
    let stats = &chain.snapshot_handle().snapshot()[0];
    assert_eq!(stats.faults.get(&Kind::Host), Some(&1), "{stats:?}");
    // The instance that took the options aside goes on in its place.
    assert!(matches!(chain.process(picture(1), Mode::All), Outcome::Shown(_)));
    let told = keep.journal.since(0);
    assert!(
        told.iter()
            .any(|event| event.kind == "plugin-failed" && event.data.value()["message"].to_string().contains("handle"))
    );
}

/// What counts is the processor's time that a plugin takes, not the time that passes while others have the processor.
#[test]
fn a_healthy_plugin_is_not_killed_where_all_cores_are_busy() {
    let stop = AtomicBool::new(false);
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let deadline = Some(Duration::from_millis(50));
    let plugin = HOST.load(&config::Plugin { deadline, ..declared("ten-thousand-shapes") }).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 * cores {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let (mut chain, _) = chain([(plugin, json!({}))]);
        let begin = Instant::now();
        let shown = (0..40).all(|n| matches!(chain.process(picture(n), Mode::All), Outcome::Shown(_)));
        let took = begin.elapsed();
        stop.store(true, Ordering::Relaxed);
        let stats = &chain.snapshot_handle().snapshot()[0];
        assert!(shown && stats.faults.is_empty(), "{stats:?}");
        assert!(
            took > 2 * Duration::from_micros(stats.cpu_us),
            "nobody else had the processor: {took:?} for {stats:?}"
        );
    });
}
