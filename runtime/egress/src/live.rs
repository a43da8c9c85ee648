//! A stream's video as one viewer is sent it: a message for each access unit, at once. Pure.
//!
//! `mp4`: an init segment, then a fragment for each unit, for Media Source Extensions. A picture's duration is not known when it is sent: it is told as
//! what lay between the two before. Browsers take a picture that is decoded more than two such durations behind the one before for one behind a gap, and
//! show nothing until the next key frame (MSE, coded frame processing, step 6), so a longer pause is told by the time of presentation alone.
//!
//! `h264`: the units as they are, for WebCodecs, behind a header of 16 bytes:
//!
//! | bytes | |
//! |---|---|
//! | 0 | 0: a picture that refers to others; 1: a key frame; 2: sound |
//! | 1 to 7 | 0 |
//! | 8 to 15 | time of presentation in microseconds, with a sign, the highest byte first |

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use media::{AccessUnit, AudioParameters, AudioUnit, Timestamp};
use packaging::mp4::place::Place;
use packaging::mp4::{self, Fragment, Picture, Tracks, Unfit, init};
use packaging::sound::Sound;

use crate::message::{Message, SoundDecoder};

/// Sound that does not come for so long is not there: a player waits for what its file announces.
const SILENCE: i64 = 2 * Timestamp::CLOCK_RATE;

/// How units are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Fragments of an mp4.
    Mp4,
    /// Units behind a header of ours.
    H264,
}

/// Whether a viewer wants sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hears {
    /// Where there is any.
    Sound,
    /// Pictures alone.
    Nothing,
}

/// What is sent.
#[derive(Clone, Debug)]
pub enum Out {
    /// A text message.
    Say(Message),
    /// A binary message.
    Send {
        /// What is in front.
        front: Bytes,
        /// The unit's own bytes.
        data: Bytes,
    },
}

/// See the module.
#[derive(Debug)]
pub struct Live {
    format: Format,
    hears: Hears,
    place: Option<Place>,
    tracks: Option<Tracks>,
    sound: Sound,
    announced: Option<Arc<AudioParameters>>,
    heard: Option<Arc<AudioParameters>>,
    /// When sound came last, or pictures began, in ticks of the stream.
    last_heard: Option<i64>,
    /// When the picture before was said to be decoded, and for how long.
    last: Option<(i64, i64)>,
    sequence: u32,
}

impl Live {
    /// A viewer's.
    pub fn new(format: Format, hears: Hears) -> Self {
        Self {
            format,
            hears,
            place: None,
            tracks: None,
            sound: Sound::default(),
            announced: None,
            heard: None,
            last_heard: None,
            last: None,
            sequence: 0,
        }
    }

    /// Whether a picture came: what is announced from there on is told by the units themselves.
    pub fn has_begun(&self) -> bool {
        self.tracks.is_some()
    }

    /// What the source says of its sound, once it is connected: a viewer may have come before that.
    pub fn expect(&mut self, announced: Option<Arc<AudioParameters>>) {
        self.announced = announced.map(|sound| Sound::parameters(&sound));
    }

    /// What comes next does not go on from what was before it, and begins with a key frame.
    pub fn seam(&mut self) {
        (self.place, self.last, self.last_heard) = (None, None, None);
    }

