//! The access units that are kept for subscribers, and where each subscriber goes on. Pure.
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

use media::AccessUnit;

use crate::{Lag, Received, Start};

/// Bytes that are kept of one stream: a GOP of eight seconds (250 pictures at 30/s) at 16 Mbit/s, which a 4K camera sends. Nobody waits when
/// it is full: the oldest go.
pub(crate) const CAPACITY_BYTES: usize = 16 << 20;
/// How far behind a subscriber may be and still get every access unit, also over a key frame.
pub(crate) const BACKLOG: Duration = Duration::from_secs(1);

/// What is kept.
#[derive(Debug, Default)]
pub(crate) struct Ring {
    slots: VecDeque<Slot>,
    /// The number of the first slot; access units are numbered from the first of the stream.
    first: u64,
    /// The cost of all slots.
    bytes: usize,
    /// The newest key frame, also when it is in no slot any more.
    key: Option<(u64, Slot)>,
    /// Whether `key` is of the session that runs: who comes later is not shown what was before an outage.
    fresh: bool,
    /// Counts sessions.
    session: u64,
}

#[derive(Clone, Debug)]
struct Slot {
    unit: AccessUnit,
    session: u64,
}

impl Slot {
    fn cost(&self) -> usize {
        self.unit.data.len() + size_of::<Self>()
    }
}

/// Where a subscriber is.
#[derive(Debug)]
pub(crate) struct Place {
    /// The number of the access unit that it gets next, or from which on it looks for a key frame.
    next: u64,
    seek: Seek,
    /// Left out, and not told yet.
    skipped: u64,
    /// The session of the last access unit that it got.
    session: Option<u64>,
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
    }

    /// The session is over: who comes from now on waits for the next one; who reads gets the rest.
    pub(crate) fn end_session(&mut self) {
        self.fresh = false;
    }

    /// Keeps one more, and lets go of what nobody needs or there is no room for.
    pub(crate) fn push(&mut self, unit: AccessUnit) {
        let slot = Slot { unit, session: self.session };
        if slot.unit.key {
            self.key = Some((self.end(), slot.clone()));
            self.fresh = true;
        }
        let newest = slot.unit.received.steady;
        self.bytes += slot.cost();
        self.slots.push_back(slot);
        // Within a GOP whose key frame has gone, only the backlog is of use to anybody.
        let gop = self.key.as_ref().map(|(number, _)| *number).filter(|number| *number >= self.first);
        while let [Some(front), Some(_)] = [self.slots.front(), self.slots.get(1)] {
            let needed = gop.is_some_and(|gop| self.first >= gop)
                || newest.saturating_duration_since(front.unit.received.steady) <= BACKLOG;
            if needed && self.bytes <= CAPACITY_BYTES {
                break;
            }
            self.drop_front();
        }
    }

    /// Keeps the newest access unit alone.
    pub(crate) fn keep_newest(&mut self) {
        while self.slots.len() > 1 {
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
    pub(crate) fn place(&self, start: Start) -> Place {
        let next = match (&self.key, start) {
            (Some((number, _)), Start::Gop) if self.fresh => *number,
            _ => self.end(),
        };
        Place { next, seek: Seek::Start, skipped: 0, session: None }
    }

    /// The next thing for who is there, if there is one.
    pub(crate) fn take(&self, place: &mut Place) -> Option<Received> {
        if place.next < self.first && place.seek == Seek::No {
            place.seek = Seek::Missed;
        }
        if place.seek != Seek::No {
            let goal = self.goal(place);
            if place.seek == Seek::Missed {
                place.skipped += goal - place.next;
            }
            place.next = goal;
        }
        let slot = self.slot(place.next)?;
        if place.skipped > 0 {
            return Some(Received::Skipped { units: std::mem::take(&mut place.skipped) });
        }
        if place.session.replace(slot.session).is_some_and(|before| before != slot.session) {
            return Some(Received::Discontinuity);
        }
        place.seek = Seek::No;
        place.next += 1;
        Some(Received::Unit(slot.unit.clone()))
    }

    /// Whether `take` would give something.
    pub(crate) fn has_more(&self, place: &Place) -> bool {
        self.slot(self.resumes_at(place)).is_some()
    }

    /// How far behind who is there is.
    pub(crate) fn lag(&self, place: &Place) -> Lag {
        let next = self.resumes_at(place);
        let (Some(next_slot), Some(newest)) = (self.slot(next), self.slots.back()) else {
            return Lag::default();
        };
        let time = newest.unit.received.steady.saturating_duration_since(next_slot.unit.received.steady);
        Lag { units: self.end() - next, time }
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
        match place.seek {
            Seek::No if place.next >= self.first => place.next,
            _ => self.goal(place),
        }
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
