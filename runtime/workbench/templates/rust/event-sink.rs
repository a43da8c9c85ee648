//! {{WHAT}}.

mod options;

wit_bindgen::generate!({ path: "wit", world: "plugin", generate_all });

use std::cell::RefCell;

use exports::framegate::plugin::{event_receiver, lifecycle};
use framegate::plugin::events::Event;
use framegate::plugin::http::{HttpError, Request};
use options::Options;

thread_local! {
    static OPTIONS: RefCell<Options> = RefCell::default();
}

struct Plugin;

{{LIFECYCLE}}
impl event_receiver::Guest for Plugin {
    fn deliver(event: &Event) -> Result<(), event_receiver::Failure> {
        use event_receiver::Failure;
        let body = serde_json::json!({
            "id": event.id(),
            "kind": event.kind(),
            "stream": event.stream_name(),
            "plugin": event.plugin_name(),
            "time_ns": event.time(),
            "data": serde_json::from_str::<serde_json::Value>(&event.data()).unwrap_or_default(),
        });
        let request = Request::new("POST", &OPTIONS.with_borrow(|options| options.url.clone()));
        request.add_header("content-type", "application/json");
        request.set_body(body.to_string().as_bytes());
        match request.send() {
            Ok(response) => match response.status() {
                200..=299 => Ok(()),
                // What the other side does not understand it will not understand later.
                status @ 400..=499 => Err(Failure::Refused(format!("the answer's status is {status}"))),
                _ => Err(Failure::Again(0)),
            },
            Err(HttpError::NotGranted(line)) => Err(Failure::Refused(line)),
            Err(_) => Err(Failure::Again(0)),
        }
    }
}

// On your own machine, where the pure parts are tested, no linker takes the names that a component exports.
#[cfg(target_arch = "wasm32")]
export!(Plugin);
