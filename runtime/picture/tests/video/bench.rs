//! A stream into which a test pushes what a camera would send, with plugins, and viewers who decode what leaves it.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use bytes::Bytes;
use codec::decode::Decoder;
use codec::encode::StillEncoder;
use codec::h264::{Encoder, Settings};
use codec::{Picture, Pool, Stamp};
use config::{Component, OnError, Source, VideoSize, VideoVariant};
use framegate_picture::{Encoders, Parts, Pictures};
use journal::Journal;
use media::image::Image;
use media::{
    AccessUnit, AudioCodec, AudioParameters, AudioUnit, Codec, Color, Moment, Parameters, Size, StillFormat, Timestamp,
};
use plugin::{Bundled, Compiler, Host, Link, Plugin, States};
use serde_json::{Value, json};
use stream::{Feed, Received, Start, Stream, Subscription, Tracks};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const SIZE: Size = Size::new(160, 96);
/// Luma of what the camera sends: nothing of it may be seen behind a filter that paints all white.
pub(crate) const DARK: u8 = 40;

static HOST: LazyLock<Arc<Host>> = LazyLock::new(|| {
    static BUNDLED: LazyLock<Vec<Bundled>> =
        LazyLock::new(|| test_components::PLUGINS.iter().map(|(name, bytes, _)| Bundled { name, bytes }).collect());
    Host::new(plugin::Settings { bundled: &BUNDLED, cache: None, compiler: Compiler::InProcess }).unwrap()
});

/// A plugin that comes with the program.
pub(crate) fn bundled(name: &str, options: Value) -> Link {
    link(HOST.load(&config::Plugin::bundled(name)).unwrap(), options)
}

/// A filter that paints all white for so many pictures, and traps on those behind them.
pub(crate) fn painter(after: u32) -> Link {
    static PAINTER: LazyLock<Arc<Plugin>> = LazyLock::new(|| {
        let declared = config::Plugin {
            component: Component::File(test_components::file("trap").into()),
            on_error: Some(OnError::Drop),
            ..config::Plugin::bundled("painter")
        };
        HOST.load(&declared).unwrap()
    });
    link(PAINTER.clone(), json!({ "after": after }))
}

fn link(plugin: Arc<Plugin>, options: Value) -> Link {
    Link { plugin, options, fps: None, always: false }
}

pub(crate) struct Bench {
    stream: Stream,
    pictures: Arc<Pictures>,
    stop: CancellationToken,
    camera: Mutex<Camera>,
}

struct Camera {
    encoder: Encoder,
    settings: Settings,
    parameters: Arc<Parameters>,
    next: i64,
    number: u64,
}

impl Bench {
    pub(crate) fn new(links: Vec<Link>) -> Self {
        Self::with(links, |_| {})
    }

    pub(crate) fn with(links: Vec<Link>, change: impl FnOnce(&mut config::Video)) -> Self {
        let stop = CancellationToken::new();
        let journal = Journal::default();
        let parts = stream::Parts {
            journal: journal.clone(),
            tracker: TaskTracker::new(),
            stop: stop.clone(),
            limit: stream::Limit::default(),
        };
        // Nothing comes by itself: the test pushes into the stream's feed.
        let mut config = config::Stream::new("bench".parse().unwrap(), Source::Push);
        change(&mut config.video);
        let stream = Stream::spawn(Arc::new(config), &parts);
        let parts = Parts { encoders: Encoders::new().unwrap(), journal, runtime: Handle::current() };
        let pictures = Arc::new(Pictures::new(stream.clone(), links, States::default(), parts));
        Self { stream, pictures, stop, camera: Mutex::new(Camera::new(SIZE)) }
    }

    pub(crate) fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(crate) fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    /// The feed of the only variant.
    pub(crate) fn feed(&self) -> Arc<Feed> {
        self.pictures.video().remove(0).feed
    }

    pub(crate) fn viewer(&self) -> Viewer {
        Viewer::of(&self.feed())
    }

    /// One more picture of the camera, so long behind the one before.
    pub(crate) fn push(&self, luma: u8, after: Duration) -> Timestamp {
        let mut camera = self.camera.lock().unwrap();
        let unit = camera.take(luma, after);
        let pts = unit.pts;
        self.stream.feed().push(unit.into(), std::time::Instant::now());
        pts
    }

