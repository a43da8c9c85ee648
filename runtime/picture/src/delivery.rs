use std::sync::Arc;
use std::sync::atomic::Ordering;

use media::{Annotation, Still, Timestamp};
use tokio::sync::watch;

use crate::Rendition;
use crate::measure::Measure;
use crate::outlet::{Outlet, Shown};

/// A still for one viewer.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The image; its bytes are shared by all viewers.
    pub still: Still,
    /// There were newer pictures already when it was made: the key frame that a late viewer is given first.
    pub superseded: bool,
    /// How many stills of this rendition this viewer missed before it, since it was slow.
    pub skipped: u64,
    /// What plugins found in its picture.
    pub found: Arc<[Annotation]>,
    generation: u64,
}

/// One viewer's stills. Holding it is the demand; dropping it ends it.
///
/// It is at one rendition, and for a moment at two when that is changed (`Pictures::switch`): it stays at the old one until the new one has a still, and
/// is never given an older picture behind a newer one.
#[derive(Debug)]
pub struct Stills {
    seat: Seat,
    /// Where it goes on as soon as there is a still.
    next_seat: Option<Seat>,
    /// The picture that it was given last.
    shown: Option<Timestamp>,
    /// What it had missed at seats that it left, to be told with the next still.
    missed: u64,
    /// Of its stream: what all viewers missed is counted there.
    measure: Arc<Measure>,
}

/// A viewer's place at one outlet, and how far it is there.
#[derive(Debug)]
struct Seat {
    newest: watch::Receiver<u64>,
    /// The number of the next still that this viewer wants.
    next: u64,
    /// Dropped behind `newest`, so that whoever is told to look counts one viewer less.
    outlet: Place,
}

/// A viewer's place at an outlet.
#[derive(Debug)]
struct Place(Arc<Outlet>);

impl Stills {
    pub(crate) fn new(outlet: Arc<Outlet>, measure: Arc<Measure>) -> Self {
        Self { seat: Seat::new(outlet), next_seat: None, shown: None, missed: 0, measure }
    }

    /// The next still. A viewer that fell behind what is kept goes on at the newest, and is told what it missed. None when the stream is gone.
    ///
    /// Cancel-safe.
    pub async fn recv(&mut self) -> Option<Delivery> {
        loop {
            if let Some(delivery) = self.try_recv() {
                return Some(delivery);
            }
            if self.seat.outlet.0.is_closed() {
                return None;
            }
            match &mut self.next_seat {
                None => self.seat.newest.changed().await.ok()?,
                Some(next) => tokio::select! {
                    changed = self.seat.newest.changed() => changed.ok()?,
                    changed = next.newest.changed() => changed.ok()?,
                },
            }
        }
    }

    /// The next still, if it is there.
    pub fn try_recv(&mut self) -> Option<Delivery> {
        self.change_seats();
        loop {
            let delivery = self.seat.take()?;
            // Only the first ones behind a change can be older: the encoder of the new rendition may be the slower one.
            if self.shown.is_none_or(|shown| shown <= delivery.still.pts) {
                self.shown = Some(delivery.still.pts);
                let skipped = delivery.skipped + std::mem::take(&mut self.missed);
                if skipped > 0 {
                    self.measure.missed.fetch_add(skipped, Ordering::Relaxed);
                }
                return Some(Delivery { skipped, ..delivery });
            }
        }
    }

    /// The rendition of what it was given last, or is given next: what was asked for, snapped, or the nearest that runs.
    pub fn rendition(&self) -> Rendition {
        self.seat.outlet.0.rendition()
    }

    /// Whether a still may be shown yet: not when a filter was added or changed since its picture. For who waits between taking and showing it.
    pub fn holds(&self, delivery: &Delivery) -> bool {
        self.seat.outlet.0.is_of(delivery.generation)
    }

    /// The rendition that it will have next, if it is about to change.
    pub(crate) fn next_rendition(&self) -> Option<Rendition> {
        self.next_seat.as_ref().map(|seat| seat.outlet.0.rendition())
    }

    /// Whether nobody else is at the outlet that this viewer is at.
    pub(crate) fn is_alone(&self) -> bool {
        self.seat.outlet.0.viewers() == 1
    }

    /// Goes on at this outlet as soon as that has a still; none stays where it is.
    pub(crate) fn change_to(&mut self, outlet: Option<Arc<Outlet>>) {
        self.next_seat = outlet.map(Seat::new);
    }

    /// Takes the new seat if there is a still. What the viewer had missed at the old one is what was no longer kept there, not what it would still
    /// have been given.
    fn change_seats(&mut self) {
        if let Some(seat) = self.next_seat.take_if(|seat| *seat.newest.borrow_and_update() > 0) {
            let old = std::mem::replace(&mut self.seat, seat);
            self.missed += old.outlet.0.get(old.next).map_or(0, |(number, _)| number - old.next);
        }
    }
}

