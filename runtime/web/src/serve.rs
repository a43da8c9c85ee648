use std::sync::Arc;
use std::time::Duration;

use access::Rulebook;
use control::reload::Requests;
use hub::Hub;
use issuer::Issuer;
use logs::Logs;
use relay::Relays;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{App, Begun};
use crate::connection::{Connection, Visit};
use crate::listener::{Error, Listener, Listeners};
use crate::passwords::Passwords;
use crate::senders::Senders;
use crate::tls::Certificates;

/// Connections at once, viewers included; the next ones wait in the system's backlog. Ten thousand idle ones take about 200 MB.
const MAX_CONNECTIONS: usize = 10_240;

/// The same of the address for operators, so that no crowd at the other keeps them out.
const MAX_OPERATORS: usize = 256;

/// How long the last answers and close frames may take when the program stops.
const LAST_WORDS: Duration = Duration::from_millis(1_200);

/// What serving needs of the program round it.
#[derive(Clone)]
pub struct Parts {
    /// The streams.
    pub hub: Arc<Hub>,
    /// Who may do what; a reload may put other rules in it.
    pub rules: Rulebook,
    /// The keys of whoever signs tokens.
    pub issuer: Issuer,
    /// What is pushed elsewhere.
    pub relays: Relays,
    /// What is logged.
    pub logs: Logs,
    /// What HTTPS is served with, where it is: until when it lasts is told.
    pub certificates: Option<Certificates>,
    /// Where reloads are asked for.
    pub reloads: Requests,
    /// Waits for the tasks of all connections when the program ends.
    pub tracker: TaskTracker,
    /// Cancelled when the program ends: no new connection, viewers are told.
    pub stop: CancellationToken,
    /// The program's version, for `/api/health`.
    pub version: &'static str,
}

/// Serves until [`Parts::stop`] is cancelled, and about a second longer: requests that run get their answer, WebSocket viewers a close frame (1001).
pub async fn serve(listeners: Listeners, parts: Parts) -> Result<(), Error> {
    let (stop, visits) = (parts.stop.clone(), TaskTracker::new());
    let senders = Senders::start().map_err(Error::Threads)?;
    let passwords = Passwords::start().map_err(Error::Threads)?;
    let begun = Begun { visits: visits.clone(), senders: senders.handles(), passwords: passwords.handle() };
    let app = Arc::new(App::new(parts, begun));
    let router = crate::router::router(app.clone());
    let accept = async |listener: &Listener, most: usize| -> std::convert::Infallible {
        let places = Arc::new(Semaphore::new(most));
        loop {
            let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
            let (stream, peer) = listener.accept().await;
            let connection = Connection {
                stream,
                tls: listener.tls.as_ref().map(Certificates::acceptor),
                visit: Visit::new(peer.ip(), listener.address, listener.door, place),
            };
            app.spawn(connection.run(router.clone(), stop.clone()));
        }
    };
    let Listeners { first, control } = &listeners;
    let others = async {
        match control {
            Some(control) => accept(control, MAX_OPERATORS).await,
            None => std::future::pending().await,
        }
    };
    stop.run_until_cancelled(futures::future::join(accept(first, MAX_CONNECTIONS), others)).await;
    drop(listeners);
    visits.close();
    if tokio::time::timeout(LAST_WORDS, visits.wait()).await.is_err() {
        tracing::debug!(connections = visits.len(), "connections are cut off");
    }
    drop((senders, passwords));
    Ok(())
}
