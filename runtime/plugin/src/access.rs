//! Who asks for what, as an access policy is told, and what it says.

use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

/// One who asks. Prints without what it brings: tokens and cookies are in that.
#[derive(Clone)]
pub struct Applicant {
    /// `view`, `publish`, `control` or `metrics`.
    pub action: &'static str,
    /// The stream, if the request is about one.
    pub stream: Option<String>,
    /// Method and path, without the query.
    pub target: String,
    /// Bearer token, or the `token` of the query.
    pub token: Option<String>,
    /// User name that was checked already.
    pub user: Option<String>,
    /// The request's headers, in its order.
    pub headers: Vec<(String, String)>,
    /// The other side.
    pub address: IpAddr,
    /// When it asked.
    pub time: SystemTime,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It goes on, by this name in logs and lists if the policy gave one.
    Allow(Option<String>),
    /// It must say who it is.
    Challenge,
    /// It is refused; the reason is for the log.
    Refuse(String),
}

/// How long an answer holds if the policy does not say.
pub(crate) const REMEMBERED: Duration = Duration::from_secs(5);
/// How long an answer holds at most.
pub(crate) const MAX_REMEMBERED: Duration = Duration::from_secs(300);

/// Whether an answer is remembered by this header: what it depends on beside these is asked anew.
pub(crate) fn is_credential(header: &str) -> bool {
    header.eq_ignore_ascii_case("authorization") || header.eq_ignore_ascii_case("cookie")
}

impl fmt::Debug for Applicant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, stream, target, address, .. } = self;
        write!(f, "{action} {stream:?} {target} from {address}")
    }
}
