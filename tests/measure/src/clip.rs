//! Footage to measure with: noisy, High profile without B-frames, GOP 2 s, made once by ffmpeg. No weighted prediction, which the encoders of cameras
//! do not use, and which openh264 has no assembly for.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use framegate_tests::clip::{Clip, Unit};
use media::{Codec, Size, annexb, h264};

/// Pictures a second of all that is measured.
pub(crate) const FPS: u32 = 30;
/// Seconds of footage; a camera plays it round and round.
const SECONDS: u32 = 10;

/// A clip of this size and bit rate. Real footage where `FRAMEGATE_MEDIA` names it, otherwise ffmpeg's test picture with noise.
pub(crate) fn clip(size: Size, bits_per_second: u32) -> Result<Arc<Clip>> {
    let file = file(size, bits_per_second)?;
    let data = std::fs::read(&file)?;
    let units = units(&data);
    ensure!(units.len() as u32 >= FPS * SECONDS - 1, "{} holds {} pictures", file.display(), units.len());
    Ok(Arc::new(Clip { codec: Codec::H264, size, fps: FPS, units }))
}

fn file(size: Size, bits_per_second: u32) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/measure");
    std::fs::create_dir_all(&folder)?;
    let real = std::env::var_os("FRAMEGATE_MEDIA")
        .map(|media| Path::new(&media).join("opencv-vtest.avi"))
        .filter(|file| file.exists());
    let file = folder.join(format!("{}-{size}-{bits_per_second}.h264", if real.is_some() { "street" } else { "made" }));
    if file.exists() {
        return Ok(file);
    }
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y"]);
    match &real {
        Some(real) => ffmpeg.arg("-i").arg(real),
        None => ffmpeg.args(["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30,noise=alls=12:allf=t"]),
    };
    // The footage has its own noise. Its 10 pictures a second are shown three times as fast, so that each of the 30 is another one.
    let motion = if real.is_some() { "setpts=PTS/3," } else { "" };
    let scale = format!("{motion}scale={}:{}:flags=bicubic,setsar=1,fps={FPS}", size.width, size.height);
    let rate = bits_per_second.to_string();
    let status = ffmpeg
        .args([
            "-t",
            &SECONDS.to_string(),
            "-an",
            "-vf",
            &scale,
            "-pix_fmt",
            "yuv420p",
            "-c:v",
            "libx264",
            "-preset",
            "medium",
        ])
        .args([
            "-profile:v",
            "high",
            "-bf",
            "0",
            "-g",
            "60",
            "-keyint_min",
            "60",
            "-sc_threshold",
            "0",
            "-b:v",
            &rate,
            "-maxrate",
            &rate,
        ])
        .args(["-bufsize", &rate, "-x264-params", "aud=1:repeat-headers=1:weightp=0", "-f", "h264"])
        .arg(&file)
        .status()
        .context("ffmpeg makes the footage: apt-get install ffmpeg")?;
    ensure!(status.success(), "ffmpeg: {status}");
    Ok(file)
}

/// Access units: each begins with an access unit delimiter, since x264 was told to write them.
fn units(data: &[u8]) -> Vec<Unit> {
    const AUD: u8 = 9;
    let mut all: Vec<Vec<u8>> = Vec::new();
    for nal in annexb::nal_units(data) {
        if h264::nal_type(nal) == AUD {
            all.push(Vec::new());
        } else if let Some(unit) = all.last_mut() {
            annexb::push_nal(unit, nal);
        }
    }
    let unit = |(order, data): (usize, Vec<u8>)| Unit {
        key: h264::kind(annexb::nal_units(&data)).key,
        data: Bytes::from(data),
        order: order as u32,
        number: order as u32,
    };
    all.into_iter().enumerate().map(unit).collect()
}
