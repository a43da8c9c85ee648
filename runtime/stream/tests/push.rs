//! A pushed stream through the real source room, with subscribers on tasks and on threads of their own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use framegate_stream::{Parts, Received, Start, Stream, Subscription};
use journal::Journal;
use media::image::Image;
use media::{Moment, Size, StillFormat};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const SUBSCRIBERS: usize = 1_000;
const STILLS: u64 = 100;

fn pushed() -> (Stream, Parts) {
    let parts = Parts {
        journal: Journal::default(),
        tracker: TaskTracker::new(),
        stop: CancellationToken::new(),
        limit: framegate_stream::Limit::default(),
    };
    let config = config::Stream::new("lobby".parse().expect("a name"), config::Source::Push);
    (Stream::spawn(Arc::new(config), &parts), parts)
}

async fn push(stream: &Stream, number: u64) {
    push_at(stream, number, Moment::now()).await;
}

async fn push_at(stream: &Stream, number: u64, received: Moment) {
    let image = Image { format: StillFormat::Jpeg, size: Size::new(640, 480) };
    let body = Bytes::from(number.to_be_bytes().to_vec());
    stream.inlet().expect("it is pushed").push(body, image, received).await.expect("room");
}

fn number(received: &Received) -> Option<u64> {
    match received {
        Received::Unit(unit) => Some(u64::from_be_bytes(unit.data[..].try_into().expect("eight bytes"))),
        Received::Sound(_) | Received::Skipped { .. } | Received::Discontinuity => None,
    }
}

/// Everything until the last still, in order.
async fn all(mut subscription: Subscription) -> Vec<u64> {
    let mut got = Vec::new();
    while got.last() != Some(&(STILLS - 1)) {
        let received = timeout(Duration::from_secs(20), subscription.recv()).await.expect("in time").expect("open");
        got.extend(number(&received));
    }
    got
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_a_thousand_subscribers_gets_each_still_in_order() {
    let (stream, parts) = pushed();
    let viewers: Vec<_> = (0..SUBSCRIBERS).map(|_| tokio::spawn(all(stream.subscribe(Start::Gop)))).collect();
    let asleep = stream.subscribe(Start::Gop);
    let mut worker = stream.subscribe(Start::Gop);
    let runtime = tokio::runtime::Handle::current();
    let worker = std::thread::spawn(move || {
        let mut got = Vec::new();
        while got.last() != Some(&(STILLS - 1)) {
            got.extend(number(&runtime.block_on(worker.recv()).expect("open")));
            // What came meanwhile.
            while let Some(received) = worker.try_recv() {
                got.extend(number(&received));
            }
            assert!(worker.lag().units <= STILLS);
        }
        got
    });
    let start = Instant::now();
    for n in 0..STILLS {
        push(&stream, n).await;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let expected: Vec<u64> = (0..STILLS).collect();
    for viewer in viewers {
        let got = viewer.await.unwrap();
        // Who looks for the first time when there are several begins at the newest.
        assert_eq!(got, expected[got[0] as usize..]);
    }
    println!("{SUBSCRIBERS} subscribers had {STILLS} stills after {:?}", start.elapsed());
    worker.join().unwrap();
    let snapshot = stream.snapshot();
    assert_eq!((snapshot.units, snapshot.skipped, snapshot.subscribers), (STILLS, 0, 1));
    drop(asleep);
    stream.close().await;
    parts.tracker.close();
    timeout(Duration::from_secs(1), parts.tracker.wait()).await.unwrap();
}

#[tokio::test]
async fn one_who_reads_nothing_gets_the_newest_when_it_reads_again() {
    let (stream, _parts) = pushed();
    let mut viewer = stream.subscribe(Start::Gop);
    push(&stream, 0).await;
    assert_eq!(number(&viewer.recv().await.unwrap()), Some(0));
    for n in 1..50 {
        push(&stream, n).await;
    }
    let mut other = stream.subscribe(Start::Gop);
    while other.recv().await.as_ref().and_then(number) != Some(49) {}
    // Later than what is kept for who is a little behind.
    let now = Moment::now();
    push_at(&stream, 50, Moment { steady: now.steady + Duration::from_secs(60), ..now }).await;
    assert_eq!(number(&other.recv().await.unwrap()), Some(50));
    assert!(matches!(viewer.recv().await, Some(Received::Skipped { units: 49 })));
    assert_eq!(number(&viewer.recv().await.unwrap()), Some(50));
    assert!(stream.snapshot().kept_bytes < 1_000);
    stream.close().await;
    assert!(viewer.recv().await.is_none());
}
