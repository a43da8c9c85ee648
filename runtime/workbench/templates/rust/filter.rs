//! {{WHAT}}.

mod options;

wit_bindgen::generate!({ path: "wit", world: "plugin", generate_all });

use std::cell::RefCell;

use exports::framegate::plugin::{lifecycle, processor};
use framegate::plugin::drawing::{self, TextStyle};
use framegate::plugin::host;
use framegate::plugin::pictures::Picture;
use framegate::plugin::types::{Color, Point};
use options::Options;

thread_local! {
    static OPTIONS: RefCell<Options> = RefCell::default();
    /// Made for a height of the picture, and kept: the host caches what it drew with it.
    static STYLE: RefCell<Option<(u32, TextStyle)>> = const { RefCell::new(None) };
}

struct Plugin;

{{LIFECYCLE}}
impl processor::Guest for Plugin {
    fn process(picture: &Picture) -> processor::Verdict {
        let height = picture.size().height;
        let text = OPTIONS.with_borrow(|options| format!("{} {}", options.text, host::stream_name()));
        STYLE.with_borrow_mut(|style| {
            if style.as_ref().is_none_or(|(of, _)| *of != height) {
                *style = Some((height, made(height)));
            }
            if let Some((_, style)) = style {
                let margin = (height / 30) as i32;
                drawing::text(picture, Point { x: margin, y: margin }, &text, style);
            }
        });
        processor::Verdict::Keep
    }
}

/// White with a dark contour: it can be read on anything.
fn made(height: u32) -> TextStyle {
    let style = TextStyle::new(height / 15, Color { red: 255, green: 255, blue: 255, alpha: 255 });
    style.set_outline(2, Color { red: 0, green: 0, blue: 0, alpha: 255 });
    style
}

// On your own machine, where the pure parts are tested, no linker takes the names that a component exports.
#[cfg(target_arch = "wasm32")]
export!(Plugin);
