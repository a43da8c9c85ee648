//! Units to parts and segments. Pure: units in, what is made of them out.
//!
//! A picture lasts until the next one is decoded, so each waits for its successor: durations are exact, and what follows begins where it ends, to the tick.
//!
//! Segments end at key frames: at the one that is as near to the target as they come. A GOP that is longer than TARGETDURATION allows is cut between key
//! frames (section 3 lets a segment begin without one, and EXT-X-INDEPENDENT-SEGMENTS is not said): TARGETDURATION may not change (section 6.2.1), and
//! players of Apple's stop where it does.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use media::{AccessUnit, AudioParameters, AudioUnit, Parameters, Timestamp};

use super::body::Body;
use crate::mp4::place::{Place, in_samples};
use crate::mp4::{Fragment, Picture, Tracks, Unfit, init};
use crate::sound::Sound;

/// How much longer than the target a segment may be for the sake of a key frame: a fifth.
const STRETCH: (i64, i64) = (6, 5);
/// A track of sound that brings nothing for so long is not there: players wait for sound that a file announces.
const SILENCE: i64 = 2 * Timestamp::CLOCK_RATE;
/// Units of sound that wait for pictures; beyond that the oldest go: a source that sends sound alone has no segments.
const WAITING_SOUND: usize = 1_000;
/// The longest TARGETDURATION that is chosen for a camera's GOP; a longer one is cut.
const LONGEST_TARGET: u64 = 12;

/// How a stream is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How long a segment is to be, in ticks of 90 kHz.
    pub segment: i64,
    /// How long a part is to be at most; none where segments are whole.
    pub part: Option<i64>,
    /// The most bytes of a segment.
    pub max_bytes: u64,
    /// TARGETDURATION in seconds.
    pub target: u64,
}

impl Rules {
    /// `gop`: how far apart the source's key frames were last, in ticks, if that is known.
    pub fn new(segment: i64, part: Option<i64>, max_bytes: u64, gop: Option<i64>) -> Self {
        let seconds = |ticks: i64| u64::try_from(ticks / Timestamp::CLOCK_RATE).unwrap_or(0);
        let stretched = segment * STRETCH.0 / STRETCH.1;
        let usual = seconds(stretched + Timestamp::CLOCK_RATE / 2);
        // Of a GOP of 10.1 s 10: durations are rounded to the nearest (section 4.4.3.1).
        let gop = gop.filter(|gop| *gop > stretched);
        let long = gop.map_or(0, |gop| seconds(gop + Timestamp::CLOCK_RATE * 7 / 10)).min(LONGEST_TARGET);
        Self { segment, part, max_bytes, target: usual.max(long).max(1) }
    }

    /// The longest duration that is rounded to no more than TARGETDURATION, in ticks.
    fn longest(&self) -> i64 {
        self.target as i64 * Timestamp::CLOCK_RATE + Timestamp::CLOCK_RATE * 49 / 100
    }
}

/// What came of units.
#[derive(Clone, Debug)]
pub enum Made {
    /// What follows is of these tracks: an init segment. Comes before the first part and wherever that changes.
    Init {
        /// The init segment.
        data: Bytes,
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
    /// None before the first picture, and behind a discontinuity.
    place: Option<Place>,
    sound: Sound,
    /// What the source says of its sound before any has come.
    announced: Option<Arc<AudioParameters>>,
    tracks: Option<Tracks>,
    /// The picture whose duration is not known yet.
    waiting: Option<Waiting>,
    part: Fragment,
    /// Sound that is not in a part yet.
    heard: Vec<Heard>,
    /// When sound came last, in ticks of the file; where none has come, when pictures began.
    last_heard: Option<i64>,
    segment: Option<Running>,
    /// The next segment does not go on from the one before.
    discontinuity: bool,
    last_key: Option<i64>,
    gop: Option<i64>,
    /// Counts fragments.
    sequence: u32,
    /// How long parts are, and a picture when that was decided.
    part_length: Option<(i64, i64)>,
    made: Vec<Made>,
}

#[derive(Debug)]
struct Waiting {
    picture: Picture,
    parameters: Arc<Parameters>,
    time: SystemTime,
}

#[derive(Debug)]
struct Heard {
    sound: crate::mp4::Sound,
    parameters: Arc<AudioParameters>,
}

/// The segment that is being made.
#[derive(Debug)]
struct Running {
    begin: i64,
    part_begin: i64,
    bytes: u64,
}

impl Segmenter {
    /// `announced`: what the source says of its sound.
    pub fn new(rules: Rules, announced: Option<Arc<AudioParameters>>) -> Self {
        Self {
            rules,
            place: None,
            sound: Sound::default(),
            announced: announced.map(|sound| Sound::parameters(&sound)),
            tracks: None,
            waiting: None,
            part: Fragment::default(),
            heard: Vec::new(),
            last_heard: None,
            segment: None,
            discontinuity: false,
            last_key: None,
            gop: None,
            sequence: 0,
            part_length: None,
            made: Vec::new(),
        }
    }

