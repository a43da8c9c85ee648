//! {{WHAT}}.

mod options;

wit_bindgen::generate!({ path: "wit", world: "plugin", generate_all });

use std::cell::RefCell;

use exports::framegate::plugin::{lifecycle, ticker};
use framegate::plugin::http::Request;
use framegate::plugin::state;
use options::Options;

thread_local! {
    static OPTIONS: RefCell<Options> = RefCell::default();
}

/// Where the text is kept, for the plugin's other roles.
const KEY: &str = "text";
/// As much as is kept: `state` holds 64 kB.
const MOST: usize = 4096;

struct Plugin;

{{LIFECYCLE}}
impl ticker::Guest for Plugin {
    fn tick() -> Result<(), String> {
        let request = Request::new("GET", &OPTIONS.with_borrow(|options| options.url.clone()));
        let response = request.send().map_err(|error| format!("{error:?}"))?;
        if response.status() != 200 {
            return Err(format!("the answer's status is {}", response.status()));
        }
        let body = response.body();
        state::set(KEY, &body[..body.len().min(MOST)])
    }
}

// On your own machine, where the pure parts are tested, no linker takes the names that a component exports.
#[cfg(target_arch = "wasm32")]
export!(Plugin);
