//! The segments that a playlist has, and those that just left it. Pure.

mod earlier;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use media::Timestamp;

use super::body::Body;
use super::rules::Rules;
use super::segmenter::Made;
use crate::mp4::Tracks;

pub use earlier::{Earlier, EarlierSegment};

/// Segments that have left the playlist and are still given to who read it before (section 6.2.2 wants as many as the playlist is long; they would be
/// in memory twice over).
const REMOVED: usize = 1;
/// How far the camera's clock may be from where segments say that it is before it is told anew.
const CLOCK_APART: Duration = Duration::from_millis(500);
/// How many target durations from the end segments are kept in memory that somebody else keeps too: players at the end ask for these again and again.
const IN_MEMORY: i64 = 6;

/// See the module.
#[derive(Debug)]
pub struct Window {
    names: Names,
    target: u64,
    part_target: Option<Duration>,
    low_latency: bool,
    length: usize,
    /// Complete, the oldest first.
    segments: VecDeque<Segment>,
    open: Option<Segment>,
    removed: VecDeque<Segment>,
    inits: VecDeque<Init>,
    next_msn: u64,
    next_part: u64,
    next_init: u64,
    discontinuities: u64,
    clock: Option<SystemTime>,
    /// What comes next does not go on from what was there.
    seam: bool,
}

/// What the files of a window are called. The prefix is another one for each window, so that a name is never that of other bytes, also after a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// What all begin with.
    pub prefix: String,
    /// How segments end.
    pub extension: &'static str,
}

/// One segment.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its file.
    pub name: Arc<str>,
    /// Its media sequence number.
    pub msn: u64,
    /// It does not go on from the one before.
    pub discontinuity: bool,
    /// Which of those tracks it is of: the number of its init segment, where segments need one.
    pub init: u64,
    /// When its first picture was taken.
    pub time: SystemTime,
    /// In ticks of 90 kHz.
    pub duration: i64,
    /// Its parts, in their order; none where its bytes are not here any more.
    pub parts: Vec<Part>,
    /// Pictures in it; 0 where that is not known.
    pub pictures: u32,
    /// Bytes of it where they are elsewhere.
    elsewhere: Option<usize>,
}

/// One part.
#[derive(Clone, Debug)]
pub struct Part {
    /// Parts are counted over all segments: the next one's name is known before it is known which segment it belongs to.
    pub number: u64,
    /// Its bytes.
    pub body: Body,
    /// In ticks of 90 kHz.
    pub duration: i64,
    /// It begins with a key frame.
    pub independent: bool,
}

#[derive(Debug)]
struct Init {
    number: u64,
    name: Arc<str>,
    data: InitData,
    /// None of what an earlier window had.
    tracks: Option<Tracks>,
}

#[derive(Debug)]
enum InitData {
    /// Segments need none.
    None,
    Here(Bytes),
    /// So many bytes are elsewhere.
    Elsewhere(usize),
}

/// How far a window is: the segment that is being made, and how many parts it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Progress {
    /// Its media sequence number.
    pub msn: u64,
    /// Its parts so far.
    pub parts: u32,
}

/// What is another since something was taken, for who keeps the files of a window elsewhere too.
#[derive(Clone, Debug)]
pub enum Change {
    /// There is a new init segment.
    Init {
        /// Its file.
        name: Arc<str>,
        /// Its bytes.
        data: Bytes,
    },
    /// The last one of [`Window::segments`] is new.
    Segment,
    /// A file is nothing any more.
    Gone(Arc<str>),
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Found {
    /// Bytes that never change.
    Body(Body),
    /// So many of them, where the window's files are kept.
    Elsewhere(usize),
    /// The part that comes next.
    Next,
    /// Nothing, or nothing any more.
    Nothing,
}

impl Names {
    /// Of an init segment.
    pub fn init(&self, number: u64) -> String {
        format!("{}-i{number}.mp4", self.prefix)
    }

    /// Of a segment.
    pub fn segment(&self, msn: u64) -> String {
        format!("{}-{msn}.{}", self.prefix, self.extension)
    }

    /// Of a part.
    pub fn part(&self, number: u64) -> String {
        format!("{}-p{number}.{}", self.prefix, self.extension)
    }
}

impl Segment {
    /// All of it, as one file.
    pub fn body(&self) -> Body {
        match &*self.parts {
            [only] => only.body.clone(),
            parts => Body::joined(parts.iter().map(|part| &part.body)),
        }
    }

    /// Puts its bytes into one piece, which its parts share. The feed has dropped the units of the GOP by now, or will soon: hundreds of small pieces would
    /// cost memory between them, and a write for each few of them to each viewer.
    fn gather(&mut self) {
        let whole = self.body().gathered();
        let mut at = 0;
        for part in &mut self.parts {
            let end = at + part.body.len();
            part.body = whole.slice(at, end);
            at = end;
        }
    }

    /// Bytes of it.
    pub fn bytes(&self) -> usize {
        self.elsewhere.unwrap_or_else(|| self.parts.iter().map(|part| part.body.len()).sum())
    }

