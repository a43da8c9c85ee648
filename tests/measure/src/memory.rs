//! Resident memory of the process: idle, with idle streams, with live ones.

use std::time::{Duration, Instant};

use anyhow::Result;
use framegate_tests::camera::{Camera, Script};
use framegate_tests::program::Program;
use media::Size;

use crate::clip::clip;
use crate::process::resident;
use crate::row::row;
use crate::viewers::Socket;

const IDLE_STREAMS: u64 = 1_000;
/// Long enough for allocators and decoders to have what they keep.
const SETTLE: Duration = Duration::from_secs(8);

/// Measures all three.
pub(crate) async fn measure() -> Result<()> {
    // Twice: the first start compiles the plugins into the cache.
    let clock = "plugins = [{ use = \"clock\" }]\n";
    drop(Program::start(&format!("[streams.a]\nsource = \"test://\"\n{clock}")).await?);
    let idle = settled(&format!("[streams.a]\nsource = \"test://\"\n{clock}")).await?;
    row("RSS of an idle process with one stream and a plugin", mb(idle), "≤ 30 MB")?;

    let many: String =
        (0..IDLE_STREAMS).map(|n| format!("[streams.s{n}]\nsource = \"rtsp://127.0.0.1:9/{n}\"\n{clock}")).collect();
    let each = settled(&many).await?.saturating_sub(idle) / IDLE_STREAMS;
    row("… for each of 1,000 idle on-demand streams with a plugin", format!("{:.1} kB", each as f64 / 1e3), "≤ 30 kB")?;

    let clip = clip(Size::new(1920, 1080), 4_000_000)?;
    let cameras = [(); 2].map(|()| Camera::start(Script::new(clip.clone())));
    let streams: String = cameras
        .iter()
        .enumerate()
        .map(|(n, camera)| format!("[streams.s{n}]\nsource = \"{}\"\n{clock}", camera.url()))
        .collect();
    let program = Program::start(&streams).await?;
    let mut before = resident(program.id()?)?;
    for n in 0..cameras.len() {
        let mut viewer = Socket::open(program.address(), &format!("/ws/s{n}?format=jpeg")).await?;
        tokio::spawn(async move { viewer.count_until(Instant::now() + Duration::from_secs(600)).await });
        tokio::time::sleep(SETTLE).await;
        let now = resident(program.id()?)?;
        row(
            format!("… for live 1080p picture stream {} of 2, clock and JPEG", n + 1),
            mb(now.saturating_sub(before)),
            "≤ 90 MB",
        )?;
        before = now;
    }
    Ok(())
}

async fn settled(sections: &str) -> Result<u64> {
    let program = Program::start(sections).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    resident(program.id()?)
}

fn mb(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
