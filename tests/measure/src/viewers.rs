//! 1,000 WebSocket viewers of one stream of stills, against a bare epoll program that writes the same bytes from one thread.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use framegate_tests::client::{Producer, Protocol};
use framegate_tests::program::Program;
use media::{Size, StillFormat};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::rounds::{ROUNDS, median, window};
use crate::row::row;
use crate::{bare, process};

const VIEWERS: usize = 1_000;
const RATE: u64 = 15;

/// How long the last stills of a round may take to arrive.
const LIMIT: Duration = Duration::from_secs(20);

/// Measures both.
pub(crate) async fn measure(seconds: u64) -> Result<()> {
    let still = still(60_000)?;
    let program = Program::start("[streams.push]\nsource = \"push\"\n").await?;
    let producer = Producer::new(&program, "push", Protocol::H2c)?;
    producer.post(still.clone()).await?.error_for_status()?;
    let crowd = Crowd::gather(program.address()).await?;
    let seconds = window(seconds).as_secs();
    let (posts, mut delivered) = (RATE * seconds, 0);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (before, seen, begin) = (process::cpu(program.id()?)?, crowd.stills(), Instant::now());
        for n in 0..posts {
            tokio::time::sleep_until((begin + Duration::from_millis(n * 1_000 / RATE)).into()).await;
            producer.post(still.clone()).await?.error_for_status()?;
        }
        let count = crowd.wait_for(seen + posts * VIEWERS as u64).await - seen;
        let cpu = process::cpu(program.id()?)? - before;
        delivered += count;
        ours.push(per_gb(cpu, count * still.len() as u64));
        theirs.push(bare::measure(still.len(), VIEWERS, RATE, seconds).await?);
    }
    let expected = ROUNDS * posts * VIEWERS as u64;
    row("1,000 viewers of 60 kB at 15/s, stills delivered", format!("{delivered} of {expected}"), "all")?;
    let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    row(
        "… CPU per GB against a bare epoll program",
        format!("{:.2} × ({:.3} s against {:.3} s)", median(ratios), median(ours), median(theirs)),
        "≤ 1.15 ×",
    )?;
    Ok(())
}

/// All viewers, each reading as fast as it can.
struct Crowd {
    stills: Arc<AtomicU64>,
    _reading: JoinSet<Result<()>>,
}

impl Crowd {
    /// Once each has its first still.
    async fn gather(address: SocketAddr) -> Result<Self> {
        let stills = Arc::new(AtomicU64::new(0));
        let mut reading = JoinSet::new();
        for _ in 0..VIEWERS {
            let mut socket = Socket::open(address, "/ws/push").await?;
            let stills = stills.clone();
            reading.spawn(async move {
                let mut buffer = vec![0; 1 << 16];
                loop {
                    stills.fetch_add(socket.read(&mut buffer).await?, Ordering::Relaxed);
                }
            });
        }
        let crowd = Self { stills, _reading: reading };
        let there = crowd.wait_for(VIEWERS as u64).await;
        ensure!(there == VIEWERS as u64, "only {there} viewers have a still");
        Ok(crowd)
    }

    fn stills(&self) -> u64 {
        self.stills.load(Ordering::Relaxed)
    }

    /// How many have begun to arrive, once they are so many and have had time to come to their end.
    async fn wait_for(&self, expected: u64) -> u64 {
        let limit = Instant::now() + LIMIT;
        while self.stills() < expected && Instant::now() < limit {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        self.stills()
    }
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
        while let Ok(read) = tokio::time::timeout_at(until.into(), self.read(&mut buffer)).await {
            count += read?;
        }
        Ok(count)
    }

    /// Reads once; how many binary messages began in it.
    async fn read(&mut self, buffer: &mut [u8]) -> Result<u64> {
        let read = self.stream.read(buffer).await?;
        ensure!(read > 0, "the viewer was disconnected");
        Ok(self.take(&buffer[..read]))
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
