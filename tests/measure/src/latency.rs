//! From the last byte of an access unit to the still at the viewer.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use framegate_tests::camera::{Camera, Script};
use framegate_tests::clip::Numbered;
use framegate_tests::program::Program;
use media::{Size, StillFormat};

use crate::row::row;
use crate::viewers::Socket;
use crate::{alone, clip};

/// At 720p, WebP and JPEG, over decode and encode of the same pictures alone.
pub(crate) async fn measure(seconds: u64) -> Result<()> {
    let numbered = Numbered {
        size: Size::new(1280, 720),
        fps: clip::FPS,
        pictures: 600,
        gop: 60,
        bitrate_bps: 2_000_000,
        ..Numbered::default()
    };
    let clip = tokio::task::spawn_blocking(move || numbered.h264()).await?;
    for (format, word) in [(StillFormat::Jpeg, "jpeg"), (StillFormat::WebP, "webp")] {
        let camera = Camera::start(Script::new(clip.clone()));
        let program = Program::start(&format!("[streams.cam]\nsource = \"{}\"\n", camera.url())).await?;
        let mut viewer = Socket::open(program.address(), &format!("/ws/cam?format={word}")).await?;
        let mut arrived = Vec::new();
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(seconds + 2) {
            let still = viewer.next().await?;
            // What the first seconds bring is the start, not the way.
            if begin.elapsed() > Duration::from_secs(2) {
                arrived.push((Instant::now(), still));
            }
        }
        drop(program);
        let clip = clip.clone();
        let alone = tokio::task::spawn_blocking(move || alone::measure(&clip, format, 80)).await??;
        let work = alone.decode + alone.encode;
        let sent = arrived.iter().filter_map(|(at, still)| {
            let sent = camera.sent_at(framegate_tests::still::number(still)?)?;
            Some(at.saturating_duration_since(sent))
        });
        let mut over: Vec<f64> = sent.map(|whole| (whole.as_secs_f64() - work.as_secs_f64()) * 1e3).collect();
        ensure!(
            over.len() * 10 > arrived.len() * 9,
            "only {} of {} stills show their number",
            over.len(),
            arrived.len()
        );
        over.sort_by(f64::total_cmp);
        let at = |share: f64| over[((over.len() - 1) as f64 * share) as usize];
        row(
            format!("latency over decode + encode, 720p30 → {word}"),
            format!(
                "{:+.1} ms p50, {:+.1} ms p99 (alone {:.1} ms, {} stills)",
                at(0.5),
                at(0.99),
                work.as_secs_f64() * 1e3,
                over.len()
            ),
            "+ 3 ms p50, + 10 ms p99",
        )?;
    }
    Ok(())
}
