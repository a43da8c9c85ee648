//! Everybody who watches a stream, on all outputs at once, and looks at every picture.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use codec::Picture;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::client::footage::{Footage, Shots};
use crate::client::{Message, Multipart, Player, Viewer};
use crate::program::Program;
use crate::{scene, still};

/// Stills are asked for so often.
const STILLS: Duration = Duration::from_millis(50);

/// How a stream is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Output {
    /// `/ws/{stream}?format=webp`.
    WebP,
    /// `/ws/{stream}?format=jpeg`.
    Jpeg,
    /// `/mjpeg/{stream}`.
    Mjpeg,
    /// `/still/{stream}.jpg`.
    Still,
    /// `/ws/{stream}?format=mp4`.
    Mp4,
    /// `/ws/{stream}?format=h264`.
    H264,
    /// Parts and segments.
    Hls,
}

impl Output {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::WebP, Self::Jpeg, Self::Mjpeg, Self::Still, Self::Mp4, Self::H264, Self::Hls];
}

/// What is seen in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The number in squares.
    pub number: Option<u32>,
    /// Of all luma.
    pub darkest: u8,
    /// Of all luma.
    pub brightest: u8,
    /// Luma in the upper left corner.
    pub corner: u8,
}

impl Sight {
    /// Looks at a picture.
    pub fn of(picture: &Picture) -> Self {
        let [luma, ..] = picture.planes();
        let rows = (0..luma.size.height as usize).map(|y| &luma.data[y * luma.stride..][..luma.size.width as usize]);
        let (darkest, brightest) = rows.flatten().fold((u8::MAX, 0), |(least, most), s| (least.min(*s), most.max(*s)));
        Self { number: scene::read(picture), darkest, brightest, corner: luma.data[0] }
    }

    /// Nothing of the camera's is in it: it is white all over, or grey with white words. Of the camera's a third is darker.
    pub fn is_covered(&self) -> bool {
        self.number.is_none() && self.darkest >= 90
    }

    /// It is white all over.
    pub fn is_white(&self) -> bool {
        self.darkest > 190
    }

    /// It is grey with words on it.
    pub fn is_slate(&self) -> bool {
        self.is_covered() && (100..150).contains(&self.corner) && self.brightest > 200
    }
}

/// A picture that somebody saw.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// On which stream of those that are watched.
    pub stream: usize,
    /// Where.
    pub output: Output,
    /// When.
    pub at: Instant,
    /// What.
    pub sight: Sight,
}

/// Everybody.
#[derive(Debug)]
pub struct Eyes {
    looks: Arc<Mutex<Vec<Look>>>,
    watching: JoinSet<Result<()>>,
}

/// One of them.
#[derive(Clone)]
struct Eye {
    looks: Arc<Mutex<Vec<Look>>>,
    stream: usize,
    output: Output,
}

impl Eye {
    fn look(&self, picture: &Picture) {
        let look = Look { stream: self.stream, output: self.output, at: Instant::now(), sight: Sight::of(picture) };
        self.looks.lock().expect("nobody panics in it").push(look);
    }

    async fn watch(self, program: Arc<Program>, stream: String) -> Result<()> {
        match self.output {
            Output::WebP | Output::Jpeg => {
                let format = if self.output == Output::WebP { "webp" } else { "jpeg" };
                let mut viewer = Viewer::connect(&program, &format!("{stream}?format={format}")).await?;
                loop {
                    match viewer.next_within(Duration::from_secs(60)).await? {
                        Message::Still(body) => self.look(&still::decode(&body)),
                        Message::Text(_) => {}
                        Message::Closed(code) => bail!("closed with {code}"),
                    }
                }
            }
            Output::Mjpeg => loop {
                let mut image = Multipart::connect(&program, &stream).await?;
                // It ends within a part when a filter comes, and clients come again.
                while let Ok(part) = image.next().await {
                    self.look(&still::decode(&part.body));
                }
            },
            Output::Still => loop {
                let answer = program.get(&format!("/still/{stream}.jpg")).await?;
                if answer.status().is_success() {
                    self.look(&still::decode(&answer.bytes().await?));
                }
                tokio::time::sleep(STILLS).await;
            },
            Output::Mp4 | Output::H264 => {
                let format = if self.output == Output::Mp4 { "mp4" } else { "h264" };
                let mut viewer = Viewer::connect(&program, &format!("{stream}?format={format}")).await?;
                let mut video = Video::default();
                loop {
                    let message = viewer.next_within(Duration::from_secs(60)).await?;
                    video.take(message)?.iter().for_each(|picture| self.look(picture));
                }
            }
            Output::Hls => {
                let mut player = Player::new(&program, &stream, "stream")?;
                loop {
                    let shots = player.next().await?;
                    shots.iter().flat_map(|shots| &shots.pictures).for_each(|picture| self.look(picture));
                }
            }
        }
    }
}

