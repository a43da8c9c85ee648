//! What the supervisor waits for beside demand: a session that opens, gives access units, or closes. Never two at once: many cameras serve
//! one client.

use std::fmt;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use media::Unit;
use source::push::{self, Inlet, Outlet};
use source::{Description, Error};
use tokio::time::timeout;

/// How long an attempt that nobody wants any more may take to come about and be closed properly; a camera that is left in the middle of
/// SETUP keeps the session, and its memory, for a minute.
const GRACE: Duration = Duration::from_secs(1);

/// Boxed, so that a stream that waits is small: a session's future has the size of a connection.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where sessions come from: the source room, or a test's script.
pub(crate) trait Open: Send + Sync + 'static {
    /// Connects, with time-outs.
    fn open(&self) -> Boxed<'static, Result<Box<dyn Session>, Error>>;
}

/// What a configuration's sessions come from: the source room, or a test's script.
pub(crate) trait Sources: Send + 'static {
    /// Where stills are pushed in, if they are, and where sessions come from.
    fn of(&self, config: &Arc<config::Stream>) -> (Option<Inlet>, Box<dyn Open>);
}

/// One connection of a source.
pub(crate) trait Session: Send + 'static {
    /// The next access or audio unit; an error is the end. Cancel-safe.
    fn next(&mut self) -> Boxed<'_, Result<Unit, Error>>;
    /// Tells the camera, in bounded time.
    fn close(self: Box<Self>) -> Boxed<'static, ()>;
    /// For status.
    fn description(&self) -> Description;
}

/// The sources that configurations name.
pub(crate) struct ByConfiguration;

impl Sources for ByConfiguration {
    fn of(&self, config: &Arc<config::Stream>) -> (Option<Inlet>, Box<dyn Open>) {
        let (inlet, outlet) = match config.source {
            config::Source::Push => {
                let (inlet, outlet) = push::channel();
                (Some(inlet), Some(Arc::new(outlet)))
            }
            _ => (None, None),
        };
        (inlet, Box::new(Configured { stream: config.clone(), outlet }))
    }
}

/// The source that the configuration names.
#[derive(Debug)]
struct Configured {
    stream: Arc<config::Stream>,
    /// For `push`.
    outlet: Option<Arc<Outlet>>,
}

impl Open for Configured {
    fn open(&self) -> Boxed<'static, Result<Box<dyn Session>, Error>> {
        let (stream, outlet) = (self.stream.clone(), self.outlet.clone());
        Box::pin(async move {
            let session = source::Session::open(&stream, outlet.as_deref()).await?;
            Ok(Box::new(session) as Box<dyn Session>)
        })
    }
}

impl Session for source::Session {
    fn next(&mut self) -> Boxed<'_, Result<Unit, Error>> {
        Box::pin(self.next())
    }

    fn close(self: Box<Self>) -> Boxed<'static, ()> {
        Box::pin((*self).close())
    }

    fn description(&self) -> Description {
        self.description()
    }
}

/// What came of waiting.
pub(crate) enum Outcome {
    Opened(Description),
    Unit(Unit),
    Over(Error),
    Closed,
}

/// The session, in whichever part of its life.
#[derive(Default)]
pub(crate) enum Work {
    #[default]
    None,
    Opening(Boxed<'static, Result<Box<dyn Session>, Error>>),
    Running(Box<dyn Session>),
    Closing(Boxed<'static, ()>),
}

impl Work {
    /// Begins a session, when the one before is closed.
    pub(crate) fn open(&mut self, source: &dyn Open) {
        self.close();
        let opening = source.open();
        *self = Self::Opening(match std::mem::take(self) {
            Self::Closing(closing) => Box::pin(async {
                closing.await;
                opening.await
            }),
            _ => opening,
        });
    }

    /// Ends the session, or the attempt.
    pub(crate) fn close(&mut self) {
        *self = match std::mem::take(self) {
            Self::Running(session) => Self::Closing(session.close()),
            Self::Opening(opening) => Self::Closing(Box::pin(async {
                if let Ok(Ok(session)) = timeout(GRACE, opening).await {
                    session.close().await;
                }
            })),
            other => other,
        };
    }

    /// What comes next of it. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Outcome {
        let (outcome, then) = match self {
            Self::None => pending().await,
            Self::Opening(opening) => match opening.await {
                Ok(session) => (Outcome::Opened(session.description()), Self::Running(session)),
                Err(error) => (Outcome::Over(error), Self::None),
            },
            Self::Running(session) => match session.next().await {
                Ok(unit) => return Outcome::Unit(unit),
                // Whether and when to close it is said by the state machine.
                Err(error) => return Outcome::Over(error),
            },
            Self::Closing(closing) => {
                closing.await;
                (Outcome::Closed, Self::None)
            }
        };
        *self = then;
        outcome
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Opening(_) => "Opening",
            Self::Running(_) => "Running",
            Self::Closing(_) => "Closing",
        })
    }
}
