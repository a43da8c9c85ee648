//! Writes pictures of the test scene as PNG files: `cargo run -p framegate-source --example scene -- 1280x720 0 6 30` makes `/tmp/scene-6.png` …
#![allow(clippy::print_stdout, missing_docs, reason = "a tool for people, run by hand")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{error::Error, io::Write};

use codec::Stamp;
use framegate_source::scene::Studio;
use media::{Moment, Size, Timestamp};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let size = words.next().unwrap_or_else(|| "1280x720".into());
    let (width, height) = size.split_once('x').ok_or("a size such as 1280x720")?;
    let studio = Studio::new(Size::new(width.parse()?, height.parse()?));
    for second in words {
        let pts = Timestamp::from_duration(Duration::from_secs_f64(second.parse()?));
        let stamp = Stamp { pts, sequence: 0, received: Moment::now(), captured: None };
        let began = Instant::now();
        let picture = studio.picture(stamp);
        let took = began.elapsed();
        let path = format!("/tmp/scene-{second}.png");
        // ffmpeg writes the PNG: the codec room has no way to, and needs none.
        let mut ffmpeg = Command::new("ffmpeg")
            .args(["-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-i", "-"])
            .args([
                "-vf",
                if picture.color().matrix == media::Matrix::Bt709 {
                    "scale=in_color_matrix=bt709:in_range=tv"
                } else {
                    "scale=in_range=tv"
                },
            ])
            .args(["-frames:v", "1", &path])
            .stdin(Stdio::piped())
            .spawn()?;
        ffmpeg.stdin.take().ok_or("no pipe")?.write_all(picture.samples())?;
        ffmpeg.wait()?;
        println!("{path}: drawn in {took:?}");
    }
    Ok(())
}
