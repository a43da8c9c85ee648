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
    /// What was passed is no socket that can be served.
    #[error("the socket that was passed cannot be served: {0}; it has to be a TCP socket that listens")]
    Passed(std::io::Error),
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

/// Takes a socket that listens already: whoever started the program opened it, so that nobody who connects meanwhile is refused. Who may be let in by it
/// is a matter of its own address, whatever the file says of `listen`.
pub fn take(socket: std::net::TcpListener, admits: Admits) -> Result<Listener, Error> {
    let address = socket.local_addr().map_err(Error::Passed)?;
    access::check_listen(address, admits)?;
    // One that is not listening is told here, and not by each `accept`.
    if !socket2::SockRef::from(&socket).is_listener().map_err(Error::Passed)? {
        return Err(Error::Passed(std::io::ErrorKind::NotConnected.into()));
    }
    socket.set_nonblocking(true).map_err(Error::Passed)?;
    Ok(Listener { inner: TcpListener::from_std(socket).map_err(Error::Passed)?, address })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_passed_socket_is_taken_by_the_rule_of_its_own_address() {
        let passed = |address: &str| std::net::TcpListener::bind(address).expect("a free port");
        let listener = take(passed("127.0.0.1:0"), Admits::Loopback).expect("this machine alone");
        assert!(listener.address().port() > 0);
        let refused = take(passed("0.0.0.0:0"), Admits::Loopback).expect_err("other machines");
        assert!(matches!(refused, Error::NotAllowed(_)), "{refused}");
        take(passed("0.0.0.0:0"), Admits::Known).expect("whoever is known");
    }

    #[tokio::test]
    async fn a_socket_that_does_not_listen_is_refused() {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        let address: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        socket.bind(&address.into()).expect("a free port");
        let refused = take(socket.into(), Admits::Loopback).expect_err("nobody could connect");
        assert!(refused.to_string().contains("TCP socket that listens"), "{refused}");
    }
}
