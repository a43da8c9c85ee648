//! Describes itself in more words than anybody can take.
wit_bindgen::generate!({ path: "../../wit", world: "analyzer", generate_all });

use exports::framegate::plugin::lifecycle::{self, Mistake};
use exports::framegate::plugin::processor::{self, Verdict};
use framegate::plugin::pictures::Picture;

struct Talker;

impl lifecycle::Guest for Talker {
    fn describe() -> String {
        "x".repeat(40 << 20)
    }

    fn configure(_: String) -> Result<(), Vec<Mistake>> {
        Ok(())
    }
}

impl processor::Guest for Talker {
    fn process(_: &Picture) -> Verdict {
        Verdict::Keep
    }
}

export!(Talker);
