//! `/metrics`: what is counted, in the format that is asked for (RFC 9110, section 12.5.1).

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use control::metrics::{Format, Program, Scrape, render};
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue};

use crate::accepts::weight;
use crate::app::App;
use crate::pieces;
use crate::problem::{Kind, Problem};

/// `GET /metrics`. Thousands of streams are megabytes of text, which no async thread is held up for; one scrape at a time, the others wait for it.
pub(crate) async fn metrics(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let format = format(&headers);
    let packed = headers.get_all(ACCEPT_ENCODING).into_iter().any(|value| value.to_str().is_ok_and(pieces::takes_gzip));
    let turn = app.scrapes.clone().acquire_owned().await.expect("the semaphore is never closed");
    let scraping = tokio::task::spawn_blocking(move || {
        // Held to the end of the work: who asked may leave before that, and the next must still wait.
        let _turn = turn;
        let certificate_ends = app.certificates.as_ref().map(|certificates| certificates.current().ends());
        let program = Program { version: app.version, certificate_ends };
        let text = render(Scrape::now(&app.hub, program), format);
        match packed.then(|| pieces::gzip(text.as_bytes())).flatten() {
            Some(packed) => (packed, Some(HeaderValue::from_static("gzip"))),
            None => (text.into_bytes(), None),
        }
    });
    let (body, coding) = scraping.await.map_err(|_| Problem::plain(Kind::Internal, "metrics could not be read"))?;
    let headers = [(CONTENT_TYPE, format.media_type()), (CACHE_CONTROL, "no-store"), (VARY, "Accept, Accept-Encoding")];
    let mut response = (headers, body).into_response();
    if let Some(coding) = coding {
        response.headers_mut().insert(CONTENT_ENCODING, coding);
    }
    Ok(response)
}

/// OpenMetrics for those who name it and do not like text more. `*/*` is what everybody says: curl, browsers and old scrapers have text.
fn format(headers: &HeaderMap) -> Format {
    let open = weight(headers, "application/openmetrics-text");
    match open > Some(0) && open >= weight(headers, "text/plain") {
        true => Format::OpenMetrics,
        false => Format::Prometheus,
    }
}

#[cfg(test)]
mod tests {
    use http::header::ACCEPT;

    use super::*;

    #[test]
    fn the_format_is_the_one_that_is_named_and_liked_best() {
        // What Prometheus 2.42 sends.
        let scraper = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        let cases = [
            (None, Format::Prometheus),
            (Some("*/*"), Format::Prometheus),
            (Some("application/*"), Format::Prometheus),
            (Some(scraper), Format::OpenMetrics),
            (Some("application/openmetrics-text"), Format::OpenMetrics),
            (Some("application/openmetrics-text;q=0.2, text/plain;q=0.9"), Format::Prometheus),
            (Some("application/openmetrics-text;q=0"), Format::Prometheus),
            (Some("text/plain;version=0.0.4"), Format::Prometheus),
        ];
        for (accept, expected) in cases {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(format(&headers), expected, "{accept:?}");
        }
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, "text/plain;q=0.1".parse().unwrap());
        headers.append(ACCEPT, "application/openmetrics-text".parse().unwrap());
        assert_eq!(format(&headers), Format::OpenMetrics);
    }
}