    fn found(&self) -> Found {
        self.elsewhere.map_or_else(|| Found::Body(self.body()), Found::Elsewhere)
    }
}

impl Window {
    /// `length`: how many complete segments the playlist has. `first`: the media sequence number of the first.
    pub fn new(names: Names, rules: &Rules, length: usize, first: u64) -> Self {
        Self {
            names,
            target: rules.target,
            part_target: None,
            low_latency: rules.part.is_some(),
            length,
            segments: VecDeque::new(),
            open: None,
            removed: VecDeque::new(),
            inits: VecDeque::new(),
            next_msn: first,
            next_part: 0,
            next_init: 0,
            discontinuities: 0,
            clock: None,
            seam: false,
        }
    }

    /// Takes what a segmenter made. `part_target`: the longest that parts are, once that is known.
    pub fn take(&mut self, made: Made, part_target: Option<Duration>) -> Vec<Change> {
        self.part_target = self.part_target.or(part_target);
        match made {
            Made::Init { data, tracks } => return self.init(data, tracks),
            Made::Begin { discontinuity, time } => self.begin(discontinuity, time),
            Made::Part { body, duration, independent, pictures } => {
                if let Some(open) = &mut self.open {
                    open.duration += duration;
                    open.pictures += pictures;
                    open.parts.push(Part { number: self.next_part, body, duration, independent });
                    self.next_part += 1;
                }
            }
            Made::End => return self.end(),
        }
        Vec::new()
    }

    fn init(&mut self, data: Option<Bytes>, tracks: Tracks) -> Vec<Change> {
        let number = self.next_init;
        self.next_init += 1;
        let name: Arc<str> = self.names.init(number).into();
        let change = data.clone().map(|data| Change::Init { name: name.clone(), data });
        let data = data.map_or(InitData::None, InitData::Here);
        self.inits.push_back(Init { number, name, data, tracks: Some(tracks) });
        change.into_iter().collect()
    }

    fn begin(&mut self, discontinuity: bool, time: SystemTime) {
        let discontinuity = discontinuity | std::mem::take(&mut self.seam);
        // The clock goes on by what segments last, so that it does not tremble with the network.
        let expected = self.clock.filter(|_| !discontinuity).filter(|expected| {
            let apart = expected.duration_since(time).or_else(|_| time.duration_since(*expected));
            apart.is_ok_and(|apart| apart <= CLOCK_APART)
        });
        let time = expected.unwrap_or(time);
        self.clock = Some(time);
        let init = self.inits.back().map_or(0, |init| init.number);
        let (msn, parts) = (self.next_msn, Vec::new());
        self.next_msn += 1;
        let name = self.names.segment(msn).into();
        let (duration, pictures, elsewhere) = (0, 0, None);
        self.open = Some(Segment { name, msn, discontinuity, init, time, duration, parts, pictures, elsewhere });
    }

    fn end(&mut self) -> Vec<Change> {
        let Some(segment) = self.open.take().filter(|segment| !segment.parts.is_empty()) else { return Vec::new() };
        let mut changes = vec![Change::Segment];
        self.clock = segment.time.checked_add(ticks(segment.duration));
        self.segments.push_back(segment);
        // The playlist never gets shorter than three target durations (section 6.2.2).
        let least = 3 * self.target as i64 * Timestamp::CLOCK_RATE;
        let mut whole: i64 = self.segments.iter().map(|segment| segment.duration).sum();
        while self.segments.len() > self.length
            && let Some(front) = self.segments.front()
            && whole - front.duration >= least
        {
            whole -= front.duration;
            // Its tag leaves with it (section 6.2.2).
            self.discontinuities += u64::from(front.discontinuity);
            self.removed.extend(self.segments.pop_front());
        }
        let gone = self.removed.len().saturating_sub(REMOVED);
        changes.extend(self.removed.drain(..gone).map(|segment| Change::Gone(segment.name)));
        self.forget_inits(&mut changes);
        // Behind those that went, into whose memory it goes.
        if let Some(last) = self.segments.back_mut() {
            last.gather();
        }
        changes
    }

    /// Those that no segment needs any more.
    fn forget_inits(&mut self, changes: &mut Vec<Change>) {
        let oldest = self.all().next().map(|segment| segment.init);
        while self.inits.len() > 1
            && self.inits.front().map(|init| init.number) < oldest
            && let Some(init) = self.inits.pop_front()
        {
            if !matches!(init.data, InitData::None) {
                changes.push(Change::Gone(init.name));
            }
        }
    }

    /// Nobody watches, and what comes next is of another time: the playlist begins with that. (Section 6.2.2 would keep what somebody may still be playing.)
    pub fn forget(&mut self) -> Vec<Change> {
        let left = self.segments.drain(..).chain(self.open.take());
        self.removed.extend(left.inspect(|segment| self.discontinuities += u64::from(segment.discontinuity)));
        self.removed.drain(..).map(|segment| Change::Gone(segment.name)).collect()
    }

