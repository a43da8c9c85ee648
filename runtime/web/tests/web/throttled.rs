use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Sleep, sleep};

/// A connection that is read at a limited rate, through a receive buffer that hides little.
pub(crate) struct Throttled {
    stream: TcpStream,
    throttle: Throttle,
    pause: Option<Pin<Box<Sleep>>>,
}

/// Bytes a second; 0 is as fast as they come.
#[derive(Clone, Default)]
pub(crate) struct Throttle(Arc<AtomicU32>);

/// What the system may hold for one who reads slowly.
const RECEIVE_BUFFER: u32 = 16 << 10;
/// Read at once, so that the rate is even.
const PIECE: usize = 4 << 10;

impl Throttle {
    pub(crate) fn set(&self, bytes_per_second: u32) {
        self.0.store(bytes_per_second, Relaxed);
    }
}

impl Throttled {
    pub(crate) async fn connect(address: SocketAddr, throttle: Throttle) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(RECEIVE_BUFFER).unwrap();
        Self { stream: socket.connect(address).await.unwrap(), throttle, pause: None }
    }
}

impl AsyncRead for Throttled {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        let rate = self.throttle.0.load(Relaxed);
        if rate == 0 {
            return pin!(&mut self.stream).poll_read(cx, buffer);
        }
        let mut piece = [0; PIECE];
        let mut piece = ReadBuf::new(&mut piece[..PIECE.min(buffer.remaining())]);
        ready!(pin!(&mut self.stream).poll_read(cx, &mut piece))?;
        buffer.put_slice(piece.filled());
        self.pause = Some(Box::pin(sleep(Duration::from_secs_f64(piece.filled().len() as f64 / f64::from(rate)))));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Throttled {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        pin!(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        pin!(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        pin!(&mut self.stream).poll_shutdown(cx)
    }
}
