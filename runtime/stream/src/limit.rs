//! How many streams may run at once: cameras' connections, and what is made of them, are what a machine has so many of.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A bound for all streams that share it. Cloning gives another handle of the same.
#[derive(Clone, Debug, Default)]
pub struct Limit(Arc<Mutex<Places>>);

#[derive(Debug, Default)]
struct Places {
    /// Any number if none.
    max: Option<u32>,
    taken: u32,
}

/// The right to run; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Place(Limit);

impl Limit {
    /// So many may run from now on; those that run already go on.
    pub fn set(&self, max: Option<u32>) {
        self.lock().max = max;
    }

    /// The bound that leaves no place for one more, if there is none.
    pub fn full(&self) -> Option<u32> {
        let places = self.lock();
        places.max.filter(|max| places.taken >= *max)
    }

    /// How many run.
    pub fn taken(&self) -> u32 {
        self.lock().taken
    }

    /// A place, or the bound that leaves none.
    pub(crate) fn take(&self) -> Result<Place, u32> {
        let mut places = self.lock();
        match places.max {
            Some(max) if places.taken >= max => Err(max),
            _ => {
                places.taken += 1;
                Ok(Place(self.clone()))
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        // Two numbers: whole at any moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.lock().taken -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_given_back_is_for_the_next() {
        let limit = Limit::default();
        limit.set(Some(1));
        let first = limit.take().unwrap();
        assert_eq!((limit.take().err(), limit.full(), limit.taken()), (Some(1), Some(1), 1));
        drop(first);
        assert_eq!(limit.full(), None);
        // Those that run go on where fewer may.
        let _second = limit.take().unwrap();
        limit.set(Some(0));
        assert_eq!((limit.full(), limit.taken()), (Some(0), 1));
        limit.set(None);
        assert!(limit.take().is_ok());
    }
}
