use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use codec::decode::Decoder;
use codec::{Picture, Pool, Stamp};
use config::TestScene;
use media::{AccessUnit, Codec, Moment, Parameters, Timestamp, image};
use source::scene::Studio;

use crate::Error;

/// Where the pictures come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The test scene: a function of time, the same at every trial.
    Scene {
        /// Its size and rate.
        scene: TestScene,
        /// How much of it.
        length: Duration,
    },
    /// An mp4 file with H.264, or an H.264 byte stream, once from its begin.
    Clip(PathBuf),
    /// The JPEG, WebP and PNG files of a folder, in the order of their names.
    Folder {
        /// The folder.
        path: PathBuf,
        /// As if so many were taken a second.
        fps: u32,
    },
}

/// What was found beside pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Access units that gave no picture.
    pub undecoded: u64,
    /// What the decoder said of the last of them.
    pub why: Option<String>,
}

/// Memory for pictures that nobody uses just now: some of 1080p.
const IDLE: usize = 16 << 20;
/// What image files end with.
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

impl Input {
    /// A file or a folder.
    pub fn at(path: &Path, fps: u32) -> Result<Self, Error> {
        let is_folder = fs::metadata(path).map_err(Error::file(path))?.is_dir();
        Ok(if is_folder { Self::Folder { path: path.into(), fps: fps.max(1) } } else { Self::Clip(path.into()) })
    }

    /// How many pictures it has, as far as that can be known before they are decoded.
    pub fn count(&self) -> Result<u64, Error> {
        match self {
            Self::Scene { scene, length } => Ok((length.as_secs_f64() * f64::from(scene.fps)).round() as u64),
            Self::Clip(path) => {
                let mut units = 0;
                source::file::read(path, |_| {
                    units += 1;
                    ControlFlow::Continue(())
                })?;
                Ok(units)
            }
            Self::Folder { path, .. } => Ok(images(path)?.len() as u64),
        }
    }

    /// Gives its pictures to `take`, in the order of presentation, until it says that it wants no more.
    pub fn pictures(&self, take: &mut dyn FnMut(Picture) -> ControlFlow<()>) -> Result<Left, Error> {
        match self {
            Self::Scene { scene, .. } => {
                let (studio, count) = (Studio::new(scene.size), self.count()?);
                for number in 0..count {
                    let pts = Timestamp::from_duration(Duration::from_secs(number) / scene.fps);
                    let stamp = Stamp { pts, sequence: number, received: Moment::now(), captured: None };
                    if take(studio.picture(stamp)).is_break() {
                        break;
                    }
                }
                Ok(Left::default())
            }
            Self::Clip(path) => {
                let mut decoding = Decoding::new();
                source::file::read(path, |unit| decoding.push(&unit, take))?;
                Ok(decoding.finish(take))
            }
            Self::Folder { path, fps } => {
                let mut decoding = Decoding::new();
                for (number, file) in (0..).zip(images(path)?) {
                    let unit = still(&file, Timestamp::from_duration(Duration::from_secs(number) / *fps))?;
                    if decoding.push(&unit, take).is_break() {
                        break;
                    }
                }
                Ok(decoding.finish(take))
            }
        }
    }
}

fn images(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(Error::file(folder))?;
    let is_image = |path: &PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
        ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
    };
    let mut images: Vec<_> = entries.into_iter().map(|entry| entry.path()).filter(is_image).collect();
    images.sort();
    match images.is_empty() {
        true => {
            Err(Error::Input { path: folder.into(), reason: "there is no JPEG, WebP or PNG in this folder".into() })
        }
        false => Ok(images),
    }
}

/// An image file as an access unit.
fn still(path: &Path, pts: Timestamp) -> Result<AccessUnit, Error> {
    let bytes = Bytes::from(fs::read(path).map_err(Error::file(path))?);
    let wrong = |error: image::BadImage| Error::Input { path: path.into(), reason: error.to_string() };
    let image = image::check(&bytes).map_err(wrong)?;
    let parameters = Arc::new(Parameters::bare(image.format.into(), image.size));
    Ok(AccessUnit::alone(parameters, bytes, pts, Moment::now()))
}

