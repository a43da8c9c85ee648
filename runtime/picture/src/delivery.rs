use std::sync::Arc;

use media::{Annotation, Still};
use tokio::sync::watch;

use crate::Rendition;
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

/// One viewer's stills of one rendition. Holding it is the demand; dropping it ends it.
#[derive(Debug)]
pub struct Stills {
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
    pub(crate) fn new(outlet: Arc<Outlet>) -> Self {
        let newest = outlet.join();
        // The newest still, if there is one: a late viewer has a picture at once.
        let next = outlet.first();
        Self { newest, next, outlet: Place(outlet) }
    }

    /// The next still. A viewer that fell behind what is kept goes on at the newest, and is told what it missed. None when the stream is gone.
    ///
    /// Cancel-safe.
    pub async fn recv(&mut self) -> Option<Delivery> {
        loop {
            if let Some(delivery) = self.try_recv() {
                return Some(delivery);
            }
            if self.outlet.0.is_closed() {
                return None;
            }
            self.newest.changed().await.ok()?;
        }
    }

    /// The next still, if it is there.
    pub fn try_recv(&mut self) -> Option<Delivery> {
        self.newest.borrow_and_update();
        let (number, Shown { still, superseded, found, generation }) = self.outlet.0.get(self.next)?;
        let skipped = number - self.next;
        self.next = number + 1;
        Some(Delivery { still, superseded, skipped, found, generation })
    }

    /// Whether a still may be shown yet: not when a filter was added or changed since its picture. For who waits between taking and showing it.
    pub fn holds(&self, delivery: &Delivery) -> bool {
        self.outlet.0.is_of(delivery.generation)
    }

    /// The rendition that it gets: what was asked for, snapped, or the nearest that runs.
    pub fn rendition(&self) -> Rendition {
        self.outlet.0.rendition()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.leave();
    }
}
