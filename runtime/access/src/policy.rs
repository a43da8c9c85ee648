use std::net::{IpAddr, SocketAddr};

use media::StreamName;

use crate::listen::{Admits, is_loopback};
use crate::origin::{self, Authority};

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// See pictures, pages and how streams are.
    View,
    /// Push stills in.
    Publish,
    /// Change something.
    Control,
    /// Read metrics.
    Metrics,
    /// Get what holds nothing that is anybody's business: the frame of a page, the way in and out, whether the program answers.
    Enter,
}

/// Whose page makes the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Ours, or as it is said in `Origin`.
    Unknown,
    /// Of an origin that is written: [`crate::Rules::shares_with`].
    Trusted,
}

/// How it comes, as far as a browser's own rules depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// A request whose answer a page of another origin cannot read.
    Request,
    /// One that changes something: a form of another origin could send it.
    Change,
    /// A WebSocket: browsers open one to anybody and let the page read it (RFC 6455 section 10.2), so that we must look at the origin.
    WebSocket,
}

/// What is known of who asks.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// What is wanted.
    pub action: Action,
    /// Of which stream, if of one.
    pub stream: Option<&'a StreamName>,
    /// How.
    pub manner: Manner,
    /// The other end of the connection.
    pub peer: IpAddr,
    /// `Host`, or `:authority` in HTTP/2, if there is one.
    pub host: Option<&'a str>,
    /// `Origin`, if there is one: browsers send it, others do not.
    pub origin: Option<&'a str>,
    /// What is known of that origin.
    pub page: Page,
}

/// Why it is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// From another machine.
    #[error("only this machine is let in; `[users.NAME]` and `[tokens.NAME]` say who else may")]
    NotLoopback,
    /// The name that was asked for is none of this machine's: a name server may have been made to point here.
    #[error(
        "asked for as {0:?}, which is no name of this machine; use localhost, or write `[users.NAME]`, so that names do not matter"
    )]
    ForeignHost(String),
    /// Only a cookie says who it is, and nothing says whose page asks.
    #[error("with a session alone a request that changes something must have `Origin`, as browsers send it")]
    NoOrigin,
    /// A page of somebody else asks.
    #[error("a page of {0:?} may not do this here")]
    ForeignOrigin(String),
}

/// What is asked before it matters who somebody is: where a request comes from, and whose page makes it.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    admits: Admits,
    listen: SocketAddr,
}

impl Policy {
    /// The rules for a listener at this address.
    pub fn new(admits: Admits, listen: SocketAddr) -> Self {
        Self { admits, listen }
    }

    /// Whether it is allowed.
    pub fn check(&self, ask: &Ask<'_>) -> Result<(), Refused> {
        if self.admits == Admits::Loopback {
            if !is_loopback(ask.peer) {
                return Err(Refused::NotLoopback);
            }
            // Programs may leave `Host` out (HTTP/1.0); a browser cannot.
            if let Some(host) = ask.host
                && !Authority::parse(host).is_some_and(|host| host.is_local(self.listen.ip()))
            {
                return Err(Refused::ForeignHost(shown(host)));
            }
        }
        let changes = matches!(ask.action, Action::Publish | Action::Control);
        if (changes || ask.manner != Manner::Request)
            && ask.page != Page::Trusted
            && let Some(origin) = ask.origin
            && !ask.host.is_some_and(|host| origin::is_same(origin, host))
        {
            return Err(Refused::ForeignOrigin(shown(origin)));
        }
        Ok(())
    }
}

/// What a stranger sent, short enough for a message.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "127.0.0.1";

    fn policy(admits: Admits) -> Policy {
        Policy::new(admits, "127.0.0.1:8080".parse().unwrap())
    }

    fn ask<'a>(action: Action, peer: &str, host: Option<&'a str>, origin: Option<&'a str>) -> Ask<'a> {
        Ask {
            action,
            stream: None,
            manner: Manner::Request,
            peer: peer.parse().unwrap(),
            host,
            origin,
            page: Page::Unknown,
        }
    }

    #[test]
    fn loopback_may_do_everything() {
        for action in [Action::View, Action::Publish, Action::Control, Action::Metrics] {
            assert_eq!(policy(Admits::Loopback).check(&ask(action, HERE, Some("localhost:8080"), None)), Ok(()));
            assert_eq!(policy(Admits::Loopback).check(&ask(action, "::ffff:127.0.0.1", None, None)), Ok(()));
        }
    }

    #[test]
    fn another_machine_is_refused_unless_access_is_open() {
        let ask = ask(Action::View, "10.0.0.9", Some("10.0.0.4:8080"), None);
        assert_eq!(policy(Admits::Loopback).check(&ask), Err(Refused::NotLoopback));
        assert_eq!(policy(Admits::Everybody).check(&ask), Ok(()));
        // Who it is, and what it may, is another question.
        assert_eq!(policy(Admits::Known).check(&ask), Ok(()));
    }

    #[test]
    fn a_rebound_name_is_refused() {
        let ask = ask(Action::View, HERE, Some("evil.example:8080"), None);
        assert_eq!(policy(Admits::Loopback).check(&ask), Err(Refused::ForeignHost("evil.example:8080".into())));
        assert_eq!(policy(Admits::Everybody).check(&ask), Ok(()));
    }

    #[test]
    fn a_page_of_another_origin_changes_nothing_also_where_access_is_open() {
        let evil = Some("http://evil.example");
        for admits in [Admits::Loopback, Admits::Everybody, Admits::Known] {
            for action in [Action::Publish, Action::Control] {
                let refused = policy(admits).check(&ask(action, HERE, Some("localhost:8080"), evil));
                assert_eq!(refused, Err(Refused::ForeignOrigin("http://evil.example".into())));
                assert!(policy(admits).check(&ask(action, HERE, None, evil)).is_err());
                let own = Some("http://localhost:8080");
                assert_eq!(policy(admits).check(&ask(action, HERE, Some("localhost:8080"), own)), Ok(()));
            }
            // It cannot read what it asks for: an `<img>` of another site is harmless.
            assert_eq!(policy(admits).check(&ask(Action::View, HERE, Some("localhost:8080"), evil)), Ok(()));
            let socket = Ask { manner: Manner::WebSocket, ..ask(Action::View, HERE, Some("localhost:8080"), evil) };
            assert!(policy(admits).check(&socket).is_err());
            let trusted = Ask { page: Page::Trusted, ..socket };
            assert_eq!(policy(admits).check(&trusted), Ok(()));
            let form = Ask { manner: Manner::Change, ..ask(Action::Enter, HERE, Some("localhost:8080"), evil) };
            assert!(policy(admits).check(&form).is_err());
        }
    }
}
