//! What is remembered for hours, densely: a ring of records in blocks of memory of their own.
//!
//! A small thing that is allocated between buffers which come and go keeps its page when they are gone, and thousands of them keep as many pages. Here records
//! are bytes that lie one behind the other; a block is freed as a whole, with the last of its records, and its pages have nothing else in them. Owns the ring,
//! its bounds and how a record is written; what is in one is said by who keeps it.
#![forbid(unsafe_code)]

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};

/// Many pages, of which the first and the last alone are shared; some hundreds of records.
const BLOCK: usize = 128 << 10;

/// The newest records, each of them known by a number that grows by one. When it is full the oldest go.
#[derive(Debug)]
pub struct Records {
    kept: VecDeque<Bytes>,
    bounds: Bounds,
    /// The number of the newest that there was.
    newest: u64,
    bytes: usize,
    block: BytesMut,
    scratch: Vec<u8>,
}

/// How much is kept at most. The newest record is, whatever its size.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// So many records.
    pub records: usize,
    /// So many bytes in them.
    pub bytes: usize,
}

/// One record, to be read. It keeps the block that it lies in.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its number.
    pub id: u64,
    bytes: Bytes,
}

impl Records {
    /// None so far. The first will have the number behind this one.
    pub fn new(bounds: Bounds, behind: u64) -> Self {
        let (block, scratch) = (BytesMut::new(), Vec::new());
        Self { kept: VecDeque::new(), bounds, newest: behind, bytes: 0, block, scratch }
    }

    /// Keeps one, and gives its number.
    ///
    /// # Panics
    /// If the record is none that can be written: a list without a length, or an error of its own.
    pub fn push(&mut self, record: &impl Serialize) -> u64 {
        self.scratch.clear();
        self.scratch = postcard::to_extend(record, std::mem::take(&mut self.scratch)).expect("records can be written");
        // What is left of it: what was written has been split off.
        if self.block.capacity() < self.scratch.len() {
            self.block = BytesMut::with_capacity(BLOCK.max(self.scratch.len()));
        }
        self.block.extend_from_slice(&self.scratch);
        let bytes = self.block.split().freeze();
        self.bytes += bytes.len();
        self.kept.push_back(bytes);
        while self.kept.len() > 1 && (self.kept.len() > self.bounds.records || self.bytes > self.bounds.bytes) {
            self.bytes -= self.kept.pop_front().map_or(0, |oldest| oldest.len());
        }
        self.newest += 1;
        self.newest
    }

    /// Those behind this number, the oldest first. A first number above the next one tells that some were forgotten.
    pub fn since(&self, id: u64) -> Vec<Record> {
        let first = self.newest - self.kept.len() as u64 + 1;
        let skipped =
            usize::try_from(id.saturating_add(1).saturating_sub(first)).unwrap_or(usize::MAX).min(self.kept.len());
        let numbered = self.kept.range(skipped..).zip(first + skipped as u64..);
        numbered.map(|(bytes, id)| Record { id, bytes: bytes.clone() }).collect()
    }
}

impl Record {
    /// What was written.
    ///
    /// # Panics
    /// If it is read as something else.
    pub fn read<'r, T: Deserialize<'r>>(&'r self) -> T {
        postcard::from_bytes(&self.bytes).expect("it is read as what it was written as")
    }
}

/// Those of them that are wanted, with their numbers, the oldest first: the newest so many.
pub fn newest<'r, T: Deserialize<'r>>(
    records: &'r [Record],
    most: usize,
    wanted: impl Fn(&T) -> bool,
) -> Vec<(u64, T)> {
    let newest = records.iter().rev().map(|record| (record.id, record.read()));
    let mut newest: Vec<_> = newest.filter(|(_, record)| wanted(record)).take(most).collect();
    newest.reverse();
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: Bounds = Bounds { records: 1_000, bytes: 1 << 30 };

    fn texts(records: &Records, behind: u64) -> Vec<(u64, String)> {
        records.since(behind).iter().map(|record| (record.id, record.read())).collect()
    }

    #[test]
    fn a_full_ring_forgets_its_oldest_and_the_gap_shows() {
        let mut records = Records::new(Bounds { records: 2, ..MANY }, 40);
        assert!(records.since(0).is_empty() && records.since(40).is_empty());
        assert_eq!(["a", "b", "c"].map(|text| records.push(&text)), [41, 42, 43]);
        assert_eq!(texts(&records, 0), [(42, "b".into()), (43, "c".into())]);
        assert_eq!(texts(&records, 41), texts(&records, 0));
        assert_eq!(texts(&records, 42), [(43, "c".into())]);
        assert!(records.since(43).is_empty() && records.since(u64::MAX).is_empty());
    }

    #[test]
    fn bytes_are_bounded_and_the_newest_stays() {
        let mut records = Records::new(Bounds { bytes: 100, ..MANY }, 0);
        for _ in 0..10 {
            records.push(&"x".repeat(29));
        }
        assert_eq!(records.since(0).iter().map(|record| record.id).collect::<Vec<_>>(), [8, 9, 10]);
        records.push(&"y".repeat(1 << 20));
        assert_eq!(texts(&records, 0), [(11, "y".repeat(1 << 20))]);
        records.push(&"z");
        assert_eq!(texts(&records, 0), [(12, "z".into())]);
    }

    #[test]
    fn of_those_that_are_wanted_the_newest_come() {
        let mut records = Records::new(MANY, 0);
        for text in ["a1", "b", "a2", "a3"] {
            records.push(&text);
        }
        let records = records.since(0);
        let newest = |most| newest(&records, most, |text: &&str| text.starts_with('a'));
        assert_eq!(newest(9), [(1, "a1"), (3, "a2"), (4, "a3")]);
        assert_eq!((newest(2), newest(0)), (vec![(3, "a2"), (4, "a3")], vec![]));
    }

    /// What the room exists for.
    #[test]
    fn records_lie_one_behind_the_other() {
        let mut records = Records::new(MANY, 0);
        for at in 0..1_000_u64 {
            records.push(&(at, "t".repeat(500)));
        }
        let kept: Vec<_> = records.kept.iter().map(|bytes| bytes.as_ptr_range()).collect();
        let seams = kept.windows(2).filter(|pair| pair[0].end != pair[1].start).count();
        assert_eq!(seams, 504_000 / BLOCK, "each block is full before the next begins");
        assert_eq!(records.since(998)[1].read::<(u64, &str)>(), (999, &*"t".repeat(500)));
    }
}
