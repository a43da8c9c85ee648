//! What every viewer's loop says and hears beside its media.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::code;
use super::frame::Opcode;
use super::reader::Incoming;
use super::socket::{Closed, Socket};
use crate::message::Message;

/// How often a silent viewer is asked whether it is there: below the minute after which proxies (nginx: `proxy_read_timeout`) give up a silent
/// connection.
const PING: Duration = Duration::from_secs(25);

/// How long a viewer may be silent, or take nothing, before it is taken for dead. Long: a phone in a pocket, a paused debugger, a page in the
/// background read nothing for minutes and want the newest afterwards; meanwhile they cost the bytes of one message.
const PATIENCE: Duration = Duration::from_secs(300);

/// How a viewer's visit ended.
#[derive(Debug)]
pub enum End {
    /// It said goodbye, and was answered.
    Left,
    /// It broke the protocol, and was told.
    Refused(super::Violation),
    /// Its connection broke, or it was silent for too long.
    Lost(io::Error),
    /// The program stops or the stream is gone: it was told.
    Stopped,
    /// Stills cannot be made from this source, and why: it has not been told yet.
    NotAvailable(Arc<str>),
}

impl End {
    /// Closes the socket, but for [`Self::NotAvailable`].
    pub(super) async fn tell<S>(&self, socket: &mut Socket<S>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        match self {
            Self::Stopped => socket.close(code::GOING_AWAY, "the stream ends here").await,
            Self::Refused(violation) => socket.close(violation.code(), &violation.to_string()).await,
            Self::Left | Self::Lost(_) | Self::NotAvailable(_) => {}
        }
    }
}

/// Whether a viewer is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pulse {
    next: Instant,
    heard: Instant,
}

impl Pulse {
    pub(super) fn new(now: Instant) -> Self {
        Self { next: now + PING, heard: now }
    }

    /// When it is to be felt.
    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// The viewer said something.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    /// Asks the viewer, if it is time.
    pub(super) async fn beat<S>(
        &mut self,
        socket: &mut Socket<S>,
        stop: &CancellationToken,
        now: Instant,
    ) -> Result<(), End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if self.next > now {
            return Ok(());
        }
        self.next = now + PING;
        if now.duration_since(self.heard) > PATIENCE {
            return Err(End::Lost(io::Error::new(io::ErrorKind::TimedOut, "silent for too long")));
        }
        patient(stop, socket.send(Opcode::Ping, &[])).await.map(drop)
    }
}

pub(super) async fn say<S>(socket: &mut Socket<S>, stop: &CancellationToken, message: &Message) -> Result<(), End>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    patient(stop, socket.send(Opcode::Text, message.render().as_bytes())).await.map(drop)
}

/// Waits for a frame to be written: until the program stops, and not for ever. Gives how long the viewer made it wait. The timer is made, and the
/// clock looked at, only where it does.
pub(super) async fn patient(
    stop: &CancellationToken,
    sending: impl Future<Output = io::Result<()>>,
) -> Result<Duration, End> {
    let mut sending = pin!(sending);
    if let Poll::Ready(sent) = poll_fn(|cx| Poll::Ready(sending.as_mut().poll(cx))).await {
        return sent.map(|()| Duration::ZERO).map_err(End::Lost);
    }
    let begun = Instant::now();
    tokio::select! {
        biased;
        sent = sending => sent.map(|()| begun.elapsed()).map_err(End::Lost),
        () = stop.cancelled() => Err(End::Stopped),
        () = tokio::time::sleep(PATIENCE) => Err(End::Lost(io::ErrorKind::TimedOut.into())),
    }
}

pub(super) async fn answer<S>(socket: &mut Socket<S>, incoming: Result<Incoming, Closed>) -> Result<(), End>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match incoming {
        // A viewer has nothing to say that means anything yet.
        Ok(Incoming::Text(_) | Incoming::Binary(_) | Incoming::Pong) => Ok(()),
        Ok(Incoming::Ping(payload)) => {
            let sent = tokio::time::timeout(PATIENCE, socket.send(Opcode::Pong, &payload)).await;
            sent.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map_err(End::Lost)
        }
        Ok(Incoming::Close(code)) => {
            socket.answer_close(code).await;
            Err(End::Left)
        }
        Err(Closed::Lost(error)) => Err(End::Lost(error)),
        Err(Closed::Violation(violation)) => Err(End::Refused(violation)),
    }
}
