use super::headers::Shape;
use crate::Picture;

/// How many pictures without a bidirectional slice make it sure enough that there will be none: ten seconds of a usual camera.
const CALM: u32 = 250;
/// No stream holds more back (`max_dec_frame_buffering`, ITU-T H.264 clause A.3.1).
const MOST: usize = 16;

/// Puts decoded pictures into the order of presentation, with as little delay as the stream allows.
///
/// - A stream that says that it does not reorder: at once.
/// - Before the first bidirectional picture: one is held, since the next may belong before it; after [`CALM`] pictures none.
/// - With bidirectional pictures: the earliest goes when a later one was decoded (all that belong between them are decoded by then,
///   as encoders nest them), or when it is the newest and no other refers to it.
/// - An IDR picture lets all before it go (clause C.4.4).
pub(super) struct Order {
    reorders: bool,
    held: Vec<(i64, Picture)>,
    bidirectional: bool,
    calm: u32,
    shown: Option<i64>,
    sequence: u64,
}

impl Order {
    pub(super) fn new() -> Self {
        Self { reorders: true, held: Vec::new(), bidirectional: false, calm: 0, shown: None, sequence: 0 }
    }

    /// Whether the parameters of the stream allow another order than that of decoding. For new parameters, after [`Self::flush`].
    pub(super) fn restart(&mut self, reorders: bool) {
        self.reorders = reorders;
        self.bidirectional = false;
        self.calm = 0;
    }

    /// Takes a picture in the order of decoding.
    pub(super) fn push(&mut self, picture: Picture, shape: Option<Shape>, out: &mut Vec<Picture>) {
        let Some(Shape { order: Some(order), idr, bidirectional, reference }) = shape.filter(|_| self.reorders) else {
            self.flush(out);
            self.show(picture, out);
            return;
        };
        if idr {
            self.flush(out);
        }
        self.bidirectional |= bidirectional;
        self.calm = if bidirectional { 0 } else { self.calm.saturating_add(1) };
        if self.shown.is_some_and(|shown| order < shown) {
            // It was let go too early: the first bidirectional picture after a calm, or a damaged header.
            tracing::debug!(order, shown = self.shown, "a picture came too late for its place and is left out");
            return;
        }
        let at =
            if self.bidirectional { self.held.partition_point(|(held, _)| *held <= order) } else { self.held.len() };
        self.held.insert(at, (order, picture));
        let keep = |held: &[(i64, Picture)], bidirectional: bool, calm: u32| match bidirectional {
            true => held[0].0 > order || (held[0].0 == order && reference),
            false => held.len() == 1 && calm < CALM,
        };
        while !self.held.is_empty() && (self.held.len() > MOST || !keep(&self.held, self.bidirectional, self.calm)) {
            let (order, picture) = self.held.remove(0);
            self.shown = Some(order);
            self.show(picture, out);
        }
    }

    /// Lets all go that is held.
    pub(super) fn flush(&mut self, out: &mut Vec<Picture>) {
        for (_, picture) in std::mem::take(&mut self.held) {
            self.show(picture, out);
        }
        self.shown = None;
    }

    fn show(&mut self, picture: Picture, out: &mut Vec<Picture>) {
        let mut stamp = picture.stamp();
        stamp.sequence = self.sequence;
        self.sequence += 1;
        out.push(picture.with_stamp(stamp));
    }
}

#[cfg(test)]
mod tests {
    use media::{Color, Size, Timestamp};

    use super::*;
    use crate::{Pool, Stamp};

    /// Pushes pictures by type and order count (`I` IDR, `P`, `R` a B that is referred to, `b` one that is not), and tells after each what came
    /// out.
    fn shown(order: &mut Order, pictures: &str) -> Vec<Vec<i64>> {
        let pool = Pool::new(0);
        let mut steps = Vec::new();
        for word in pictures.split_whitespace() {
            let (kind, count) = word.split_at(1);
            let count: i64 = count.parse().unwrap();
            let stamp = Stamp { pts: Timestamp::from_ticks(count), ..Stamp::test() };
            let picture = Picture::black(&pool, Size::new(2, 2), Color::default(), stamp);
            let shape = Shape {
                order: Some(count),
                idr: kind == "I",
                bidirectional: matches!(kind, "R" | "b"),
                reference: kind != "b",
            };
            let mut out = Vec::new();
            order.push(picture, Some(shape), &mut out);
            steps.push(out.iter().map(|picture| picture.stamp().pts.ticks()).collect());
        }
        steps
    }

    #[test]
    fn a_stream_that_does_not_reorder_waits_for_nothing() {
        let mut order = Order::new();
        order.restart(false);
        assert_eq!(shown(&mut order, "I0 P2 P4 I0 P2"), [[0], [2], [4], [0], [2]]);
    }

    #[test]
    fn bidirectional_pictures_come_out_before_what_they_refer_to() {
        let steps = shown(&mut Order::new(), "I0 P8 b2 b4 b6 P16 b10 b12 b14");
        assert_eq!(steps, [vec![], vec![0], vec![2], vec![4], vec![6], vec![8], vec![10], vec![12], vec![14]]);
    }

    #[test]
    fn nested_bidirectional_pictures_come_out_in_order() {
        let steps = shown(&mut Order::new(), "I0 P8 R4 b2 b6 P16 R12 b10 b14 P24").concat();
        assert_eq!(steps, [0, 2, 4, 6, 8, 10, 12, 14, 16]);
        let deep = shown(&mut Order::new(), "I0 P16 R8 R4 b2 b6 R12 b10 b14 P20").concat();
        assert_eq!(deep, [0, 2, 4, 6, 8, 10, 12, 14, 16]);
    }

    #[test]
    fn an_idr_picture_lets_all_go() {
        let mut order = Order::new();
        let steps = shown(&mut order, "I0 P8 R4 I0 P2").concat();
        assert_eq!(steps, [0, 4, 8, 0]);
        let mut out = Vec::new();
        order.flush(&mut out);
        assert_eq!(out.iter().map(|p| (p.stamp().pts.ticks(), p.stamp().sequence)).collect::<Vec<_>>(), [(2, 4)]);
    }

    #[test]
    fn a_long_calm_ends_the_delay_and_a_late_picture_is_left_out() {
        let mut order = Order::new();
        let first: String = (0..300).map(|n| format!("P{} ", 2 * n)).collect();
        let steps = shown(&mut order, &first);
        assert!(steps[0].is_empty() && steps[100] == [198] && steps[299] == [598]);
        let later = shown(&mut order, "P608 b602 b604 P616 b610 b612").concat();
        assert_eq!(later, [608, 610, 612]);
    }
}