    /// The next segment is the first of the playlist, and has this discontinuity sequence number, which is none that is past; `behind`: it does not go on
    /// from what was there. Whether that is to be said: of what has the number of what was there it is not.
    pub fn begin_at(&mut self, number: u64, behind: bool) -> bool {
        let told = behind && number > self.discontinuities;
        self.discontinuities = number - u64::from(told);
        told
    }

    /// The discontinuity sequence number of the newest segment (section 4.4.3.3).
    pub fn discontinuity_number(&self) -> u64 {
        let listed = self.segments.iter().chain(&self.open).filter(|segment| segment.discontinuity).count();
        self.discontinuities + listed as u64
    }

    /// Gives the bytes of segments away that are kept elsewhere too, by what `holds` says of their files, but for those that are near the end. One that is
    /// twice as far and still not there leaves the window, and what is before it: memory is not for as many as a disk is.
    pub fn give_away(&mut self, holds: impl Fn(&str) -> bool) -> Vec<Change> {
        let mut left = self.open.as_ref().map_or(0, |open| open.duration);
        let far = IN_MEMORY * self.target as i64 * Timestamp::CLOCK_RATE;
        let mut lost = 0;
        for (at, segment) in self.segments.iter_mut().enumerate().rev() {
            if segment.elsewhere.is_none() && left >= far {
                if holds(&segment.name) {
                    segment.elsewhere = Some(segment.bytes());
                    segment.parts = Vec::new();
                } else if left >= 2 * far {
                    lost = at + 1;
                    break;
                }
            }
            left += segment.duration;
        }
        let mut changes = Vec::new();
        for segment in self.segments.drain(..lost) {
            self.discontinuities += u64::from(segment.discontinuity);
            changes.push(Change::Gone(segment.name));
        }
        if lost > 0 {
            changes.extend(self.removed.drain(..).map(|segment| Change::Gone(segment.name)));
            self.forget_inits(&mut changes);
        }
        changes
    }

    /// What a name stands for.
    pub fn find(&self, name: &str) -> Found {
        let complete = self.removed.iter().chain(&self.segments);
        if let Some(segment) = complete.clone().find(|segment| *segment.name == *name) {
            return segment.found();
        }
        if let Some(init) = self.inits.iter().find(|init| *init.name == *name) {
            return match &init.data {
                InitData::None => Found::Nothing,
                InitData::Here(data) => Found::Body(data.clone().into()),
                InitData::Elsewhere(bytes) => Found::Elsewhere(*bytes),
            };
        }
        let number = name.strip_prefix(&*self.names.prefix).and_then(|rest| rest.strip_prefix("-p"));
        let number = number.and_then(|rest| rest.split_once('.')?.0.parse::<u64>().ok());
        match number.filter(|number| self.low_latency && self.names.part(*number) == name) {
            None => Found::Nothing,
            Some(number) if number == self.next_part => Found::Next,
            Some(number) => {
                let mut parts = self.all().flat_map(|segment| &segment.parts);
                let part = parts.find(|part| part.number == number);
                part.map_or(Found::Nothing, |part| Found::Body(part.body.clone()))
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &Segment> {
        self.removed.iter().chain(&self.segments).chain(&self.open)
    }

    /// Whether segments need an init segment.
    pub fn has_inits(&self) -> bool {
        self.inits.iter().any(|init| !matches!(init.data, InitData::None))
    }

    /// The file of an init segment, where segments need one.
    pub(super) fn init_name(&self, number: u64) -> Option<&str> {
        let init = self.inits.iter().find(|init| init.number == number && !matches!(init.data, InitData::None));
        init.map(|init| &*init.name)
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        match &self.open {
            Some(open) => Progress { msn: open.msn, parts: open.parts.len() as u32 },
            None => Progress { msn: self.next_msn, parts: 0 },
        }
    }

    /// The complete segments, the oldest first.
    pub fn segments(&self) -> &VecDeque<Segment> {
        &self.segments
    }

    /// The segment that is being made.
    pub fn open(&self) -> Option<&Segment> {
        self.open.as_ref()
    }

    /// What files are called.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// TARGETDURATION in seconds.
    pub fn target(&self) -> u64 {
        self.target
    }

    /// PART-TARGET, where there are parts and it is known how long they are.
    pub fn part_target(&self) -> Option<Duration> {
        self.part_target.filter(|_| self.low_latency)
    }

    /// The number of the next part.
    pub fn next_part(&self) -> u64 {
        self.next_part
    }

    /// The media sequence number of the next segment.
    pub fn next_msn(&self) -> u64 {
        self.next_msn
    }

    /// Discontinuities that have left the playlist.
    pub fn discontinuities(&self) -> u64 {
        self.discontinuities
    }

    /// What is in the segments that come now.
    pub fn tracks(&self) -> Option<&Tracks> {
        self.inits.back().and_then(|init| init.tracks.as_ref())
    }
}

/// Ticks of 90 kHz as a duration.
pub(super) fn ticks(ticks: i64) -> Duration {
    Timestamp::from_ticks(ticks).since(Timestamp::ZERO)
}
