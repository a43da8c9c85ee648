//! `test://`: a moving scene that is drawn and encoded in the process, so that everything can be tried without a camera.
//!
//! A named thread draws and encodes, paced by the steady clock, and hands over at most `AHEAD` access units; it ends with the picture at which
//! it finds that its session is gone. Nothing is drawn while nobody has a session.

pub mod painting;

use std::time::{Duration, Instant};

use codec::draw::{Point, Rgba, TextStyle, text};
use codec::h264::{Encoder, Settings};
use codec::{Picture, Pool, Stamp};
use config::TestScene;
use media::{AccessUnit, Codec, Color, Matrix, Moment, Range, Size, StreamName, Timestamp, annexb, h264};
use tokio::sync::mpsc;

use crate::assembler::{Assembler, Raw};
use crate::session::Description;
use crate::{Error, threads};
use painting::{Layer, Painting};

/// Access units that wait for a stream that is busy; when they are more, drawing waits.
const AHEAD: usize = 4;
/// Seconds between two key frames: a late viewer's first picture is at most so old.
const GOP: u32 = 2;
/// What the scene says that it is.
const CAPTION: &str = "framegate · test scene";
/// Any number: each is another landscape.
const SEED: u32 = 7;

/// The scene, live.
#[derive(Debug)]
pub(crate) struct Session {
    units: mpsc::Receiver<Result<AccessUnit, Error>>,
}

impl Session {
    pub(crate) fn open(scene: TestScene, stream: &StreamName) -> Result<Self, Error> {
        let (to, units) = mpsc::channel(AHEAD);
        threads::spawn("test", stream, move || {
            if let Err(error) = run(scene, &to) {
                let _ = to.blocking_send(Err(error));
            }
        })?;
        Ok(Self { units })
    }

    /// Cancel-safe.
    pub(crate) async fn next(&mut self) -> Result<AccessUnit, Error> {
        self.units.recv().await.unwrap_or(Err(Error::Ended))
    }

    pub(crate) fn description(&self) -> Description {
        Description { transport: "test", codec: Some(Codec::H264), ..Description::default() }
    }
}

/// Draws and encodes until nobody takes it any more.
fn run(scene: TestScene, to: &mpsc::Sender<Result<AccessUnit, Error>>) -> Result<(), Error> {
    let TestScene { size, fps } = scene;
    let fps = fps.max(1);
    let studio = Studio::new(size);
    let settings = Settings { size, fps, bitrate_bps: bitrate(size, fps), gop: fps * GOP };
    let failed = |error: codec::h264::Error| Error::Scene(error.to_string());
    let mut encoder = Encoder::open(&settings).map_err(failed)?;
    let mut assembler = Assembler::new(Codec::H264);

    let began = Instant::now();
    let at = |number: u64| Duration::from_nanos(number * 1_000_000_000 / u64::from(fps));
    let mut number = 0_u64;
    while !to.is_closed() {
        std::thread::sleep((began + at(number)).saturating_duration_since(Instant::now()));
        // Late by more than a second (nobody took it, or the machine slept): that time is left out.
        let late = began.elapsed().saturating_sub(at(number));
        if late > Duration::from_secs(1) {
            number += late.as_nanos() as u64 * u64::from(fps) / 1_000_000_000;
        }
        let received = Moment::now();
        let stamp = Stamp { pts: Timestamp::from_duration(at(number)), sequence: number, received, captured: None };
        let picture = studio.picture(stamp);
        number += 1;
        let Some(encoded) = encoder.encode(&picture, false).map_err(failed)? else {
            continue;
        };
        let reference = h264::kind(annexb::nal_units(&encoded.data)).reference;
        let raw = Raw::AnnexB(encoded.data);
        let made = assembler.assemble(raw, encoded.key).map_err(|why| Error::Scene(why.to_string()))?;
        let unit = AccessUnit {
            codec: Codec::H264,
            data: made.data,
            pts: stamp.pts,
            key: made.key,
            reference,
            lost: 0,
            received: Moment::now(),
            captured: Some(received.wall),
            parameters: made.parameters,
        };
        if to.blocking_send(Ok(unit)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Where pictures of the scene are made.
pub struct Studio {
    size: Size,
    color: Color,
    painting: Painting,
    caption: TextStyle,
    pool: Pool,
}

impl Studio {
    /// For pictures of this size, both sides even.
    pub fn new(size: Size) -> Self {
        // What players assume where nobody tells.
        let matrix = if size.height >= 720 { Matrix::Bt709 } else { Matrix::Bt601 };
        let height = (size.height / 42).max(9);
        let pool = Pool::new(2 * (size.pixels() as usize * 3 / 2));
        let caption = TextStyle::new(height, Rgba::new(0xf7, 0xf3, 0xea, 0xa0));
        Self {
            size,
            color: Color { range: Range::Limited, matrix },
            painting: Painting::new(size, matrix, SEED),
            caption,
            pool,
        }
    }

    /// The picture of the stamp's time.
    pub fn picture(&self, stamp: Stamp) -> Picture {
        let mut picture = Picture::black(&self.pool, self.size, self.color, stamp);
        let layers = picture.planes_mut().map(|plane| Layer {
            data: plane.data,
            stride: plane.stride,
            width: plane.size.width as usize,
            height: plane.size.height as usize,
        });
        self.painting.draw(layers, Duration::from_nanos(stamp.pts.nanos()));
        let words = self.caption.measure(CAPTION);
        let margin = self.size.height as i32 / 45;
        text(
            &mut picture,
            Point::new(margin, self.size.height as i32 - words.height as i32 - margin / 6),
            CAPTION,
            &self.caption,
        );
        picture
    }
}

impl std::fmt::Debug for Studio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Studio").field("painting", &self.painting).finish_non_exhaustive()
    }
}

/// A tenth of a bit for each pixel: the scene is smooth.
fn bitrate(size: Size, fps: u32) -> u32 {
    (size.pixels() * u64::from(fps) / 10).clamp(200_000, 40_000_000) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(ms: u64) -> Stamp {
        Stamp {
            pts: Timestamp::from_duration(Duration::from_millis(ms)),
            sequence: 0,
            received: Moment::now(),
            captured: None,
        }
    }

    #[test]
    fn the_scene_is_a_function_of_time_and_it_moves() {
        let studio = Studio::new(Size::new(320, 180));
        let (first, again, later) =
            (studio.picture(stamp(5_000)), studio.picture(stamp(5_000)), studio.picture(stamp(5_500)));
        assert_eq!(first.samples(), again.samples());
        assert_ne!(first.samples(), later.samples());
    }

    #[test]
    fn every_size_can_be_drawn() {
        for (width, height) in [(16, 16), (64, 48), (180, 320), (1024, 64), (64, 1024)] {
            Studio::new(Size::new(width, height)).picture(stamp(12_345));
        }
    }

    #[tokio::test]
    async fn a_session_gives_access_units_at_its_rate_and_begins_with_a_key_frame() {
        let scene = TestScene { size: Size::new(160, 96), fps: 20 };
        let mut session = Session::open(scene, &"scene".parse().unwrap()).unwrap();
        let first = session.next().await.unwrap();
        assert!(first.key && first.reference);
        assert_eq!((first.parameters.size, first.pts), (scene.size, Timestamp::ZERO));
        let began = Instant::now();
        let mut times = Vec::new();
        for _ in 0..6 {
            times.push(session.next().await.unwrap().pts.ticks());
        }
        assert_eq!(times, [4_500, 9_000, 13_500, 18_000, 22_500, 27_000]);
        assert!(began.elapsed() >= Duration::from_millis(200), "{:?}", began.elapsed());
    }
}