impl Seat {
    fn new(outlet: Arc<Outlet>) -> Self {
        let newest = outlet.join();
        // The newest still, if there is one: a late viewer has a picture at once.
        let next = outlet.first();
        Self { newest, next, outlet: Place(outlet) }
    }

    fn take(&mut self) -> Option<Delivery> {
        self.newest.borrow_and_update();
        let (number, Shown { still, superseded, found, generation }) = self.outlet.0.get(self.next)?;
        let skipped = number - self.next;
        self.next = number + 1;
        Some(Delivery { still, superseded, skipped, found, generation })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.leave();
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use media::{Moment, Size, StillFormat};
    use tokio::sync::Notify;

    use super::*;
    use crate::Format;
    use crate::generation::Generation;

    fn outlet(fps: u32) -> Arc<Outlet> {
        let rendition = Rendition { format: Format::Jpeg, quality: None, width: None, fps: Some(fps) };
        Arc::new(Outlet::new(rendition, Arc::new(Notify::new()), Generation::default()))
    }

    /// The picture of this number, at 30/s.
    fn still(number: i64) -> Shown {
        let still = Still {
            format: StillFormat::Jpeg,
            data: Bytes::new(),
            size: Size::new(2, 2),
            pts: Timestamp::from_ticks(number * 3_000),
            sequence: number as u64,
            received: Moment::now(),
            captured: None,
        };
        Shown { still, superseded: false, found: Arc::default(), generation: 0 }
    }

    /// Number of the picture, skipped, rate of its rendition.
    fn next(viewer: &mut Stills) -> Option<(u64, u64, Option<u32>)> {
        let delivery = viewer.try_recv()?;
        Some((delivery.still.sequence, delivery.skipped, viewer.rendition().fps))
    }

    #[test]
    fn a_viewer_stays_where_it_is_until_there_is_a_still_of_the_other() {
        let (fast, slow) = (outlet(30), outlet(5));
        let mut viewer = Stills::new(fast.clone(), Arc::default());
        fast.put(still(1));
        assert_eq!(next(&mut viewer), Some((1, 0, Some(30))));
        viewer.change_to(Some(slow.clone()));
        assert_eq!((fast.viewers(), slow.viewers()), (1, 1), "demand for both");
        fast.put(still(2));
        assert_eq!(next(&mut viewer), Some((2, 0, Some(30))));
        assert_eq!(next(&mut viewer), None);
        // The same picture once more, since it looks otherwise.
        slow.put(still(2));
        assert_eq!(next(&mut viewer), Some((2, 0, Some(5))));
        assert_eq!((fast.viewers(), slow.viewers()), (0, 1));
        slow.put(still(8));
        assert_eq!(next(&mut viewer), Some((8, 0, Some(5))));
    }

    #[test]
    fn no_older_picture_follows_a_newer_one_and_none_of_them_counts_as_skipped() {
        let (jpeg, webp) = (outlet(30), outlet(15));
        let mut viewer = Stills::new(jpeg.clone(), Arc::default());
        for n in 1..=4 {
            jpeg.put(still(n));
            next(&mut viewer).unwrap();
        }
        // Its encoder takes longer: what comes first was shown already.
        viewer.change_to(Some(webp.clone()));
        webp.put(still(2));
        jpeg.put(still(5));
        assert_eq!(next(&mut viewer), None);
        webp.put(still(4));
        assert_eq!(next(&mut viewer), Some((4, 0, Some(15))));
        webp.put(still(6));
        assert_eq!(next(&mut viewer), Some((6, 0, Some(15))));
    }

    #[test]
    fn what_a_slow_viewer_missed_before_a_change_is_told_behind_it() {
        let (fast, slow) = (outlet(30), outlet(1));
        let mut viewer = Stills::new(fast.clone(), Arc::default());
        (1..=20).for_each(|n| fast.put(still(n)));
        viewer.change_to(Some(slow.clone()));
        slow.put(still(20));
        assert_eq!(next(&mut viewer), Some((20, 19, Some(1))));
        // Three that were still kept were not missed: what follows shows the same.
        (21..=23).for_each(|n| slow.put(still(n)));
        let fast = outlet(30);
        viewer.change_to(Some(fast.clone()));
        fast.put(still(24));
        assert_eq!(next(&mut viewer), Some((24, 0, Some(30))));
    }

    #[tokio::test]
    async fn a_waiting_viewer_is_awoken_by_either() {
        let (one, other) = (outlet(30), outlet(5));
        let mut viewer = Stills::new(one, Arc::default());
        viewer.change_to(Some(other.clone()));
        let putting = async {
            tokio::task::yield_now().await;
            other.put(still(1));
        };
        let (delivery, ()) = tokio::join!(viewer.recv(), putting);
        assert_eq!(delivery.unwrap().still.sequence, 1);
        viewer.change_to(None);
        other.close();
        assert!(viewer.recv().await.is_none());
    }
}
