//! Units to parts and segments. Pure: units in, what is made of them out.
//!
//! A picture lasts until the next one is decoded, so each waits for its successor: durations are exact, and what follows begins where it ends, to the tick.
//!
//! Where it is cut is said by [`super::rules`], what the bytes are by [`super::packager`].

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use media::{AccessUnit, AudioParameters, AudioUnit, Parameters, Timestamp};

use super::body::Body;
use super::packager::{Container, Packager, Timed};
use super::rules::{Rules, part_length};
use crate::mp4::place::{Place, Placed, in_file, in_samples};
use crate::mp4::{Tracks, Unfit};
use crate::sound::Sound;

/// A track of sound that brings nothing for so long is not there: players wait for sound that a file announces.
const SILENCE: i64 = 2 * Timestamp::CLOCK_RATE;
/// How long before it can be decoded a picture may be to be shown, in ticks: while it is not known by how much pictures are reordered, 16 of them at 8
/// a second (H.264, annex A.3.1).
const EARLIEST: i32 = 2 * Timestamp::CLOCK_RATE as i32;
/// How long the first segment is, in ticks, to the nearest picture, of which it has two: who comes just behind a key frame sees something within 100 ms,
/// and how long a single picture of a transport stream lasts cannot be told from it.
const FIRST: i64 = Timestamp::CLOCK_RATE * 8 / 100;
/// Units of sound that wait for pictures; beyond that the oldest go: a source that sends sound alone has no segments.
const WAITING_SOUND: usize = 1_000;

/// What came of units.
#[derive(Clone, Debug)]
pub enum Made {
    /// What follows is of these tracks. Comes before the first part and wherever that changes.
    Init {
        /// The init segment, where segments need one.
        data: Option<Bytes>,
        /// What is in it.
        tracks: Tracks,
    },
    /// A segment begins.
    Begin {
        /// It does not go on from what was before it (section 4.4.4.3).
        discontinuity: bool,
        /// When its first picture was taken, by the camera's clock, or came.
        time: SystemTime,
    },
    /// The next part of the segment.
    Part {
        /// Its bytes.
        body: Body,
        /// In ticks.
        duration: i64,
        /// It begins with a key frame.
        independent: bool,
        /// Pictures in it.
        pictures: u32,
    },
    /// The segment is complete.
    End,
}

/// See the module.
#[derive(Debug)]
pub struct Segmenter {
    rules: Rules,
    packager: Packager,
    /// None before the first picture, and behind a discontinuity.
    place: Option<Place>,
    sound: Sound,
    /// What the source says of its sound before any has come.
    announced: Option<Arc<AudioParameters>>,
    tracks: Option<Tracks>,
    /// The picture whose duration is not known yet.
    waiting: Option<(AccessUnit, Placed)>,
    /// Sound that is not in a part yet, and where it begins.
    heard: Vec<(AudioUnit, u64)>,
    /// When sound came last, in ticks of the file; where none has come, when pictures began.
    last_heard: Option<i64>,
    segment: Option<Running>,
    /// The next segment does not go on from the one before.
    discontinuity: bool,
    /// Nothing whole is there. The first segment is short then: a playlist without a whole one is none to ffmpeg, GStreamer and VLC, and hls.js waits for it.
    begins: bool,
    last_key: Option<i64>,
    gop: Option<i64>,
    /// How long parts are, and a picture when that was decided.
    part_length: Option<(i64, i64)>,
    made: Vec<Made>,
}

/// The segment that is being made.
#[derive(Debug)]
struct Running {
    begin: i64,
    part_begin: i64,
    bytes: u64,
}

impl Segmenter {
    /// Nothing is made yet.
    pub fn new(rules: Rules, container: Container) -> Self {
        Self {
            rules,
            packager: Packager::new(container),
            place: None,
            sound: Sound::default(),
            announced: None,
            tracks: None,
            waiting: None,
            heard: Vec::new(),
            last_heard: None,
            segment: None,
            discontinuity: false,
            begins: true,
            last_key: None,
            gop: None,
            part_length: None,
            made: Vec::new(),
        }
    }

    /// Somebody watches again: what is there is not for those who come now. `interval`: what lies between two pictures, in ticks, where that is known.
    pub fn resume(&mut self, interval: Option<i64>) {
        self.begins = true;
        if let (None, Some(wanted), Some(interval)) = (self.part_length, self.rules.part, interval) {
            self.part_length = Some((part_length(wanted, interval), interval));
        }
    }

