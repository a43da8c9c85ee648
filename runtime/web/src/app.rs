use std::sync::Arc;

use access::Rulebook;
use axum::extract::{FromRequestParts, Path};
use control::reload::Requests;
use egress::hls::outputs::Outputs;
use http::request::Parts;
use hub::{Entry, Hub};
use logs::Logs;
use relay::Relays;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::compat::cctv::socket_io;
use crate::identity::Identities;
use crate::problem::Problem;
use crate::tls::Certificates;
use crate::{ingest, passwords, senders, serve};

/// What every handler may need.
pub(crate) struct App {
    pub(crate) hub: Arc<Hub>,
    pub(crate) rules: Rulebook,
    pub(crate) identities: Identities,
    pub(crate) reloads: Requests,
    pub(crate) logs: Logs,
    pub(crate) relays: Relays,
    pub(crate) certificates: Option<Certificates>,
    pub(crate) stop: CancellationToken,
    pub(crate) version: &'static str,
    /// Bytes of bodies that may be read at once.
    pub(crate) bodies: Semaphore,
    /// Held by who reads metrics.
    pub(crate) scrapes: Arc<Semaphore>,
    /// The program's tasks, and those of connections among them.
    trackers: (TaskTracker, TaskTracker),
    senders: senders::Handles,
    pub(crate) hls: Arc<Outputs>,
    /// Pages of the server for one camera.
    pub(crate) sockets: socket_io::Sessions,
}

/// What serving has begun with.
pub(crate) struct Begun {
    /// Counts the tasks of connections.
    pub(crate) visits: TaskTracker,
    pub(crate) senders: senders::Handles,
    pub(crate) passwords: passwords::Handle,
}

impl App {
    pub(crate) fn new(parts: serve::Parts, begun: Begun) -> Self {
        let Begun { visits, senders, passwords } = begun;
        let serve::Parts { hub, rules, issuer, logs, relays, certificates, reloads, tracker, stop, version } = parts;
        let identities = Identities::new(passwords, issuer);
        let bodies = Semaphore::new(ingest::MAX_BODIES);
        let scrapes = Arc::new(Semaphore::new(1));
        let hls = Outputs::new(tracker.clone());
        tracker.spawn({
            let (hls, hub, stop) = (hls.clone(), hub.clone(), stop.clone());
            async move { hls.run(hub, stop).await }
        });
        let (sockets, ending) = socket_io::Sessions::new(stop.clone());
        tracker.spawn(ending);
        Self {
            hub,
            rules,
            identities,
            reloads,
            logs,
            relays,
            certificates,
            stop,
            version,
            bodies,
            scrapes,
            trackers: (tracker, visits),
            senders,
            hls,
            sockets,
        }
    }

    /// A task that stopping waits for.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let (program, visits) = &self.trackers;
        program.spawn(visits.track_future(task));
    }

    /// A task on the thread that sends to a stream's viewers; stopping waits for it too.
    pub(crate) fn spawn_sender(&self, stream: &str, task: impl Future<Output = ()> + Send + 'static) {
        let (program, visits) = &self.trackers;
        self.senders.of(stream).spawn(program.track_future(visits.track_future(task)));
    }

    /// Whether pages of other origins may read what is viewed here.
    pub(crate) fn shares_with_other_origins(&self) -> bool {
        self.rules.rules().admits().shares_with_other_origins()
    }

    /// The stream of a name, or the problem that there is none.
    pub(crate) fn entry(&self, name: &str) -> Result<Arc<Entry>, Problem> {
        self.hub.entry(name).map_err(|why| Problem::not_there(name, &why))
    }
}

/// The stream that the path names.
pub(crate) struct Named(pub(crate) Arc<Entry>);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Segment(name) = Segment::from_request_parts(parts, app).await?;
        app.entry(&name).map(Self)
    }
}

/// The last segment of the path, without its escapes. What is no UTF-8 behind them is `%`, which is no name of anything.
pub(crate) struct Segment(pub(crate) String);

impl FromRequestParts<Arc<App>> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        Ok(Self(path.map_or_else(|_| "%".into(), |Path(segment)| segment)))
    }
}
