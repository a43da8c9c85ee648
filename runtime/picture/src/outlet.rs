//! Where the stills of one rendition wait for its viewers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use media::{Annotation, Still};
use tokio::sync::{Notify, watch};

use crate::Rendition;
use crate::generation::Generation;

/// How many stills an outlet keeps: a quarter of a second at 30/s, so that a viewer's hiccup costs it nothing.
const KEEP: usize = 8;
/// How many bytes it keeps at most beside the newest.
const KEEP_BYTES: usize = 8 << 20;

/// The last stills of one rendition. When full the oldest goes; a viewer that wanted it goes on at the newest.
#[derive(Debug)]
pub(crate) struct Outlet {
    rendition: Rendition,
    kept: Mutex<Kept>,
    /// The number of the newest still, 0 for none; its receivers are the viewers.
    newest: watch::Sender<u64>,
    /// Told when a viewer comes or goes.
    demand: Arc<Notify>,
    generation: Generation,
}

/// A still, and whether it shows the present.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) still: Still,
    /// There were newer pictures already when it was made.
    pub(crate) superseded: bool,
    /// What plugins found in its picture.
    pub(crate) found: Arc<[Annotation]>,
    /// Of that picture.
    pub(crate) generation: u64,
}

#[derive(Debug, Default)]
struct Kept {
    stills: VecDeque<Shown>,
    bytes: usize,
    /// The number of the newest.
    newest: u64,
    /// Nothing will come any more.
    closed: bool,
}

impl Outlet {
    pub(crate) fn new(rendition: Rendition, demand: Arc<Notify>, generation: Generation) -> Self {
        Self { rendition, kept: Mutex::default(), newest: watch::Sender::new(0), demand, generation }
    }

    pub(crate) fn rendition(&self) -> Rendition {
        self.rendition
    }