    /// What the source says of its sound now.
    pub fn announce(&mut self, sound: Option<Arc<AudioParameters>>) {
        self.announced = sound.map(|sound| Sound::parameters(&sound));
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

    /// What lies between two pictures, in ticks.
    pub fn interval(&self) -> i64 {
        self.place.as_ref().map_or(Timestamp::CLOCK_RATE / 25, Place::interval)
    }

    /// What follows does not go on from what was before, and begins with a key frame: what is there of the segment is all of it.
    pub fn discontinuity(&mut self) -> Vec<Made> {
        self.finish(None);
        self.discontinuity = self.tracks.is_some();
        self.last_key = None;
        self.heard.clear();
        self.last_heard = None;
        self.place = None;
        std::mem::take(&mut self.made)
    }

    /// One more picture, in the order of decoding; the first is a key frame.
    pub fn picture(&mut self, unit: &AccessUnit) -> Result<Vec<Made>, Unfit> {
        if self.waiting.is_none() {
            // Says why it is none before anything is made of it.
            Tracks::new(unit.parameters.clone(), None)?;
            if !unit.key {
                return Ok(Vec::new());
            }
            self.place = None;
        }
        let placed = self.place.get_or_insert_with(|| Place::new(&unit.parameters)).picture(unit);
        self.last_heard.get_or_insert(placed.decode);
        if unit.key {
            self.gop = self.last_key.map(|last| placed.decode - last).filter(|gop| *gop > 0).or(self.gop);
            self.last_key = Some(placed.decode);
        }
        let picture = Picture {
            decode: placed.decode as u64,
            offset: placed.offset,
            duration: 0,
            key: unit.key,
            data: unit.data.clone(),
        };
        let time = unit.captured.unwrap_or(unit.received.wall);
        let next = Waiting { picture, parameters: unit.parameters.clone(), time };
        if let Some(waiting) = self.waiting.take() {
            self.add(waiting, placed.decode)?;
            self.cut(&next);
        }
        self.waiting = Some(next);
        Ok(std::mem::take(&mut self.made))
    }

    /// One more piece of sound.
    pub fn sound(&mut self, unit: AudioUnit) {
        let Self { sound, place, heard, last_heard, .. } = self;
        let Some(place) = place else { return };
        sound.push(unit, |unit| {
            let Some(begin) = place.sound(&unit) else { return };
            if heard.len() >= WAITING_SOUND {
                heard.remove(0);
            }
            *last_heard = Some(unit.pts.ticks() + crate::mp4::HEAD * Timestamp::CLOCK_RATE);
            let sound = crate::mp4::Sound { begin, duration: unit.samples, data: unit.data };
            heard.push(Heard { sound, parameters: unit.parameters });
        });
    }

    /// Puts the picture that waited, whose end is known now, into the segment that runs, or begins one with it.
    fn add(&mut self, waiting: Waiting, end: i64) -> Result<(), Unfit> {
        let begin = waiting.picture.decode as i64;
        let picture = Picture { duration: (end - begin).clamp(0, u32::MAX.into()) as u32, ..waiting.picture };
        let tracks = self.tracks_with(&waiting.parameters, begin)?;
        if self.tracks.as_ref() != Some(&tracks) {
            self.close_segment(begin);
            self.discontinuity |= self.tracks.is_some();
            self.made.push(Made::Init { data: init(&tracks), tracks: tracks.clone() });
            self.tracks = Some(tracks);
        }
        if self.segment.is_none() {
            self.segment = Some(Running { begin, part_begin: begin, bytes: 0 });
            let discontinuity = std::mem::take(&mut self.discontinuity);
            self.made.push(Made::Begin { discontinuity, time: waiting.time });
        }
        if let Some(running) = &mut self.segment {
            running.bytes += picture.data.len() as u64;
        }
        self.part.pictures.push(picture);
        Ok(())
    }

    /// Ends the part, or the segment, where the next picture is to begin another.
    fn cut(&mut self, next: &Waiting) {
        let Some(running) = &self.segment else { return };
        let at = next.picture.decode as i64;
        let interval = self.interval();
        let length = at - running.begin;
        let at_key = next.picture.key
            && (length >= self.rules.segment
                || self.gop.is_some_and(|gop| length + gop > self.rules.segment * STRETCH.0 / STRETCH.1));
        // A GOP that is longer than a segment may be is cut where the target is, not where it cannot go on.
        let has_room = self.gop.is_none_or(|gop| gop <= self.rules.longest());
        let longest = if has_room { self.rules.longest() } else { self.rules.segment };
        let forced =
            length + interval > longest || running.bytes + next.picture.data.len() as u64 > self.rules.max_bytes;
        let another = self.tracks.as_ref().is_some_and(|tracks| *tracks.video() != next.parameters);
        if at_key || forced || another {
            return self.close_segment(at);
        }
        if let Some(wanted) = self.rules.part {
            let length = at - running.part_begin;
            let (target, interval) = self.part_length.unwrap_or_else(|| self.estimated_part(wanted, length));
            // To the nearest: pictures do not come to the tick.
            if length + interval / 2 >= target {
                self.close_part(at);
            }
        }
    }

    /// How long parts are to be, and a picture, by the pictures that the first one has: two alone may tremble.
    fn estimated_part(&self, wanted: i64, length: i64) -> (i64, i64) {
        let mean = length / (self.part.pictures.len() as i64).max(1);
        (part_length(wanted, mean), mean)
    }

    fn close_part(&mut self, end: i64) {
        let Some(running) = &mut self.segment else { return };
        if self.part.pictures.is_empty() {
            return;
        }
        let mut part = std::mem::take(&mut self.part);
        if let Some(sound) = self.tracks.as_ref().and_then(Tracks::sound) {
            let end = in_samples(end, sound.sample_rate.max(1).into());
            let is_in = |heard: &Heard| heard.parameters == *sound && (heard.sound.begin as i64) < end;
            let count = self.heard.iter().take_while(|heard| is_in(heard)).count();
            part.sound.extend(self.heard.drain(..count).map(|heard| heard.sound));
            // A gap in the sound is told by what is before it.
            for at in 1..part.sound.len() {
                part.sound[at - 1].duration = (part.sound[at].begin - part.sound[at - 1].begin) as u32;
            }
        } else {
            self.heard.clear();
        }
        let duration = end - running.part_begin;
        if let (None, Some(wanted)) = (self.part_length, self.rules.part) {
            let mean = duration / part.pictures.len() as i64;
            self.part_length = Some((part_length(wanted, mean), mean));
        }
        let independent = part.pictures.first().is_some_and(|picture| picture.key);
        let pictures = part.pictures.len() as u32;
        self.sequence = self.sequence.wrapping_add(1);
        running.part_begin = end;
        let body = part.render(self.sequence).into();
        self.made.push(Made::Part { body, duration, independent, pictures });
    }

    fn close_segment(&mut self, end: i64) {
        self.close_part(end);
        if self.segment.take().is_some() {
            self.made.push(Made::End);
        }
    }

    /// Everything that is there, complete: `end` is where the picture that waits ends, if that is known.
    fn finish(&mut self, end: Option<i64>) {
        if let Some(waiting) = self.waiting.take() {
            let end = end.unwrap_or(waiting.picture.decode as i64 + self.interval());
            // What does not fit is left out: whoever pushes it again is told.
            if self.add(waiting, end).is_ok() {
                self.close_segment(end);
            }
        }
    }

    /// What the segment that begins, or goes on, at `at` is to have.
    fn tracks_with(&self, video: &Arc<Parameters>, at: i64) -> Result<Tracks, Unfit> {
        let heard = self.heard.last().map(|heard| heard.parameters.clone());
        let running = self.tracks.as_ref().and_then(|tracks| tracks.sound().cloned());
        let is_silent = self.last_heard.is_some_and(|last| at - last > SILENCE);
        let sound = heard.or(running).or_else(|| self.announced.clone()).filter(|_| !is_silent);
        let same = self
            .tracks
            .as_ref()
            .and_then(Tracks::sound)
            .filter(|known| sound.as_ref().is_some_and(|sound| sound == *known));
        Tracks::new(video.clone(), same.cloned().or(sound))
    }
}

/// A part of whole pictures, as near to what is wanted as they are, and no longer if that can be.
fn part_length(wanted: i64, interval: i64) -> i64 {
    let interval = interval.max(1);
    ((wanted + interval / 10) / interval).max(1) * interval
}
