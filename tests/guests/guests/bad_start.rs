//! Panics when it is given its options, whatever they are.
use framegate_guests::framegate_plugin::{Mistake, Picture, Plugin, Verdict};

struct BadStart;

impl Plugin for BadStart {
    type Options = framegate_guests::Anything;
    const OPTIONS: &'static str = "{}";

    fn configure(_: framegate_guests::Anything) -> Result<Self, Vec<Mistake>> {
        // The compiler does not see that it never does, and so keeps what comes behind it.
        assert!(!std::hint::black_box(true), "it never starts");
        Ok(Self)
    }

    fn process(&mut self, picture: &Picture) -> Verdict {
        framegate_guests::paint(picture);
        Verdict::Keep
    }
}

framegate_guests::framegate_plugin::export!(BadStart);
