//! What a stream of stills costs the whole process, against the same work alone.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::clip::Clip;
use framegate_tests::program::Program;
use media::{Size, StillFormat};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::alone::{self, Alone};
use crate::clip::{FPS, clip};
use crate::rounds::{ROUNDS, median, window};
use crate::row::row;
use crate::{process, viewers};

/// Before anything is counted: the camera connects, buffers grow.
const WARM_UP: Duration = Duration::from_secs(3);
/// Longer than the stream needs to close behind its last viewer.
const QUIET: Duration = Duration::from_millis(1_500);

/// One round of the whole process and of the same work alone.
struct Round {
    /// CPU of the process for each still, in ms.
    whole: f64,
    stills_per_s: f64,
    alone: Alone,
}

impl Round {
    fn ratio(&self) -> f64 {
        self.whole / ms(self.alone.decode + self.alone.encode)
    }
}

/// 720p30 at 2 Mbit/s to WebP q80 over WebSocket.
pub(crate) async fn webp_720(seconds: u64) -> Result<()> {
    let clip = clip(Size::new(1280, 720), 2_000_000)?;
    let (_camera, program) = camera_and_program(&clip).await?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let mut viewer = viewers::Socket::open(program.address(), "/ws/cam?format=webp").await?;
        let (whole, stills_per_s) = count(&program, seconds, async |until| viewer.count_until(until).await).await?;
        drop(viewer);
        tokio::time::sleep(QUIET).await;
        rounds.push(Round { whole, stills_per_s, alone: alone(&clip, StillFormat::WebP).await? });
    }
    tell("720p30 H.264 → WebP q80, CPU per still, whole process", &rounds)
}

/// 1080p30 at 4 Mbit/s to MJPEG q80, and the same by ffmpeg.
pub(crate) async fn mjpeg_1080(seconds: u64) -> Result<()> {
    let clip = clip(Size::new(1920, 1080), 4_000_000)?;
    let (camera, program) = camera_and_program(&clip).await?;
    let (mut rounds, mut theirs, mut sizes) = (Vec::new(), Vec::new(), (0, 0));
    for _ in 0..ROUNDS {
        let mut viewer = Parts::open(&program).await?;
        let (whole, stills_per_s) = count(&program, seconds, async |until| viewer.count_until(until).await).await?;
        sizes.0 = viewer.mean();
        drop(viewer);
        tokio::time::sleep(QUIET).await;
        rounds.push(Round { whole, stills_per_s, alone: alone(&clip, StillFormat::Jpeg).await? });
        let (ffmpeg, bytes) = ffmpeg(&camera, seconds).await?;
        theirs.push(ffmpeg);
        sizes.1 = bytes;
    }
    tell("1080p30 H.264 → MJPEG q80, CPU per still, whole process", &rounds)?;
    let ratios = rounds.iter().zip(&theirs).map(|(ours, theirs)| ours.whole / theirs).collect();
    row(
        "the same against `ffmpeg -i rtsp://… -q:v 3 -f mpjpeg -`",
        format!(
            "{:.2} × ({:.1} ms for {} kB against {:.1} ms for {} kB)",
            median(ratios),
            median(rounds.iter().map(|round| round.whole).collect()),
            sizes.0 / 1_000,
            median(theirs),
            sizes.1 / 1_000
        ),
        "≤ 0.55 ×",
    )?;
    Ok(())
}

async fn camera_and_program(clip: &Arc<Clip>) -> Result<(Camera, Program)> {
    let camera = Camera::start(Script::new(clip.clone()));
    let stream = format!("[streams.cam]\nsource = \"{}\"\nclose_after = \"0s\"\n", camera.url());
    let program = Program::start(&stream).await?;
    Ok((camera, program))
}

async fn alone(clip: &Arc<Clip>, format: StillFormat) -> Result<Alone> {
    let clip = clip.clone();
    tokio::task::spawn_blocking(move || alone::measure(&clip, format, 80)).await?
}