    /// One more picture of a camera that sends JPEG, 40 ms behind the one before, and time to handle it.
    pub(crate) async fn tick_still(&self) -> Timestamp {
        let (pts, unit) = {
            let mut camera = self.camera.lock().unwrap();
            let picture = camera.picture(DARK, Duration::from_millis(40));
            let stamp = picture.stamp();
            let data = StillEncoder::new().encode(&picture, StillFormat::Jpeg, 80).unwrap();
            let parameters = Arc::new(Parameters::bare(Codec::Jpeg, picture.size()));
            (stamp.pts, AccessUnit::alone(parameters, data, stamp.pts, stamp.received))
        };
        self.stream.feed().push(unit.into(), std::time::Instant::now());
        tokio::time::sleep(Duration::from_millis(8)).await;
        pts
    }

    /// One more picture 40 ms behind the one before, and time to handle it.
    pub(crate) async fn tick(&self) -> Timestamp {
        let pts = self.push(DARK, Duration::from_millis(40));
        tokio::time::sleep(Duration::from_millis(8)).await;
        pts
    }

    /// So many pictures, while these watch; the times.
    pub(crate) async fn run(&self, pictures: usize, viewers: &mut [&mut Viewer]) -> Vec<Timestamp> {
        let mut times = Vec::new();
        for _ in 0..pictures {
            times.push(self.tick().await);
            viewers.iter_mut().for_each(|viewer| viewer.poll());
        }
        times
    }

    /// Another session of the camera, in another size perhaps.
    pub(crate) fn reconnect(&self, size: Size) {
        let mut camera = self.camera.lock().unwrap();
        let next = camera.next;
        *camera = Camera { next, ..Camera::new(size) };
        self.stream.feed().begin_session();
    }

    /// The camera changes its size within a session.
    pub(crate) fn resize(&self, size: Size) {
        let mut camera = self.camera.lock().unwrap();
        let next = camera.next;
        *camera = Camera { next, ..Camera::new(size) };
    }

    pub(crate) fn push_sound(&self, pts: Timestamp) {
        static PARAMETERS: LazyLock<Arc<AudioParameters>> = LazyLock::new(|| {
            Arc::new(AudioParameters {
                codec: AudioCodec::Pcma,
                sample_rate: 8_000,
                channels: 1,
                config: Bytes::new(),
                rfc6381: String::new(),
            })
        });
        let unit = AudioUnit {
            data: Bytes::from_static(&[0; 160]),
            pts,
            samples: 160,
            received: Moment::now(),
            parameters: PARAMETERS.clone(),
        };
        self.stream.feed().push(unit.into(), std::time::Instant::now());
    }

