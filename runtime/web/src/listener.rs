use std::net::SocketAddr;
use std::time::Duration;

use access::{Admits, NotAllowed};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Connections that the system holds for us until they are accepted: a thousand viewers may come back at once when a server restarts.
const BACKLOG: u32 = 1024;

/// How long nothing is accepted when the system has no file descriptor or memory left: by then others may have gone.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(100);

/// Where is listened, and who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `server.listen`; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether beyond loopback is listened at all.
    pub admits: Admits,
}

impl From<&config::Config> for Settings {
    fn from(config: &config::Config) -> Self {
        Self { listen: config.server.listen, admits: Admits::of(config) }
    }
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration must be changed.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The address cannot be had: in use, not this machine's, or not permitted.
    #[error("`server.listen`: cannot listen on {listen}: {error}; stop what listens there, or write another address")]
    Listen {
        /// Which.
        listen: SocketAddr,
        /// The system's words.
        error: std::io::Error,
    },
    /// The system gives no thread.
    #[error("no thread for viewers: {0}")]
    Threads(std::io::Error),
}

/// An address that is listened on. Connections wait in it until it is served.
#[derive(Debug)]
pub struct Listener {
    inner: TcpListener,
    address: SocketAddr,
}

/// Begins to listen, if `access` allows it. The program does this last, so that whoever connects finds everything there.
pub async fn bind(settings: impl Into<Settings>) -> Result<Listener, Error> {
    let Settings { listen, admits } = settings.into();
    access::check_listen(listen, admits)?;
    let inner = open(listen).map_err(|error| Error::Listen { listen, error })?;
    let address = inner.local_addr().map_err(|error| Error::Listen { listen, error })?;
    Ok(Listener { inner, address })
}

fn open(listen: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if listen.is_ipv6() { TcpSocket::new_v6() } else { TcpSocket::new_v4() }?;
    // A restart must not wait for the connections of the process before it to be forgotten (TIME-WAIT).
    socket.set_reuseaddr(true)?;
    socket.bind(listen)?;
    socket.listen(BACKLOG)
}

impl Listener {
    /// The address, with the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection. What goes wrong with one that was never ours, or for want of descriptors, is waited out.
    pub(crate) async fn accept(&self) -> (TcpStream, SocketAddr) {
        loop {
            match self.inner.accept().await {
                Ok(accepted) => return accepted,
                // accept(2): errors of the network or of the connection itself, which is gone.
                Err(error)
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::ConnectionAborted
                            | std::io::ErrorKind::ConnectionReset
                            | std::io::ErrorKind::ConnectionRefused
                            | std::io::ErrorKind::Interrupted
                    ) => {}
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted for the moment");
                    tokio::time::sleep(OUT_OF_DESCRIPTORS).await;
                }
            }
        }
    }
}
