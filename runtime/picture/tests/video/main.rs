//! Video re-encoded behind filters: made for whoever subscribes, with nothing in it that the filters have not seen.
#![allow(clippy::unwrap_used, reason = "what a test needs and does not get fails it")]

mod bench;
mod closed;

use std::time::{Duration, Instant};

use bench::{Bench, DARK, SIZE, Shows, Viewer, bundled, eventually, painter, rung, shows};
use config::Reencode;
use framegate_picture::Want;
use media::Size;
use serde_json::json;

const ALWAYS_WELL: u32 = 1_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_filter_changes_is_what_leaves() {
    let bench = Bench::new(vec![painter(ALWAYS_WELL)]);
    let mut viewer = bench.viewer();
    eventually(|| bench.stream().feed().subscribers() == 1).await;
    let sent = bench.run(50, &mut [&mut viewer]).await;
    let pictures = viewer.drain().await;
    assert!(pictures.len() >= 45, "{} of 50", pictures.len());
    assert!(pictures.iter().all(|picture| shows(picture) == Shows::White && picture.size() == SIZE));
    assert!(viewer.times.iter().all(|at| sent.contains(at)), "the times are the camera's");
    assert_eq!(viewer.changes, 1, "the parameters are the same until they change");
    let snapshot = bench.pictures().snapshot();
    let video = &snapshot.video[0];
    assert_eq!((video.name.as_str(), video.subscribers, video.size), ("video", 1, Some(SIZE)));
    assert_eq!(video.encoded, pictures.len() as u64);
    assert_eq!(snapshot.measure.video.count, video.encoded + video.left_out);
    assert!(video.bitrate > 0 && video.bitrate_asked.is_some_and(|asked| asked > 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_subscribes_and_nothing_runs() {
    let bench = Bench::new(vec![painter(ALWAYS_WELL)]);
    let feed = bench.feed();
    for _ in 0..5 {
        bench.tick().await;
    }
    assert_eq!(bench.pictures().snapshot().measure.counts.decoded, 0);
    for round in 1..=3 {
        let mut viewer = Viewer::of(&feed);
        eventually(|| bench.stream().feed().subscribers() == 1).await;
        bench.run(10, &mut [&mut viewer]).await;
        assert_eq!(viewer.next().await.map(|picture| shows(&picture)), Some(Shows::White), "round {round}");
        drop(viewer);
        eventually(|| bench.stream().feed().subscribers() == 0).await;
        let snapshot = bench.pictures().snapshot();
        bench.tick().await;
        assert_eq!(bench.pictures().snapshot().measure.counts.decoded, snapshot.measure.counts.decoded);
        assert_eq!(feed.kept_bytes(), 0, "what was is kept for nobody");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_begins_with_a_key_frame_within_100_ms() {
    // The best of a few: the machine may be busy with other things.
    let (mut cold, mut warm) = (Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        let bench = Bench::new(vec![painter(ALWAYS_WELL)]);
        let feed = bench.feed();
        // The camera has sent most of a GOP, and nobody saw it.
        for _ in 0..40 {
            bench.push(DARK, Duration::from_millis(40));
        }
        let begin = Instant::now();
        let mut first = Viewer::of(&feed);
        assert_eq!(first.next().await.map(|picture| shows(&picture)), Some(Shows::White));
        cold = cold.min(begin.elapsed());
        bench.run(30, &mut [&mut first]).await;
        let begin = Instant::now();
        let mut late = Viewer::of(&feed);
        late.next().await;
        warm = warm.min(begin.elapsed());
        // And a fresh key frame for it.
        bench.run(3, &mut [&mut first, &mut late]).await;
        late.drain().await;
        assert_eq!(bench.pictures().snapshot().video[0].keys_forced, 1, "{:?}", late.keys);
        first.drain().await;
        let apart = first.times.windows(2).map(|pair| pair[1].since(pair[0]));
        assert!(apart.clone().all(|apart| apart < Duration::from_millis(200)), "no gap: {:?}", first.times);
    }
    assert!(cold < Duration::from_millis(100) && warm < Duration::from_millis(100), "{cold:?} and {warm:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_frames_of_a_ladder_are_at_the_same_times() {
    let bench = Bench::with(vec![painter(ALWAYS_WELL)], |video| {
        video.reencode = Reencode::Always;
        video.gop = Duration::from_secs(1);
        video.variants = vec![rung("large", 1920, None), rung("small", 64, None), rung("slow", 96, Some(10))];
    });
    let feeds: Vec<_> = bench.pictures().video();
    assert_eq!(feeds.iter().map(|variant| variant.name.as_str()).collect::<Vec<_>>(), ["large", "small", "slow"]);
    let mut viewers: Vec<_> = feeds.iter().map(|variant| Viewer::of(&variant.feed)).collect();
    eventually(|| bench.stream().feed().subscribers() == 1).await;
    bench.run(60, &mut viewers.iter_mut().collect::<Vec<_>>()).await;
    // Somebody comes: a key frame in all of them.
    viewers.push(Viewer::of(&feeds[1].feed));
    bench.run(90, &mut viewers.iter_mut().collect::<Vec<_>>()).await;
    let mut sizes = Vec::new();
    for viewer in &mut viewers {
        sizes.push(viewer.drain().await[0].size());
    }
    assert_eq!(sizes[..3], [SIZE, Size::new(64, 38), Size::new(96, 58)]);
    let keys: Vec<_> = viewers.iter().map(|viewer| viewer.keys.clone()).collect();
    assert!(keys[0].len() >= 6, "{keys:?}");
    // They may have come one after another.
    let first = keys[..3].iter().map(|keys| keys[0]).max().unwrap();
    let of = |place: usize| keys[place].iter().copied().filter(|at| *at > first).collect::<Vec<_>>();
    assert_eq!(of(0), of(1));
    assert_eq!(of(0), of(2));
    let (all, slow) = (viewers[0].times.len(), viewers[2].times.len());
    assert!((all * 10 / 25).abs_diff(slow) < 12, "{slow} of {all}");
    let snapshot = bench.pictures().snapshot();
    assert_eq!(snapshot.measure.counts.decoded as usize, 150, "decoded once for all");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_watched_of_a_ladder_is_made() {
    let bench = Bench::with(vec![painter(ALWAYS_WELL)], |video| {
        video.variants = vec![rung("large", 1920, None), rung("small", 64, None)];
    });
    let feeds = bench.pictures().video();
    let _viewer = Viewer::of(&feeds[1].feed);
    eventually(|| bench.stream().feed().subscribers() == 1).await;
    for _ in 0..10 {
        bench.tick().await;
    }
    eventually(|| bench.pictures().snapshot().video[1].encoded >= 9).await;
    assert_eq!(bench.pictures().snapshot().video[0].encoded, 0);
    // One more, between two pictures: it is given the last one.
    let mut other = Viewer::of(&feeds[0].feed);
    assert_eq!(other.next().await.map(|picture| shows(&picture)), Some(Shows::White));
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_passes_with_its_times() {
    let bench = Bench::new(vec![painter(ALWAYS_WELL)]);
    let mut viewer = bench.viewer();
    eventually(|| bench.stream().feed().subscribers() == 1).await;
    let mut sent = Vec::new();
    for _ in 0..40 {
        let pts = bench.run(1, &mut [&mut viewer]).await[0];
        for part in [0, 20] {
            let at = pts.saturating_add(Duration::from_millis(part));
            bench.push_sound(at);
            sent.push(at);
        }
    }
    viewer.drain().await;
    let first = viewer.times[0];
    let expected: Vec<_> = sent.iter().copied().filter(|at| *at >= first).collect();
    // What was pushed behind the last picture is there too.
    assert_eq!(viewer.sounds, expected);
    // A viewer of stills alone has no use for it, and one who comes back hears nothing twice.
    let mut late = bench.viewer();
    late.drain().await;
    assert!(late.sounds.windows(2).all(|pair| pair[0] < pair[1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gated_goes_on_once_a_second() {
    // Nothing moves: the gate closes behind the first picture.
    let bench = Bench::new(vec![bundled("motion-gate", json!({ "hold": "0s" })), painter(ALWAYS_WELL)]);
    let mut viewer = bench.viewer();
    eventually(|| bench.stream().feed().subscribers() == 1).await;
    bench.run(125, &mut [&mut viewer]).await;
    let pictures = viewer.drain().await;
    assert!(pictures.iter().all(|picture| shows(picture) == Shows::White));
    let measure = bench.pictures().snapshot().measure;
    assert!(measure.counts.gated > 100, "{:?}", measure.counts);
    let apart: Vec<_> = viewer.times.windows(2).map(|pair| pair[1].since(pair[0]).as_millis()).collect();
    let repeats = apart.iter().rev().take_while(|apart| (1_000..1_100).contains(*apart)).count();
    assert!(repeats >= 3, "{apart:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn before_anything_may_be_shown_there_is_a_slate() {
    let bench = Bench::with(vec![painter(0)], |video| video.variants = vec![rung("x", 128, None)]);
    bench.resize(Size::new(640, 360));
    let mut viewer = bench.viewer();
    eventually(|| bench.stream().feed().subscribers() == 1).await;
    bench.run(60, &mut [&mut viewer]).await;
    let pictures = viewer.drain().await;
    assert_eq!(pictures[0].size(), Size::new(128, 72));
    assert!(
        pictures.iter().all(|picture| shows(picture) == Shows::Slate),
        "{:?}",
        pictures.iter().map(shows).collect::<Vec<_>>()
    );
    assert!((3..=4).contains(&pictures.len()), "at once, and once a second: {:?}", viewer.times);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_size_of_the_camera_is_another_size_of_the_video() {
    let bench = Bench::new(vec![painter(ALWAYS_WELL)]);
    let mut viewer = bench.viewer();
    eventually(|| bench.stream().feed().subscribers() == 1).await;
    for size in [SIZE, Size::new(320, 180), Size::new(64, 48)] {
        bench.resize(size);
        bench.run(5, &mut [&mut viewer]).await;
        let last = viewer.drain().await.pop().unwrap();
        assert_eq!((shows(&last), last.size()), (Shows::White, size));
    }
    assert_eq!((viewer.changes, viewer.discontinuities), (3, 0));
    // A configured width stays where the shape changes.
    let bench = Bench::with(vec![painter(ALWAYS_WELL)], |video| video.variants = vec![rung("x", 64, None)]);
    let mut viewer = bench.viewer();
    eventually(|| bench.stream().feed().subscribers() == 1).await;
    for (size, expected) in [(Size::new(128, 72), Size::new(64, 36)), (Size::new(128, 96), Size::new(64, 48))] {
        bench.resize(size);
        bench.run(3, &mut [&mut viewer]).await;
        assert_eq!(viewer.drain().await.pop().unwrap().size(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_comes_back_is_a_discontinuity_with_a_key_frame() {
    let bench = Bench::new(vec![painter(ALWAYS_WELL)]);
    let mut viewer = bench.viewer();
    eventually(|| bench.stream().feed().subscribers() == 1).await;
    for session in 0..3 {
        bench.run(10, &mut [&mut viewer]).await;
        viewer.drain().await;
        assert_eq!((viewer.discontinuities, viewer.keys.len()), (session, session + 1));
        bench.reconnect(SIZE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_filter_it_is_made_as_well() {
    let bench = Bench::with(Vec::new(), |video| video.reencode = Reencode::Always);
    let mut viewer = bench.viewer();
    eventually(|| bench.stream().feed().subscribers() == 1).await;
    bench.run(30, &mut [&mut viewer]).await;
    let pictures = viewer.drain().await;
    assert!(pictures.len() >= 25);
    assert!(pictures.iter().all(|picture| picture.planes()[0].data[0].abs_diff(DARK) < 6));
    assert_eq!(viewer.keys, [viewer.times[0]]);
    let second = viewer.times[0].saturating_add(Duration::from_secs(2));
    bench.run(30, &mut [&mut viewer]).await;
    viewer.drain().await;
    assert_eq!(viewer.keys, [viewer.times[0], second]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_sends_stills_has_video_too() {
    for (links, expected) in [(vec![painter(ALWAYS_WELL)], Shows::White), (Vec::new(), Shows::Camera)] {
        let bench = Bench::with(links, |video| video.reencode = Reencode::Always);
        let mut viewer = bench.viewer();
        let mut stills = bench.pictures().subscribe(Want::default());
        eventually(|| bench.stream().feed().subscribers() == 1).await;
        let mut sent = Vec::new();
        for _ in 0..20 {
            sent.push(bench.tick_still().await);
        }
        let pictures = viewer.drain().await;
        assert!(
            pictures.len() >= 15 && pictures.iter().all(|picture| shows(picture) == expected),
            "{}",
            pictures.len()
        );
        assert!(viewer.times.iter().all(|at| sent.contains(at)));
        assert!(stills.try_recv().is_some());
        let untouched = bench.pictures().snapshot().measure.counts.untouched;
        assert_eq!(untouched > 0, expected == Shows::Camera, "stills that nothing changes pass as they are");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_during_an_outage_is_not_shown_what_was_before() {
    let bench = Bench::new(vec![painter(ALWAYS_WELL)]);
    let mut viewer = bench.viewer();
    eventually(|| bench.stream().feed().subscribers() == 1).await;
    let (body, image) = bench::jpeg();
    // What is pushed makes the stream live.
    bench.stream().inlet().unwrap().push(body, image, media::Moment::now()).await.unwrap();
    eventually(|| bench.stream().status().state == stream::State::Live).await;
    bench.run(10, &mut [&mut viewer]).await;
    assert!(Viewer::of(&bench.feed()).next().await.is_some());
    bench.stream().stop();
    eventually(|| bench.stream().status().state == stream::State::Disabled).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(Viewer::of(&bench.feed()).drain().await.is_empty());
}
