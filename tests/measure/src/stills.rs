//! What a stream of stills costs the whole process, against the same work alone.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::program::Program;
use media::{Size, StillFormat};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::clip::{FPS, clip};
use crate::row::row;
use crate::{alone, process, viewers};

/// Before anything is counted: the camera connects, buffers grow.
const WARM_UP: Duration = Duration::from_secs(4);

/// 720p30 at 2 Mbit/s to WebP q80 over WebSocket.
pub(crate) async fn webp_720(seconds: u64) -> Result<()> {
    let clip = clip(Size::new(1280, 720), 2_000_000)?;
    let program = cameras_program(&clip).await?;
    let mut viewer = viewers::Socket::open(program.1.address(), "/ws/cam?format=webp").await?;
    let (cpu, stills) = count(&program.1, seconds, async |until| viewer.count_until(until).await).await?;
    drop(program);
    let alone = tokio::task::spawn_blocking(move || alone::measure(&clip, StillFormat::WebP, 80)).await??;
    tell("720p30 H.264 → WebP q80, CPU per still, whole process", cpu, stills, seconds, alone)
}

/// 1080p30 at 4 Mbit/s to MJPEG q80, and the same by ffmpeg.
pub(crate) async fn mjpeg_1080(seconds: u64) -> Result<()> {
    let clip = clip(Size::new(1920, 1080), 4_000_000)?;
    let program = cameras_program(&clip).await?;
    let mut viewer = Parts::open(&program.1).await?;
    let (cpu, stills) = count(&program.1, seconds, async |until| viewer.count_until(until).await).await?;
    let ours = per(cpu, stills);
    let theirs = ffmpeg(&program.0, seconds).await;
    drop(program);
    let alone = tokio::task::spawn_blocking(move || alone::measure(&clip, StillFormat::Jpeg, 80)).await??;
    tell("1080p30 H.264 → MJPEG q80, CPU per still, whole process", cpu, stills, seconds, alone)?;
    match theirs {
        Ok((theirs, bytes)) => row(
            "the same against `ffmpeg -i rtsp://… -q:v 3 -f mpjpeg -`",
            format!("{:.2} × ({ours:.2} ms against {theirs:.2} ms of {} kB)", ours / theirs, bytes / 1_000),
            "≤ 0.55 ×",
        )?,
        Err(error) => row("the same against ffmpeg", format!("not measured: {error:#}"), "≤ 0.55 ×")?,
    }
    Ok(())
}

async fn cameras_program(clip: &std::sync::Arc<framegate_tests::clip::Clip>) -> Result<(Camera, Program)> {
    let camera = Camera::start(Script::new(clip.clone()));
    let program = Program::start(&format!("[streams.cam]\nsource = \"{}\"\n", camera.url())).await?;
    Ok((camera, program))
}

async fn count(
    program: &Program,
    seconds: u64,
    mut viewer: impl AsyncFnMut(Instant) -> Result<u64>,
) -> Result<(Duration, u64)> {
    viewer(Instant::now() + WARM_UP).await?;
    let before = process::cpu(program.id()?)?;
    let stills = viewer(Instant::now() + Duration::from_secs(seconds)).await?;
    Ok((process::cpu(program.id()?)? - before, stills))
}

fn per(cpu: Duration, stills: u64) -> f64 {
    cpu.as_secs_f64() * 1_000.0 / stills.max(1) as f64
}

fn tell(what: &str, cpu: Duration, stills: u64, seconds: u64, alone: alone::Alone) -> Result<()> {
    let whole = per(cpu, stills);
    let [decode, encode] = [alone.decode, alone.encode].map(|d| d.as_secs_f64() * 1_000.0);
    row(
        what,
        format!(
            "{:.2} × ({whole:.2} ms against decode {decode:.2} + encode {encode:.2} ms)",
            whole / (decode + encode)
        ),
        "≤ 1.10 ×",
    )?;
    row("… and its rate", format!("{:.1}/s", stills as f64 / seconds as f64), format!("{FPS}/s held"))?;
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
    let mut parts = Parts { stream: child.stdout.take().context("it was piped")?, seen: Vec::new(), bytes: 0 };
    parts.count_until(Instant::now() + WARM_UP).await?;
    let before = process::cpu(id)?;
    parts.bytes = 0;
    let pictures = parts.count_until(Instant::now() + Duration::from_secs(seconds)).await?;
    let cpu = process::cpu(id)? - before;
    child.kill().await?;
    Ok((per(cpu, pictures), parts.bytes / pictures.max(1)))
}

/// Counts the parts of a multipart stream by their media type.
struct Parts<R> {
    stream: R,
    /// The end of what was read, where a header may be cut.
    seen: Vec<u8>,
    bytes: u64,
}

impl Parts<TcpStream> {
    async fn open(program: &Program) -> Result<Self> {
        let mut stream = TcpStream::connect(program.address()).await?;
        let request = format!("GET /mjpeg/cam HTTP/1.1\r\nHost: {}\r\n\r\n", program.address());
        tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await?;
        Ok(Self { stream, seen: Vec::new(), bytes: 0 })
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
        Ok(count)
    }
}

fn count_of(data: &[u8], word: &[u8]) -> u64 {
    data.windows(word.len()).filter(|window| window == &word).count() as u64
}
