//! What pages of other origins may do (the Fetch standard, section 3.2): those that are written may read every answer, by a token or a link of their own.
//! Credentials of the browser's, cookies and remembered passwords, are never among what they may use.

use access::Rules;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};

/// What scripts may read of an answer beside what they always may.
pub(crate) const EXPOSED: HeaderValue =
    HeaderValue::from_static("Content-Length, Content-Range, Date, ETag, Location, Retry-After, WWW-Authenticate");

/// The origin of a page that may read the answer, if it is written.
pub(crate) fn sharer(rules: &Rules, request: &Parts) -> Option<HeaderValue> {
    let origin = request.headers.get(ORIGIN)?;
    rules.shares_with(origin.to_str().ok()?).then(|| origin.clone())
}

/// Whether a browser asks first whether it may ask.
pub(crate) fn is_preflight(request: &Parts) -> bool {
    request.method == Method::OPTIONS && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to that.
pub(crate) fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, PUT, PATCH, DELETE"),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Cache-Control, Content-Type, If-Match, If-None-Match, Last-Event-ID, Range",
        ),
        (ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Lets a page of this origin read the answer.
pub(crate) fn share(mut response: Response, origin: HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    // A cache must not give it to another one.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    response
}
