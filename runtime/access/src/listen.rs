use std::net::{IpAddr, SocketAddr};

use config::Access;

/// An address that may not be listened on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`server.listen`: {0} is reached from other machines, and everybody there could watch and change everything; \
     listen on 127.0.0.1, or write `access = \"open\"` under `[server]` if that is meant"
)]
pub struct NotAllowed(pub SocketAddr);

/// Whether this address may be listened on: beyond loopback only with `access = "open"`.
pub fn check_listen(listen: SocketAddr, access: Access) -> Result<(), NotAllowed> {
    match access {
        Access::Open => Ok(()),
        Access::Loopback if is_loopback(listen.ip()) => Ok(()),
        Access::Loopback => Err(NotAllowed(listen)),
    }
}

/// Whether it is this machine: 127.0.0.0/8, `::1`, and the former written as IPv6 (`::ffff:127.0.0.1`, RFC 4291 section 2.5.5.2).
pub(crate) fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_loopback_nothing_starts_unless_it_is_written() {
        let cases = [
            ("127.0.0.1:8080", true),
            ("127.9.9.9:1", true),
            ("[::1]:8080", true),
            ("[::ffff:127.0.0.1]:80", true),
            ("0.0.0.0:8080", false),
            ("[::]:8080", false),
            ("192.168.1.4:8080", false),
        ];
        for (listen, loopback) in cases {
            let listen = listen.parse().unwrap();
            assert_eq!(check_listen(listen, Access::Loopback).is_ok(), loopback, "{listen}");
            assert!(check_listen(listen, Access::Open).is_ok());
        }
    }

    #[test]
    fn the_refusal_says_what_to_write() {
        let error = check_listen("0.0.0.0:8080".parse().unwrap(), Access::Loopback).unwrap_err().to_string();
        assert!(error.starts_with("`server.listen`: 0.0.0.0:8080 is reached"), "{error}");
        assert!(error.contains("`access = \"open\"`"), "{error}");
    }
}
