//! Whether the addresses of `server.listen` and `server.control` can be had, and where a server is reached that has them.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use config::Server;

use super::Finding;
use crate::commands::health;

/// A finding for each.
pub(crate) fn look(server: &Server) -> impl Iterator<Item = Finding> {
    let control = server.control.map(|control| one("server.control", control, is_secured(server, control)));
    [one("server.listen", server.listen, server.tls.is_some())].into_iter().chain(control)
}

/// Where operators reach a server that is served so from here.
pub(crate) fn url(server: &Server) -> String {
    match server.control {
        Some(control) => at(control, is_secured(server, control)),
        None => at(server.listen, server.tls.is_some()),
    }
}

fn is_secured(server: &Server, control: SocketAddr) -> bool {
    server.tls.is_some() && config::Tls::covers_control(control)
}

fn at(listen: SocketAddr, is_secured: bool) -> String {
    format!("{}://{}", if is_secured { "https" } else { "http" }, reached(listen))
}

fn one(subject: &str, listen: SocketAddr, is_secured: bool) -> Finding {
    let error = match TcpListener::bind(listen) {
        Ok(_) => return Finding::fine(subject, format!("{listen} is free")),
        Err(error) => error,
    };
    let found = format!("{listen}: {error}");
    match error.kind() {
        ErrorKind::AddrInUse if health::ask(&at(listen, is_secured)).is_ok() => {
            Finding::fine(subject, format!("Framegate, or what answers as it does, serves {listen} already"))
        }
        ErrorKind::AddrInUse => Finding::bad(
            subject,
            found,
            format!(
                "stop what listens there (`ss -ltnp 'sport = :{}'` names it), or write another port",
                listen.port()
            ),
        ),
        ErrorKind::PermissionDenied => Finding::bad(
            subject,
            found,
            "ports below 1024 are for who may: let systemd open it (framegate.socket), put a proxy before it, or write another port",
        ),
        ErrorKind::AddrNotAvailable => Finding::bad(
            subject,
            found,
            "it is none of this machine's addresses (`ip address`): write one of them, or 0.0.0.0",
        ),
        _ => Finding::bad(subject, found, "write another address"),
    }
}

/// Where a server that listens to all addresses is reached from here.
fn reached(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn an_address_that_somebody_has_is_told() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = taken.local_addr().expect("an address");
        // Nobody there answers: it waits for its time.
        std::thread::spawn(move || {
            while let Ok((stream, _)) = taken.accept() {
                drop(stream)
            }
        });
        let bad = one("server.listen", address, false);
        assert_eq!((bad.verdict, bad.advice.is_some_and(|advice| advice.contains("ss -ltnp"))), (Verdict::Bad, true));
        assert_eq!(one("server.listen", "127.0.0.1:0".parse().expect("an address"), false).verdict, Verdict::Fine);
        // TEST-NET-1 (RFC 5737) is nobody's.
        assert_eq!(one("server.listen", "192.0.2.1:8080".parse().expect("an address"), false).verdict, Verdict::Bad);
    }

    #[test]
    fn operators_are_led_to_their_own_address() {
        let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let tls = || Some(config::Tls { certificate: "cert.pem".into(), key: "key.pem".into() });
        let cases = [
            ("[::]:80", None, None, "http://[::1]:80"),
            ("0.0.0.0:443", None, tls(), "https://127.0.0.1:443"),
            ("0.0.0.0:443", Some("127.0.0.1:9090"), tls(), "http://127.0.0.1:9090"),
            ("0.0.0.0:443", Some("10.0.0.4:9090"), tls(), "https://10.0.0.4:9090"),
            ("0.0.0.0:80", Some("10.0.0.4:9090"), None, "http://10.0.0.4:9090"),
        ];
        for (listen, control, tls, expected) in cases {
            let server = Server { listen: address(listen), control: control.map(address), tls, ..Server::default() };
            assert_eq!(url(&server), expected);
        }
    }
}
