//! {{WHAT}}.

mod options;

wit_bindgen::generate!({ path: "wit", world: "plugin", generate_all });

use std::cell::RefCell;

use exports::framegate::plugin::{access_decider, lifecycle};
use framegate::plugin::admission::Applicant;
use options::Options;

thread_local! {
    static OPTIONS: RefCell<Options> = RefCell::default();
}

struct Plugin;

{{LIFECYCLE}}
impl access_decider::Guest for Plugin {
    fn decide(applicant: &Applicant) -> access_decider::Decision {
        use access_decider::Decision;
        let wanted = OPTIONS.with_borrow(|options| options.token.clone());
        match applicant.token() {
            _ if wanted.is_empty() => Decision::Refuse("the option `token` is not set".into()),
            None => Decision::Challenge,
            Some(token) if is_same(token.as_bytes(), wanted.as_bytes()) => Decision::Allow,
            Some(_) => Decision::Refuse("another token".into()),
        }
    }
}

/// Takes as long for a wrong token as for one that is nearly right.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

// On your own machine, where the pure parts are tested, no linker takes the names that a component exports.
#[cfg(target_arch = "wasm32")]
export!(Plugin);
