use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use media::{Codec, Parameters, Size, Timestamp};
use source::{Description, Error};
use tokio::sync::mpsc;
use tokio::time::{advance, sleep};
use tokio_util::task::TaskTracker;

use super::*;
use crate::work::{Boxed, Session};
use crate::{Limit, Parts, ReasonKind, Received, Start, Stream, Subscription};

type Media = Result<Unit, Error>;

/// What the camera does with the next session.
enum Attempt {
    Refuse(Error),
    Hang,
    Serve(mpsc::Receiver<Media>),
}

/// A camera that follows a script. Without one it never answers.
#[derive(Clone, Default)]
struct Camera(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    attempts: VecDeque<Attempt>,
    opened: u32,
    closed: u32,
    open_now: u32,
    /// TEARDOWN is never answered.
    deaf: bool,
}

impl Camera {
    fn then(&self, attempt: Attempt) {
        self.0.lock().unwrap().attempts.push_back(attempt);
    }

    fn serve(&self) -> mpsc::Sender<Media> {
        let (sender, receiver) = mpsc::channel(1024);
        self.then(Attempt::Serve(receiver));
        sender
    }

    /// Attempts, sessions that were closed, sessions that are open.
    fn counts(&self) -> (u32, u32, u32) {
        let script = self.0.lock().unwrap();
        (script.opened, script.closed, script.open_now)
    }
}

impl Open for Camera {
    fn open(&self) -> Boxed<'static, Result<Box<dyn Session>, Error>> {
        let camera = self.clone();
        Box::pin(async move {
            let attempt = {
                let mut script = camera.0.lock().unwrap();
                script.opened += 1;
                script.attempts.pop_front().unwrap_or(Attempt::Hang)
            };
            // A camera takes its time.
            sleep(Duration::from_millis(20)).await;
            match attempt {
                Attempt::Refuse(error) => Err(error),
                Attempt::Hang => std::future::pending().await,
                Attempt::Serve(media) => {
                    let open_now = {
                        let mut script = camera.0.lock().unwrap();
                        script.open_now += 1;
                        script.open_now
                    };
                    assert_eq!(open_now, 1, "two sessions at once");
                    Ok(Box::new(Served { camera, media }) as Box<dyn Session>)
                }
            }
        })
    }
}

/// Each source is the same camera.
impl Sources for Camera {
    fn of(&self, _: &Arc<config::Stream>) -> (Option<source::push::Inlet>, Box<dyn Open>) {
        (None, Box::new(self.clone()))
    }
}

struct Served {
    camera: Camera,
    media: mpsc::Receiver<Media>,
}

impl Session for Served {
    fn next(&mut self) -> Boxed<'_, Media> {
        Box::pin(async { self.media.recv().await.unwrap_or(Err(Error::Ended)) })
    }

    fn close(self: Box<Self>) -> Boxed<'static, ()> {
        Box::pin(async move {
            let deaf = self.camera.0.lock().unwrap().deaf;
            if deaf {
                std::future::pending::<()>().await;
            }
            sleep(Duration::from_millis(50)).await;
            let mut script = self.camera.0.lock().unwrap();
            script.closed += 1;
            script.open_now -= 1;
        })
    }

    fn description(&self) -> Description {
        Description { transport: "tcp", codec: Some(Codec::H264), sound: None, server: Some("a script".into()) }
    }
}

fn unit(ms: i64, key: bool) -> Media {
    Ok(Unit::Access(AccessUnit {
        codec: Codec::H264,
        data: Bytes::from_static(&[0; 100]),
        pts: Timestamp::from_ticks(ms * 90),
        key,
        reference: true,
        lost: 0,
        received: moment(now()),
        captured: None,
        parameters: Arc::new(Parameters {
            rfc6381: "avc1.42e01f".into(),
            ..Parameters::bare(Codec::H264, Size::new(64, 48))
        }),
    }))
}

struct Bench {
    camera: Camera,
    stream: Stream,
    parts: Parts,
}

