use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Pictures that may wait for a later one that is shown before them (`MaxDpbFrames`, clause A.3.1).
const DEPTH: usize = 16;

/// Gives each picture its place in the order of presentation; pictures come and go in the order of decoding. Pure.
///
/// A picture's `PicOrderCnt` tells which of two is shown first, not how far apart they are: what counts is the how many-th it is. Known are the
/// places once sixteen more have come, or an IDR picture, which is shown behind all that came before it.
#[derive(Debug)]
pub(super) struct Reorder<T> {
    /// In the order of decoding, with the place as soon as it is known.
    waiting: VecDeque<(T, Option<u64>)>,
    /// The how many-th in decoding is the first of `waiting`.
    front: u64,
    /// (`PicOrderCnt`, the how many-th in decoding) of those whose place is not known.
    unplaced: BinaryHeap<Reverse<(i64, u64)>>,
    placed: u64,
}

impl<T> Reorder<T> {
    pub(super) fn new() -> Self {
        Self { waiting: VecDeque::new(), front: 0, unplaced: BinaryHeap::new(), placed: 0 }
    }

    /// One more picture. `order`: its `PicOrderCnt`; none if it is shown as it comes. `idr`: it is shown behind all that came before.
    pub(super) fn push(&mut self, picture: T, order: Option<i64>, idr: bool) {
        if idr || order.is_none() {
            self.flush();
        }
        let index = self.front + self.waiting.len() as u64;
        self.waiting.push_back((picture, None));
        self.unplaced.push(Reverse((order.unwrap_or_default(), index)));
        if order.is_none() {
            self.flush();
        }
        while self.unplaced.len() > DEPTH {
            self.place();
        }
    }

    /// No more pictures come, or only ones that are shown behind these.
    pub(super) fn flush(&mut self) {
        while !self.unplaced.is_empty() {
            self.place();
        }
    }

    /// The next picture in the order of decoding, if its place in the order of presentation is known.
    pub(super) fn pull(&mut self) -> Option<(T, u64)> {
        let (_, place) = self.waiting.front()?;
        let place = (*place)?;
        self.front += 1;
        self.waiting.pop_front().map(|(picture, _)| (picture, place))
    }

    fn place(&mut self) {
        if let Some(Reverse((_, index))) = self.unplaced.pop() {
            self.waiting[(index - self.front) as usize].1 = Some(self.placed);
            self.placed += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(pictures: &[(Option<i64>, bool)]) -> Vec<u64> {
        let mut reorder = Reorder::new();
        let mut places = Vec::new();
        for (order, idr) in pictures {
            reorder.push((), *order, *idr);
            places.extend(std::iter::from_fn(|| reorder.pull()).map(|(_, place)| place));
        }
        reorder.flush();
        places.extend(std::iter::from_fn(|| reorder.pull()).map(|(_, place)| place));
        places
    }

    #[test]
    fn b_frames_are_shown_before_what_they_refer_to() {
        let ibbp = [
            (Some(0), true),
            (Some(6), false),
            (Some(2), false),
            (Some(4), false),
            (Some(12), false),
            (Some(8), false),
        ];
        assert_eq!(places(&ibbp), [0, 3, 1, 2, 5, 4]);
    }

    #[test]
    fn an_idr_picture_begins_anew() {
        let two = [(Some(0), true), (Some(4), false), (Some(2), false), (Some(0), true), (Some(2), false)];
        assert_eq!(places(&two), [0, 2, 1, 3, 4]);
    }

    #[test]
    fn without_order_pictures_are_shown_as_they_come_and_at_once() {
        let mut reorder = Reorder::new();
        for n in 0..100_u64 {
            reorder.push(n, None, n == 0);
            assert_eq!(reorder.pull(), Some((n, n)));
        }
    }

    #[test]
    fn a_long_gop_waits_for_sixteen_at_most() {
        let mut reorder = Reorder::new();
        for n in 0..1_000_i64 {
            reorder.push(n, Some(2 * n), n == 0);
            while reorder.pull().is_some() {}
            assert!(reorder.waiting.len() <= DEPTH);
        }
    }
}
