//! Units of sound gathered into one PES packet: alone, each would cost a header and half a packet of stuffing.

use std::sync::Arc;

use media::{AudioParameters, AudioUnit};

use super::adts::Adts;
use super::tracks::{self, Unfit};

/// How long what is gathered lasts at most, in ticks: 128 ms, what a single unit of 8 kHz lasts. Six units of 48 kHz, five of 44.1 kHz.
pub(super) const GATHER: i64 = 11_520;
/// How many bytes are gathered at most, unless one unit is longer: what fills sixteen packets behind a PES header, and fits into the 3584 bytes that a
/// decoder has for sound (clause 2.4.2.3).
const ROOM: usize = 16 * 184 - 14;
/// By how many ticks a unit may be presented at another time than where the one before it ends: 1 ms, beyond what rounding makes. Only the first of a PES
/// packet has its time told (clause 2.7.4), the others are taken to follow.
const TOLERANCE: u64 = 90;

/// The track of sound.
#[derive(Clone, Debug)]
pub(super) struct Sound {
    parameters: Arc<AudioParameters>,
    adts: Adts,
    /// Units behind their ADTS headers.
    gathered: Vec<u8>,
    /// When the first of them is presented, and when the last one ends.
    first: i64,
    end: i64,
}

/// Where a unit goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind what is gathered.
    Behind,
    /// Into the next PES packet: what is gathered goes first.
    Next,
}

impl Sound {
    pub(super) fn new((parameters, adts): (Arc<AudioParameters>, Adts)) -> Self {
        Self { parameters, adts, gathered: Vec::new(), first: 0, end: 0 }
    }

    /// Whether anything is gathered.
    pub(super) fn is_empty(&self) -> bool {
        self.gathered.is_empty()
    }

    /// Whether what is gathered has to go before a picture that is decoded at `decode`, in ticks.
    pub(super) fn is_due(&self, decode: i64) -> bool {
        !self.is_empty() && decode.saturating_sub(self.first) >= GATHER
    }

    /// Where a unit goes.
    pub(super) fn place(&self, unit: &AudioUnit) -> Place {
        let pts = unit.pts.ticks();
        let follows = self.end.abs_diff(pts) <= TOLERANCE
            && self.ends(pts, unit).saturating_sub(self.first) <= GATHER
            && self.gathered.len() + unit.data.len() + 7 <= ROOM
            && Arc::ptr_eq(&self.parameters, &unit.parameters);
        if self.is_empty() || follows { Place::Behind } else { Place::Next }
    }

    /// Adds a unit behind those that are gathered.
    pub(super) fn gather(&mut self, unit: &AudioUnit) -> Result<(), Unfit> {
        if !Arc::ptr_eq(&self.parameters, &unit.parameters) {
            self.adts = tracks::header(&unit.parameters)?;
            self.parameters = unit.parameters.clone();
        }
        let header = self.adts.header(unit.data.len()).ok_or(Unfit::TooLong(unit.data.len()))?;
        if self.is_empty() {
            self.first = unit.pts.ticks();
        }
        self.end = self.ends(unit.pts.ticks(), unit);
        self.gathered.extend_from_slice(&header);
        self.gathered.extend_from_slice(&unit.data);
        Ok(())
    }

    /// Whether one more unit like this one would be too much.
    pub(super) fn is_full(&self, unit: &AudioUnit) -> bool {
        self.ends(self.end, unit).saturating_sub(self.first) > GATHER
    }

    /// What is gathered, with the time of its first unit; nothing is gathered any more. The bytes are [put back](Self::put_back) for their room.
    pub(super) fn take(&mut self) -> (Vec<u8>, i64) {
        (std::mem::take(&mut self.gathered), self.first)
    }

    /// Room for what is gathered next.
    pub(super) fn put_back(&mut self, mut gathered: Vec<u8>) {
        gathered.clear();
        self.gathered = gathered;
    }

    fn ends(&self, pts: i64, unit: &AudioUnit) -> i64 {
        pts.saturating_add((u64::from(unit.samples) * 90_000 / u64::from(self.adts.rate())) as i64)
    }
}
