//! What operators ask of the one task that reloads: requests wait in a bounded queue, and each gets its answer.

use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use crate::installed::Installed;

/// Requests that wait for the one before them. When it is full the next is told to come again: a reload takes about as long as an operator waits.
pub const CAPACITY: usize = 8;

/// A request: a plugin is to be loaded anew.
#[derive(Debug)]
pub struct Request {
    /// Its name in `streams.toml`.
    pub plugin: String,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Result<Reloaded, NotReloaded>>,
}

/// `POST /api/plugins/{name}/reload`.
#[derive(Clone, Debug, Serialize)]
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
    #[error("{CAPACITY} reloads wait already")]
    Busy,
    /// The program ends.
    #[error("the program ends")]
    Ending,
}

/// Where requests are handed in. Cloning gives another handle of the same queue.
#[derive(Clone, Debug)]
pub struct Requests(mpsc::Sender<Request>);

/// A queue, for those who ask and for the one who reloads.
pub fn queue() -> (Requests, mpsc::Receiver<Request>) {
    let (sender, receiver) = mpsc::channel(CAPACITY);
    (Requests(sender), receiver)
}

impl Requests {
    /// Has a plugin loaded anew, and waits until all streams have changed over to it or it was refused.
    pub async fn plugin(&self, name: &str) -> Result<Reloaded, NotReloaded> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Request { plugin: name.to_owned(), answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotReloaded::Busy,
            mpsc::error::TrySendError::Closed(_) => NotReloaded::Ending,
        })?;
        answered.await.unwrap_or(Err(NotReloaded::Ending))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn when_the_queue_is_full_the_next_is_told_at_once() {
        let (requests, mut queue) = queue();
        let ask = |name: &str| {
            let (answer, answered) = oneshot::channel();
            requests.0.try_send(Request { plugin: name.into(), answer }).map(|()| answered)
        };
        let waiting: Vec<_> = (0..CAPACITY).map(|_| ask("clock").unwrap()).collect();
        assert_eq!(requests.plugin("clock").await.unwrap_err(), NotReloaded::Busy);
        while let Ok(request) = queue.try_recv() {
            request.answer.send(Err(NotReloaded::Unknown(request.plugin))).unwrap();
        }
        for answered in waiting {
            assert_eq!(answered.await.unwrap().unwrap_err(), NotReloaded::Unknown("clock".into()));
        }
        drop(queue);
        assert_eq!(requests.plugin("clock").await.unwrap_err(), NotReloaded::Ending);
    }
}
