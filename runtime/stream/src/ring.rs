//! The access and audio units that are kept for subscribers, and where each subscriber goes on. Pure.
//!
//! Kept is the GOP that runs, so that who comes late begins at its key frame, and what arrived within the last [`BACKLOG`], so that who is a
//! little behind misses nothing at the next key frame. Together they never hold more than [`CAPACITY_BYTES`] beyond one access unit:
//!
//! - A subscriber for whom the next access unit is not kept any more goes on at the newest key frame, and is told how many it missed.
//! - Of a GOP larger than the capacity the key frame is kept, and the newest access units for who is near the end of it. Who comes late gets
//!   the key frame, a picture at once; then, with the next one, is told how many were left out between.
//! - Of stills each one is a key frame: who comes late gets the newest, who is too slow goes on at the newest.

use std::collections::VecDeque;
use std::mem::size_of;
use std::time::Duration;

use media::{AccessUnit, Moment, Timestamp, Unit};

use crate::{Gop, Lag, Received, Start, Tracks};

/// Bytes that are kept of one stream: a GOP of eight seconds (250 pictures at 30/s) at 16 Mbit/s, which a 4K camera sends. Nobody waits when
/// it is full: the oldest go.
pub(crate) const CAPACITY_BYTES: usize = 16 << 20;
/// How far behind a subscriber may be and still get every access unit, also over a key frame.
pub(crate) const BACKLOG: Duration = Duration::from_secs(1);

/// What is kept.
#[derive(Debug, Default)]
pub(crate) struct Ring {
    slots: VecDeque<Slot>,
    /// The number of the first slot; access and audio units are numbered from the first of the stream.
    first: u64,
    /// How many access units there were.
    pictures: u64,
    /// The cost of all slots.
    bytes: usize,
    /// The newest key frame, also when it is in no slot any more.
    key: Option<(u64, Slot)>,
    /// Whether `key` is of the session that runs: who comes later is not shown what was before an outage.
    fresh: bool,
    /// Counts sessions.
    session: u64,
    /// The last whole one of the session that runs, or ran last.
    gop: Option<Gop>,
}

#[derive(Clone, Debug)]
struct Slot {
    unit: Unit,
    session: u64,
    /// How many access units there were before it.
    pictures: u64,
}

impl Slot {
    fn cost(&self) -> usize {
        size_of::<Self>()
            + match &self.unit {
                Unit::Access(unit) => unit.data.len(),
                Unit::Audio(unit) => unit.data.len(),
            }
    }

    fn received(&self) -> Moment {
        match &self.unit {
            Unit::Access(unit) => unit.received,
            Unit::Audio(unit) => unit.received,
        }
    }

    fn pts(&self) -> Timestamp {
        match &self.unit {
            Unit::Access(unit) => unit.pts,
            Unit::Audio(unit) => unit.pts,
        }
    }

    fn is_sound(&self) -> bool {
        matches!(self.unit, Unit::Audio(_))
    }
}

/// Where a subscriber is.
#[derive(Debug)]
pub(crate) struct Place {
    /// The number of what it gets next, or from which on it looks for a key frame.
    next: u64,
    /// How many access units there were before that.
    pictures: u64,
    tracks: Tracks,
    seek: Seek,
    /// Left out, and not told yet.
    skipped: u64,
    /// The session of the last access unit that it got.
    session: Option<u64>,
}

impl Place {
    pub(crate) fn tracks(&self) -> Tracks {
        self.tracks
    }

