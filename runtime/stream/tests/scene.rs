//! The whole way with a real source: the scene of `test://`.

use std::sync::Arc;
use std::time::Duration;

use framegate_stream::{Parts, Received, Start, State, Stream};
use journal::Journal;
use media::{Codec, Size};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_test_scene_is_live_while_somebody_watches() {
    let parts = Parts {
        journal: Journal::default(),
        tracker: TaskTracker::new(),
        stop: CancellationToken::new(),
        limit: framegate_stream::Limit::default(),
    };
    let scene = config::TestScene { size: Size::new(320, 240), fps: 30 };
    let mut config = config::Stream::new("lobby".parse().unwrap(), config::Source::Test(scene));
    config.close_after = Duration::ZERO;
    let stream = Stream::spawn(Arc::new(config), &parts);
    let mut watch = stream.watch();
    for round in 0..2 {
        let mut viewer = stream.subscribe(Start::Gop);
        let mut before = None;
        for n in 0..20 {
            let received = timeout(Duration::from_secs(10), viewer.recv()).await.expect("in time").expect("open");
            let Received::Unit(unit) = received else { panic!("round {round}, {n}: {received:?}") };
            assert!(unit.codec == Codec::H264 && (n > 0 || unit.key));
            let step = before.map(|before| unit.pts.since(before));
            assert!(step.is_none_or(|step| step > Duration::ZERO && step < Duration::from_secs(2)), "{step:?}");
            before = Some(unit.pts);
        }
        let status = watch.wait_for(|status| status.state == State::Live).await.unwrap().clone();
        assert_eq!((status.parameters.unwrap().size, status.transport), (scene.size, "test"));
        let mut late = stream.subscribe(Start::Gop);
        assert!(matches!(late.try_recv(), Some(Received::Unit(unit)) if unit.key), "at once");
        drop((viewer, late));
        let idle = watch.wait_for(|status| status.state == State::Idle);
        timeout(Duration::from_secs(5), idle).await.expect("in time").unwrap();
    }
    let snapshot = stream.snapshot();
    assert_eq!((snapshot.sessions, snapshot.kept_bytes, snapshot.skipped), (2, 0, 0));
    timeout(Duration::from_secs(2), stream.close()).await.unwrap();
}
