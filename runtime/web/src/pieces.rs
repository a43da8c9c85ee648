//! Bodies of answers that are in pieces which others hold too: none is copied, and a range of them is cut out of them.

use std::io::Write;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_RANGES, CONTENT_RANGE, IF_RANGE, RANGE};
use http::{HeaderMap, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use packaging::hls::body::Body as Pieces;

/// All of it, or the range that is asked for (RFC 9110, section 14). `holds` is asked before each piece: where it says no, the body breaks off.
pub(crate) fn answer(
    body: Pieces,
    asked: &HeaderMap,
    tag: &str,
    holds: impl Fn() -> bool + Send + 'static,
) -> Response {
    let text = |name| asked.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    // Another version is none of these bytes: then all of them.
    let range = text(RANGE).filter(|_| text(IF_RANGE).is_none_or(|known| known == tag));
    let whole = body.len();
    match range.map_or(Range::All, |range| Range::parse(range, whole)) {
        Range::All => ([(ACCEPT_RANGES, "bytes")], sending(body, holds)).into_response(),
        Range::Some(from, to) => {
            let told = format!("bytes {from}-{}/{whole}", to - 1);
            let headers = [(ACCEPT_RANGES, "bytes".to_owned()), (CONTENT_RANGE, told)];
            (StatusCode::PARTIAL_CONTENT, headers, sending(body.slice(from, to), holds)).into_response()
        }
        Range::Beyond => {
            (StatusCode::RANGE_NOT_SATISFIABLE, [(CONTENT_RANGE, format!("bytes */{whole}"))]).into_response()
        }
    }
}

/// Whether `Accept-Encoding` takes gzip: named, and not with the weight 0 (RFC 9110, section 12.5.3).
pub(crate) fn takes_gzip(accepts: &str) -> bool {
    accepts.split(',').any(|coding| {
        let (name, parameter) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = parameter.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight != Some(0.0)
    })
}

/// Text packed for those who take it; none where it cannot be.
pub(crate) fn gzip(text: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 2), Compression::fast());
    encoder.write_all(text).ok()?;
    encoder.finish().ok()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    All,
    Some(usize, usize),
    Beyond,
}

impl Range {
    /// One range of bytes; several, and what is none, are passed over (section 14.2).
    fn parse(text: &str, whole: usize) -> Self {
        let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
            return Self::All;
        };
        let number = |text: &str| text.trim().parse::<usize>().ok();
        match (first.trim(), last.trim()) {
            ("", count) => match number(count) {
                Some(0) => Self::Beyond,
                Some(count) if whole > 0 => Self::Some(whole.saturating_sub(count), whole),
                Some(_) => Self::Beyond,
                None => Self::All,
            },
            (first, last) => match (number(first), number(last)) {
                (Some(first), _) if first >= whole => Self::Beyond,
                (Some(first), Some(last)) if last >= first => Self::Some(first, whole.min(last + 1)),
                (Some(first), None) if last.is_empty() => Self::Some(first, whole),
                _ => Self::All,
            },
        }
    }
}

fn sending(body: Pieces, holds: impl Fn() -> bool + Send + 'static) -> Body {
    let left = body.len() as u64;
    Body::new(UnsyncBoxBody::new(Sending { body, next: 0, at: 0, left, holds }))
}

/// The most that is handed out at once, and goes out whatever is revoked meanwhile.
const AT_ONCE: usize = 256 << 10;

struct Sending<F> {
    body: Pieces,
    /// The piece that is handed out next, and where in it.
    next: usize,
    at: usize,
    left: u64,
    holds: F,
}

/// What was being sent may not be shown any more.
#[derive(Debug, thiserror::Error)]
#[error("the stream's filters were changed")]
struct Revoked;

impl<F: Fn() -> bool + Send + 'static> HttpBody for Sending<F> {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>>
    where
        Self: Unpin,
    {
        let this = self.get_mut();
        let Some(piece) = this.body.pieces().get(this.next) else {
            return Poll::Ready(None);
        };
        if !(this.holds)() {
            return Poll::Ready(Some(Err(Revoked.into())));
        }
        let end = piece.len().min(this.at + AT_ONCE);
        let next = if end == piece.len() { (this.next + 1, 0) } else { (this.next, end) };
        let given = piece.slice(this.at..end);
        (this.next, this.at) = next;
        this.left -= given.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(given))))
    }

    fn is_end_stream(&self) -> bool {
        self.next == self.body.pieces().len()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl<F> Unpin for Sending<F> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_where_it_is_named_with_a_weight() {
        let cases = [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip; q=0", false),
            ("gzip;q=0.0", false),
            ("br", false),
            ("", false),
        ];
        for (accepts, taken) in cases {
            assert_eq!(takes_gzip(accepts), taken, "{accepts}");
        }
    }

    #[tokio::test]
    async fn a_long_piece_goes_out_in_several_and_stops_where_it_may_not_go_on() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicBool, Ordering};

        use http_body_util::BodyExt;

        let whole: Vec<u8> = (0..2 * AT_ONCE + 7).map(|at| at as u8).collect();
        let pieces = || Pieces::from(vec![Bytes::from_static(b"head"), Bytes::from(whole.clone()), Bytes::new()]);
        let all = sending(pieces(), || true).collect().await.unwrap().to_bytes();
        assert!(all[..4] == b"head"[..] && all[4..] == whole[..]);

        let holds = Arc::new(AtomicBool::new(true));
        let mut body = sending(pieces(), {
            let holds = holds.clone();
            move || holds.load(Ordering::Relaxed)
        });
        let mut came = 0;
        for _ in 0..2 {
            came += body.frame().await.unwrap().unwrap().into_data().unwrap().len();
        }
        holds.store(false, Ordering::Relaxed);
        assert_eq!(came, 4 + AT_ONCE);
        assert!(body.frame().await.unwrap().is_err(), "the rest of the piece is not given");
    }

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        let cases = [
            ("bytes=0-0", Range::Some(0, 1)),
            ("bytes=2-", Range::Some(2, 10)),
            ("bytes=-3", Range::Some(7, 10)),
            ("bytes=-30", Range::Some(0, 10)),
            ("bytes=5-100", Range::Some(5, 10)),
            ("bytes=10-", Range::Beyond),
            ("bytes=-0", Range::Beyond),
            ("bytes=5-4", Range::All),
            ("bytes=0-1,3-4", Range::All),
            ("items=0-1", Range::All),
            ("bytes=a-b", Range::All),
            ("bytes=18446744073709551615-18446744073709551615", Range::Beyond),
        ];
        for (text, expected) in cases {
            assert_eq!(Range::parse(text, 10), expected, "{text}");
        }
        assert_eq!(Range::parse("bytes=3-18446744073709551614", 10), Range::Some(3, 10));
        assert_eq!(Range::parse("bytes=-1", 0), Range::Beyond);
    }
}
