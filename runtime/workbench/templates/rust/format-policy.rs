//! {{WHAT}}.

mod options;

wit_bindgen::generate!({ path: "wit", world: "plugin", generate_all });

use std::cell::RefCell;

use exports::framegate::plugin::{format_chooser, lifecycle};
use framegate::plugin::viewers::{Choice, Viewer};
use options::Options;

thread_local! {
    static OPTIONS: RefCell<Options> = RefCell::default();
}

struct Plugin;

{{LIFECYCLE}}
impl format_chooser::Guest for Plugin {
    fn choose(viewer: &Viewer) -> Choice {
        let accepts = viewer.accepts();
        let format = viewer.asked_format().or_else(|| accepts.into_iter().next()).unwrap_or("image/jpeg".into());
        let choice = Choice::new(&format);
        // A viewer is slow when it skips, or when what is written to it waits for half of the time.
        if viewer.skipped() > 0.5 || viewer.write_wait() > 0.5 {
            choice.set_width(OPTIONS.with_borrow(|options| options.narrow));
            choice.set_quality(60);
        }
        choice
    }
}

// On your own machine, where the pure parts are tested, no linker takes the names that a component exports.
#[cfg(target_arch = "wasm32")]
export!(Plugin);