    /// One picture, in the order of decoding.
    pub fn picture(&mut self, unit: &AccessUnit, mut out: impl FnMut(Out)) -> Result<(), Unfit> {
        let at = unit.pts.ticks();
        self.last_heard.get_or_insert(at);
        let tracks = Tracks::new(unit.parameters.clone(), self.sound_at(at))?;
        // Behind an init segment players show nothing until the next key frame (MSE, initialization segment received, step 5): sound that comes or goes
        // waits for one.
        let waits = !unit.key && self.tracks.as_ref().is_some_and(|running| running.video() == tracks.video());
        if self.tracks.as_ref() != Some(&tracks) && !waits {
            if unit.key || self.tracks.is_some() {
                self.announce(&tracks, &mut out);
            }
            self.tracks = Some(tracks);
        }
        if self.format == Format::H264 {
            let front = header(u8::from(unit.key), unit.pts);
            out(Out::Send { front, data: unit.data.clone() });
            return Ok(());
        }
        let place = self.place.get_or_insert_with(|| Place::new(&unit.parameters));
        let placed = place.picture(unit);
        let (duration, shown) = (place.interval(), placed.decode + i64::from(placed.offset));
        // See the module. What is behind comes nearer with each picture that lasts longer than it did.
        let decode = self.last.map_or(placed.decode, |(last, duration)| placed.decode.min(last + 2 * duration));
        self.last = Some((decode, duration));
        let picture = Picture {
            decode: decode as u64,
            offset: (shown - decode).clamp(i32::MIN.into(), i32::MAX.into()) as i32,
            duration: duration.clamp(1, u32::MAX.into()) as u32,
            key: unit.key,
            data: unit.data.clone(),
        };
        let fragment = Fragment { pictures: vec![picture], sound: Vec::new() };
        self.send(fragment, unit.data.clone(), &mut out);
        Ok(())
    }

    /// One piece of sound.
    pub fn sound(&mut self, unit: AudioUnit, mut out: impl FnMut(Out)) {
        if self.hears == Hears::Nothing || self.last_heard.is_none() {
            return;
        }
        let mut made = Vec::with_capacity(1);
        self.sound.push(unit, |unit| made.push(unit));
        for unit in made {
            self.last_heard = Some(unit.pts.ticks());
            self.heard = Some(unit.parameters.clone());
            // Until the next picture says that there is sound.
            if self.tracks.as_ref().and_then(Tracks::sound) != Some(&unit.parameters) {
                continue;
            }
            if self.format == Format::H264 {
                out(Out::Send { front: header(2, unit.pts), data: unit.data });
                continue;
            }
            let Some(begin) = self.place.as_mut().and_then(|place| place.sound(&unit)) else { continue };
            let sound = mp4::Sound { begin, duration: unit.samples, data: unit.data.clone() };
            self.send(Fragment { pictures: Vec::new(), sound: vec![sound] }, unit.data, &mut out);
        }
    }

    fn send(&mut self, fragment: Fragment, data: Bytes, out: &mut impl FnMut(Out)) {
        self.sequence = self.sequence.wrapping_add(1);
        out(Out::Send { front: fragment.header(self.sequence), data });
    }

    fn announce(&self, tracks: &Tracks, out: &mut impl FnMut(Out)) {
        let media::Size { width, height } = tracks.video().size;
        if self.format == Format::Mp4 {
            let mime = format!("video/mp4; codecs=\"{}\"", tracks.codecs());
            out(Out::Say(Message::Video { mime, width, height, sound: tracks.sound().is_some() }));
            out(Out::Send { front: init(tracks), data: Bytes::new() });
            return;
        }
        let sound = tracks.sound().map(|sound| SoundDecoder {
            codec: sound.rfc6381.clone(),
            sample_rate: sound.sample_rate,
            channels: sound.channels,
            description: BASE64_STANDARD.encode(&sound.config),
        });
        let (codec, description) = (tracks.video().rfc6381.clone(), BASE64_STANDARD.encode(&tracks.video().record));
        out(Out::Say(Message::Decoders { codec, width, height, description, sound }));
    }

    fn sound_at(&self, at: i64) -> Option<Arc<AudioParameters>> {
        if self.hears == Hears::Nothing || self.last_heard.is_some_and(|last| at - last > SILENCE) {
            return None;
        }
        let running = self.tracks.as_ref().and_then(Tracks::sound);
        self.heard.as_ref().or(running).or(self.announced.as_ref()).cloned()
    }
}

fn header(kind: u8, pts: Timestamp) -> Bytes {
    let micros = i128::from(pts.ticks()) * 100 / 9;
    let micros = micros.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    let mut header = [0; 16];
    header[0] = kind;
    header[8..].copy_from_slice(&micros.to_be_bytes());
    Bytes::copy_from_slice(&header)
}
