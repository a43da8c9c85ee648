//! `POST /login` and `POST /logout`: the session of a browser's pages, in a cookie. Programs and players send credentials with each request instead.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use secrecy::SecretString;

use crate::app::App;
use crate::connection::Visit;
use crate::credentials::{COOKIE_NAME, Credential, cookie};
use crate::identity::Nobody;
use crate::pages;
use crate::problem::Problem;

/// Bytes of the form: a name, a password and an address.
pub(crate) const MAX_FORM: usize = 8 << 10;

/// `GET /login`.
pub(crate) async fn page(headers: HeaderMap) -> Result<Response, Problem> {
    pages::login(&headers)
}

/// What the form says.
#[derive(Default)]
struct Form {
    user: String,
    password: SecretString,
    /// The page that the browser goes to.
    next: String,
}

impl Form {
    /// `application/x-www-form-urlencoded` (the URL standard, section 5.1).
    fn parse(body: &[u8]) -> Self {
        let mut form = Self::default();
        for pair in body.split(|byte| *byte == b'&') {
            let pair = String::from_utf8_lossy(pair).replace('+', " ");
            let Some((name, value)) = pair.split_once('=') else { continue };
            let value = percent_decode_str(value).decode_utf8_lossy();
            match name {
                "username" => form.user = value.into_owned(),
                "password" => form.password = value.into_owned().into(),
                "next" => form.next = value.into_owned(),
                _ => {}
            }
        }
        form
    }
}

/// `POST /login`: begins a session, or leads back to the page, which says why not.
pub(crate) async fn login(
    State(app): State<Arc<App>>,
    Extension(visit): Extension<Visit>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Form { user, password, next } = Form::parse(&body);
    let next = here(&next);
    let rules = app.rules.rules();
    let credential = Credential::Basic { user: user.clone(), password };
    let found = app.identities.find(&rules, credential, visit.peer).await;
    let cookie = match found {
        // Where nobody is asked who they are, there is nothing to log in to.
        Ok(person) if person.name().is_none() => return seen(next, None),
        Ok(_) => app.identities.open(&rules, &user),
        Err(Nobody::Busy | Nobody::NoKeys) => None,
        Err(why @ (Nobody::Wrong | Nobody::Expired | Nobody::TooOften(_))) => {
            tracing::debug!(peer = %visit.peer, ?why, "a log in that was none");
            let word = if matches!(why, Nobody::TooOften(_)) { "later" } else { "wrong" };
            let next = utf8_percent_encode(next, NON_ALPHANUMERIC);
            return seen(&format!("/login?{word}&next={next}"), None);
        }
    };
    match cookie {
        Some(value) => seen(next, Some(&set(&value, &headers))),
        None => Problem::from(Nobody::Busy).into_response(),
    }
}

/// `POST /logout`: ends the session.
pub(crate) async fn logout(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    if let Some(value) = cookie(&headers) {
        app.identities.close(value);
    }
    seen("/login", Some(&format!("{COOKIE_NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{}", secure(&headers))))
}

/// 303 (RFC 9110 section 15.4.4): the browser goes on with a GET.
fn seen(next: &str, cookie: Option<&str>) -> Response {
    let mut headers: Vec<(HeaderName, HeaderValue)> = vec![(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    headers.push((LOCATION, HeaderValue::from_str(next).unwrap_or(HeaderValue::from_static("/"))));
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(cookie).ok()) {
        headers.push((SET_COOKIE, cookie));
    }
    (StatusCode::SEE_OTHER, headers.into_iter().collect::<HeaderMap>()).into_response()
}

/// No script reads it, no page of another site sends it, and it goes over TLS alone if it came so.
fn set(value: &str, headers: &HeaderMap) -> String {
    let longest = access::Sessions::LONGEST.as_secs();
    format!("{COOKIE_NAME}={value}; Path=/; Max-Age={longest}; HttpOnly; SameSite=Strict{}", secure(headers))
}

/// The browser says with each form in which scheme it speaks, also to a proxy in front.
fn secure(headers: &HeaderMap) -> &'static str {
    let origin = headers.get(ORIGIN).map(HeaderValue::as_bytes).unwrap_or_default();
    if origin.starts_with(b"https://") { "; Secure" } else { "" }
}

/// A path of this server, or its first page: never the address of another, `//evil.example` and what browsers read as that included.
fn here(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/\\");
    match is_path && next.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => next,
        false => "/",
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_form_is_read_with_its_escapes() {
        let form = Form::parse(b"username=anna%40x&password=a+b%2Bc%26d&next=%2Fwatch%2Flobby&other=1&broken");
        assert_eq!((&*form.user, form.password.expose_secret(), &*form.next), ("anna@x", "a b+c&d", "/watch/lobby"));
    }

    #[test]
    fn a_login_leads_nowhere_else() {
        assert_eq!(here("/watch/lobby?fps=5"), "/watch/lobby?fps=5");
        for other in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\r\nb", "/\t/evil.example"]
        {
            assert_eq!(here(other), "/", "{other:?}");
        }
    }

    #[test]
    fn a_cookie_goes_over_tls_alone_if_it_came_so() {
        let from = |origin: &'static str| [(ORIGIN, HeaderValue::from_static(origin))].into_iter().collect();
        assert!(set("a", &from("https://cams.example")).ends_with("; HttpOnly; SameSite=Strict; Secure"));
        assert!(set("a", &from("http://cams.lan")).ends_with("; HttpOnly; SameSite=Strict"));
    }
}