/// CPU of the process for each still in ms, and stills a second.
async fn count(
    program: &Program,
    seconds: u64,
    mut viewer: impl AsyncFnMut(Instant) -> Result<u64>,
) -> Result<(f64, f64)> {
    viewer(Instant::now() + WARM_UP).await?;
    let (before, begin) = (process::cpu(program.id()?)?, Instant::now());
    let stills = viewer(begin + window(seconds)).await?;
    let cpu = process::cpu(program.id()?)? - before;
    Ok((per(cpu, stills), stills as f64 / begin.elapsed().as_secs_f64()))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn per(cpu: Duration, stills: u64) -> f64 {
    ms(cpu) / stills.max(1) as f64
}

fn tell(what: &str, rounds: &[Round]) -> Result<()> {
    let middle = |of: fn(&Round) -> f64| median(rounds.iter().map(of).collect());
    row(
        what,
        format!(
            "{:.2} × ({:.1} ms against decode {:.1} + encode {:.1} ms)",
            middle(Round::ratio),
            middle(|round| round.whole),
            middle(|round| ms(round.alone.decode)),
            middle(|round| ms(round.alone.encode))
        ),
        "≤ 1.10 ×",
    )?;
    row("… and its rate", format!("{:.1}/s", middle(|round| round.stills_per_s)), format!("{FPS}/s held"))?;
    Ok(())
}

/// ffmpeg's CPU per picture that came out, and the mean size of a picture.
async fn ffmpeg(camera: &Camera, seconds: u64) -> Result<(f64, u64)> {
    let mut child = tokio::process::Command::new("ffmpeg")
        .args(["-v", "error", "-rtsp_transport", "tcp", "-i", &camera.url(), "-an", "-q:v", "3", "-f", "mpjpeg", "-"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("ffmpeg is not installed")?;
    let id = child.id().context("it runs")?;
    let mut parts =
        Parts { stream: child.stdout.take().context("it was piped")?, seen: Vec::new(), bytes: 0, parts: 0 };
    parts.count_until(Instant::now() + WARM_UP).await?;
    let before = process::cpu(id)?;
    let pictures = parts.count_until(Instant::now() + window(seconds)).await?;
    let cpu = process::cpu(id)? - before;
    child.kill().await?;
    Ok((per(cpu, pictures), parts.mean()))
}

/// Counts the parts of a multipart stream by their media type.
struct Parts<R> {
    stream: R,
    /// The end of what was read, where a header may be cut.
    seen: Vec<u8>,
    bytes: u64,
    parts: u64,
}

impl Parts<TcpStream> {
    async fn open(program: &Program) -> Result<Self> {
        let mut stream = TcpStream::connect(program.address()).await?;
        let request = format!("GET /mjpeg/cam HTTP/1.1\r\nHost: {}\r\n\r\n", program.address());
        tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await?;
        Ok(Self { stream, seen: Vec::new(), bytes: 0, parts: 0 })
    }
}

impl<R: tokio::io::AsyncRead + Unpin> Parts<R> {
    async fn count_until(&mut self, until: Instant) -> Result<u64> {
        const MARK: &[u8] = b"\r\nContent-";
        let mut buffer = vec![0; 1 << 18];
        let mut count = 0;
        while let Ok(read) = tokio::time::timeout_at(until.into(), self.stream.read(&mut buffer)).await {
            let read = read?;
            anyhow::ensure!(read > 0, "the stream ended");
            self.bytes += read as u64;
            self.seen.extend_from_slice(&buffer[..read]);
            count += count_of(&self.seen, b"image/jpeg");
            let keep = self.seen.len().min(MARK.len() - 1);
            self.seen.drain(..self.seen.len() - keep);
        }
        self.parts += count;
        Ok(count)
    }

    /// The mean size of a part in bytes, its header included.
    fn mean(&self) -> u64 {
        self.bytes / self.parts.max(1)
    }
}

fn count_of(data: &[u8], word: &[u8]) -> u64 {
    data.windows(word.len()).filter(|window| window == &word).count() as u64
}
