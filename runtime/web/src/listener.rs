use std::net::SocketAddr;
use std::time::Duration;

use access::{Admits, NotAllowed};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::tls::Certificates;

/// Connections that the system holds for us until they are accepted: a thousand viewers may come back at once when a server restarts.
const BACKLOG: u32 = 1024;

/// How long nothing is accepted when the system has no file descriptor or memory left: by then others may have gone.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(100);

/// What is served at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// Everything.
    All,
    /// What those who watch and publish need: operators have an address of their own.
    Public,
}

/// Where is listened, and who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `server.listen`; port 0 takes a free one.
    pub listen: SocketAddr,
    /// `server.control`: where operators are served, if not there too.
    pub control: Option<SocketAddr>,
    /// Whether beyond loopback is listened at all.
    pub admits: Admits,
}

impl From<&config::Config> for Settings {
    fn from(config: &config::Config) -> Self {
        let config::Server { listen, control, .. } = config.server;
        Self { listen, control, admits: Admits::of(config) }
    }
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration must be changed.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The address cannot be had: in use, not this machine's, or not permitted.
    #[error("`server.{key}`: cannot listen on {listen}: {error}; stop what listens there, or write another address")]
    Listen {
        /// `listen` or `control`.
        key: &'static str,
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

/// The addresses that are listened on. Connections wait in them until they are served.
#[derive(Debug)]
pub struct Listeners {
    pub(crate) first: Listener,
    pub(crate) control: Option<Listener>,
}

/// One address.
#[derive(Debug)]
pub(crate) struct Listener {
    inner: TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) door: Door,
    /// HTTPS is served with these; HTTP if none.
    pub(crate) tls: Option<Certificates>,
}

/// Begins to listen, if `access` allows it. The program does this last, so that whoever connects finds everything there.
pub async fn bind(settings: impl Into<Settings>) -> Result<Listeners, Error> {
    let Settings { listen, control, admits } = settings.into();
    let control = control.map(|control| bound("control", control, admits)).transpose()?;
    Ok(Listeners::new(bound("listen", listen, admits)?, control))
}

/// Takes sockets that listen already, the first in place of `listen` and the second of `control`, which is begun to be listened on where it is written and no
/// second one came: whoever started the program opened them, so that nobody who connects meanwhile is refused. Who may be let in by one is a matter of its
/// own address, whatever the file says.
pub fn take(
    first: std::net::TcpListener,
    control: Option<std::net::TcpListener>,
    settings: impl Into<Settings>,
) -> Result<Listeners, Error> {
    let Settings { control: written, admits, .. } = settings.into();
    let taken = |key, socket: std::net::TcpListener| {
        let address = socket.local_addr().map_err(Error::Passed)?;
        access::check_listen(key, address, admits)?;
        // One that is not listening is told here, and not by each `accept`.
        if !socket2::SockRef::from(&socket).is_listener().map_err(Error::Passed)? {
            return Err(Error::Passed(std::io::ErrorKind::NotConnected.into()));
        }
        socket.set_nonblocking(true).map_err(Error::Passed)?;
        let inner = TcpListener::from_std(socket).map_err(Error::Passed)?;
        Ok(Listener { inner, address, door: Door::All, tls: None })
    };
    let control = match (control, written) {
        (Some(control), _) => Some(taken("control", control)?),
        (None, Some(written)) => Some(bound("control", written, admits)?),
        (None, None) => None,
    };
    Ok(Listeners::new(taken("listen", first)?, control))
}

fn bound(key: &'static str, listen: SocketAddr, admits: Admits) -> Result<Listener, Error> {
    access::check_listen(key, listen, admits)?;
    let inner = open(listen).map_err(|error| Error::Listen { key, listen, error })?;
    let address = inner.local_addr().map_err(|error| Error::Listen { key, listen, error })?;
    Ok(Listener { inner, address, door: Door::All, tls: None })
}

fn open(listen: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if listen.is_ipv6() { TcpSocket::new_v6() } else { TcpSocket::new_v4() }?;
    // A restart must not wait for the connections of the process before it to be forgotten (TIME-WAIT).
    socket.set_reuseaddr(true)?;
    socket.bind(listen)?;
    socket.listen(BACKLOG)
}

impl Listeners {
    fn new(first: Listener, control: Option<Listener>) -> Self {
        let door = if control.is_some() { Door::Public } else { Door::All };
        Self { first: Listener { door, ..first }, control }
    }

    /// Serves HTTPS with these.
    pub fn secured(self, certificates: &Certificates) -> Self {
        let secured = |listener: Listener| Listener { tls: Some(certificates.clone()), ..listener };
        let control = self.control.map(|control| match config::Tls::covers_control(control.address) {
            true => secured(control),
            false => control,
        });
        Self { first: secured(self.first), control }
    }

    /// Where is served, with the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.first.address
    }

    /// The same as it stands before a path.
    pub fn url(&self) -> String {
        self.first.url()
    }

    /// The same of the address that operators have of their own.
    pub fn control_url(&self) -> Option<String> {
        self.control.as_ref().map(Listener::url)
    }
}

impl Listener {
    fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
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
        let listen = "127.0.0.1:0".parse().expect("an address");
        let settings = |admits| Settings { listen, control: None, admits };
        let listeners = take(passed("127.0.0.1:0"), None, settings(Admits::Loopback)).expect("this machine alone");
        assert!(listeners.address().port() > 0);
        assert_eq!((listeners.first.door, listeners.control_url()), (Door::All, None));
        let refused = take(passed("0.0.0.0:0"), None, settings(Admits::Loopback)).expect_err("other machines");
        assert!(matches!(refused, Error::NotAllowed(_)), "{refused}");
        let control = Some(passed("0.0.0.0:0"));
        let refused = take(passed("127.0.0.1:0"), control, settings(Admits::Loopback)).expect_err("them too");
        assert!(refused.to_string().starts_with("`server.control`"), "{refused}");
        let control = Some(passed("127.0.0.1:0"));
        let listeners = take(passed("0.0.0.0:0"), control, settings(Admits::Known)).expect("who is known");
        assert_eq!(listeners.first.door, Door::Public);
        // What the file says of operators holds also where nobody opened their address.
        let written = Settings { control: Some(listen), ..settings(Admits::Known) };
        let listeners = take(passed("0.0.0.0:0"), None, written).expect("a free port");
        assert_eq!(listeners.first.door, Door::Public);
        assert!(listeners.control_url().is_some());
    }

    #[tokio::test]
    async fn a_socket_that_does_not_listen_is_refused() {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        let address: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        socket.bind(&address.into()).expect("a free port");
        let refused = take(socket.into(), None, Settings { listen: address, control: None, admits: Admits::Loopback })
            .expect_err("nobody could connect");
        assert!(refused.to_string().contains("TCP socket that listens"), "{refused}");
    }
}