    /// What the source says of its sound now.
    pub fn announce(&mut self, sound: Option<Arc<AudioParameters>>) {
        self.announced = sound.filter(|sound| self.packager.takes(sound.codec)).map(|sound| Sound::parameters(&sound));
    }

    /// PART-TARGET, once it is known how long pictures last: longer than parts are to be by what pictures tremble, so that none is longer, and none much
    /// shorter than the 85 % that there must be of it (section 4.4.4.9).
    pub fn part_target(&self) -> Option<Duration> {
        let (length, interval) = self.part_length?;
        let ticks = length + (interval / 2).min(length * 12 / 100);
        let millis = (ticks * 1_000 + Timestamp::CLOCK_RATE - 1) / Timestamp::CLOCK_RATE;
        Some(Duration::from_millis(millis.unsigned_abs()))
    }

    /// How far apart the last two key frames were, in ticks.
    pub fn gop(&self) -> Option<i64> {
        self.gop
    }

    /// What follows does not go on from what was before, and begins with a key frame: what is there of the segment is all of it.
    pub fn discontinuity(&mut self) -> Vec<Made> {
        if let Some(waiting) = self.waiting.take() {
            let end = waiting.1.decode + self.interval().min(self.rules.longest());
            // What does not fit is left out: whoever pushes its like again is told.
            if self.add(waiting, end).is_ok() {
                self.close_segment(end);
            }
        }
        self.discontinuity = self.tracks.is_some();
        (self.last_key, self.last_heard, self.place) = (None, None, None);
        self.heard.clear();
        std::mem::take(&mut self.made)
    }

    /// One more picture, in the order of decoding; the first is a key frame.
    pub fn picture(&mut self, unit: &AccessUnit) -> Result<Vec<Made>, Unfit> {
        if self.waiting.is_none() {
            // Says why it is none before anything is made of it.
            Tracks::new(unit.parameters.clone(), None)?;
            if !unit.key {
                return Ok(std::mem::take(&mut self.made));
            }
            self.place = None;
        }
        let placed = self.place.get_or_insert_with(|| Place::new(&unit.parameters)).picture(unit);
        self.last_heard.get_or_insert(placed.decode);
        if unit.key {
            self.gop = self.last_key.map(|last| placed.decode - last).filter(|gop| *gop > 0).or(self.gop);
            self.last_key = Some(placed.decode);
        }
        let waited = self.waiting.as_ref().map_or(0, |(_, waiting)| placed.decode - waiting.decode);
        if self.waiting.is_some() && (waited > self.rules.longest() || placed.offset < -EARLIEST) {
            // No segment may last as long as the picture in front of a pause would (section 4.4.3.1), and what is to be shown before what was there
            // is of another time. How far apart key frames are is learnt all the same, and the next window's target made for it.
            let last_key = self.last_key;
            self.made = self.discontinuity();
            self.last_key = last_key;
            return self.picture(unit);
        }
        if let Some(waiting) = self.waiting.take() {
            self.add(waiting, placed.decode)?;
            self.cut(unit, placed.decode);
        }
        self.waiting = Some((unit.clone(), placed));
        Ok(std::mem::take(&mut self.made))
    }

    /// One more piece of sound.
    pub fn sound(&mut self, unit: AudioUnit) {
        let Self { sound, place, heard, last_heard, packager, .. } = self;
        let Some(place) = place.as_mut().filter(|_| packager.takes(unit.parameters.codec)) else { return };
        sound.push(unit, |unit| {
            let Some(begin) = place.sound(&unit) else { return };
            if heard.len() >= WAITING_SOUND {
                heard.remove(0);
            }
            *last_heard = Some(in_file(unit.pts));
            heard.push((unit, begin));
        });
    }

    /// Puts the picture that waited, whose end is known now, into the segment that runs, or begins one with it.
    fn add(&mut self, (unit, placed): (AccessUnit, Placed), end: i64) -> Result<(), Unfit> {
        let begin = placed.decode;
        if self.segment.as_ref().is_some_and(|running| end - running.begin > self.rules.longest()) {
            // What comes after it was late: with it the segment would be longer than it may be.
            self.close_segment(begin);
        }
        let tracks = self.tracks_with(&unit.parameters, begin)?;
        if self.tracks.as_ref() != Some(&tracks) {
            self.close_segment(begin);
            self.discontinuity |= self.tracks.is_some();
            let data = self.packager.describe(&tracks)?;
            self.made.push(Made::Init { data, tracks: tracks.clone() });
            self.tracks = Some(tracks);
        }
        if self.segment.is_none() {
            self.segment = Some(Running { begin, part_begin: begin, bytes: 0 });
            let discontinuity = std::mem::take(&mut self.discontinuity);
            self.packager.begin(discontinuity);
            let time = unit.captured.unwrap_or(unit.received.wall);
            self.made.push(Made::Begin { discontinuity, time });
        }
        if let Some(running) = &mut self.segment {
            running.bytes += unit.data.len() as u64;
        }
        self.packager.picture(Timed { unit: &unit, decode: begin, offset: placed.offset, duration: end - begin })?;
        self.add_sound(end);
        Ok(())
    }

