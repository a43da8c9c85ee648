//! Discontinuity sequence numbers of the variants of one offer: what shows the same has the same (section 6.2.4), also where one is made from later on.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Numbering(Mutex<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    /// What segments have that are made now, or were made last.
    latest: Option<u64>,
    /// The variants that are made.
    running: BTreeSet<String>,
}

impl Numbering {
    /// The number of a variant that begins, whose own is `number` so far; `behind`: what it makes now does not go on from what it made before.
    pub(super) fn begin(&self, variant: &str, number: u64, behind: bool) -> u64 {
        let mut numbers = self.lock();
        let latest = numbers.latest.unwrap_or_default();
        // Where nobody has seen what happened since, something did.
        let anew = numbers.running.is_empty() && (behind || numbers.latest.is_some());
        let begun = latest.max(number) + u64::from(anew);
        numbers.latest = Some(begun);
        numbers.running.insert(variant.to_owned());
        begun
    }

    /// A variant that is made has this number.
    pub(super) fn reached(&self, variant: &str, number: u64) {
        self.is_past(number);
        self.lock().running.insert(variant.to_owned());
    }

    /// One has this number in what is stored, or is to go on from it with this one.
    pub(super) fn is_past(&self, number: u64) {
        let mut numbers = self.lock();
        numbers.latest = numbers.latest.max(Some(number));
    }

    /// A variant is not made any more.
    pub(super) fn end(&self, variant: &str) {
        self.lock().running.remove(variant);
    }

    fn lock(&self) -> MutexGuard<'_, Numbers> {
        // Whole between any two statements that could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_that_are_made_together_have_one_number() {
        let numbering = Numbering::default();
        assert_eq!(numbering.begin("high", 0, false), 0);
        // Its camera was away twice.
        numbering.reached("high", 1);
        numbering.reached("high", 2);
        assert_eq!(numbering.begin("low", 0, false), 2);
        numbering.end("low");
        numbering.reached("high", 3);
        // It is watched again, beside the other.
        assert_eq!(numbering.begin("low", 2, true), 3);
        numbering.end("low");
        assert_eq!(numbering.begin("low", 3, true), 3);
    }

    #[test]
    fn what_nobody_saw_has_a_number_of_its_own() {
        let numbering = Numbering::default();
        assert_eq!(numbering.begin("high", 0, false), 0);
        numbering.end("high");
        assert_eq!(numbering.begin("low", 0, false), 1);
        numbering.end("low");
        assert_eq!(numbering.begin("low", 1, true), 2);
        assert_eq!(numbering.begin("high", 0, true), 2);
    }

    #[test]
    fn what_is_stored_goes_on_with_one_number() {
        let numbering = Numbering::default();
        for _ in ["high", "low"] {
            numbering.is_past(8);
        }
        numbering.reached("high", 8);
        assert_eq!(numbering.begin("of a new size", 0, false), 8);
        numbering.reached("low", 8);
        assert_eq!(numbering.begin("of another", 0, false), 8);
    }
}
