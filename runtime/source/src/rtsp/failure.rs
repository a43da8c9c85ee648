use std::time::Duration;

use url::Url;

use crate::Error;

/// Which request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Describe,
    Setup,
    Play,
}

impl Step {
    fn word(self) -> &'static str {
        match self {
            Self::Describe => "DESCRIBE",
            Self::Setup => "SETUP",
            Self::Play => "PLAY",
        }
    }
}

/// A request that failed, before it is known whether another attempt follows.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) step: Step,
    why: Why,
}

#[derive(Debug)]
enum Why {
    TimedOut(Duration),
    Retina(retina::Error),
    Unusable(Error),
}

impl Failure {
    pub(super) fn answered(step: Step, error: retina::Error) -> Self {
        Self { step, why: Why::Retina(error) }
    }

    pub(super) fn timed_out(step: Step, limit: Duration) -> Self {
        Self { step, why: Why::TimedOut(limit) }
    }

    pub(super) fn unusable(step: Step, error: Error) -> Self {
        Self { step, why: Why::Unusable(error) }
    }

    fn status(&self) -> Option<u16> {
        match &self.why {
            Why::Retina(error) => error.status_code(),
            _ => None,
        }
    }

    /// The camera said no, in so many words: the connection is as it was.
    pub(super) fn is_answered(&self) -> bool {
        self.status().is_some_and(|status| status >= 400)
    }

    /// 461 is "Unsupported transport" (RFC 2326, section 11.3.14); some servers say 400 instead.
    pub(super) fn is_refused_transport(&self) -> bool {
        matches!(self.status(), Some(400 | 461))
    }

    /// A SETUP that succeeded, but its answer is not for the transport that was asked for: what the connection is now is unknown. Likewise where
    /// the camera refused TCP and then closed the connection before it could be asked for UDP.
    pub(super) fn is_mixed_up(&self) -> bool {
        match &self.why {
            Why::Retina(error) => error.status_code().is_none_or(|status| (200..300).contains(&status)),
            _ => false,
        }
    }

    /// DESCRIBE has told whether the credentials are right; a 401 behind it is a nonce that went stale (RFC 7616, section 3.3), which retina
    /// does not answer. A camera that first asks at SETUP looks the same: its second 401 tells.
    pub(super) fn may_be_stale_nonce(&self) -> bool {
        self.step != Step::Describe && self.status() == Some(401)
    }

    /// The error for who must act.
    pub(super) fn error(self, url: &Url, credentials_given: bool) -> Error {
        let step = self.step.word();
        match self.why {
            Why::TimedOut(after) if self.step == Step::Describe => {
                Error::TimedOut { step: "connecting or DESCRIBE", after }
            }
            Why::TimedOut(after) => Error::TimedOut { step, after },
            Why::Unusable(error) => error,
            Why::Retina(error) => match error.status_code() {
                Some(200..300) => Error::Protocol { protocol: "RTSP", why: words(&error) },
                Some(status) => Error::status(step, status, "", credentials_given),
                None => {
                    let why = words(&error);
                    match why.strip_prefix("Unable to connect to RTSP server: ") {
                        Some(why) => Error::Unreachable { at: address(url), why: why.into() },
                        None if is_framing(&error) => Error::Protocol { protocol: "RTSP", why },
                        None => Error::Lost(why),
                    }
                }
            },
        }
    }
}

/// Host and port.
fn address(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or("?"), url.port().unwrap_or(554))
}

/// The first line of retina's words: the rest is addresses of packets, which is for its own log.
pub(super) fn words(error: &retina::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().chars().take(200).collect()
}

fn is_framing(error: &retina::Error) -> bool {
    variant(error).starts_with("RtspFramingError")
}

/// What an error while media comes means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// One packet was broken: the next ones may be whole.
    Packet,
    /// A packet whose number is far from the one expected. Over TCP retina expects the old one for ever.
    Sequence,
    /// The session is over.
    Session,
}

/// retina's errors are opaque, but for their `Debug` form, which names the variant.
pub(super) fn damage(error: &retina::Error) -> Damage {
    let variant = variant(error);
    let packet = variant.starts_with("RtpPacketError") || variant.starts_with("PacketError");
    let words = words(error);
    match packet {
        false => Damage::Session,
        true if words.starts_with("wrong ssrc") => Damage::Session,
        true if words.starts_with("Out-of-order packet or large loss") => Damage::Sequence,
        true => Damage::Packet,
    }
}

fn variant(error: &retina::Error) -> String {
    format!("{error:?}")
}