impl Eyes {
    /// Watches these streams on these outputs; they are told apart by their place.
    pub fn open(program: &Arc<Program>, streams: &[&str], outputs: &[Output]) -> Self {
        let looks: Arc<Mutex<Vec<Look>>> = Arc::default();
        let mut watching = JoinSet::new();
        for (stream, name) in streams.iter().enumerate() {
            for output in outputs {
                let eye = Eye { looks: looks.clone(), stream, output: *output };
                let (program, name, output) = (program.clone(), (*name).to_owned(), *output);
                watching.spawn(async move {
                    let what = format!("{name} as {output:?}");
                    eye.watch(program, name).await.context(what)
                });
            }
        }
        Self { looks, watching }
    }

    /// What was seen until now, and since it was asked last.
    pub fn take(&mut self) -> Result<Vec<Look>> {
        if let Some(ended) = self.watching.try_join_next() {
            ended.context("a viewer panicked")??;
        }
        Ok(std::mem::take(&mut self.looks.lock().expect("nobody panics in it")))
    }

    /// Waits until something like this was seen on each of so many places, stream and output, behind this moment.
    pub async fn until(&mut self, places: usize, since: Instant, is_it: impl Fn(&Look) -> bool) -> Result<Vec<Look>> {
        let (limit, mut seen) = (Instant::now() + Duration::from_secs(30), Vec::new());
        loop {
            seen.extend(self.take()?);
            let mut found = BTreeMap::new();
            seen.iter().filter(|look| look.at > since && is_it(look)).for_each(|look| {
                *found.entry((look.stream, look.output)).or_insert(0) += 1;
            });
            if found.len() >= places {
                return Ok(seen);
            }
            ensure!(Instant::now() < limit, "only {found:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Video over WebSocket, decoded.
#[derive(Debug, Default)]
pub struct Video {
    footage: Option<Footage>,
    /// An init segment is next.
    expects_init: bool,
    /// Init segments, or what stands for them, so far.
    pub beginnings: u32,
    /// What was told before the last of them.
    pub told: Value,
}

impl Video {
    /// The pictures of a message.
    pub fn take(&mut self, message: Message) -> Result<Vec<Picture>> {
        Ok(self.shots(message)?.pictures)
    }

    /// The pictures of a message; of mp4 its sound as well.
    pub fn shots(&mut self, message: Message) -> Result<Shots> {
        match message {
            Message::Text(told) if told["type"] == "video" => (self.expects_init, self.told) = (true, told),
            Message::Text(told) if told["type"] == "decoders" => {
                let record = BASE64_STANDARD.decode(told["description"].as_str().context("no description")?)?;
                self.footage = Some(Footage::of_record(&record)?);
                self.beginnings += 1;
            }
            Message::Text(_) => {}
            Message::Still(bytes) if self.expects_init => {
                self.footage = Some(Footage::of_init(&bytes)?);
                self.expects_init = false;
                self.beginnings += 1;
            }
            Message::Still(bytes) => return self.unit(&bytes),
            Message::Closed(code) => bail!("closed with {code}"),
        }
        Ok(Shots::default())
    }

    fn unit(&mut self, bytes: &Bytes) -> Result<Shots> {
        let footage = self.footage.as_mut().context("media before it is told what they are")?;
        match bytes.get(..16) {
            // Sound.
            Some([2, 0, 0, 0, 0, 0, 0, 0, ..]) => Ok(Shots::default()),
            Some([kind @ (0 | 1), 0, 0, 0, 0, 0, 0, 0, time @ ..]) => {
                let micros = i64::from_be_bytes(time.try_into()?);
                let pictures = footage.unit(bytes.slice(16..), micros * 9 / 100, *kind == 1)?;
                Ok(Shots { pictures, ..Shots::default() })
            }
            _ => footage.fragments(bytes),
        }
    }
}
