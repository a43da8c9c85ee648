//! Who asks, where a proxy asks for them. Pure.

use std::net::{IpAddr, SocketAddr};

use config::Network;

/// Proxies whose word is taken for who asked them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

impl Proxies {
    /// These.
    pub fn new(trusted: Vec<Network>) -> Self {
        Self(trusted)
    }

    /// Who asks over a connection from `peer`: of what its `X-Forwarded-For` says, each proxy having put behind it whom it was asked by, the last that is no
    /// trusted proxy itself. Before a word that is no address nothing is believed.
    pub fn client<'h>(&self, peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'h str>) -> IpAddr {
        let mut client = peer.to_canonical();
        for word in forwarded.rev().flat_map(|value| value.rsplit(',')) {
            if !self.trusts(client) {
                return client;
            }
            match address(word.trim()) {
                Some(asked_by) => client = asked_by,
                None => return client,
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// An address, which some proxies write with a port.
fn address(word: &str) -> Option<IpAddr> {
    let bare = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).unwrap_or(word);
    let address = bare.parse().ok().or_else(|| word.parse().ok().map(|with_port: SocketAddr| with_port.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies = Proxies::new(trusted.iter().map(|network| network.parse().unwrap()).collect());
        proxies.client(peer.parse().unwrap(), forwarded.iter().copied()).to_string()
    }

    #[test]
    fn a_proxy_that_is_not_trusted_is_who_asks() {
        assert_eq!(client(&[], "127.0.0.1", &["192.0.2.7"]), "127.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "192.0.2.1", &["127.0.0.1"]), "192.0.2.1");
    }

    #[test]
    fn of_trusted_proxies_the_first_that_is_none_is_who_asks() {
        let trusted = ["127.0.0.1", "10.0.0.0/8"];
        assert_eq!(client(&trusted, "127.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        // What a client writes itself stands before what proxies write, and is never reached.
        assert_eq!(client(&trusted, "127.0.0.1", &["127.0.0.1, 192.0.2.7, 10.0.0.3"]), "192.0.2.7");
        assert_eq!(client(&trusted, "127.0.0.1", &["127.0.0.1", "192.0.2.7:4711, 10.0.0.3"]), "192.0.2.7");
        assert_eq!(client(&trusted, "::ffff:127.0.0.1", &["[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(client(&trusted, "127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(client(&trusted, "127.0.0.1", &["192.0.2.7, unknown"]), "127.0.0.1");
    }
}
