//! Stills of a stream whose source is `push`: untouched where nothing asks for a change, made anew where something does.
#![allow(clippy::unwrap_used, reason = "what a test needs and does not get fails it")]

mod bench;

use bench::Bench;
use codec::Pool;
use codec::decode::Decoder;
use config::Source;
use framegate_picture::{Condition, Format, Rendition, Want};
use media::{Size, StillFormat};

#[tokio::test(flavor = "multi_thread")]
async fn pushed_bytes_reach_every_viewer_untouched_and_in_order() {
    let bench = Bench::new(Source::Push);
    let mut viewers = [bench.subscribe(Want::default()), bench.subscribe(Want::default())];
    let pushed: Vec<_> = (0..40).map(|n| bench::jpeg(Size::new(64, 48), n)).collect();
    let push = async {
        for (body, image) in &pushed {
            bench.push(body.clone(), *image).await;
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let [first, second] = &mut viewers;
    let (seen, also_seen, ()) = tokio::join!(bench::take(first, 40), bench::take(second, 40), push);
    for seen in [seen, also_seen] {
        for (still, (body, _)) in seen.iter().zip(&pushed) {
            assert_eq!(&still.data, body);
            assert_eq!(still.format, StillFormat::Jpeg);
        }
    }
    assert_eq!(bench.pictures().snapshot().measure.counts.decoded, 0, "nothing asked for pictures");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_size_and_format_is_made_once_for_all_who_ask() {
    let bench = Bench::new(Source::Push);
    let small = Want { format: Some(Format::WebP), width: Some(320), ..Want::default() };
    let mut viewers = [bench.subscribe(small), bench.subscribe(small)];
    let (body, image) = bench::jpeg(Size::new(640, 360), 1);
    bench.push(body, image).await;
    let [first, second] = &mut viewers;
    let (a, b) = tokio::join!(bench::take(first, 1), bench::take(second, 1));
    assert_eq!((a[0].format, a[0].size), (StillFormat::WebP, Size::new(320, 180)));
    assert_eq!(a[0].data.as_ptr(), b[0].data.as_ptr(), "the bytes are shared");
    assert_eq!(bench.pictures().snapshot().measure.counts.stills, 1);
    assert!(media::image::check(&a[0].data).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_still_waits_for_whoever_comes_later() {
    let bench = Bench::new(Source::Push);
    let (body, image) = bench::jpeg(Size::new(64, 48), 7);
    bench.push(body.clone(), image).await;
    let mut viewer = bench.subscribe(Want::default());
    assert_eq!(bench::take(&mut viewer, 1).await[0].data, body);
    // One who wants it otherwise, while the first still watches and nothing new comes.
    let mut other = bench.subscribe(Want { format: Some(Format::WebP), ..Want::default() });
    assert_eq!(bench::take(&mut other, 1).await[0].format, StillFormat::WebP);
    assert!(viewer.try_recv().is_none(), "who has it is not sent it again");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_renditions_than_allowed_run() {
    let bench = Bench::new(Source::Push);
    let wants = [320, 480, 640, 960, 1280, 1920].map(|width| Want {
        format: Some(Format::Jpeg),
        width: Some(width),
        ..Want::default()
    });
    let viewers: Vec<_> = wants.iter().map(|want| bench.subscribe(*want)).collect();
    assert_eq!(bench.pictures().snapshot().renditions.len(), 4);
    assert_eq!(viewers[5].rendition().width, Some(960), "the nearest that runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_scene_becomes_webp_and_jpeg() {
    let bench = Bench::new(Source::Test(config::TestScene { size: Size::new(320, 180), fps: 25 }));
    let mut webp = bench.subscribe(Want::default());
    let mut jpeg = bench.subscribe(Want { format: Some(Format::Jpeg), fps: Some(5), ..Want::default() });
    let (webp, jpeg) = tokio::join!(bench::take(&mut webp, 30), bench::take(&mut jpeg, 5));
    assert!(webp.windows(2).all(|pair| pair[0].pts < pair[1].pts), "in order");
    assert!(webp.windows(2).any(|pair| pair[0].data != pair[1].data), "it moves");
    let apart = jpeg.windows(2).map(|pair| pair[1].pts.since(pair[0].pts).as_millis());
    assert!(apart.clone().all(|ms| ms >= 150), "5/s at most: {:?}", apart.collect::<Vec<_>>());
    assert_eq!(jpeg[0].size, Size::new(320, 180));
    assert_eq!(*bench.pictures().condition().borrow(), Condition::Fine);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_watches_and_nothing_runs() {
    let bench = Bench::new(Source::Test(config::TestScene { size: Size::new(320, 180), fps: 25 }));
    let mut viewer = bench.subscribe(Want::default());
    bench::take(&mut viewer, 3).await;
    drop(viewer);
    bench::eventually(|| bench.stream().snapshot().subscribers == 0).await;
    let decoded = bench.pictures().snapshot().measure.counts.decoded;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(bench.pictures().snapshot().measure.counts.decoded, decoded);
    // And again.
    let mut viewer = bench.subscribe(Want::default());
    bench::take(&mut viewer, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stills_end_when_the_stream_does() {
    let bench = Bench::new(Source::Test(config::TestScene { size: Size::new(320, 180), fps: 25 }));
    let mut viewer = bench.subscribe(Want::default());
    bench::take(&mut viewer, 1).await;
    bench.stop();
    let end = async { while viewer.recv().await.is_some() {} };
    tokio::time::timeout(bench::PATIENCE, end).await.expect("it ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_made_jpeg_decodes_to_what_was_pushed() {
    let bench = Bench::new(Source::Push);
    let mut viewer = bench.subscribe(Want { format: Some(Format::Jpeg), quality: Some(90), ..Want::default() });
    let (body, image) = bench::jpeg(Size::new(64, 48), 200);
    bench.push(body.clone(), image).await;
    let still = &bench::take(&mut viewer, 1).await[0];
    assert_ne!(still.data, body, "a quality was asked for: it is made anew");
    let luma = |data| {
        let mut out = Vec::new();
        Decoder::open(media::Codec::Jpeg, Pool::new(0)).unwrap().push(&bench::unit(data), &mut out).unwrap();
        i32::from(out[0].planes()[0].data[64 * 24 + 32])
    };
    assert!((luma(still.data.clone()) - luma(body)).abs() <= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rendition_is_changed_in_mid_stream_without_a_gap() {
    let bench = Bench::new(Source::Test(config::TestScene { size: Size::new(640, 360), fps: 25 }));
    let mut viewer = bench.subscribe(Want::default());
    let mut stills = bench::take(&mut viewer, 10).await;
    let full = viewer.rendition();
    let small = Rendition { format: Format::Jpeg, width: Some(320), fps: Some(10), ..full };
    for to in [small, full, small, full] {
        bench.pictures().switch(&mut viewer, to);
        while viewer.rendition() != to {
            stills.extend(bench::take(&mut viewer, 1).await);
        }
        stills.extend(bench::take(&mut viewer, 5).await);
    }
    let formats: Vec<_> = stills.iter().map(|still| still.format).collect();
    assert!(formats.contains(&StillFormat::Jpeg) && formats.last() == Some(&StillFormat::WebP));
    let apart = stills.windows(2).map(|pair| pair[1].pts.ticks() - pair[0].pts.ticks());
    assert!(apart.clone().all(|ticks| ticks >= 0), "never back in time");
    // At 10/s one in two or three is due; the other encoder may have been a picture or two ahead.
    assert!(apart.clone().all(|ticks| ticks <= 90 * 250), "{:?}", apart.map(|ticks| ticks / 90).collect::<Vec<_>>());
    assert_eq!(bench.pictures().running(), [full], "what nobody watches any more ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_rendition_of_the_last_picture_needs_no_new_one() {
    let bench = Bench::new(Source::Push);
    let (body, image) = bench::jpeg(Size::new(640, 360), 7);
    bench.push(body.clone(), image).await;
    let mut viewer = bench.subscribe(Want::default());
    assert_eq!(bench::take(&mut viewer, 1).await[0].data, body);
    let to = Rendition { width: Some(320), format: Format::WebP, ..viewer.rendition() };
    bench.pictures().switch(&mut viewer, to);
    let small = &bench::take(&mut viewer, 1).await[0];
    assert_eq!((small.format, small.size), (StillFormat::WebP, Size::new(320, 180)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_takes_no_more_renditions_than_allowed() {
    let bench = Bench::new(Source::Push);
    let want = |width| Want { format: Some(Format::Jpeg), width: Some(width), ..Want::default() };
    let mut viewers: Vec<_> = [320, 640, 960, 1920, 1920].map(|width| bench.subscribe(want(width))).into();
    let (body, image) = bench::jpeg(Size::new(1920, 1080), 7);
    bench.push(body, image).await;
    for viewer in &mut viewers {
        bench::take(viewer, 1).await;
    }
    let asked = Rendition { width: Some(480), ..viewers[0].rendition() };
    // Another stays at 1920: four would become five, and the nearest runs.
    bench.pictures().switch(&mut viewers[3], asked);
    bench::take(&mut viewers[3], 1).await;
    assert_eq!(viewers[3].rendition().width, Some(320));
    // This one's own rendition ends with it.
    bench.pictures().switch(&mut viewers[2], asked);
    bench::take(&mut viewers[2], 1).await;
    assert_eq!(viewers[2].rendition().width, Some(480));
    // None of that format runs: it keeps what it has.
    bench.pictures().switch(&mut viewers[3], Rendition { format: Format::WebP, ..asked });
    assert_eq!(bench.pictures().running().len(), 4);
    assert!(viewers[3].try_recv().is_none());
}
