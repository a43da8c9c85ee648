//! Answers that are true now and may not be a moment later: nobody keeps them.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderName, StatusCode};
use serde::Serialize;

/// The header that says so.
pub(crate) const FRESH: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-store")];

/// As JSON.
pub(crate) fn fresh(body: impl Serialize) -> Response {
    (FRESH, Json(body)).into_response()
}

/// It is done, and there is nothing to be said of it.
pub(crate) fn done() -> Response {
    (StatusCode::NO_CONTENT, FRESH).into_response()
}
