use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::ready;
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::frame::{Header, Opcode};
use super::reader::{Incoming, Reader, Violation};

/// How long the other side may take to answer a close frame: stopping the program waits for it.
const CLOSING: Duration = Duration::from_millis(800);

/// Bytes of a close frame's reason: 125 for the payload of a control frame less the code (section 5.5.1).
const MAX_REASON: usize = 123;

/// How much is read at once: clients send pongs, and seldom a word.
const READ: usize = 512;

/// Why nothing more comes from the other side.
#[derive(Debug, thiserror::Error)]
pub enum Closed {
    /// The connection is gone.
    #[error(transparent)]
    Lost(#[from] io::Error),
    /// It must be closed with [`Violation::code`].
    #[error(transparent)]
    Violation(#[from] Violation),
}

/// The server's end of a WebSocket.
#[derive(Debug)]
pub struct Socket<S> {
    io: S,
    /// What came together with the handshake.
    early: Bytes,
    reader: Reader,
    /// Whether the last frame was sent to its end or not at all: behind half a frame there can be no other.
    whole: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// A WebSocket on a connection whose handshake is done; `early` was read behind it.
    pub fn new(io: S, early: Bytes) -> Self {
        Self { io, early, reader: Reader::default(), whole: true }
    }

    /// Sends one message. Dropped before its first byte was taken, it was not sent; dropped half-way, only hanging up is left.
    pub async fn send(&mut self, opcode: Opcode, payload: &[u8]) -> io::Result<()> {
        self.send_behind(opcode, &[], payload).await
    }

    /// The same of two pieces: what stands in front of bytes that others are sent too.
    pub async fn send_behind(&mut self, opcode: Opcode, front: &[u8], payload: &[u8]) -> io::Result<()> {
        let header = Header::new(opcode, front.len() + payload.len());
        let header = header.as_bytes();
        let fronts = header.len() + front.len();
        let total = fronts + payload.len();
        let mut sent = 0;
        if !self.whole {
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, "half a frame was sent"));
        }
        while sent < total {
            let head = header.get(sent..).unwrap_or_default();
            let front = front.get(sent.saturating_sub(header.len())..).unwrap_or_default();
            let body = &payload[sent.saturating_sub(fronts)..];
            let written = poll_fn(|cx| {
                let slices = [IoSlice::new(head), IoSlice::new(front), IoSlice::new(body)];
                let slices = if head.is_empty() && front.is_empty() { &slices[2..] } else { &slices };
                Pin::new(&mut self.io).poll_write_vectored(cx, slices)
            });
            match written.await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => sent += written,
            }
            self.whole = sent == total;
        }
        // TLS holds bytes back; whoever gives up here has sent the frame all the same, only later.
        poll_fn(|cx| Pin::new(&mut self.io).poll_flush(cx)).await
    }

    /// The next message of the client. Cancel-safe.
    pub async fn recv(&mut self) -> Result<Incoming, Closed> {
        loop {
            if let Some(incoming) = self.reader.pull()? {
                return Ok(incoming);
            }
            if self.early.has_remaining() {
                let length = self.early.len().min(self.reader.room());
                self.reader.push(&self.early.split_to(length));
                continue;
            }
            // The buffer is on the stack of the poll, not in the future: a silent viewer has none.
            let (io, reader) = (&mut self.io, &mut self.reader);
            poll_fn(|cx| {
                let mut bytes = [0; READ];
                let room = reader.room().min(READ);
                let mut buffer = ReadBuf::new(&mut bytes[..room]);
                ready!(Pin::new(&mut *io).poll_read(cx, &mut buffer))?;
                if buffer.filled().is_empty() {
                    return std::task::Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                }
                reader.push(buffer.filled());
                std::task::Poll::Ready(io::Result::Ok(()))
            })
            .await?;
        }
    }

    /// Answers the client's close frame, and ends.
    pub async fn answer_close(&mut self, code: Option<u16>) {
        let payload = code.map(u16::to_be_bytes);
        let payload = payload.as_ref().map_or(&[][..], |code| &code[..]);
        let _ = tokio::time::timeout(CLOSING, async {
            self.send(Opcode::Close, payload).await?;
            self.io.shutdown().await
        })
        .await;
    }

    /// Says why it closes, waits a moment for the answer, and ends.
    pub async fn close(&mut self, code: u16, reason: &str) {
        let mut payload = code.to_be_bytes().to_vec();
        let end = (0..=reason.len().min(MAX_REASON)).rev().find(|end| reason.is_char_boundary(*end));
        payload.extend_from_slice(&reason.as_bytes()[..end.unwrap_or(0)]);
        let closed = tokio::time::timeout(CLOSING, async {
            self.send(Opcode::Close, &payload).await?;
            // What it still sends is nobody's any more; unread, it would make the system reset the connection and lose the close frame.
            while !matches!(self.recv().await, Ok(Incoming::Close(_)) | Err(_)) {}
            self.io.shutdown().await
        });
        // Whether it heard us or not, the connection is dropped.
        let _ = closed.await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, DuplexStream, duplex};

    use super::*;

    #[tokio::test]
    async fn a_message_goes_through_any_bottleneck_whole() {
        for room in [1, 3, 11, 200_000] {
            let (server, mut client) = duplex(room);
            let payload: Vec<u8> = (0..70_000).map(|n| n as u8).collect();
            let expected = payload.clone();
            let sending =
                tokio::spawn(async move { Socket::new(server, Bytes::new()).send(Opcode::Binary, &payload).await });
            let mut bytes = Vec::new();
            client.read_to_end(&mut bytes).await.unwrap();
            sending.await.unwrap().unwrap();
            assert_eq!(bytes[..10], [0x82, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]);
            assert_eq!(bytes[10..], expected);
        }
    }

    #[tokio::test]
    async fn a_message_of_two_pieces_is_one() {
        for room in [1, 3, 100] {
            let (server, mut client) = duplex(room);
            let sending = tokio::spawn(async move {
                Socket::new(server, Bytes::new()).send_behind(Opcode::Binary, b"front", b"and what is behind it").await
            });
            let mut bytes = Vec::new();
            client.read_to_end(&mut bytes).await.unwrap();
            sending.await.unwrap().unwrap();
            assert_eq!(bytes, [&[0x82, 26][..], b"frontand what is behind it"].concat(), "{room}");
        }
    }

    /// What the client reads of a frame that is given up where it has to wait, and of the close frame behind it.
    async fn given_up_and_closed(mut socket: Socket<DuplexStream>, mut client: DuplexStream) -> Vec<u8> {
        let cut = tokio::time::timeout(Duration::from_millis(1), socket.send(Opcode::Binary, &[9; 100])).await;
        assert!(cut.is_err());
        let closing = tokio::spawn(async move { socket.close(1001, "bye").await });
        let mut bytes = Vec::new();
        client.read_to_end(&mut bytes).await.unwrap();
        closing.await.unwrap();
        bytes
    }

    #[tokio::test]
    async fn nothing_is_sent_behind_half_a_frame() {
        let (server, client) = duplex(4);
        let bytes = given_up_and_closed(Socket::new(server, Bytes::new()), client).await;
        assert_eq!(bytes, [0x82, 100, 9, 9]);
    }

    /// A connection that its thread does not know to be writable yet, when the program stops in the moment of the handshake.
    #[tokio::test]
    async fn behind_a_frame_that_was_not_begun_there_can_be_another() {
        let (server, client) = duplex(4);
        let mut socket = Socket::new(server, Bytes::new());
        socket.send(Opcode::Binary, &[7, 7]).await.unwrap();
        let bytes = given_up_and_closed(socket, client).await;
        assert_eq!(bytes, [0x82, 2, 7, 7, 0x88, 5, 0x03, 0xe9, b'b', b'y', b'e']);
    }

    #[tokio::test]
    async fn closing_says_why_and_waits_for_the_answer() {
        let (server, mut client) = duplex(1024);
        let early = Bytes::from_static(&[0x81, 0x80, 0, 0, 0, 0]);
        let closing = tokio::spawn(async move { Socket::new(server, early).close(4404, &"ä".repeat(100)).await });
        let mut bytes = [0; 127];
        client.read_exact(&mut bytes).await.unwrap_err();
        assert_eq!(bytes[..4], [0x88, 2 + 122, 0x11, 0x34]);
        closing.await.unwrap();
    }

    #[tokio::test]
    async fn what_came_with_the_handshake_is_heard_first() {
        let (server, mut client) = duplex(1024);
        let mut socket = Socket::new(server, Bytes::from_static(&[0x89, 0x81, 0, 0, 0, 0, b'1', 0x89, 0x81]));
        client.write_all(&[0, 0, 0, 0, b'2']).await.unwrap();
        assert_eq!(socket.recv().await.unwrap(), Incoming::Ping(b"1".to_vec()));
        assert_eq!(socket.recv().await.unwrap(), Incoming::Ping(b"2".to_vec()));
        drop(client);
        assert!(matches!(socket.recv().await, Err(Closed::Lost(_))));
    }
}