/// A decoder, and what came of it. Another codec is another decoder.
struct Decoding {
    decoder: Option<(Codec, Decoder)>,
    pool: Pool,
    pictures: Vec<Picture>,
    left: Left,
    /// Nobody wants more.
    is_over: bool,
}

impl Decoding {
    fn new() -> Self {
        Self { decoder: None, pool: Pool::new(IDLE), pictures: Vec::new(), left: Left::default(), is_over: false }
    }

    fn push(&mut self, unit: &AccessUnit, take: &mut dyn FnMut(Picture) -> ControlFlow<()>) -> ControlFlow<()> {
        if let Err(error) = self.decode(unit) {
            self.left.undecoded += 1;
            self.left.why = Some(error.to_string());
        }
        self.give(take)
    }

    fn decode(&mut self, unit: &AccessUnit) -> Result<(), codec::decode::Error> {
        let decoder = match &mut self.decoder {
            Some((codec, decoder)) if *codec == unit.codec => decoder,
            other => {
                let decoder = Decoder::open(unit.codec, self.pool.clone())?;
                &mut other.insert((unit.codec, decoder)).1
            }
        };
        decoder.push(unit, &mut self.pictures)
    }

    fn give(&mut self, take: &mut dyn FnMut(Picture) -> ControlFlow<()>) -> ControlFlow<()> {
        for picture in self.pictures.drain(..) {
            if take(picture).is_break() {
                self.is_over = true;
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// What was held back for its order.
    fn finish(mut self, take: &mut dyn FnMut(Picture) -> ControlFlow<()>) -> Left {
        if let (Some((_, decoder)), false) = (&mut self.decoder, self.is_over) {
            decoder.flush(&mut self.pictures);
            _ = self.give(take);
        }
        self.left
    }
}

#[cfg(test)]
mod tests {
    use media::Size;

    use super::*;

    fn all(input: &Input) -> (Vec<Picture>, Left) {
        let mut pictures = Vec::new();
        let left = input.pictures(&mut |picture| {
            pictures.push(picture);
            ControlFlow::Continue(())
        });
        (pictures, left.unwrap())
    }

    #[test]
    fn the_scene_is_as_long_as_it_is_asked_for() {
        let scene = TestScene { size: Size::new(64, 48), fps: 10 };
        let input = Input::Scene { scene, length: Duration::from_millis(500) };
        let (pictures, _) = all(&input);
        assert_eq!((input.count().unwrap(), pictures.len()), (5, 5));
        assert_eq!(pictures[4].stamp().pts.ticks(), 36_000);
    }

    #[test]
    fn a_folder_is_taken_in_the_order_of_names_and_a_damaged_file_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let png = |luma: u8| {
            let stamp = Stamp { pts: Timestamp::ZERO, sequence: 0, received: Moment::now(), captured: None };
            let mut picture = Picture::black(&Pool::new(0), Size::new(8, 6), media::Color::JPEG, stamp);
            picture.planes_mut()[0].data.fill(luma);
            codec::encode::png(&picture).unwrap()
        };
        fs::write(folder.path().join("b.PNG"), png(20)).unwrap();
        fs::write(folder.path().join("a.png"), png(10)).unwrap();
        fs::write(folder.path().join("notes.txt"), "no image").unwrap();
        let mut damaged = png(30);
        // In the compressed samples: the headers are good.
        damaged[50] ^= 0xff;
        fs::write(folder.path().join("c.png"), damaged).unwrap();
        let input = Input::at(folder.path(), 25).unwrap();
        let (pictures, left) = all(&input);
        let lumas: Vec<_> = pictures.iter().map(|picture| picture.samples()[0]).collect();
        assert_eq!((input.count().unwrap(), lumas, left.undecoded), (3, vec![10, 20], 1));
        assert_eq!(pictures[1].stamp().pts.ticks(), 3_600);
        let empty = tempfile::tempdir().unwrap();
        let told = Input::at(empty.path(), 25).unwrap().count().unwrap_err().to_string();
        assert!(told.contains("there is no JPEG"), "{told}");
    }
}
