//! A keeper over a store that is well, slow, away, full.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use framegate_store::{Counts, Keeper, Recovered, Settings, Store, erase, recover};
use journal::Journal;
use tokio_util::task::TaskTracker;

use crate::scripted::{Mood, Scripted};
use crate::window::{LENGTH, Window, check, missing};

const PLAYLIST: &str = "stream.m3u8";

fn keeper(store: &Arc<Scripted>, found: &Recovered, tracker: &TaskTracker) -> Keeper {
    Keeper::spawn(store.clone(), Settings::new("lobby/main", PLAYLIST), found, tracker)
}

/// A window of segments of 2 s for so many of them, in which nothing waits for the store.
async fn run(store: &Arc<Scripted>, window: &mut Window, keeper: &Keeper, segments: u64) {
    for _ in 0..segments {
        window.step(keeper, 3_000);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(keeper.counts().waiting <= 9, "{:?}", keeper.counts());
        assert_eq!(missing(&**store, PLAYLIST).await, [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_goes_on_where_the_window_ended_and_nothing_old_is_left() {
    let (store, tracker) = (Scripted::new(Mood::Well), TaskTracker::new());
    store.put("index.html", &[Bytes::from_static(b"mine")]).await.unwrap();
    let mut last = 0;
    for start in 0..5 {
        let found = recover(&*store, PLAYLIST).await.unwrap();
        check(&*store, &found).await;
        assert_eq!(found.next_msn(), last);
        assert_eq!(found.segments.len(), if start == 0 { 0 } else { LENGTH });
        let mut window = Window::of(&found);
        let keeper = keeper(&store, &found, &tracker);
        run(&store, &mut window, &keeper, 3).await;
        run(&store, &mut window, &keeper, if start == 0 { 3 } else { 0 }).await;
        last = window.next();
        let counts = keeper.finish().await;
        assert_eq!((counts.lost, counts.failed, counts.waiting), (0, 0, 0));
    }
    let found = recover(&*store, PLAYLIST).await.unwrap();
    assert_eq!(found.rubbish, [""; 0]);
    assert_eq!(found.segments.iter().filter(|segment| segment.discontinuity).count(), 1, "{found:?}");
    assert_eq!(found.discontinuity_sequence, 3, "those of the earlier starts have left with their segments");
    erase(&*store, PLAYLIST).await.unwrap();
    let left: Vec<_> = store.list().await.unwrap().into_iter().map(|entry| entry.name).collect();
    assert_eq!(left, ["index.html"], "what is not ours stays");
    tracker.close();
    tracker.wait().await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_store_loses_segments_and_never_waits_or_names_what_it_does_not_have() {
    let (store, tracker) = (Scripted::new(Mood::Slow(Duration::from_secs(5))), TaskTracker::new());
    let found = Recovered::default();
    let (mut window, keeper) = (Window::of(&found), keeper(&store, &found, &tracker));
    run(&store, &mut window, &keeper, 60).await;
    let counts = keeper.counts();
    assert!(counts.lost > 20 && counts.written > 5, "{counts:?}");
    store.set(Mood::Well);
    run(&store, &mut window, &keeper, 10).await;
    let then = keeper.finish().await;
    let found = recover(&*store, PLAYLIST).await.unwrap();
    assert_eq!(found.segments.len(), LENGTH, "{then:?}");
    assert_eq!(found.next_msn(), window.next(), "the numbers of what was lost are not given again");
    check(&*store, &found).await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_tried_again_and_goes_on() {
    for away in [Mood::Failing, Mood::Hanging] {
        let (store, tracker) = (Scripted::new(Mood::Well), TaskTracker::new());
        let found = Recovered::default();
        let (mut window, journal) = (Window::of(&found), Journal::default());
        let told = Some((journal.clone(), "lobby".parse().expect("a name")));
        let settings = Settings { journal: told, ..Settings::new("lobby/main", PLAYLIST) };
        let keeper = Keeper::spawn(store.clone(), settings, &found, &tracker);
        run(&store, &mut window, &keeper, 6).await;
        store.set(away);
        run(&store, &mut window, &keeper, 3).await;
        store.set(Mood::Well);
        // What hangs is given up after its time, and the wait behind it is not longer than 10 s.
        run(&store, &mut window, &keeper, 12).await;
        let short = keeper.counts();
        store.set(away);
        run(&store, &mut window, &keeper, 100).await;
        store.set(Mood::Well);
        run(&store, &mut window, &keeper, 16).await;
        let counts = keeper.finish().await;
        let Counts { failed, lost, .. } = counts;
        assert!(failed > 10 && lost > 80 && lost < 112 && lost > short.lost, "{away:?}: {short:?} {counts:?}");
        let found = recover(&*store, PLAYLIST).await.unwrap();
        assert_eq!((found.segments.len(), found.next_msn()), (LENGTH, window.next()));
        assert_eq!(found.rubbish, [""; 0], "what left while it was away was removed later");
        check(&*store, &found).await;
        // Whoever hears of events is told what the log says.
        let events = journal.since(0);
        assert!(events.iter().all(|event| event.stream.as_ref().is_some_and(|stream| stream.as_str() == "lobby")));
        let last = events.last().expect("an event");
        assert_eq!((last.kind.as_str(), &last.data.value()["of"]), ("storage-recovered", &"lobby/main".into()));
        assert!(
            events.iter().any(|event| event.kind == "storage-failed" && event.data.value()["lost"] != 0),
            "{events:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn on_a_full_disk_the_window_that_fits_goes_on() {
    let (store, tracker) = (Scripted::new(Mood::Well), TaskTracker::new());
    let found = Recovered::default();
    let (mut window, keeper) = (Window::of(&found), keeper(&store, &found, &tracker));
    run(&store, &mut window, &keeper, 6).await;
    let files = store.list().await.unwrap().len();
    // Somebody else takes the room of one file: the window is shorter from then on.
    store.set(Mood::Full(files));
    for _ in 0..40 {
        window.step(&keeper, 3_000);
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    let before = keeper.counts();
    assert!(before.written > 30 && before.failed > 0, "{before:?}");
    store.set(Mood::Well);
    run(&store, &mut window, &keeper, 10).await;
    let counts = keeper.finish().await;
    let found = recover(&*store, PLAYLIST).await.unwrap();
    assert_eq!((found.segments.len(), found.next_msn()), (LENGTH, window.next()), "{counts:?}");
    check(&*store, &found).await;
}

#[tokio::test(start_paused = true)]
async fn the_end_writes_what_is_left_and_takes_no_longer_than_it_may() {
    let (store, tracker) = (Scripted::new(Mood::Slow(Duration::from_millis(300))), TaskTracker::new());
    let found = Recovered::default();
    let (mut window, keep) = (Window::of(&found), keeper(&store, &found, &tracker));
    (0..3).for_each(|_| window.step(&keep, 3_000));
    let begun = tokio::time::Instant::now();
    let counts = keep.finish().await;
    assert_eq!((counts.written, counts.lost), (4, 0), "three segments and their init segment");
    assert!(begun.elapsed() <= Duration::from_secs(3));
    let found = recover(&*store, PLAYLIST).await.unwrap();
    assert_eq!(found.segments.len(), 3);

    store.set(Mood::Hanging);
    let keep = keeper(&store, &found, &tracker);
    (0..3).for_each(|_| window.step(&keep, 3_000));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let begun = tokio::time::Instant::now();
    let counts = keep.finish().await;
    assert_eq!((counts.waiting, counts.lost), (0, 3));
    assert_eq!(begun.elapsed(), Duration::from_secs(3));
    tracker.close();
    tracker.wait().await;
}

#[tokio::test(start_paused = true)]
async fn what_may_no_longer_be_shown_is_gone_before_anything_new_comes() {
    let (store, tracker) = (Scripted::new(Mood::Well), TaskTracker::new());
    let found = Recovered::default();
    let (mut window, keep) = (Window::of(&found), keeper(&store, &found, &tracker));
    run(&store, &mut window, &keep, 3).await;
    window.step(&keep, 3_000);
    keep.erase();
    let counts = keep.finish().await;
    assert_eq!(store.list().await.unwrap(), [], "{counts:?}");
}
