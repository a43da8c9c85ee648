//! Whether the address of `server.listen` can be had.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use super::Finding;
use crate::commands::health;

/// One finding.
pub(crate) fn look(listen: SocketAddr) -> Finding {
    let subject = "server.listen";
    let error = match TcpListener::bind(listen) {
        Ok(_) => return Finding::fine(subject, format!("{listen} is free")),
        Err(error) => error,
    };
    let found = format!("{listen}: {error}");
    match error.kind() {
        ErrorKind::AddrInUse if health::ask(&format!("http://{}", reached(listen))).is_ok() => {
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
pub(crate) fn reached(listen: SocketAddr) -> SocketAddr {
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
        let bad = look(address);
        assert_eq!((bad.verdict, bad.advice.is_some_and(|advice| advice.contains("ss -ltnp"))), (Verdict::Bad, true));
        assert_eq!(look("127.0.0.1:0".parse().expect("an address")).verdict, Verdict::Fine);
        // TEST-NET-1 (RFC 5737) is nobody's.
        assert_eq!(look("192.0.2.1:8080".parse().expect("an address")).verdict, Verdict::Bad);
        assert_eq!(reached("[::]:80".parse().expect("an address")).to_string(), "[::1]:80");
    }
}
