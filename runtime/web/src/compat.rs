//! Other programs' interfaces, for clients that were made for those: each in one file, and off unless `[compat]` says otherwise.

pub(crate) mod cctv;
pub(crate) mod mediamtx;
pub(crate) mod stream_manager;

use axum::body::Body;
use control::configured::Told;
use control::reload::Refused;
use http::HeaderMap;
use media::StreamName;
use serde_json::{Map, Value};

use crate::body;
use crate::problem::{Kind, Problem};

/// A request is a page or two.
const MOST: usize = 64 << 10;

/// A body that is a JSON object, whatever its type is said to be: these clients often say none. None is an empty one.
async fn object(body: Body) -> Result<Map<String, Value>, String> {
    let bytes = body::read(body, None, MOST).await.map_err(|problem| problem.detail().to_owned())?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    serde_json::from_slice(&bytes).map_err(|error| format!("json: {error}"))
}

/// Why a stream is not as somebody wants it, in one sentence.
fn why(name: &StreamName, refused: &Refused) -> String {
    let Refused::Mistakes(mistakes) = refused else { return refused.to_string() };
    let told = mistakes.iter().map(|mistake| {
        let Told { key, detail, .. } = Told::of(name, mistake);
        if key.is_empty() { detail } else { format!("{key}: {detail}") }
    });
    told.collect::<Vec<_>>().join("; ")
}

/// A GET that changes something is not for pages of other sites. Browsers say whose page asks (Fetch Metadata Request Headers, section 2.4), also for an
/// image, which has no `Origin`.
fn not_from_elsewhere(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get("sec-fetch-site").map(|site| site.as_bytes()) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(Problem::plain(Kind::Refused, "a page of another site may not change anything here")),
    }
}
