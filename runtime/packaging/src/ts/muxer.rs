use media::{AccessUnit, AudioUnit, Codec, Timestamp, h264};

use super::clock::Clock;
use super::packet::{Mark, Packets, Track};
use super::pes::{self, Header};
use super::sound::{Place, Sound};
use super::tables::{self, Tables};
use super::{Tracks, Unfit};

/// Behind which each NAL unit stands (ITU-T H.264, annex B): four bytes, which the first one and parameter sets need, and which are as many as a length.
const START_CODE: [u8; 4] = [0, 0, 0, 1];
/// An access unit delimiter, which each access unit in a transport stream begins with (clause 2.14.1): of any kind of slices (ITU-T H.264, table 7-5).
const DELIMITER: [u8; 6] = [0, 0, 0, 1, DELIMITER_TYPE, 0xf0];
const DELIMITER_TYPE: u8 = 9;
/// How long after it is decoded a picture is shown at most, in ticks: 16 pictures (ITU-T H.264, annex A.3.1) at less than one a second. Of two times of 33
/// bits that are hours apart nobody could tell which comes first.
const AHEAD: i64 = 20 * Timestamp::CLOCK_RATE;

/// Writes a stream as MPEG-TS, segment by segment.
///
/// A change of the tracks, of which [`Tracks::new`] knows, is another muxer.
#[derive(Clone, Debug)]
pub struct Muxer {
    tables: Tables,
    video: Track,
    audio: Track,
    clock: Clock,
    sound: Option<Sound>,
}

impl Muxer {
    /// One that has written nothing yet.
    pub fn new(tracks: Tracks) -> Self {
        Self {
            tables: Tables::new(tracks.has_sound()),
            video: Track::new(tables::VIDEO),
            audio: Track::new(tables::SOUND),
            clock: Clock::default(),
            sound: tracks.sound.map(Sound::new),
        }
    }

    /// Begins a segment: "The first two Transport Stream packets in a Segment without an EXT-X-MAP tag SHOULD be a PAT and a PMT" (RFC 8216, section 3.2).
    ///
    /// Counters and the clock go on from the segment before. Sound that was not [ended](Self::end) goes into this one.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        self.tables.write(out);
    }

    /// Writes a picture that is decoded at `decode`: at its PTS if that is earlier. One without NAL units is none, and left out.
    ///
    /// `decode` should grow from picture to picture. Where it goes back by half a second or on by more than ten, that is told as [`Self::discontinuity`] is.
    pub fn picture(&mut self, unit: &AccessUnit, decode: Timestamp, out: &mut Vec<u8>) -> Result<(), Unfit> {
        if unit.codec != Codec::H264 {
            return Err(Unfit::Video(unit.codec));
        }
        let nals = || unit.nal_units().filter(|nal| h264::nal_type(nal) != DELIMITER_TYPE);
        let sets = || unit.parameters.parameter_sets().filter(|_| unit.key);
        let bytes: usize = nals().map(|nal| START_CODE.len() + nal.len()).sum();
        if bytes == 0 {
            return Ok(());
        }
        let payload = DELIMITER.len() + sets().map(|set| START_CODE.len() + set.len()).sum::<usize>() + bytes;
        let pts = unit.pts.ticks().min(decode.ticks().saturating_add(AHEAD));
        let decode = decode.ticks().min(pts);

        if self.sound.as_ref().is_some_and(|sound| sound.is_due(decode)) {
            self.flush(out);
        }
        let mark = self.tell(decode, out, unit.key);
        let header = Header::new(pes::VIDEO, pts, decode, payload);
        let length = header.bytes().len() + payload;
        let mut packets = Packets::begin(&mut self.video, Some(mark), length, out);
        packets.push(header.bytes());
        packets.push(&DELIMITER);
        for nal in sets().chain(nals()) {
            packets.push(&START_CODE);
            packets.push(nal);
        }
        Ok(())
    }

    /// Takes a unit of sound. It is written with others of its time, 128 ms at most, or in front of a picture that is decoded that much later.
    ///
    /// Where the tracks have no sound it is left out; an empty one is, too.
    pub fn sound(&mut self, unit: &AudioUnit, out: &mut Vec<u8>) -> Result<(), Unfit> {
        if let Some(sound) = &self.sound
            && sound.place(unit) == Place::Next
        {
            self.flush(out);
        }
        if let Some(sound) = self.sound.as_mut().filter(|_| !unit.data.is_empty()) {
            sound.gather(unit)?;
            if sound.is_full(unit) {
                self.flush(out);
            }
        }
        Ok(())
    }

    /// Ends a segment: what sound is gathered belongs to it.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        self.flush(out);
    }

    /// What comes next has times of another timeline. Sound of the one before is written.
    pub fn discontinuity(&mut self, out: &mut Vec<u8>) {
        self.flush(out);
        self.clock.discontinuity();
    }

    /// Writes the sound that is gathered.
    fn flush(&mut self, out: &mut Vec<u8>) {
        let Some((gathered, pts)) = self.sound.as_mut().filter(|sound| !sound.is_empty()).map(Sound::take) else {
            return;
        };
        if self.clock.is_silent() {
            let mark = self.tell(pts, out, false);
            self.video.tell_time(mark, out);
        }
        let header = Header::new(pes::SOUND, pts, pts, gathered.len());
        let length = header.bytes().len() + gathered.len();
        let mut packets = Packets::begin(&mut self.audio, None, length, out);
        packets.push(header.bytes());
        packets.push(&gathered);
        if let Some(sound) = &mut self.sound {
            sound.put_back(gathered);
        }
    }

    /// What the clock tells in front of what is decoded at `decode`; what it tells on the way there is written.
    fn tell(&mut self, decode: i64, out: &mut Vec<u8>, key: bool) -> Mark {
        let told = self.clock.tell(decode);
        for clock in told.between {
            self.video.tell_time(Mark { clock, discontinuity: false, key: false }, out);
        }
        Mark { clock: told.clock, discontinuity: told.discontinuity, key }
    }
}
