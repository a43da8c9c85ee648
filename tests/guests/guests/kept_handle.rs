//! Keeps the handle of a picture beyond its call, and uses it when it is given other options.
use std::cell::Cell;
use std::mem::ManuallyDrop;

use framegate_guests::framegate_plugin::{Mistake, Picture, Plugin, Verdict};

thread_local! {
    static KEPT: Cell<Option<u32>> = const { Cell::new(None) };
}

struct Keeper;

impl Plugin for Keeper {
    type Options = framegate_guests::Anything;
    const OPTIONS: &'static str = "{}";

    fn configure(_: framegate_guests::Anything) -> Result<Self, Vec<Mistake>> {
        if let Some(kept) = KEPT.get() {
            // SAFETY: none; that is the point.
            let kept = ManuallyDrop::new(unsafe { Picture::from_handle(kept) });
            std::hint::black_box(kept.size());
        }
        Ok(Self)
    }

    fn process(&mut self, picture: &Picture) -> Verdict {
        KEPT.set(Some(picture.handle()));
        framegate_guests::paint(picture);
        Verdict::Keep
    }
}

framegate_guests::framegate_plugin::export!(Keeper);
