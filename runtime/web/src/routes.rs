//! All addresses, by who comes to them. The router serves these and no others; `/api/openapi.json` describes them.

mod compat;
mod media;
mod pages;
mod program;
mod streams;

use serde_json::{Value, json};

use crate::route::Route;

/// Every address.
pub(crate) fn all() -> Vec<Route> {
    [media::routes(), streams::routes(), program::routes(), pages::routes(), compat::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// A whole number that a parameter is, from one to another.
fn whole(least: u64, most: u64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

/// One of these words.
fn word(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

fn text() -> Value {
    json!({ "type": "string" })
}

/// `1` or `0`.
fn truth() -> Value {
    word(&["1", "0", "true", "false"])
}
