//! A stream with its pictures and no plugins, for tests.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use codec::encode::StillEncoder;
use codec::{Picture, Pool, Stamp};
use config::Source;
use framegate_picture::{Encoders, Parts, Pictures, Stills, Want};
use journal::Journal;
use media::image::Image;
use media::{AccessUnit, Codec, Color, Matrix, Moment, Parameters, Range, Size, Still, StillFormat, Timestamp};
use plugin::States;
use stream::Stream;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Bench {
    stream: Stream,
    pictures: Pictures,
    stop: CancellationToken,
}

impl Bench {
    pub(crate) fn new(source: Source) -> Self {
        let stop = CancellationToken::new();
        let journal = Journal::default();
        let parts = stream::Parts {
            journal: journal.clone(),
            tracker: TaskTracker::new(),
            stop: stop.clone(),
            limit: stream::Limit::default(),
        };
        let stream = Stream::spawn(Arc::new(config::Stream::new("bench".parse().unwrap(), source)), &parts);
        let parts = Parts { encoders: Encoders::new().unwrap(), journal, runtime: Handle::current() };
        Self { pictures: Pictures::new(stream.clone(), Vec::new(), States::default(), parts), stream, stop }
    }

    pub(crate) fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(crate) fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    pub(crate) fn subscribe(&self, want: Want) -> Stills {
        self.pictures.subscribe(want)
    }

    pub(crate) async fn push(&self, body: Bytes, image: Image) {
        self.stream.inlet().expect("its source is push").push(body, image, Moment::now()).await.expect("there is room");
    }

    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// So many stills, in the order in which they come.
pub(crate) async fn take(viewer: &mut Stills, count: usize) -> Vec<Still> {
    let mut stills = Vec::new();
    while stills.len() < count {
        let delivery = tokio::time::timeout(PATIENCE, viewer.recv()).await;
        let delivery = delivery.unwrap_or_else(|_| panic!("{} of {count} stills came", stills.len()));
        stills.push(delivery.expect("the stream goes on").still);
    }
    stills
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

/// A picture of one grey.
pub(crate) fn jpeg(size: Size, luma: u8) -> (Bytes, Image) {
    let color = Color { range: Range::Full, matrix: Matrix::Bt601 };
    let stamp = Stamp { pts: Timestamp::ZERO, sequence: 0, received: Moment::now(), captured: None };
    let mut picture = Picture::black(&Pool::new(0), size, color, stamp);
    let [luma_plane, ..] = picture.planes_mut();
    luma_plane.data.fill(luma);
    let data = StillEncoder::new().encode(&picture, StillFormat::Jpeg, 80).unwrap();
    let image = media::image::check(&data).unwrap();
    (data, image)
}

/// A JPEG as an access unit.
pub(crate) fn unit(data: Bytes) -> AccessUnit {
    let size = media::image::check(&data).unwrap().size;
    let parameters = Arc::new(Parameters::bare(Codec::Jpeg, size));
    AccessUnit::alone(parameters, data, Timestamp::ZERO, Moment::now())
}
