//! The two request fields by which a browser says whose page asks: `Host` (RFC 9110 section 7.2) and `Origin` (RFC 6454 section 7).

use std::net::{IpAddr, Ipv6Addr};

/// Host and port as they stand in `Host`, in `:authority` and behind the scheme of an `Origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority<'a> {
    /// A name or an address, without brackets, as it was written.
    host: &'a str,
    port: Option<u16>,
}

impl<'a> Authority<'a> {
    /// None if it is not `host`, `host:port` or `[address]:port`.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, behind) = rest.split_once(']')?;
                host.parse::<Ipv6Addr>().ok()?;
                (host, behind)
            }
            None => text.split_at(text.find(':').unwrap_or(text.len())),
        };
        let port = match port.strip_prefix(':') {
            // `host:` has no port (RFC 3986 section 3.2.3).
            Some("") => None,
            Some(port) => Some(port.parse().ok()?),
            None if port.is_empty() => None,
            None => return None,
        };
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:%".contains(c);
        (!host.is_empty() && host.chars().all(allowed)).then_some(Self { host, port })
    }

    /// Whether it means this machine whatever a name server says: `localhost` and what is below it (RFC 6761 section 6.3), loopback addresses, and
    /// `listen` itself.
    pub(crate) fn is_local(&self, listen: IpAddr) -> bool {
        if let Ok(ip) = self.host.parse::<IpAddr>() {
            return crate::listen::is_loopback(ip) || ip.to_canonical() == listen.to_canonical();
        }
        let name = self.host.trim_end_matches('.').to_ascii_lowercase();
        name == "localhost" || name.ends_with(".localhost")
    }
}

/// Whether a page of this origin came from this host. A proxy in front may speak https to the browser and http to us, so that only the port that
/// the scheme implies is added, not compared.
pub(crate) fn is_same(origin: &str, host: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else {
        // `null`: a sandboxed frame, a file, a redirect across origins.
        return false;
    };
    let implied = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    match (Authority::parse(authority), Authority::parse(host)) {
        (Some(origin), Some(host)) => {
            origin.host.eq_ignore_ascii_case(host.host)
                && origin.port.unwrap_or(implied) == host.port.unwrap_or(implied)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_the_host_with_its_implied_port() {
        let same = [
            ("http://localhost:8080", "localhost:8080"),
            ("http://LocalHost:8080", "localhost:8080"),
            ("http://cams.example", "cams.example"),
            ("http://cams.example", "cams.example:80"),
            ("https://cams.example", "cams.example"),
            ("https://cams.example", "cams.example:443"),
            ("http://[::1]:8080", "[::1]:8080"),
        ];
        for (origin, host) in same {
            assert!(is_same(origin, host), "{origin} {host}");
        }
        let other = [
            ("null", "localhost:8080"),
            ("", "localhost:8080"),
            ("http://localhost:8081", "localhost:8080"),
            ("http://localhost", "localhost:8080"),
            ("http://evil.example", "localhost:8080"),
            ("http://localhost.evil.example:8080", "localhost:8080"),
            ("http://localhost:8080@evil.example", "localhost:8080"),
            ("http://localhost:8080/", "localhost:8080"),
            ("file://", "localhost:8080"),
            ("chrome-extension://abc", "abc"),
        ];
        for (origin, host) in other {
            assert!(!is_same(origin, host), "{origin} {host}");
        }
    }

    #[test]
    fn only_what_no_name_server_decides_is_local() {
        let local = |host: &str| Authority::parse(host).is_some_and(|a| a.is_local("127.0.0.1".parse().unwrap()));
        for host in [
            "localhost",
            "localhost:8080",
            "LOCALHOST.",
            "cams.localhost",
            "127.0.0.1:8080",
            "127.1.2.3",
            "[::1]:80",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(local(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "notlocalhost",
            "192.168.1.4",
            "0.0.0.0",
            "[::1",
            "::1",
            "localhost:99999",
            "a b",
        ] {
            assert!(!local(host), "{host}");
        }
        assert!(Authority::parse("10.0.0.4:8080").unwrap().is_local("10.0.0.4".parse().unwrap()));
    }
}
