//! 1,000 WebSocket viewers of one stream of stills, against a bare epoll program that writes the same bytes from one thread.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use framegate_tests::client::{Producer, Protocol};
use framegate_tests::program::Program;
use media::{Size, StillFormat};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::row::row;
use crate::{bare, process};

const VIEWERS: usize = 1_000;
const RATE: u64 = 15;

/// Measures both.
pub(crate) async fn measure(seconds: u64) -> Result<()> {
    let still = still(60_000)?;
    let program = Program::start("[streams.push]\nsource = \"push\"\n").await?;
    let producer = Producer::new(&program, "push", Protocol::H2c)?;
    producer.post(still.clone()).await?.error_for_status()?;
    let mut sockets = Vec::new();
    for _ in 0..VIEWERS {
        sockets.push(Socket::open(program.address(), "/ws/push").await?);
    }
    // Warm-up: each has the last still.
    let mut counting = JoinSet::new();
    let begin = Instant::now() + Duration::from_secs(2);
    let end = begin + Duration::from_secs(seconds) + Duration::from_secs(3);
    for mut socket in sockets {
        counting.spawn(async move {
            socket.count_until(begin).await?;
            socket.count_until(end).await
        });
    }
    tokio::time::sleep_until(begin.into()).await;
    let before = process::cpu(program.id()?)?;
    let posts = RATE * seconds;
    for n in 0..posts {
        tokio::time::sleep_until((begin + Duration::from_millis(n * 1_000 / RATE)).into()).await;
        producer.post(still.clone()).await?.error_for_status()?;
    }
    let mut delivered = 0;
    while let Some(count) = counting.join_next().await {
        delivered += count??;
    }
    let cpu = process::cpu(program.id()?)? - before;
    drop(program);
    let expected = posts * VIEWERS as u64;
    let ours = per_gb(cpu, delivered * still.len() as u64);
    let theirs = bare::measure(still.len(), VIEWERS, RATE, seconds).await?;
    row("1,000 viewers of 60 kB at 15/s, stills delivered", format!("{delivered} of {expected}"), "all")?;
    row(
        "… CPU per GB against a bare epoll program",
        format!("{:.2} × ({ours:.3} s against {theirs:.3} s)", ours / theirs),
        "≤ 1.15 ×",
    )?;
    Ok(())
}

/// CPU seconds for each GB.
pub(crate) fn per_gb(cpu: Duration, bytes: u64) -> f64 {
    cpu.as_secs_f64() / (bytes as f64 / 1e9)
}

/// A JPEG of about so many bytes: a grain that does not compress, in a size that fits.
fn still(bytes: usize) -> Result<Bytes> {
    let mut encoder = codec::encode::StillEncoder::new();
    let mut found = Bytes::new();
    for width in (160..1_280).step_by(16) {
        let size = Size::new(width, width * 9 / 16 / 2 * 2);
        let stamp =
            codec::Stamp { pts: media::Timestamp::ZERO, sequence: 0, received: media::Moment::now(), captured: None };
        let mut picture = codec::Picture::black(&codec::Pool::new(0), size, media::Color::JPEG, stamp);
        let mut grain = 1u32;
        for plane in picture.planes_mut() {
            for sample in plane.data.iter_mut() {
                // A linear congruential generator (Numerical Recipes, chapter 7.1).
                grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *sample = (grain >> 24) as u8;
            }
        }
        found = encoder.encode(&picture, StillFormat::Jpeg, 80)?;
        if found.len() >= bytes {
            break;
        }
    }
    Ok(found)
}

/// A WebSocket viewer that costs little: it reads frames and counts the binary ones.
pub(crate) struct Socket {
    stream: TcpStream,
    /// Bytes of the current frame that are yet to come.
    left: u64,
    header: Vec<u8>,
}

impl Socket {
    pub(crate) async fn open(address: SocketAddr, path: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        // The key is the RFC's own (RFC 6455, section 1.3).
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.context("the handshake is not answered")?);
        }
        ensure!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        Ok(Self { stream, left: 0, header: Vec::new() })
    }

    /// How many binary messages began until then.
    pub(crate) async fn count_until(&mut self, until: Instant) -> Result<u64> {
        let mut buffer = vec![0; 1 << 16];
        let mut count = 0;
        while let Ok(read) = tokio::time::timeout_at(until.into(), self.stream.read(&mut buffer)).await {
            let read = read?;
            ensure!(read > 0, "the viewer was disconnected");
            count += self.take(&buffer[..read]);
        }
        Ok(count)
    }

    /// Waits for the next binary message to be complete.
    pub(crate) async fn next(&mut self) -> Result<Bytes> {
        loop {
            let (first, second) = (self.stream.read_u8().await?, self.stream.read_u8().await?);
            let length = match second {
                126 => u64::from(self.stream.read_u16().await?),
                127 => self.stream.read_u64().await?,
                short => u64::from(short),
            };
            let mut payload = vec![0; length as usize];
            self.stream.read_exact(&mut payload).await?;
            if first == 0x82 {
                return Ok(payload.into());
            }
        }
    }

    /// Frames of a server (RFC 6455, section 5.2): never masked, and these are never fragmented.
    fn take(&mut self, mut data: &[u8]) -> u64 {
        let mut count = 0;
        while !data.is_empty() {
            let skipped = self.left.min(data.len() as u64);
            self.left -= skipped;
            data = &data[skipped as usize..];
            let Some((next, rest)) = data.split_first() else { break };
            self.header.push(*next);
            data = rest;
            let length = match self.header.as_slice() {
                [_, short @ 0..=125] => u64::from(*short),
                [_, 126, a, b] => u64::from(u16::from_be_bytes([*a, *b])),
                [_, 127, rest @ ..] if rest.len() == 8 => u64::from_be_bytes(rest.try_into().expect("eight bytes")),
                _ => continue,
            };
            count += u64::from(self.header[0] == 0x82);
            self.left = length;
            self.header.clear();
        }
        count
    }
}