impl Bench {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut config::Stream)) -> Self {
        let source = config::Source::Rtsp("rtsp://camera/".into());
        let mut config = config::Stream::new("lobby".parse().unwrap(), source);
        change(&mut config);
        let parts = Parts {
            journal: Journal::default(),
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
            limit: Limit::default(),
        };
        let camera = Camera::default();
        let stream = Stream::spawn_with(Arc::new(config), Box::new(camera.clone()), &parts);
        Self { camera, stream, parts }
    }

    /// Waits, as long as it takes on the stopped clock, until the stream is in this state.
    async fn until(&self, state: State) -> Status {
        let mut watch = self.stream.watch();
        let status = timeout(Duration::from_secs(600), watch.wait_for(|status| status.state == state)).await;
        status.unwrap_or_else(|_| panic!("never {state}: {:?}", self.stream.status())).unwrap().clone()
    }

    fn events(&self) -> Vec<String> {
        self.parts.journal.since(0).iter().map(|event| event.kind.clone()).collect()
    }
}

/// The next thing in short: `0` is an access unit at 0 ms, `|` a discontinuity.
async fn next(subscription: &mut Subscription) -> String {
    match timeout(Duration::from_secs(600), subscription.recv()).await {
        Err(_) => "nothing".into(),
        Ok(None) => "end".into(),
        Ok(Some(Received::Unit(unit))) => (unit.pts.ticks() / 90).to_string(),
        Ok(Some(Received::Sound(unit))) => format!("s{}", unit.pts.ticks() / 90),
        Ok(Some(Received::Skipped { units })) => format!("-{units}"),
        Ok(Some(Received::Discontinuity)) => "|".into(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_beyond_the_limit_waits_for_a_place() {
    let bench = Bench::new();
    bench.parts.limit.set(Some(1));
    let place = bench.parts.limit.take().unwrap();
    let media = bench.camera.serve();
    let mut viewer = bench.stream.subscribe(Start::Gop);
    let status = bench.until(State::BackOff).await;
    assert_eq!(status.reason.map(|reason| reason.kind), Some(ReasonKind::TooMany));
    assert_eq!(bench.camera.counts(), (0, 0, 0));
    drop(place);
    media.send(unit(0, true)).await.unwrap();
    assert_eq!(next(&mut viewer).await, "0");
    assert_eq!(bench.parts.limit.full(), Some(1));
    drop((viewer, media));
    bench.until(State::Idle).await;
    assert_eq!(bench.parts.limit.taken(), 0);
}

#[tokio::test(start_paused = true)]
async fn another_source_takes_the_place_of_the_one_before_and_viewers_stay() {
    let bench = Bench::new();
    let (before, after) = (bench.camera.serve(), bench.camera.serve());
    let mut viewer = bench.stream.subscribe(Start::Gop);
    before.send(unit(0, true)).await.unwrap();
    assert_eq!(next(&mut viewer).await, "0");
    let source = config::Source::Rtsp("rtsp://other/".into());
    bench.stream.configure(Arc::new(config::Stream { source, ..(*bench.stream.config()).clone() }));
    after.send(unit(90_000, true)).await.unwrap();
    assert_eq!(next(&mut viewer).await, "|");
    assert_ne!(next(&mut viewer).await, "end");
    assert_eq!(bench.camera.counts(), (2, 1, 1));
    // What is no matter of the session changes nothing of it.
    let config = bench.stream.config();
    bench.stream.configure(Arc::new(config::Stream { close_after: Duration::from_secs(90), ..(*config).clone() }));
    sleep(Duration::from_millis(500)).await;
    assert_eq!(bench.camera.counts(), (2, 1, 1));
    drop(viewer);
    let left = now();
    for n in 0..80 {
        sleep(Duration::from_secs(1)).await;
        after.send(unit(91_000 + n * 1_000, true)).await.unwrap();
    }
    assert_eq!(bench.camera.counts(), (2, 1, 1));
    bench.until(State::Idle).await;
    assert!((85..95).contains(&now().duration_since(left).as_secs()), "{:?}", now().duration_since(left));
}

#[tokio::test(start_paused = true)]
async fn the_first_viewer_connects_and_the_last_one_leaving_tears_down() {
    let bench = Bench::new();
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(bench.camera.counts(), (0, 0, 0));
    let media = bench.camera.serve();
    let mut viewers: Vec<_> = (0..10).map(|_| bench.stream.subscribe(Start::Gop)).collect();
    media.send(unit(0, true)).await.unwrap();
    for viewer in &mut viewers {
        assert_eq!(next(viewer).await, "0");
    }
    assert_eq!((bench.camera.counts(), bench.stream.snapshot().subscribers), ((1, 0, 1), 10));
    let status = bench.until(State::Live).await;
    assert_eq!((status.transport, status.server.as_deref()), ("tcp", Some("a script")));
    assert_eq!(status.parameters.unwrap().rfc6381, "avc1.42e01f");
    drop(viewers);
    let left = now();
    for n in 1..15 {
        sleep(Duration::from_secs(1)).await;
        media.send(unit(n * 1_000, true)).await.unwrap();
    }
    bench.until(State::Idle).await;
    assert_eq!(now() - left, Duration::from_secs(15));
    sleep(Duration::from_millis(60)).await;
    assert_eq!(bench.camera.counts(), (1, 1, 0));
    assert_eq!(bench.stream.snapshot().kept_bytes, 0);
    assert_eq!(bench.events(), ["stream-started", "stream-live", "stream-ended"]);
}

#[tokio::test(start_paused = true)]
async fn viewers_survive_a_camera_that_drops() {
    let bench = Bench::new();
    let media = bench.camera.serve();
    let mut viewers = [bench.stream.subscribe(Start::Gop), bench.stream.subscribe(Start::Gop)];
    media.send(unit(0, true)).await.unwrap();
    media.send(unit(40, false)).await.unwrap();
    media.send(Err(Error::Lost("reset".into()))).await.unwrap();
    for viewer in &mut viewers {
        assert_eq!((next(viewer).await, next(viewer).await), ("0".into(), "40".into()));
    }
    let status = bench.until(State::BackOff).await;
    let reason = status.reason.unwrap();
    assert_eq!((reason.kind, &*reason.text), (ReasonKind::Lost, "the connection was lost: reset"));
    assert_eq!(status.retry_at.unwrap().steady - status.since.steady, Duration::from_secs(1));
    let media = bench.camera.serve();
    let broke = now();
    // What comes before the key frame nobody can use.
    bench.until(State::Connecting).await;
    media.send(unit(0, false)).await.unwrap();
    sleep(Duration::from_millis(100)).await;
    media.send(unit(80, true)).await.unwrap();
    bench.until(State::Live).await;
    assert!(now() - broke < Duration::from_millis(1_200), "{:?}", now() - broke);
    for viewer in &mut viewers {
        assert_eq!(next(viewer).await, "|");
        let pts: u64 = next(viewer).await.parse().unwrap();
        assert!((1_100..1_300).contains(&pts), "as long as the outage was: {pts}");
    }
    let snapshot = bench.stream.snapshot();
    assert_eq!((snapshot.sessions, snapshot.units, snapshot.subscribers), (2, 3, 2));
    assert_eq!(bench.camera.counts(), (2, 1, 1));
    assert_eq!(bench.events(), ["stream-started", "stream-live", "stream-offline", "stream-live"]);
}

#[tokio::test(start_paused = true)]
async fn a_camera_that_says_nothing_is_connected_anew() {
    let bench = Bench::new();
    let media = bench.camera.serve();
    let mut viewer = bench.stream.subscribe(Start::Gop);
    media.send(unit(0, true)).await.unwrap();
    assert_eq!(next(&mut viewer).await, "0");
    let live = now();
    let media_again = bench.camera.serve();
    let status = bench.until(State::Stalled).await;
    assert_eq!(now() - live, Duration::from_secs(5));
    assert_eq!(status.reason.unwrap().kind, ReasonKind::NoMedia);
    media_again.send(unit(0, true)).await.unwrap();
    bench.until(State::Live).await;
    assert_eq!((next(&mut viewer).await.as_str(), bench.camera.counts()), ("|", (2, 1, 1)));
    assert_eq!(bench.events(), ["stream-started", "stream-live", "stream-stalled", "stream-live"]);
    drop(media);
}

#[tokio::test(start_paused = true)]
async fn a_viewer_in_back_off_causes_an_attempt() {
    let bench = Bench::new();
    let refused = || Error::Unreachable { at: "camera:554".into(), why: "refused".into() };
    for _ in 0..5 {
        bench.camera.then(Attempt::Refuse(refused()));
    }
    let _first = bench.stream.subscribe(Start::Gop);
    // Attempts at 0, 1, 3, 7 s; the next would be at 15 s.
    sleep(Duration::from_millis(7_500)).await;
    assert_eq!((bench.camera.counts().0, bench.stream.status().state), (4, State::BackOff));
    sleep(Duration::from_secs(2)).await;
    let _second = bench.stream.subscribe(Start::Gop);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(bench.camera.counts().0, 5);
    // Ten more at once: one more attempt, a second later.
    let _more: Vec<_> = (0..10).map(|_| bench.stream.subscribe(Start::Gop)).collect();
    sleep(Duration::from_millis(900)).await;
    assert_eq!(bench.camera.counts().0, 5);
    assert_eq!(bench.stream.snapshot().failures, 5);
    assert_eq!(bench.events(), ["stream-started", "stream-offline"], "an outage is told once");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_shown_and_seldom_tried() {
    let bench = Bench::new();
    bench.camera.then(Attempt::Refuse(Error::Unauthorized { given: true }));
    let _viewer = bench.stream.subscribe(Start::Gop);
    let status = bench.until(State::Failed).await;
    assert_eq!(status.reason.unwrap().kind, ReasonKind::Unauthorized);
    let _another = bench.stream.subscribe(Start::Gop);
    sleep(Duration::from_secs(29)).await;
    assert_eq!(bench.camera.counts().0, 1);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(bench.camera.counts().0, 2);
}

#[tokio::test(start_paused = true)]
async fn a_camera_that_never_answers_is_given_up_after_start_timeout() {
    let bench = Bench::new();
    bench.camera.then(Attempt::Hang);
    let start = now();
    let _viewer = bench.stream.subscribe(Start::Gop);
    let status = bench.until(State::BackOff).await;
    assert_eq!((now() - start, status.reason.unwrap().kind), (Duration::from_secs(10), ReasonKind::TimedOut));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_nobody_wants_any_more_is_closed_properly() {
    let bench = Bench::with(|stream| stream.close_after = Duration::ZERO);
    let _media = bench.camera.serve();
    let viewer = bench.stream.subscribe(Start::Gop);
    bench.until(State::Connecting).await;
    drop(viewer);
    bench.until(State::Idle).await;
    sleep(Duration::from_millis(100)).await;
    assert_eq!(bench.camera.counts(), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_session_begins_when_the_one_before_is_closed() {
    let bench = Bench::new();
    let media = bench.camera.serve();
    let mut viewer = bench.stream.subscribe(Start::Gop);
    media.send(unit(0, true)).await.unwrap();
    assert_eq!(next(&mut viewer).await, "0");
    let again = bench.camera.serve();
    again.send(unit(0, true)).await.unwrap();
    bench.stream.restart();
    assert_eq!(next(&mut viewer).await, "|");
    // The camera itself looks that there are no two at once.
    assert_eq!(bench.camera.counts(), (2, 1, 1));
    assert_eq!(bench.events(), ["stream-started", "stream-live", "stream-restarted", "stream-live"]);
}

#[tokio::test(start_paused = true)]
async fn an_operator_stops_and_starts() {
    let bench = Bench::new();
    let media = bench.camera.serve();
    let mut viewer = bench.stream.subscribe(Start::Gop);
    media.send(unit(0, true)).await.unwrap();
    assert_eq!(next(&mut viewer).await, "0");
    bench.stream.stop();
    let status = bench.until(State::Disabled).await;
    assert_eq!(status.reason.unwrap().kind, ReasonKind::Stopped);
    let _second = bench.stream.subscribe(Start::Gop);
    sleep(Duration::from_secs(60)).await;
    assert_eq!((bench.camera.counts(), bench.stream.status().state), ((1, 1, 0), State::Disabled));
    let media = bench.camera.serve();
    bench.stream.start();
    media.send(unit(0, true)).await.unwrap();
    assert_eq!(next(&mut viewer).await, "|");
    drop((viewer, _second));
    for n in 0..20 {
        sleep(Duration::from_secs(1)).await;
        media.send(unit(n * 1_000, true)).await.unwrap();
    }
    assert_eq!(bench.stream.status().state, State::Live, "pinned");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_not_on_demand_is_kept_connected_and_a_late_viewer_begins_at_once() {
    let bench = Bench::with(|stream| stream.on_demand = false);
    let media = bench.camera.serve();
    for n in 0..100 {
        media.send(unit(n * 40, n % 25 == 0)).await.unwrap();
        sleep(Duration::from_millis(40)).await;
    }
    let mut late = bench.stream.subscribe(Start::Gop);
    assert_eq!(next(&mut late).await, "3000");
    assert_eq!(late.lag().units, 24);
    let snapshot = bench.stream.snapshot();
    assert!((24.0..=26.0).contains(&snapshot.rate), "{}", snapshot.rate);
    assert_eq!(snapshot.bits_per_second, (snapshot.rate * 800.0) as u64);
    assert!(snapshot.live_since.is_some());
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_program_closes_the_session_and_tells_subscribers() {
    let bench = Bench::new();
    let media = bench.camera.serve();
    let mut viewer = bench.stream.subscribe(Start::Gop);
    media.send(unit(0, true)).await.unwrap();
    bench.until(State::Live).await;
    bench.parts.stop.cancel();
    bench.parts.tracker.close();
    bench.parts.tracker.wait().await;
    assert_eq!(bench.camera.counts(), (1, 1, 0));
    assert_eq!((next(&mut viewer).await.as_str(), viewer.is_closed()), ("0", true));
    assert_eq!(next(&mut viewer).await, "end");
    assert_eq!(bench.stream.status().state, State::Idle);
}

#[tokio::test(start_paused = true)]
async fn a_camera_that_does_not_answer_teardown_costs_a_second() {
    let bench = Bench::new();
    let media = bench.camera.serve();
    let mut viewer = bench.stream.subscribe(Start::Gop);
    media.send(unit(0, true)).await.unwrap();
    assert_eq!(next(&mut viewer).await, "0");
    bench.camera.0.lock().unwrap().deaf = true;
    let start = now();
    bench.stream.clone().close().await;
    assert_eq!(now() - start, Duration::from_secs(1));
    assert!(viewer.is_closed());
}

#[tokio::test(start_paused = true)]
async fn dropping_recv_half_way_loses_nothing() {
    let bench = Bench::new();
    let media = bench.camera.serve();
    let mut viewer = bench.stream.subscribe(Start::Gop);
    let mut got = Vec::new();
    for n in 0..50 {
        if timeout(Duration::from_millis(7), viewer.recv()).await.is_ok_and(|received| received.is_some()) {
            got.push(n);
        }
        media.send(unit(n * 10, n == 0)).await.unwrap();
        advance(Duration::from_millis(3)).await;
    }
    while timeout(Duration::from_millis(7), viewer.recv()).await.is_ok() {
        got.push(0);
    }
    assert_eq!(got.len(), 50);
    assert_eq!(bench.stream.snapshot().skipped, 0);
}

#[tokio::test(start_paused = true)]
async fn pushed_stills_are_live_while_they_come_and_the_last_one_is_kept() {
    let parts = Parts {
        journal: Journal::default(),
        tracker: TaskTracker::new(),
        stop: CancellationToken::new(),
        limit: Limit::default(),
    };
    let config = config::Stream::new("lobby".parse().unwrap(), config::Source::Push);
    let stream = Stream::spawn(Arc::new(config), &parts);
    let bench = Bench { camera: Camera::default(), stream, parts };
    let inlet = bench.stream.inlet().unwrap().clone();
    let image = media::image::Image { format: media::StillFormat::WebP, size: Size::new(64, 48) };
    for n in 0..3_u8 {
        inlet.push(Bytes::from(vec![n; 100]), image, moment(now())).await.unwrap();
    }
    bench.until(State::Live).await;
    let status = bench.until(State::Stalled).await;
    assert_eq!((status.reason.unwrap().kind, status.retry_at), (ReasonKind::NothingPushed, None));
    assert_eq!(status.transport, "push");
    let mut late = bench.stream.subscribe(Start::Gop);
    let Some(Received::Unit(last)) = late.recv().await else { panic!("no still") };
    assert_eq!(last.data, vec![2; 100]);
    inlet.push(Bytes::from(vec![3; 100]), image, moment(now())).await.unwrap();
    let Some(Received::Unit(next)) = late.recv().await else { panic!("no still") };
    assert_eq!(next.data, vec![3; 100]);
    bench.until(State::Live).await;
    assert_eq!(bench.events(), ["stream-live", "stream-stalled", "stream-live"]);
}