    pub(crate) fn set_tracks(&mut self, tracks: Tracks) {
        self.tracks = tracks;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seek {
    /// Each one.
    No,
    /// The first key frame: what comes before it is nobody's loss.
    Start,
    /// A key frame, since something was missed.
    Missed,
}

impl Ring {
    /// What is pushed from here on is of a new session. It begins with a key frame.
    pub(crate) fn begin_session(&mut self) {
        self.session += 1;
        self.fresh = false;
        self.gop = None;
    }

    /// The session is over: who comes from now on waits for the next one; who reads gets the rest.
    pub(crate) fn end_session(&mut self) {
        self.fresh = false;
    }

    /// Keeps one more, and lets go of what nobody needs or there is no room for.
    pub(crate) fn push(&mut self, unit: Unit) {
        let slot = Slot { unit, session: self.session, pictures: self.pictures };
        self.pictures += u64::from(!slot.is_sound());
        if let Unit::Access(AccessUnit { key: true, .. }) = slot.unit {
            self.gop = self.gop_before(&slot).or(self.gop);
            self.key = Some((self.end(), slot.clone()));
            self.fresh = true;
        }
        let newest = slot.received().steady;
        self.bytes += slot.cost();
        if self.slots.len() == self.slots.capacity() {
            // A GOP is about as long as the one before: by doubling a third of the slots would be nobody's, in each stream.
            self.slots.reserve_exact((self.slots.len() / 8).max(8));
        }
        self.slots.push_back(slot);
        // Within a GOP whose key frame has gone, only the backlog is of use to anybody.
        let gop = self.key.as_ref().map(|(number, _)| *number).filter(|number| *number >= self.first);
        while let [Some(front), Some(_)] = [self.slots.front(), self.slots.get(1)] {
            let needed = gop.is_some_and(|gop| self.first >= gop)
                || newest.saturating_duration_since(front.received().steady) <= BACKLOG;
            if needed && self.bytes <= CAPACITY_BYTES {
                break;
            }
            self.drop_front();
        }
    }

    /// The GOP that a key frame ends.
    fn gop_before(&self, key: &Slot) -> Option<Gop> {
        let (_, begun) = self.key.as_ref().filter(|(_, begun)| begun.session == key.session)?;
        let ticks = key.pts().ticks().checked_sub(begun.pts().ticks()).filter(|ticks| *ticks > 0)?;
        Some(Gop { ticks, pictures: key.pictures.checked_sub(begun.pictures).filter(|count| *count > 0)? })
    }

    /// The last whole one of the session that runs, or ran last.
    pub(crate) fn gop(&self) -> Option<Gop> {
        self.gop
    }

    /// Keeps the newest access unit alone, and what sound came behind it.
    pub(crate) fn keep_newest(&mut self) {
        let newest = self.slots.iter().rposition(|slot| !slot.is_sound());
        for _ in 0..newest.unwrap_or(self.slots.len()) {
            self.drop_front();
        }
        self.slots.shrink_to_fit();
    }

    /// Keeps nothing.
    pub(crate) fn clear(&mut self) {
        self.first = self.end();
        self.slots = VecDeque::new();
        self.bytes = 0;
        self.key = None;
    }

    /// Bytes that are kept.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes + self.key.as_ref().filter(|(number, _)| *number < self.first).map_or(0, |(_, slot)| slot.cost())
    }

    /// Where who comes now begins.
    pub(crate) fn place(&self, start: Start, tracks: Tracks) -> Place {
        let next = match (&self.key, start) {
            (Some((number, _)), Start::Gop) if self.fresh => *number,
            _ => self.end(),
        };
        let pictures = self.pictures_before(next);
        Place { next, pictures, tracks, seek: Seek::Start, skipped: 0, session: None }
    }

    /// The next thing for who is there, if there is one.
    pub(crate) fn take(&self, place: &mut Place) -> Option<Received> {
        if place.next < self.first && place.seek == Seek::No {
            place.seek = Seek::Missed;
        }
        if place.seek != Seek::No {
            let goal = self.goal(place);
            let pictures = self.pictures_before(goal);
            if place.seek == Seek::Missed {
                place.skipped += pictures - place.pictures;
            }
            (place.next, place.pictures) = (goal, pictures);
        }
        place.next = self.without_sound(place.next, place.tracks);
        let slot = self.slot(place.next)?;
        if place.skipped > 0 {
            return Some(Received::Skipped { units: std::mem::take(&mut place.skipped) });
        }
        if place.session.replace(slot.session).is_some_and(|before| before != slot.session) {
            return Some(Received::Discontinuity);
        }
        place.seek = Seek::No;
        place.next += 1;
        Some(match &slot.unit {
            Unit::Access(unit) => {
                place.pictures = slot.pictures + 1;
                Received::Unit(unit.clone())
            }
            Unit::Audio(unit) => Received::Sound(unit.clone()),
        })
    }

    /// Whether `take` would give something.
    pub(crate) fn has_more(&self, place: &Place) -> bool {
        self.slot(self.resumes_at(place)).is_some()
    }

    /// How far behind who is there is.
    pub(crate) fn lag(&self, place: &Place) -> Lag {
        let (Some(next), Some(newest)) = (self.slot(self.resumes_at(place)), self.slots.back()) else {
            return Lag::default();
        };
        let time = newest.received().steady.saturating_duration_since(next.received().steady);
        let picture = self.slots.iter().rev().find(|slot| !slot.is_sound());
        Lag { units: self.pictures - next.pictures, time, newest: picture.map(Slot::pts) }
    }

    /// Makes `place` go on at the newest key frame, if that is ahead of it.
    pub(crate) fn skip_to_newest_key(&self, place: &mut Place) -> bool {
        let ahead = self.key.as_ref().is_some_and(|(number, _)| *number > place.next);
        if ahead && place.seek == Seek::No {
            place.seek = Seek::Missed;
        }
        ahead
    }

    fn resumes_at(&self, place: &Place) -> u64 {
        let next = match place.seek {
            Seek::No if place.next >= self.first => place.next,
            _ => self.goal(place),
        };
        self.without_sound(next, place.tracks)
    }

    /// This one, or the first access unit behind it for who wants no sound.
    fn without_sound(&self, mut number: u64, tracks: Tracks) -> u64 {
        while tracks == Tracks::Video && self.slot(number).is_some_and(Slot::is_sound) {
            number += 1;
        }
        number
    }

    /// How many access units there were before the one of this number, which is a key frame, or the end.
    fn pictures_before(&self, number: u64) -> u64 {
        self.slot(number).map_or(self.pictures, |slot| slot.pictures)
    }

    /// Where decoding can begin again: at the newest key frame, or at one that is still to come.
    fn goal(&self, place: &Place) -> u64 {
        match &self.key {
            Some((number, _)) if *number >= place.next => *number,
            _ => self.end(),
        }
    }

    fn slot(&self, number: u64) -> Option<&Slot> {
        match number.checked_sub(self.first) {
            Some(index) => self.slots.get(index as usize),
            None => self.key.as_ref().filter(|(key, _)| *key == number).map(|(_, slot)| slot),
        }
    }

    fn end(&self) -> u64 {
        self.first + self.slots.len() as u64
    }

    fn drop_front(&mut self) {
        if let Some(slot) = self.slots.pop_front() {
            self.first += 1;
            self.bytes -= slot.cost();
        }
    }
}

#[cfg(test)]
mod tests;
