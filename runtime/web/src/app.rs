use std::sync::Arc;

use access::Policy;
use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use hub::{Entry, Hub};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ingest;
use crate::problem::Problem;

/// What every handler may need.
pub(crate) struct App {
    pub(crate) hub: Arc<Hub>,
    pub(crate) policy: Policy,
    pub(crate) stop: CancellationToken,
    pub(crate) version: &'static str,
    /// Bytes of bodies that may be read at once.
    pub(crate) bodies: Semaphore,
    /// The program's tasks, and those of connections among them.
    trackers: (TaskTracker, TaskTracker),
}

impl App {
    pub(crate) fn new(
        hub: Arc<Hub>,
        policy: Policy,
        stop: CancellationToken,
        trackers: (TaskTracker, TaskTracker),
        version: &'static str,
    ) -> Self {
        Self {
            hub,
            policy,
            stop,
            version,
            bodies: Semaphore::new(ingest::MAX_BODIES),
            trackers,
        }
    }

    /// A task that stopping waits for.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let (program, visits) = &self.trackers;
        program.spawn(visits.track_future(task));
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
        // What is no UTF-8 behind its escapes is no name either.
        let name = Path::<String>::from_request_parts(parts, app)
            .await
            .map_or_else(|_| "%".into(), |Path(name)| name);
        app.entry(&name).map(Self)
    }
}
