use std::net::{Ipv4Addr, SocketAddr};

use super::Resolver;
use crate::key::Key;
use crate::mistake::Wrong;
use crate::places::UsePlace;
use crate::resolved::{Access, Server, Tls};
use crate::section::{At, shown_text};
use crate::written::{self, Text};

impl Resolver<'_, '_, '_> {
    /// `[server]`.
    pub(super) fn server(&mut self, written: &written::Server, has_people: bool) -> Server {
        let key = Key::Root.of("server");
        let mut server = Server::default();
        if let Some(At { span, .. }) = &written.access {
            server.access = Access::Open;
            if has_people {
                let wrong = Wrong::new(
                    "everybody is let in here, and users, tokens or `[anonymous]` are written too: keep one of the two",
                );
                let help =
                    "without `access` only they come in; `[anonymous]` with `view = [\"*\"]` lets everybody else watch";
                self.reader.add(wrong.help(help), &key.of("access"), span.clone());
            }
        }
        server.max_streams = written.max_streams.as_ref().map(|at| at.value.0);
        if let Some(policy) = &written.access_policy {
            server.access_policy = self.policy(&key.of("access_policy"), UsePlace::AccessPolicy, &policy.value);
        }
        server.link_secret = self.link_secret(written.link_secret.as_ref());
        server.cors = self.origins(&written.cors);
        server.trusted_proxies = self.networks(&written.trusted_proxies);
        server.tls = written.tls.as_ref().and_then(|at| self.tls(&key.of("tls"), &at.value));
        // A policy is asked about everybody: it is the access.
        let knows = has_people || server.access == Access::Open || written.access_policy.is_some();
        if let Some(listen) = self.socket(written.listen.as_ref(), &key.of("listen"), knows) {
            server.listen = listen;
        }
        server.control = self.socket(written.control.as_ref(), &key.of("control"), knows);
        if let (Some(control), Some(At { span, .. })) = (server.control, &written.control)
            && control == server.listen
            && control.port() != 0
        {
            let wrong = Wrong::new("stands in `listen` too: write another address, or leave one out");
            self.reader.add_following(wrong, &key.of("control"), span.clone());
        }
        let is_beyond = |address: SocketAddr| !address.ip().to_canonical().is_loopback();
        let is_reached = is_beyond(server.listen) || server.control.is_some_and(is_beyond);
        if is_reached && !has_people && written.access_policy.is_some() {
            server.access = Access::Open;
        }
        server
    }

    /// An address to listen on. Beyond this machine it must be written who comes in.
    fn socket(&mut self, written: Option<&At<Text>>, key: &Key<'_>, knows: bool) -> Option<SocketAddr> {
        let expanded = self.expanded(written, key)?;
        let At { value: Text(text), span } = written?;
        let address = self.check(socket_address(&expanded, text), key, span)?;
        if !address.ip().to_canonical().is_loopback() && !knows {
            let wrong = Wrong::new(format!(
                "beyond loopback users, tokens or `server.access = \"open\"` must be written, got {}",
                shown_text(text)
            ));
            let help = "`framegate user hash` prints the password of a `[users.NAME]`, to which `view = [\"*\"]` belongs; with `access = \"open\"` everybody who can connect may watch, publish and control; or let a plugin decide: `access_policy`";
            self.reader.add_following(wrong.help(help), key, span.clone());
        }
        Some(address)
    }

    /// `[server.tls]`: where the files are. Whoever serves reads them.
    fn tls(&mut self, key: &Key<'_>, written: &written::Tls) -> Option<Tls> {
        let certificate = self.expanded(written.certificate.as_ref(), &key.of("certificate"));
        let private = self.expanded(written.key.as_ref(), &key.of("key"));
        let folder = self.reader.document.folder();
        Some(Tls { certificate: folder.join(certificate?), key: folder.join(private?) })
    }
}

/// `address:port`, or `localhost:port`.
fn socket_address(text: &str, written: &str) -> Result<SocketAddr, Wrong> {
    if let Some(port) = text.strip_prefix("localhost:").and_then(|port| port.parse().ok()) {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    text.parse().map_err(|_| {
        let wrong = Wrong::new(format!("must be an IP address and a port, got {}", shown_text(written)));
        let port = text.trim_start_matches([':', '*']).parse::<u16>().ok();
        match (port, text.parse::<std::net::IpAddr>()) {
            (Some(port), _) => wrong.nearest(Some(format!("\"127.0.0.1:{port}\""))),
            (_, Ok(ip)) => wrong.nearest(Some(format!("\"{}\"", SocketAddr::new(ip, 8080)))),
            _ => wrong.help("such as \"127.0.0.1:8080\", or \"0.0.0.0:8080\" for every IPv4 address of this machine"),
        }
    })
}