    /// Puts other plugins in force.
    pub(crate) async fn apply(&self, links: Vec<Link>) {
        let pictures = self.pictures.clone();
        let apply = move || {
            let succession = pictures.prepare(&links).unwrap();
            pictures.apply(links, succession);
        };
        tokio::task::spawn_blocking(apply).await.unwrap();
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Camera {
    fn new(size: Size) -> Self {
        let settings = Settings { size, fps: 25, bitrate_bps: 500_000, gop: 50 };
        let parameters = Arc::new(Parameters::bare(Codec::H264, size));
        Self { encoder: Encoder::open(&settings).unwrap(), settings, parameters, next: 0, number: 0 }
    }

    fn picture(&mut self, luma: u8, after: Duration) -> Picture {
        self.next += Timestamp::from_duration(after).ticks();
        self.number += 1;
        let (pts, received) = (Timestamp::from_ticks(self.next), Moment::now());
        let stamp = Stamp { pts, sequence: self.number, received, captured: None };
        let mut picture = Picture::black(&Pool::new(0), self.settings.size, Color::default(), stamp);
        let [plane, ..] = picture.planes_mut();
        plane.data.fill(luma);
        picture
    }

    fn take(&mut self, luma: u8, after: Duration) -> AccessUnit {
        let picture = self.picture(luma, after);
        let Stamp { pts, received, .. } = picture.stamp();
        let encoded = self.encoder.encode(&picture, false).unwrap().unwrap();
        let unit = AccessUnit::from_annexb(&encoded.data, &self.parameters, pts, received);
        self.parameters = unit.parameters.clone();
        unit
    }
}

/// One who decodes all that leaves a feed.
pub(crate) struct Viewer {
    units: Subscription,
    decoder: Decoder,
    /// What was decoded and not taken yet.
    pictures: Vec<Picture>,
    /// Times of the key frames, and of all access units.
    pub(crate) keys: Vec<Timestamp>,
    pub(crate) times: Vec<Timestamp>,
    pub(crate) sounds: Vec<Timestamp>,
    pub(crate) discontinuities: usize,
    parameters: Option<Arc<Parameters>>,
    /// How often the parameters were others.
    pub(crate) changes: usize,
}

impl Viewer {
    pub(crate) fn of(feed: &Arc<Feed>) -> Self {
        Self {
            units: feed.subscribe(Start::Gop, Tracks::All),
            decoder: Decoder::open(Codec::H264, Pool::new(1 << 20)).unwrap(),
            pictures: Vec::new(),
            keys: Vec::new(),
            times: Vec::new(),
            sounds: Vec::new(),
            discontinuities: 0,
            parameters: None,
            changes: 0,
        }
    }

    fn take(&mut self, received: Received) {
        let unit = match received {
            Received::Unit(unit) => unit,
            Received::Sound(unit) => return self.sounds.push(unit.pts),
            Received::Skipped { .. } => return,
            Received::Discontinuity => return self.discontinuities += 1,
        };
        if !self.parameters.as_ref().is_some_and(|known| Arc::ptr_eq(known, &unit.parameters)) {
            self.changes += 1;
            self.parameters = Some(unit.parameters.clone());
        }
        assert!(self.times.last().is_none_or(|last| *last < unit.pts), "no time comes twice");
        assert!(!self.times.is_empty() || unit.key, "it begins with a key frame");
        assert!(unit.nal_units().all(|nal| !matches!(media::h264::nal_type(nal), 7..=9)), "no parameter sets in band");
        self.times.push(unit.pts);
        if unit.key {
            self.keys.push(unit.pts);
        }
        self.decoder.push(&unit, &mut self.pictures).unwrap();
        self.decoder.flush(&mut self.pictures);
    }

    /// Takes what is there.
    fn poll(&mut self) {
        while let Some(received) = self.units.try_recv() {
            self.take(received);
        }
    }

    /// The next picture; none when the feed is closed.
    pub(crate) async fn next(&mut self) -> Option<Picture> {
        while self.pictures.is_empty() {
            let received = tokio::time::timeout(PATIENCE, self.units.recv()).await.expect("something comes");
            self.take(received?);
        }
        Some(self.pictures.remove(0))
    }

    /// All that was and is there, once nothing comes any more.
    pub(crate) async fn drain(&mut self) -> Vec<Picture> {
        while let Ok(Some(received)) = tokio::time::timeout(Duration::from_millis(150), self.units.recv()).await {
            self.take(received);
        }
        std::mem::take(&mut self.pictures)
    }

    /// All until the feed is closed.
    pub(crate) async fn until_closed(mut self) -> Vec<Picture> {
        let mut pictures = Vec::new();
        while let Some(picture) = self.next().await {
            pictures.push(picture);
        }
        pictures
    }
}

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// The painter's white all over.
    White,
    /// Grey with some words.
    Slate,
    /// Something else: what the camera sent.
    Camera,
}

pub(crate) fn shows(picture: &Picture) -> Shows {
    let [luma, ..] = picture.planes();
    let share = |range: std::ops::RangeInclusive<u8>| {
        luma.data.iter().filter(|sample| range.contains(sample)).count() * 100 / luma.data.len()
    };
    match (share(220..=255), share(110..=140)) {
        (100, _) => Shows::White,
        // A camera's picture has nothing but dark.
        (_, 50..) if luma.data.iter().all(|sample| *sample > DARK + 30) => Shows::Slate,
        _ => Shows::Camera,
    }
}

/// A still as somebody would push it.
pub(crate) fn jpeg() -> (Bytes, Image) {
    let picture = Camera::new(SIZE).picture(DARK, Duration::ZERO);
    let data = StillEncoder::new().encode(&picture, StillFormat::Jpeg, 80).unwrap();
    let image = media::image::check(&data).unwrap();
    (data, image)
}

/// A rung of a ladder.
pub(crate) fn rung(name: &str, width: u32, fps: Option<u32>) -> VideoVariant {
    VideoVariant { name: name.into(), size: VideoSize::Width(width), bitrate_bps: None, fps }
}

/// Waits until something holds.
pub(crate) async fn eventually(holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it holds in time");
}
