use std::net::{IpAddr, SocketAddr};

use config::{Access, Config};

/// Who is let in at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Admits {
    /// This machine alone, to everything: nothing is written.
    #[default]
    Loopback,
    /// Everybody who can connect, to everything: `access = "open"`, or an access policy that decides.
    Everybody,
    /// Whoever is known, to what is written for them: users, tokens, `[anonymous]`.
    Known,
}

impl Admits {
    /// What the file says.
    pub fn of(config: &Config) -> Self {
        match config.server.access {
            _ if !config.people.is_empty() => Self::Known,
            Access::Open => Self::Everybody,
            Access::Loopback => Self::Loopback,
        }
    }

    /// Whether pages of other origins may read what is viewed: not where a browser on this machine could be made to fetch it for them.
    pub fn shares_with_other_origins(self) -> bool {
        self == Self::Everybody
    }
}

/// An address that may not be listened on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`server.{key}`: {address} is reached from other machines, and everybody there could watch and change everything; \
     listen on 127.0.0.1, write `[users.NAME]` or `[tokens.NAME]`, or `access = \"open\"` under `[server]` if that is meant"
)]
pub struct NotAllowed {
    /// `listen` or `control`.
    pub key: &'static str,
    /// What is written there.
    pub address: SocketAddr,
}

/// Whether this address may be listened on: beyond loopback only where it is written who comes in.
pub fn check_listen(key: &'static str, address: SocketAddr, admits: Admits) -> Result<(), NotAllowed> {
    match admits {
        Admits::Everybody | Admits::Known => Ok(()),
        Admits::Loopback if is_loopback(address.ip()) => Ok(()),
        Admits::Loopback => Err(NotAllowed { key, address }),
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
            assert_eq!(check_listen("listen", listen, Admits::Loopback).is_ok(), loopback, "{listen}");
            assert!(check_listen("listen", listen, Admits::Everybody).is_ok());
            assert!(check_listen("listen", listen, Admits::Known).is_ok());
        }
    }

    #[test]
    fn the_refusal_says_what_to_write() {
        let error = check_listen("listen", "0.0.0.0:8080".parse().unwrap(), Admits::Loopback).unwrap_err().to_string();
        assert!(error.starts_with("`server.listen`: 0.0.0.0:8080 is reached"), "{error}");
        assert!(error.contains("`access = \"open\"`") && error.contains("`[users.NAME]`"), "{error}");
    }
}
