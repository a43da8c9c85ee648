//! One who is told texts over a WebSocket, and has nothing to say.

use std::convert::Infallible;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::exchange::{End, Pulse, answer, patient};
use super::frame::Opcode;
use super::socket::Socket;

/// What somebody is told.
pub trait Texts: Send {
    /// The next of it, each a message. Cancel-safe.
    fn next(&mut self) -> impl Future<Output = Vec<String>> + Send;
}

/// Sends what `texts` gives, until somebody ends it.
pub async fn tell<S>(socket: &mut Socket<S>, stop: &CancellationToken, texts: impl Texts) -> End
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let end = match serve(socket, stop, texts).await {
        Ok(never) => match never {},
        Err(end) => end,
    };
    end.tell(socket).await;
    end
}

async fn serve<S>(socket: &mut Socket<S>, stop: &CancellationToken, mut texts: impl Texts) -> Result<Infallible, End>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut pulse = Pulse::new(Instant::now());
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return Err(End::Stopped),
            () = sleep_until(pulse.next()) => pulse.beat(socket, stop, Instant::now()).await?,
            incoming = socket.recv() => {
                pulse.heard(Instant::now());
                answer(socket, incoming).await?;
            }
            told = texts.next() => {
                for text in told {
                    patient(stop, socket.send(Opcode::Text, text.as_bytes())).await?;
                }
            }
        }
    }
}