    /// Hands a still to all viewers, unless it is of an earlier generation.
    pub(crate) fn put(&self, shown: Shown) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock that `purge` takes: what comes in before is cleared by it, what comes later sees the new generation.
        if !self.is_of(shown.generation) {
            return;
        }
        kept.bytes += shown.still.data.len();
        kept.stills.push_back(shown);
        while kept.stills.len() > KEEP || (kept.bytes > KEEP_BYTES && kept.stills.len() > 1) {
            let oldest = kept.stills.pop_front().expect("more than one is kept");
            kept.bytes -= oldest.still.data.len();
        }
        kept.newest += 1;
        let newest = kept.newest;
        drop(kept);
        self.newest.send_replace(newest);
    }

    /// The still of this number, or the newest if that one is no longer kept, with its number. None if it is yet to come.
    pub(crate) fn get(&self, number: u64) -> Option<(u64, Shown)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = kept.newest.checked_sub(number)?;
        let at = kept.stills.len().checked_sub(1)?;
        match at.checked_sub(behind as usize) {
            Some(at) => Some((number, kept.stills[at].clone())),
            None => Some((kept.newest, kept.stills[at].clone())),
        }
    }

    /// Whether stills of this generation may be shown: no filter was added or changed since.
    pub(crate) fn is_of(&self, generation: u64) -> bool {
        generation == self.generation.now()
    }

    /// Forgets what is kept. Behind [`Generation::next`].
    pub(crate) fn purge(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.stills.clear();
        kept.bytes = 0;
    }

    /// The number of the first still of a viewer who comes now: the newest if it is kept, otherwise the next.
    pub(crate) fn first(&self) -> u64 {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.stills.is_empty() { kept.newest + 1 } else { kept.newest }
    }

    /// Tells all viewers that nothing will come any more.
    pub(crate) fn close(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.newest.send_modify(|_| {});
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).closed
    }

    pub(crate) fn join(&self) -> watch::Receiver<u64> {
        let receiver = self.newest.subscribe();
        self.demand.notify_one();
        receiver
    }

    pub(crate) fn leave(&self) {
        self.demand.notify_one();
    }

    pub(crate) fn viewers(&self) -> usize {
        self.newest.receiver_count()
    }

    /// Bytes of the stills that it keeps.
    pub(crate) fn kept_bytes(&self) -> usize {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    /// How many stills were handed out so far.
    pub(crate) fn count(&self) -> u64 {
        *self.newest.borrow()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use media::{Moment, Size, StillFormat, Timestamp};

    use super::*;
    use crate::measure::Measure;
    use crate::{Format, Stills};

    fn outlet() -> Arc<Outlet> {
        let rendition = Rendition { format: Format::Jpeg, quality: None, width: None, fps: Some(30) };
        Arc::new(Outlet::new(rendition, Arc::new(Notify::new()), Generation::default()))
    }

    fn still(sequence: u64, bytes: usize) -> Shown {
        let still = Still {
            format: StillFormat::Jpeg,
            data: Bytes::from(vec![0; bytes]),
            size: Size::new(2, 2),
            pts: Timestamp::ZERO,
            sequence,
            received: Moment::now(),
            captured: None,
        };
        Shown { still, superseded: false, found: Arc::default(), generation: 0 }
    }

    fn drain(viewer: &mut Stills) -> Vec<(u64, u64)> {
        std::iter::from_fn(|| viewer.try_recv()).map(|d| (d.still.sequence, d.skipped)).collect()
    }

    #[test]
    fn a_viewer_that_keeps_up_gets_every_still_in_order() {
        let outlet = outlet();
        let mut viewer = Stills::new(outlet.clone(), Arc::default());
        for n in 1..=20 {
            outlet.put(still(n, 1));
            if n % 4 == 0 {
                assert_eq!(drain(&mut viewer), (n - 3..=n).map(|n| (n, 0)).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_slow_viewer_goes_on_at_the_newest_and_is_told() {
        let outlet = outlet();
        let measure = Arc::<Measure>::default();
        let mut viewer = Stills::new(outlet.clone(), measure.clone());
        for n in 1..=20 {
            outlet.put(still(n, 1));
        }
        assert_eq!(drain(&mut viewer), [(20, 19)]);
        assert_eq!(measure.snapshot().counts.missed, 19, "operators are told of all viewers together");
    }

    #[test]
    fn a_late_viewer_begins_with_the_newest() {
        let outlet = outlet();
        for n in 1..=3 {
            outlet.put(still(n, 1));
        }
        assert_eq!(drain(&mut Stills::new(outlet, Arc::default())), [(3, 0)]);
    }

    #[test]
    fn what_was_made_before_a_purge_reaches_nobody() {
        let outlet = outlet();
        let mut viewer = Stills::new(outlet.clone(), Arc::default());
        for n in 1..=3 {
            outlet.put(still(n, 1));
        }
        let taken = viewer.try_recv().unwrap();
        assert!(viewer.holds(&taken));
        outlet.generation.next();
        outlet.purge();
        assert!(!viewer.holds(&taken), "one who has it but has not shown it yet can tell");
        let mut late = Stills::new(outlet.clone(), Arc::default());
        outlet.put(still(4, 1));
        assert!((drain(&mut viewer).is_empty()) && drain(&mut late).is_empty(), "an encoder had it meanwhile");
        outlet.put(Shown { generation: 1, ..still(5, 1) });
        assert_eq!(drain(&mut viewer).iter().map(|(n, _)| *n).collect::<Vec<_>>(), [5]);
        assert_eq!(drain(&mut late), [(5, 0)]);
    }

    #[test]
    fn large_stills_are_bounded_by_bytes() {
        let outlet = outlet();
        for n in 1..=5 {
            outlet.put(still(n, KEEP_BYTES / 2));
        }
        assert!(outlet.kept.lock().unwrap().bytes <= KEEP_BYTES);
        outlet.put(still(6, 2 * KEEP_BYTES));
        assert_eq!(drain(&mut Stills::new(outlet, Arc::default())), [(6, 0)]);
    }
}
