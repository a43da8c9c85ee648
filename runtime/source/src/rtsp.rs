//! RTSP cameras (RFC 2326), through retina: the only module that names it.
//!
//! Owns the order of requests and their time-outs, the fall from TCP to UDP, the choice of the track, and what retina's errors mean for the one
//! who must act. Does not own when media is late: a server that answers keepalives and sends nothing is the stream's watchdog's to notice.
//!
//! What cameras do, and what is done about it here:
//!
//! | the camera | here |
//! |---|---|
//! | answers SETUP over TCP with 461 or 400 | UDP on the same connection |
//! | answers it with another transport than was asked for | UDP on a new connection |
//! | offers Opus, ONVIF metadata or anything unknown beside video | only the video track is set up, and AAC or G.711 |
//! | refuses SETUP of its sound | it is watched without |
//! | says nothing of how its tracks belong together | both began with PLAY, until both have sent reports |
//! | gives no parameters in its SDP | they are read in band; what comes before them is left out and counted |
//! | is joined in the middle of a fragment | errors before the first access unit are counted, not acted upon |
//! | sends a broken packet | the packet is left out and counted; the depacketizer goes on |
//! | sends a broken access unit, another SSRC, garbage between packets | the session is over: [`Error::Lost`] |
//! | has a nonce that went stale between two requests | one more attempt at once |
//! | changes its session id between two SETUPs, gives no or wrong `RTP-Info` | nothing: the first id counts, time begins with the first packet |

mod connect;
mod failure;
mod reception;
mod time;
mod track;

use std::sync::Arc;

use config::Stream;
use media::Unit;
use retina::client::SessionGroup;

use crate::session::Description;
use crate::{Error, Timeouts};

/// How RTP comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Tcp,
    Udp,
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// One RTSP session, playing.
pub(crate) struct Session {
    reception: reception::Reception,
    group: Arc<SessionGroup>,
    description: Description,
    limits: Timeouts,
}

impl Session {
    /// DESCRIBE, SETUP of one video track and one of sound, PLAY.
    pub(crate) async fn open(url: &str, stream: &Stream, limits: Timeouts) -> Result<Self, Error> {
        connect::open(url, stream, limits).await
    }

    /// The next access or audio unit. Cancel-safe: whatever has begun stays in the depacketizer.
    pub(crate) async fn next(&mut self) -> Result<Unit, Error> {
        self.reception.next().await
    }

    /// Says TEARDOWN and waits for the answer, for a bounded time. (Without this, retina says it in the background.)
    pub(crate) async fn close(self) {
        let Self { reception, group, limits, .. } = self;
        drop(reception);
        match tokio::time::timeout(limits.teardown, group.await_teardown()).await {
            Ok(Ok(())) => tracing::debug!("TEARDOWN was answered"),
            Ok(Err(error)) => tracing::debug!(error = failure::words(&error), "TEARDOWN failed"),
            Err(_) => tracing::debug!(after = ?limits.teardown, "TEARDOWN was not answered"),
        }
    }

    pub(crate) fn description(&self) -> Description {
        self.description.clone()
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("rtsp::Session").field("description", &self.description).finish_non_exhaustive()
    }
}
