//! Measures whole processes: `cargo run --release -p framegate-measure -- all`. Each figure is a ratio or a median of one run, with what it is compared to.

mod alone;
mod bare;
mod clip;
mod latency;
mod memory;
mod process;
mod rounds;
mod row;
mod start;
mod stills;
mod viewers;

use anyhow::Result;
use clap::{Parser, ValueEnum};

/// Figures of docs/BENCHMARKS.md that are of a whole process.
#[derive(Parser)]
struct Arguments {
    /// What is measured.
    #[arg(value_enum)]
    what: What,
    /// How long each is measured, in seconds over all its rounds.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// 720p30 H.264 to WebP q80: CPU against decode and encode alone.
    Webp720,
    /// 1080p30 H.264 to MJPEG q80: CPU against decode and encode alone, and against ffmpeg.
    Mjpeg1080,
    /// 1,000 WebSocket viewers of 60 kB at 15/s: CPU per GB against a bare epoll program.
    Viewers,
    /// Resident memory: idle, per idle stream, per live 1080p picture stream.
    Memory,
    /// From start to listening with 50 and 1,000 streams.
    Start,
    /// From the last byte of an access unit to the still at the viewer.
    Latency,
    /// All of them.
    All,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { what, seconds } = Arguments::parse();
    let is = |one: What| what == one || what == What::All;
    row::head()?;
    if is(What::Webp720) {
        stills::webp_720(seconds).await?;
    }
    if is(What::Mjpeg1080) {
        stills::mjpeg_1080(seconds).await?;
    }
    if is(What::Viewers) {
        viewers::measure(seconds).await?;
    }
    if is(What::Memory) {
        memory::measure().await?;
    }
    if is(What::Start) {
        start::measure().await?;
    }
    if is(What::Latency) {
        latency::measure(seconds).await?;
    }
    Ok(())
}