    /// The sound that has come of what is before `end`.
    fn add_sound(&mut self, end: i64) {
        let Some(sound) = self.tracks.as_ref().and_then(Tracks::sound) else {
            return self.heard.clear();
        };
        let end = in_samples(end, sound.sample_rate.max(1).into());
        let is_in = |(unit, begin): &&(AudioUnit, u64)| unit.parameters == *sound && (*begin as i64) < end;
        let count = self.heard.iter().take_while(is_in).count();
        for (unit, begin) in self.heard.drain(..count) {
            self.packager.sound(unit, begin);
        }
    }

    /// Ends the part, or the segment, where the next picture is to begin another.
    fn cut(&mut self, next: &AccessUnit, at: i64) {
        let Some(running) = &self.segment else { return };
        let length = at - running.begin;
        let ends = self.rules.ends(length, self.gop, next.key, self.interval())
            || running.bytes + next.data.len() as u64 > self.rules.max_bytes
            || self.tracks.as_ref().is_some_and(|tracks| *tracks.video() != next.parameters);
        if ends {
            return self.close_segment(at);
        }
        let length = at - running.part_begin;
        let (target, interval) = match (self.rules.part, self.part_length) {
            (None, _) if self.begins => (FIRST.max(2 * self.interval()), self.interval()),
            (None, _) => return,
            (Some(_), Some((target, interval))) if self.begins => (target.min(FIRST.max(2 * interval)), interval),
            (Some(_), Some(known)) => known,
            // Players are told how long parts are at most with the first one.
            (Some(wanted), None) => self.estimated_part(wanted, length),
        };
        // To the nearest: pictures do not come to the tick.
        if length + interval / 2 >= target {
            match self.begins {
                true => self.close_segment(at),
                false => self.close_part(at),
            }
        }
    }

    /// How long parts are to be, and a picture, by the pictures that the first one has: two alone may tremble.
    fn estimated_part(&self, wanted: i64, length: i64) -> (i64, i64) {
        let mean = length / i64::from(self.packager.pictures().max(1));
        (part_length(wanted, mean), mean)
    }

    fn close_part(&mut self, end: i64) {
        let Some(part_begin) = self.segment.as_ref().map(|running| running.part_begin) else { return };
        let duration = end - part_begin;
        if let (None, Some(wanted)) = (self.part_length, self.rules.part) {
            self.part_length = Some(self.estimated_part(wanted, duration));
        }
        let Some(packed) = self.packager.pack() else { return };
        if let Some(running) = &mut self.segment {
            running.part_begin = end;
        }
        let (body, independent, pictures) = (packed.body, packed.independent, packed.pictures);
        self.made.push(Made::Part { body, duration, independent, pictures });
    }

    fn close_segment(&mut self, end: i64) {
        self.close_part(end);
        if self.segment.take().is_some() {
            self.begins = false;
            self.made.push(Made::End);
        }
    }

    /// What the segment that begins, or goes on, at `at` is to have.
    fn tracks_with(&self, video: &Arc<Parameters>, at: i64) -> Result<Tracks, Unfit> {
        let heard = self.heard.last().map(|(unit, _)| &unit.parameters);
        let running = self.tracks.as_ref().and_then(Tracks::sound);
        let is_silent = self.last_heard.is_some_and(|last| at - last > SILENCE);
        let sound = heard.or(running).or(self.announced.as_ref()).filter(|_| !is_silent);
        // The same that is there already, so that a change is seen by it alone.
        Tracks::new(video.clone(), running.filter(|known| sound == Some(known)).or(sound).cloned())
    }

    /// What lies between two pictures.
    fn interval(&self) -> i64 {
        self.place.as_ref().map_or(Timestamp::CLOCK_RATE / 25, Place::interval)
    }
}
