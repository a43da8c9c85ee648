use std::path::PathBuf;
use std::time::Duration;

use media::Codec;

/// Why a session did not begin, or is over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing answers there: refused, no route, no such host, a connection that was reset.
    #[error("cannot reach {at}: {why}")]
    Unreachable {
        /// Host and port.
        at: String,
        /// The system's words.
        why: String,
    },
    /// A step took longer than it may.
    #[error("no answer to {step} within {after:?}")]
    TimedOut {
        /// Which step: `connect`, `DESCRIBE` …
        step: &'static str,
        /// The limit.
        after: Duration,
    },
    /// 401: the credentials are missing or wrong.
    #[error("{}", unauthorized(*.given))]
    Unauthorized {
        /// Whether there were credentials to send.
        given: bool,
    },
    /// 403.
    #[error("the camera forbids this user to watch (403)")]
    Forbidden,
    /// 404: no such path.
    #[error("the camera knows no such path (404): look at the path of `source`")]
    NotFound,
    /// Another status that is no success.
    #[error("the camera answered {step} with {status}{}{words}", if .words.is_empty() { "" } else { ": " })]
    Refused {
        /// Which request.
        step: &'static str,
        /// The status code.
        status: u16,
        /// The server's words.
        words: String,
    },
    /// It answers, but brings nothing that can be used.
    #[error("nothing to show: {0}")]
    Unusable(String),
    /// What it says breaks its protocol.
    #[error("the camera breaks {protocol}: {why}")]
    Protocol {
        /// `RTSP`, `HTTP` …
        protocol: &'static str,
        /// What was wrong.
        why: String,
    },
    /// The connection broke while media came.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// The source said that it is over.
    #[error("the camera ended the stream")]
    Ended,
    /// The file cannot be played.
    #[error("{}: {why}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The scene of `test://` could not be made.
    #[error("the test scene cannot be made: {0}")]
    Scene(String),
}

fn unauthorized(given: bool) -> &'static str {
    match given {
        true => "the camera refuses `username` and `password` (401)",
        false => "the camera wants `username` and `password` (401)",
    }
}

/// What to do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mending {
    /// It may be gone the next time: try again soon.
    Retry,
    /// A person must change something: try again, but seldom.
    RetrySlowly,
}

impl Error {
    /// What to do about it.
    pub fn mending(&self) -> Mending {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Protocol { .. } | Self::Lost(_) | Self::Ended => {
                Mending::Retry
            }
            // 408, 429 and 453 (not enough bandwidth, RFC 2326 section 11.3.4) pass; the other 4xx do not.
            Self::Refused { status: 408 | 429 | 453 | 454, .. } => Mending::Retry,
            Self::Refused { status, .. } if *status >= 500 && !matches!(status, 501 | 505 | 551) => Mending::Retry,
            Self::Unauthorized { .. }
            | Self::Forbidden
            | Self::NotFound
            | Self::Refused { .. }
            | Self::Unusable(_)
            | Self::File { .. }
            | Self::Scene(_) => Mending::RetrySlowly,
        }
    }

    /// A word for programs: `unreachable`, `timed-out`, `unauthorized` …
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::TimedOut { .. } => "timed-out",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::Refused { .. } => "refused",
            Self::Unusable(_) => "unusable",
            Self::Protocol { .. } => "protocol",
            Self::Lost(_) => "lost",
            Self::Ended => "ended",
            Self::File { .. } => "file",
            Self::Scene(_) => "scene",
        }
    }

    /// The error for a status that is no success.
    pub(crate) fn status(step: &'static str, status: u16, words: &str, credentials_given: bool) -> Self {
        match status {
            401 => Self::Unauthorized { given: credentials_given },
            403 => Self::Forbidden,
            404 => Self::NotFound,
            _ => Self::Refused { step, status, words: words.chars().filter(|c| !c.is_control()).take(120).collect() },
        }
    }

    /// For a track of a codec that nothing here can carry.
    pub(crate) fn no_video(found: &[String]) -> Self {
        let can = [Codec::H264, Codec::H265, Codec::Jpeg].map(Codec::name).join(", ");
        match found {
            [] => Self::Unusable("the camera offers no track at all".into()),
            _ => Self::Unusable(format!("the camera offers {}, none of which is video in {can}", found.join(", "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_must_mend_is_retried_slowly() {
        use Mending::{Retry, RetrySlowly};
        let cases = [
            (401, RetrySlowly),
            (403, RetrySlowly),
            (404, RetrySlowly),
            (400, RetrySlowly),
            (461, RetrySlowly),
            (501, RetrySlowly),
            (408, Retry),
            (453, Retry),
            (500, Retry),
            (503, Retry),
        ];
        for (status, mending) in cases {
            assert_eq!(Error::status("DESCRIBE", status, "", true).mending(), mending, "{status}");
        }
        assert_eq!(Error::Ended.mending(), Retry);
        assert_eq!(Error::TimedOut { step: "PLAY", after: Duration::from_secs(5) }.mending(), Retry);
    }

    #[test]
    fn messages_say_what_to_do() {
        assert_eq!(
            Error::status("DESCRIBE", 401, "", false).to_string(),
            "the camera wants `username` and `password` (401)"
        );
        assert_eq!(Error::status("PLAY", 503, "busy\r\n", true).to_string(), "the camera answered PLAY with 503: busy");
        assert_eq!(Error::status("PLAY", 503, "", true).to_string(), "the camera answered PLAY with 503");
    }
}
