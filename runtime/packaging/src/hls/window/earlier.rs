use std::collections::BTreeMap;
use std::time::SystemTime;

use media::Timestamp;

use super::{Change, Init, InitData, Segment, Window};

/// What an earlier window left, of this process or another, to go on from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// The media sequence number of what comes next: greater than that of any segment that there was.
    pub next_msn: u64,
    /// Discontinuities that have left its playlist.
    pub discontinuities: u64,
    /// Its TARGETDURATION, where that is known.
    pub target: Option<u64>,
    /// One behind the other, the oldest first.
    pub segments: Vec<EarlierSegment>,
    /// Its init segments, and how many bytes they have.
    pub inits: BTreeMap<String, usize>,
}

/// One of its segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierSegment {
    /// Its file.
    pub name: String,
    /// In ticks of 90 kHz.
    pub duration: i64,
    /// It does not go on from the one before.
    pub discontinuity: bool,
    /// The file of its init segment, where it needs one.
    pub init: Option<String>,
    /// When its first picture was taken.
    pub time: SystemTime,
    /// Bytes of its file.
    pub bytes: usize,
}

impl Earlier {
    /// Without segments: numbers go on, and nothing else.
    pub fn without_segments(mut self) -> Self {
        self.discontinuities += self.segments.iter().filter(|segment| segment.discontinuity).count() as u64;
        Self { segments: Vec::new(), inits: BTreeMap::new(), target: None, ..self }
    }
}

impl Window {
    /// Goes on from an earlier window, before anything was taken: its segments stay in the playlist, and what comes is behind a discontinuity
    /// (section 4.4.4.3). Of one whose segments would not be played as these are, numbers alone go on, and its files are nothing any more.
    pub fn resume(&mut self, mut earlier: Earlier) -> Vec<Change> {
        let mut changes = Vec::new();
        if !self.goes_on_from(&earlier) {
            let segments = earlier.segments.iter().map(|segment| &segment.name);
            changes.extend(segments.chain(earlier.inits.keys()).map(|name| Change::Gone(name.as_str().into())));
            earlier = earlier.without_segments();
        }
        self.target = self.target.max(earlier.target.unwrap_or_default());
        self.discontinuities = earlier.discontinuities;
        // Without segments nothing holds the numbers together, and the greater of the two is greater than both.
        self.next_msn = match earlier.segments.is_empty() {
            true => self.next_msn.max(earlier.next_msn),
            false => earlier.next_msn,
        };
        self.seam = !earlier.segments.is_empty();
        let first = earlier.next_msn.saturating_sub(earlier.segments.len() as u64);
        for (segment, msn) in earlier.segments.into_iter().zip(first..) {
            let init = self.earlier_init(segment.init, &earlier.inits);
            self.segments.push_back(Segment {
                name: segment.name.into(),
                msn,
                discontinuity: segment.discontinuity,
                init,
                time: segment.time,
                duration: segment.duration,
                parts: Vec::new(),
                pictures: 0,
                elsewhere: Some(segment.bytes),
            });
        }
        changes
    }

    /// The number of the init segment that an earlier segment needs.
    fn earlier_init(&mut self, name: Option<String>, inits: &BTreeMap<String, usize>) -> u64 {
        if let Some(last) = self.inits.back()
            && name.as_ref().is_none_or(|name| *last.name == **name)
        {
            return last.number;
        }
        let number = self.next_init;
        self.next_init += 1;
        let data = name.as_ref().and_then(|name| inits.get(name)).map_or(InitData::None, |b| InitData::Elsewhere(*b));
        self.inits.push_back(Init { number, name: name.unwrap_or_default().into(), data, tracks: None });
        number
    }

    fn goes_on_from(&self, earlier: &Earlier) -> bool {
        // TARGETDURATION may not change (section 6.2.1), nor be exceeded (section 4.4.3.1): the earlier one holds, and is not made greater.
        let target = earlier.target.unwrap_or(self.target);
        let longest = (target as i64 * 2 + 1) * Timestamp::CLOCK_RATE / 2;
        let is_alike = |segment: &EarlierSegment| {
            segment.name.rsplit_once('.').is_some_and(|(_, extension)| extension == self.names.extension)
                && segment.init.as_ref().is_none_or(|init| earlier.inits.contains_key(init))
                && (0..longest).contains(&segment.duration)
        };
        target >= self.target
            && self.open.is_none()
            && self.segments.is_empty()
            && earlier.segments.iter().all(is_alike)
    }
}
