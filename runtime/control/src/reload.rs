//! What operators ask of the one task that changes what is configured: requests wait in a bounded queue, and each gets its answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use config::Mistake;
use media::StreamName;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot, watch};

use crate::installed::Installed;
use crate::state::{Change, NotChanged, State};

/// Requests that wait for the one before them. When it is full the next is told to come again: a change takes about as long as an operator waits.
pub const CAPACITY: usize = 32;

/// A request, and where its answer goes.
#[derive(Debug)]
pub enum Request {
    /// A plugin is to be loaded anew, by its name in `streams.toml`.
    Plugin(String, oneshot::Sender<Result<Reloaded, NotReloaded>>),
    /// A stream is to be changed.
    Stream(StreamName, Change, oneshot::Sender<Result<Arc<Standing>, Refused>>),
    /// Whether a stream could be changed so; nothing is.
    Check(StreamName, Change, oneshot::Sender<Result<(), Refused>>),
}

/// `POST /api/plugins/{name}/reload`.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(rename = "ReloadedPlugin")]
pub struct Reloaded {
    /// What runs now.
    #[serde(flatten)]
    pub plugin: Installed,
    /// Whether the component's bytes are others than before.
    pub changed: bool,
    /// How long it took, until every stream had changed over.
    pub took_ms: u64,
}

/// Why it was not; what ran before goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReloaded {
    /// The configuration has no such plugin.
    #[error("no plugin named `{0}` is configured")]
    Unknown(String),
    /// It was refused: compiling, describing, or configuring failed.
    #[error("{0}; the one that was loaded before goes on")]
    Refused(String),
    /// Others wait already.
    #[error(transparent)]
    Asked(#[from] NotAsked),
}

/// Why a stream was not changed; everything goes on as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    /// By what is there.
    #[error(transparent)]
    NotChanged(#[from] NotChanged),
    /// The file declares it, and is where it is changed.
    #[error("the stream stands in the file: it is changed there")]
    Declared,
    /// There is no such stream.
    #[error("no stream of this name is configured")]
    Unknown,
    /// It runs, or is to.
    #[error("the stream runs already")]
    Running,
    /// It was stopped.
    #[error("the stream is stopped already")]
    Stopped,
    /// It would run, and as many run as may.
    #[error("as many streams run as may: {0} (`server.max_streams`)")]
    TooManyRun(u32),
    /// What is asked for has mistakes.
    #[error("the stream has mistakes")]
    Mistakes(Vec<Mistake>),
    /// A plugin does not take its place.
    #[error("{0}")]
    Unfit(String),
    /// It cannot be kept.
    #[error("it cannot be kept: {0}")]
    NotKept(String),
    /// It was not looked at.
    #[error(transparent)]
    Asked(#[from] NotAsked),
}

/// Why a request was not even looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    /// Others wait already.
    #[error("{CAPACITY} changes wait already")]
    Busy,
    /// The program ends.
    #[error("the program ends")]
    Ending,
}

/// What is configured, by whom, and what was left out of it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What was said over the API.
    pub state: State,
    /// Streams that came by the API and stand in the file too: the file says what they are.
    pub in_file_too: BTreeSet<StreamName>,
    /// Streams that came by the API and cannot be had, and why.
    pub left_out: BTreeMap<StreamName, Vec<Mistake>>,
    /// When the file was read last.
    pub read_at: SystemTime,
    /// What is wrong with it since: the one before is in force.
    pub mistakes: Vec<String>,
}

/// Where requests are handed in, and what is configured. Cloning gives another handle of the same.
#[derive(Clone, Debug)]
pub struct Requests {
    requests: mpsc::Sender<Request>,
    standing: watch::Receiver<Arc<Standing>>,
}

/// For the one who carries requests out.
#[derive(Debug)]
pub struct Queue {
    /// What is asked for.
    pub requests: mpsc::Receiver<Request>,
    /// What is configured.
    pub standing: watch::Sender<Arc<Standing>>,
}

/// A queue, for those who ask and for the one who changes.
pub fn queue(standing: Standing) -> (Requests, Queue) {
    let (sender, receiver) = mpsc::channel(CAPACITY);
    let (told, standing) = watch::channel(Arc::new(standing));
    (Requests { requests: sender, standing }, Queue { requests: receiver, standing: told })
}

impl Standing {
    /// The file has just been read, and this is what was said over the API before.
    pub fn new(state: State) -> Self {
        let (in_file_too, left_out) = (BTreeSet::new(), BTreeMap::new());
        Self { state, in_file_too, left_out, read_at: SystemTime::now(), mistakes: Vec::new() }
    }
}

impl Requests {
    /// Has a plugin loaded anew, and waits until all streams have changed over to it or it was refused.
    pub async fn plugin(&self, name: &str) -> Result<Reloaded, NotReloaded> {
        let answered = self.ask(|answer| Request::Plugin(name.to_owned(), answer))?;
        answered.await.unwrap_or(Err(NotAsked::Ending.into()))
    }

    /// Has a stream changed, and waits until that is in force and kept, or was refused.
    pub async fn stream(&self, name: &StreamName, change: Change) -> Result<Arc<Standing>, Refused> {
        let answered = self.ask(|answer| Request::Stream(name.clone(), change, answer))?;
        answered.await.unwrap_or(Err(NotAsked::Ending.into()))
    }

    /// Has a change of a stream read and its plugins asked about it, and changes nothing.
    pub async fn check(&self, name: &StreamName, change: Change) -> Result<(), Refused> {
        let answered = self.ask(|answer| Request::Check(name.clone(), change, answer))?;
        answered.await.unwrap_or(Err(NotAsked::Ending.into()))
    }

    /// What is configured now.
    pub fn standing(&self) -> Arc<Standing> {
        self.standing.borrow().clone()
    }

    fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Result<oneshot::Receiver<T>, NotAsked> {
        let (answer, answered) = oneshot::channel();
        self.requests.try_send(request(answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotAsked::Busy,
            mpsc::error::TrySendError::Closed(_) => NotAsked::Ending,
        })?;
        Ok(answered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn when_the_queue_is_full_the_next_is_told_at_once() {
        let (requests, mut queue) = queue(Standing::new(State::default()));
        let ask = |name: &str| requests.ask(|answer| Request::Plugin(name.into(), answer));
        let waiting: Vec<_> = (0..CAPACITY).map(|_| ask("clock").unwrap()).collect();
        assert_eq!(requests.plugin("clock").await.unwrap_err(), NotAsked::Busy.into());
        while let Ok(Request::Plugin(plugin, answer)) = queue.requests.try_recv() {
            answer.send(Err(NotReloaded::Unknown(plugin))).unwrap();
        }
        for answered in waiting {
            assert_eq!(answered.await.unwrap().unwrap_err(), NotReloaded::Unknown("clock".into()));
        }
        drop(queue);
        assert_eq!(requests.plugin("clock").await.unwrap_err(), NotAsked::Ending.into());
    }
}
