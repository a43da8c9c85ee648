//! Whether the codecs work on this processor, and whether they are as fast as they can be.

use std::time::{Duration, Instant};

use codec::Pool;
use codec::decode::Decoder;
use codec::encode::StillEncoder;
use config::{Source, Stream, TestScene};
use media::{Size, StillFormat, Unit};
use source::Session;

use super::Finding;

/// A test picture as cameras send it.
const SIZE: Size = Size::new(1280, 720);
/// Pictures that are decoded.
const PICTURES: usize = 10;
/// For the scene to come.
const WITHIN: Duration = Duration::from_secs(10);

/// One finding.
pub(crate) async fn look() -> Finding {
    let versions: Vec<_> =
        codec::capabilities().versions.into_iter().map(|(name, version)| format!("{name} {version}")).collect();
    let versions = versions.join(", ");
    match tokio::time::timeout(WITHIN, tried()).await.unwrap_or_else(|_| Err("no picture in time".into())) {
        Err(why) => Finding::bad(
            "codecs",
            format!("{versions}: {why}"),
            "this build does not work on this processor: build it here, and tell us what it said",
        ),
        Ok(_) if !codec::capabilities().simd_assembly => Finding::look(
            "codecs",
            format!("{versions}; they work, and were built without nasm: decoding H.264 takes up to 1.8 times as long"),
            "install nasm, run `cargo clean -p openh264-sys2 -p turbojpeg-sys -p framegate-codec` and build again",
        ),
        Ok(each) => Finding::fine(
            "codecs",
            format!("{versions}, with nasm; a picture of {SIZE} is decoded in {:.1} ms", each.as_secs_f64() * 1e3),
        ),
    }
}

/// Encodes the test scene as H.264, decodes it and makes stills of it; how long one picture is decoded.
async fn tried() -> Result<Duration, String> {
    let name = "doctor".parse().map_err(|_| "no name for the scene")?;
    let scene = Stream::new(name, Source::Test(TestScene { size: SIZE, fps: 30 }));
    let mut session = Session::open(&scene, None).await.map_err(|error| error.to_string())?;
    let mut units = Vec::new();
    while units.len() < PICTURES {
        if let Unit::Access(unit) = session.next().await.map_err(|error| error.to_string())? {
            units.push(unit);
        }
    }
    session.close().await;
    let worked = tokio::task::spawn_blocking(move || {
        let codec = units.first().ok_or("no picture was encoded")?.codec;
        let mut decoder = Decoder::open(codec, Pool::new(32 << 20)).map_err(|error| error.to_string())?;
        let mut pictures = Vec::new();
        let begun = Instant::now();
        for unit in &units {
            decoder.push(unit, &mut pictures).map_err(|error| error.to_string())?;
        }
        decoder.flush(&mut pictures);
        let took = begun.elapsed();
        let picture = pictures.first().filter(|picture| picture.size() == SIZE).ok_or("no picture was decoded")?;
        let mut encoder = StillEncoder::new();
        for format in [StillFormat::Jpeg, StillFormat::WebP] {
            encoder.encode(picture, format, 80).map_err(|error| error.to_string())?;
        }
        Ok(took / pictures.len() as u32)
    });
    worked.await.map_err(|_| "a codec panicked".to_owned())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[tokio::test(flavor = "multi_thread")]
    async fn codecs_work_here() {
        let finding = look().await;
        assert!(finding.verdict < Verdict::Bad && finding.found.contains("openh264 2."), "{finding:?}");
    }
}
