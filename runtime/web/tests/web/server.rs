use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use access::{Rulebook, Rules};
use bytes::Bytes;
use codec::{Picture, Pool, Stamp, encode::StillEncoder};
use config::{Config, Reencode, Source, Stream};
use framegate_web as web;
use hub::Hub;
use journal::Journal;
use media::{Color, Moment, Size, StillFormat, Timestamp};
use picture::Encoders;
use plugin::policy::Policies;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A server with the streams `lobby` and `full` (one viewer) that are pushed, and `camera`, at which nothing answers.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) hub: Arc<Hub>,
    pub(crate) serving: JoinHandle<Result<(), web::Error>>,
    stop: CancellationToken,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::with_policy(Policies::native(|_| None), change).await
    }

    /// One whose streams have this format policy, where they are configured to have any.
    pub(crate) async fn with_policy(policies: Policies, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.server.listen = "127.0.0.1:0".parse().unwrap();
        let mut push =
            Stream { start_timeout: Duration::from_millis(300), ..Stream::new("lobby".parse().unwrap(), Source::Push) };
        push.video.reencode = Reencode::Never;
        let full = Stream { name: "full".parse().unwrap(), max_viewers: Some(1), ..push.clone() };
        // Port 9 is discard's: nobody has it.
        let camera = Source::Rtsp("rtsp://127.0.0.1:9/".into());
        let camera = Stream { name: "camera".parse().unwrap(), source: camera, ..push.clone() };
        config.streams = [push, full, camera].into_iter().map(|s| (s.name.clone(), Arc::new(s))).collect();
        change(&mut config);
        let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
        let listener = web::bind(&config).await.unwrap();
        let (address, rules) = (listener.address(), Rulebook::new(Rules::of(&config)));
        let hub = Hub::new(hub::Parts {
            config,
            plugins: BTreeMap::new(),
            encoders: Encoders::new().unwrap(),
            policies,
            services: plugin::Services::start().unwrap(),
            held: Default::default(),
            journal: Journal::default(),
            tracker: tracker.clone(),
            // The streams outlive the server here, so that a test sees what the server itself does.
            stop: CancellationToken::new(),
            runtime: Handle::current(),
        });
        // Nobody reloads here.
        let standing = control::reload::Standing::new(control::state::State::default());
        let (reloads, _) = control::reload::queue(standing);
        let parts = web::Parts {
            hub: hub.clone(),
            rules,
            issuer: issuer::Issuer::default(),
            logs: logs::silent(),
            relays: relay::Relays::default(),
            certificates: None,
            reloads,
            tracker,
            stop: stop.clone(),
            version: "test",
        };
        let serving = tokio::spawn(web::serve(listener, parts));
        Self { address, hub, serving, stop }
    }

    /// Ends the server, not the streams.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// What `host:port` a client writes.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A small real picture, different for each number.
pub(crate) fn image(format: StillFormat, number: usize) -> Bytes {
    let stamp = Stamp { pts: Timestamp::ZERO, sequence: 0, received: Moment::now(), captured: None };
    let mut picture = Picture::black(&Pool::new(0), Size::new(64, 48), Color::JPEG, stamp);
    let [mut luma, ..] = picture.planes_mut();
    for (at, sample) in luma.data.iter_mut().enumerate() {
        *sample = ((at * (number % 97 + 3)) >> 4) as u8;
    }
    let _ = &mut luma;
    StillEncoder::new().encode(&picture, format, 80).unwrap()
}

/// Whatever it waits for comes soon or never.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future).await.expect("it took longer than 10 s")
}
